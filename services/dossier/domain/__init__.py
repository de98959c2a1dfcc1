"""What is true of a dossier."""
