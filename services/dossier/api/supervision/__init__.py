"""Supervision's routes."""
