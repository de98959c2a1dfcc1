"""Claims, assignments, hand-overs, opinions, many dossiers at once, the inbox, mirrors."""
