"""Interlinked submissions in PostgreSQL."""
