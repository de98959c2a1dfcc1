"""Lists of which one row was changed by hand into what cannot be read: the page is the others'."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import structlog

from services.dossier.domain.errors import CANNOT_BE_READ

Out = TypeVar("Out")
_log = structlog.get_logger()


def readable(rows: Iterable[Any], out: Callable[[Any], Out]) -> Iterator[Out]:
    """Yield what a page shows of its rows; one that cannot be read is left out and told, by its id alone.

    Nobody's whole inbox stands for one row of it. `verify-history` names such a row, too.
    """
    for row in rows:
        try:
            shown = out(row)
        except CANNOT_BE_READ as error:
            # The error's own words may say what stood there, which may be of a person.
            _log.error("a row of a list cannot be read", dossier=str(row["id"]), error=type(error).__name__)
            continue
        yield shown
