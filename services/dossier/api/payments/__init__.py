"""The money of dossiers over HTTP."""
