"""What is true at the door: routes and policies, identities, limits, what the public may see."""
