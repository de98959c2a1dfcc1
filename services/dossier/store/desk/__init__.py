"""The front desk in PostgreSQL: one file a subject."""
