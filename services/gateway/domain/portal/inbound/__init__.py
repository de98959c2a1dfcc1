"""What the portal sends down: read into our words, and held against what came (section 17)."""
