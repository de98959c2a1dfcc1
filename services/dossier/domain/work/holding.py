"""Who holds a step of the internal process, and to whom it is being handed."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Holder:
    """The one person who works a step; `given_by` is who put it with them, themselves for a claim."""

    subject: str
    name: str
    since: datetime
    given_by: str
    on_behalf_of: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """A step offered by its holder to a colleague; the holder keeps it until the colleague confirms."""

    to: str
    to_name: str
    by: str
    by_name: str
    at: datetime
    note: str
