"""A time stamping authority, played: RFC 3161 over HTTP, with a certificate nobody else trusts."""
