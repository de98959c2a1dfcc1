"""Where handlers keep what the catalogue published."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol


class Published(Protocol):
    """Keeps publications; a copy never goes back to an older one, one changed by hand is written anew."""

    async def put_procedure(self, data: dict[str, Any], sequence: int) -> None:
        """Keep a version of a procedure."""

    async def put_process(self, data: dict[str, Any], sequence: int) -> None:
        """Keep a version of a process."""

    async def put_agency(self, data: dict[str, Any], sequence: int) -> None:
        """Keep an agency."""

    async def put_staff(self, subject: str, data: dict[str, Any], sequence: int) -> None:
        """Keep who acts for whom."""

    async def put_form(self, data: dict[str, Any], sequence: int) -> None:
        """Keep the form in force of a procedure."""

    async def put_calendar(self, data: dict[str, Any], sequence: int, decided_at: datetime) -> None:
        """Keep a calendar's year, and every version of it with when it was decided."""

    async def put_group(self, data: Mapping[str, Any], sequence: int) -> None:
        """Keep an interlinked group."""

    async def put_point(self, data: Mapping[str, Any], sequence: int) -> None:
        """Keep a one-stop point."""
