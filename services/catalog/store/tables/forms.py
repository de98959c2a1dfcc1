"""E-forms of procedure versions."""
