"""What is done with agencies, their places, their staff and the ground they stand on."""
