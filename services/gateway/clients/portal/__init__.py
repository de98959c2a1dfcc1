"""Calls to the portal, by both of its roads, and to the services its messages need."""
