"""Legal documents, reviews, entries in the national database, postings at offices."""
