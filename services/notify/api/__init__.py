"""HTTP: what was sent about a dossier, one's own inbox, one's preferences."""
