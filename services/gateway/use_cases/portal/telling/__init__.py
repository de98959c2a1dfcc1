"""Telling the portal: the sender, its paces and fences, and what is held against what the portal has."""
