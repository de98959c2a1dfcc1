"""What the answers of the portal mean, and what it says it holds (sections 4, 5, 9 and 22)."""
