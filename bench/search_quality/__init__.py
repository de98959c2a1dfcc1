"""How well people's own words find the procedures they mean, on any catalogue and any questions."""
