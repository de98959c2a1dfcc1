"""The Python client: an httpx client that knows the document."""
