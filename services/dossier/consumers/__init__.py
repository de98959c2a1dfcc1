"""Events come in."""
