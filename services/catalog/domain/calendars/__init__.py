"""Working calendars: a year as it is written, what decisions make of it, what is missing."""
