"""Drafts of procedures, publication decisions, standard reasons, versions in time."""
