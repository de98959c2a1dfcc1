"""The sending worker."""
