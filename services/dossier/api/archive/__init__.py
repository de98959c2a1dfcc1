"""The archive: records, holds, batches of packages."""

from services.dossier.api.archive import batches, records

ROUTERS = (records.router, batches.router)
