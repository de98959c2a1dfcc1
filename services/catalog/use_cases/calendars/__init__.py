"""What editors and approvers do with working calendars, and what is watched."""
