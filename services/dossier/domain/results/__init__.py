"""Results as data: what was granted to whom, until when, and whether it still holds."""
