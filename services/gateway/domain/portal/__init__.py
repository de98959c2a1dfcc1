"""The national portal, pure: what is said to it, what it says, and what either means."""
