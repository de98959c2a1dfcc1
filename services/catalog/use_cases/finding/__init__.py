"""Finding procedures the way people ask for them."""
