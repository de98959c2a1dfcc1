"""Numbers two services must agree on, each once."""

MOST_PORTAL_FILES = 60
"""Files of one message of the portal: the gateway fetches no more, the dossier service takes as many."""
MOST_FORM_ANSWERS = 500
"""Answers by name beside each other in a portal's form: of more the gateway tells the rest under one name."""
