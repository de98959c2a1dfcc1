"""The law behind procedures: documents and their validity, reviews, entries, postings."""
