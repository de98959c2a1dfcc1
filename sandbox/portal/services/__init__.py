"""The services of section 6 by name: each takes one call and answers it."""
