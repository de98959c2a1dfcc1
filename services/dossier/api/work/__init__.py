"""Claims, assignments, hand-overs, opinions, many dossiers at once, the inbox, mirrors."""

from services.dossier.api.work import bulk, inbox, mirrors, steps

ROUTERS = (steps.router, inbox.router, bulk.router, mirrors.router)
