"""The catalog service: what may be asked, of whom, how long it takes and who works it."""
