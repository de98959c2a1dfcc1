"""HTTP of the ways in."""

from services.dossier.api.intake import (
    authorizations,
    batches,
    books,
    drafts,
    electronic_copies,
    late_entries,
    look_ups,
    personal_papers,
    reception,
)

ROUTERS = (
    reception.router,
    look_ups.router,
    personal_papers.router,
    drafts.router,
    authorizations.router,
    late_entries.router,
    books.router,
    electronic_copies.router,
    batches.router,
)
