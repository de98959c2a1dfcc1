"""Files of other programs: spreadsheets and texts with markup."""
