"""Clients of the public API, made from its one document."""
