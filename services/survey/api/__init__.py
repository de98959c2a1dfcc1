"""HTTP: the public form behind an invitation, and the index for staff."""
