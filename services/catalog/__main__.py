"""Runs a role of the catalog service: `python -m services.catalog api|relay|migrate|republish|…`."""

from kernel.run import run
from services.catalog.app import service

run(service)
