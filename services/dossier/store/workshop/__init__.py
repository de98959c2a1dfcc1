"""Work on strangers' PDFs in processes of their own: signatures verified and prepared, scans cut."""
