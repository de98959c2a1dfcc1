"""What an operator runs beside the processes."""
