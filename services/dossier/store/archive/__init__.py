"""The archive in PostgreSQL, and packages as files."""
