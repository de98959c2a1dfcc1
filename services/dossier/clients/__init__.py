"""HTTP goes out."""
