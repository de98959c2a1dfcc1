"""What the portal is told of a dossier, in which order, how fast and in which codes (sections 7 to 12)."""
