"""A citizen's and an officer's day, played through the gateway on real parts."""
