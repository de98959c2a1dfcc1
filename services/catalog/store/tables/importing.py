"""Imports in progress and their reports; synonyms kept as data."""
