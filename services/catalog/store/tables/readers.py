"""What readers follow: information pages, subscriptions, changes."""
