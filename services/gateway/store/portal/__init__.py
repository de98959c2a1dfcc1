"""Statements and tables of the portal's ledger, inbox, files and exchanges."""
