"""What time asks of the catalogue."""
