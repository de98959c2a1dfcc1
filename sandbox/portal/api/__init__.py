"""The portal's doors: the exchange, a provincial gateway, the test's own switches, a page."""
