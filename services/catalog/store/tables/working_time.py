"""Decisions about working calendars."""
