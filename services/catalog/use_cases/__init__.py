"""What the service does, against the ports it needs."""
