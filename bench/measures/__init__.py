"""One module a figure; each says in words what it sends and what it counts."""
