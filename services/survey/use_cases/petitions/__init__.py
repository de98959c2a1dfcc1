"""What senders and officers do with petitions."""
