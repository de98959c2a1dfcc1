"""What time asks of survey."""
