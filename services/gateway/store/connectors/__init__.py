"""What other systems told, in PostgreSQL."""
