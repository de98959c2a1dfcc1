"""Measures the figures of the design on this machine, all in one run, beside what PostgreSQL alone can do."""
