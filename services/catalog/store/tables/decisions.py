"""Drafts of procedures and the publication decisions that publish them."""
