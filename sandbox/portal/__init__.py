"""A simulator of the National Public Service Portal as a province's dossier system meets it."""
