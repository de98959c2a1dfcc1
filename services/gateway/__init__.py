"""The only door: who is asking, one route table to the services, public tracking, the national portal."""
