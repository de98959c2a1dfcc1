"""Money of a dossier: what is owed and why, what came in, what went back."""
