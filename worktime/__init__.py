"""Working-time arithmetic of the one-stop administration: pure, standard library only, below the services."""
