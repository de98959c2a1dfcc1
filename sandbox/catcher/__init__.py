"""Catches the mail and the text messages of a development stack instead of sending them."""
