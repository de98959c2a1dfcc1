"""What is done for the portal now and then."""
