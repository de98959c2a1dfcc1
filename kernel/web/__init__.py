"""HTTP: the edge that authenticates, commits and answers, and the problems it answers with."""
