"""Files of other programs come into the catalogue."""
