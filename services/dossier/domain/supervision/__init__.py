"""Supervision: checks of one-stop units, and what in the work is out of order."""
