"""What the simulated portal remembers, in one SQLite journal."""
