"""What supervisors do, and what answers them."""
