"""Files and signatures: brought in parts, scanned, replaced, linked to, split, signed, verified."""
