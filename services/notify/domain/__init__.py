"""What is true of messages, channels, contacts, quiet hours and retries."""
