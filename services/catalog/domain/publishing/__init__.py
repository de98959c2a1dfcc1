"""Drafts of procedures, publication decisions, differences, deadlines: from a desk to the public."""
