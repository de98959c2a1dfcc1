"""What readers ask of the catalogue, and how they follow it."""
