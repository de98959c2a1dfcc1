"""What people do about a step without leaving it, and what time does about it."""
