"""Processes and interlinked groups over HTTP."""
