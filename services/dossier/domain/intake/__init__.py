"""What is true of the ways in: who is who, what was brought, by whom, and what proves it."""
