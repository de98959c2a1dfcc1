"""What is done at the ways in: drafts, authorisations, visits, papers handed over, books, sheets."""
