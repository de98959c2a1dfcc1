"""Electronic forms of procedures: as a document or an editor writes them."""
