"""Says again everything the catalogue has said, for readers that begin from nothing or lost a version."""

from services.catalog.use_cases.ports import Work


def republish(work: Work) -> None:
    """Queue the full state of every entry; a reader that has a version already does nothing with it."""
    work.republish()
