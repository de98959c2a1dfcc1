"""A simulator of an outside system that works one step of a dossier: the shared civil-status software."""
