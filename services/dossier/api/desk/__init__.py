"""The front desk's routes."""

from services.dossier.api.desk import appointments, counters, displays, post, queues, tickets

ROUTERS = (queues.router, tickets.router, counters.router, displays.router, appointments.router, post.router)
