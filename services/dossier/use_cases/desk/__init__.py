"""What is done at the front desk."""
