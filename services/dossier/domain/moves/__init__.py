"""What each move makes of a dossier, a module for each stretch of its life; steps are in `workflow`."""
