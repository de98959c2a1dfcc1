"""Numbers two services must agree on, each once."""

MOST_PORTAL_FILES = 60
"""Files of one message of the portal: the gateway fetches no more, the dossier service takes as many."""
