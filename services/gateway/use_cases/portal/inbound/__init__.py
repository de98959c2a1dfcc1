"""What the portal sends down: kept, understood, handed on, or put before people."""
