"""How messages of the portal are written: texts, shapes, spellings and containers, whoever wrote them."""
