"""Drafts and approvals of internal processes."""
