"""Addresses of the log of readings."""
