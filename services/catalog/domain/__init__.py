"""What is true of agencies, processes, procedures and calendars, without any input or output."""
