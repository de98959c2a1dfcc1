"""Internal processes and interlinked groups: what a sound one is, and what follows from it."""
