"""HTTP of interlinked submissions."""
