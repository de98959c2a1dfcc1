"""HTTP comes in."""
