"""Taking in what other systems tell, whichever way it comes, and handing it to the dossier service."""
