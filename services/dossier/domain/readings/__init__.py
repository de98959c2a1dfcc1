"""The log of who read what: sealed in batches that stand on each other, and asked who looked at whom."""
