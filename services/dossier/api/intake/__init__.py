"""HTTP of the ways in."""
