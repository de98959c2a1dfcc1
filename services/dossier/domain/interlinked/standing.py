"""Where a submission stands, and how it ended."""

from enum import StrEnum


class ParentState(StrEnum):
    """Where the submission stands."""

    RUNNING = "RUNNING"
    DECISION_NEEDED = "DECISION_NEEDED"
    ENDED = "ENDED"


class Outcome(StrEnum):
    """How it ended; NONE while it runs."""

    NONE = ""
    GRANTED = "GRANTED"
    PARTLY = "PARTLY"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
