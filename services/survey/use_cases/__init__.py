"""What survey does: invite, show the form, take a response, compute an index."""
