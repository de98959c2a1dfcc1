"""What ministries' and sector systems tell of their dossiers: sources as data, rows, and what they mean."""
