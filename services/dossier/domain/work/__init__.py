"""How work is shared out: who holds a step, who gave it to whom, what waits and how urgent it is."""
