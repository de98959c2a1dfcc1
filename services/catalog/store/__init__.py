"""PostgreSQL: tables, what an import writes, what the screens read."""
