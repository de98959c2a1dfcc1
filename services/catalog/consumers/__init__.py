"""What the catalogue learns from other services."""
