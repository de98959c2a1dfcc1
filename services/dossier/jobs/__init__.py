"""Time comes in."""
