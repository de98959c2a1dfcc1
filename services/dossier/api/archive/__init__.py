"""The archive: records, holds, batches of packages, lists of destruction."""

from services.dossier.api.archive import batches, lists, records

ROUTERS = (records.router, batches.router, lists.router)
