"""Supervision in PostgreSQL."""
