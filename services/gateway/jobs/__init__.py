"""Time comes in: what has expired is forgotten."""
