"""What editors do with the law behind procedures: register, work list, reviews, entries, postings."""
