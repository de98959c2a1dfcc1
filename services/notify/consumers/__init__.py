"""Events that somebody must be told about."""
