"""PostgreSQL: sessions, the staff directory, public tracking and its failed attempts."""
