"""The front desk's routes."""

from services.dossier.api.desk import counters, displays, queues, tickets

ROUTERS = (queues.router, tickets.router, counters.router, displays.router)
