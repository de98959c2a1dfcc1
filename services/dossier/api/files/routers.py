"""The routes of files and signatures, together."""

from services.dossier.api.files import links, signings, uploads, verification

FILE_ROUTERS = (uploads.router, links.router, signings.router, verification.router)
