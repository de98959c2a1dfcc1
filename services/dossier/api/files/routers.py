"""The routes of files and signatures, together."""

from services.dossier.api.files import links, scans, signings, uploads, verification

FILE_ROUTERS = (uploads.router, links.router, signings.router, scans.router, verification.router)
