"""Counting use, and telling it."""
