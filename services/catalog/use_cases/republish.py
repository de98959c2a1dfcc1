"""Says again everything the catalogue has said last, for readers that begin from nothing."""

from datetime import date

from services.catalog.use_cases.ports import Work


def republish(work: Work, today: date) -> None:
    """Queue the full state of every entry; a reader that has a version already does nothing with it."""
    work.republish(today)
