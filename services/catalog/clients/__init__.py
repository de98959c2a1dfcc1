"""What the catalogue asks of others."""
