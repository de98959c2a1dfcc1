"""Ended dossiers, whose applicants are asked."""
