"""What is published for readers: feeds, sheets, subscriptions; pure."""
