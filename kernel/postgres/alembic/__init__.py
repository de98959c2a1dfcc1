"""Alembic's script folder, shared by every service."""
