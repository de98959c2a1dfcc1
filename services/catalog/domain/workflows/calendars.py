"""Working calendars as the catalogue keeps them, ready to count with."""

from services.catalog.domain.calendars.composing import calendar_of

__all__ = ["calendar_of"]
