"""The catalog service: what may be asked of the administration, of whom, how long it takes and who works it."""
