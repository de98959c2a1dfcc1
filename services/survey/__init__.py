"""Asks people how they were served, keeps the answers apart from who gave them, and computes the index."""
