"""The ways in, in PostgreSQL."""
