"""The front desk: queues, appointments, counters, the post."""
