"""Figures: what statistics count of a dossier, in which number, in which period, for whom."""
