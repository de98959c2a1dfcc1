"""What the gateway does with the national portal."""
