"""What comes in and goes out over HTTP; nothing else is accepted."""
