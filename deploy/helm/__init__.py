"""The charts, and what is generated from the comments of their values."""
