"""Events come in: dossiers for public tracking, staff for who is asking, money for the portal."""
