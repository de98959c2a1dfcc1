"""The store of what the catalogue published."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from eforms.form import Form
from services.dossier.domain.holdings import Continuing
from services.dossier.domain.mandates import Mandate
from services.dossier.use_cases.ports.records import Intake
from worktime.calendar import WorkCalendar


class Catalogue(Protocol):
    """Local copies of what the catalogue published."""

    async def intake(
        self,
        procedure_code: str,
        agencies: Sequence[str],
        attachment_ids: Sequence[UUID],
        *,
        today: date,
        portal_code: str | None = None,
        calendar_of: str | None = None,
        owner_index: bytes | None = None,
        known_at: datetime | None = None,
    ) -> Intake:
        """Return what a submission needs; with `calendar_of`, that agency's calendar and process too.

        With `known_at`, the calendar is as it was decided by then.

        With `owner_index`, the owner's open dossiers of the same procedure are looked for.
        """

    async def form_of(self, code: str, sequence: int | None) -> Form | None:
        """Return a version of a procedure's form, None for none; raise `CopyChanged` where it is gone."""

    async def component(self, procedure_code: str, component_code: str, today: date) -> dict[str, Any] | None:
        """Return a component of the version of a procedure that is in force."""

    async def identification_levels(self, procedures: Sequence[str], today: date) -> Sequence[int | None]:
        """Return what the newest versions begun ask for, of the procedures that are known."""

    async def mandates(self, subject: str, day: date) -> Sequence[Mandate]:
        """Return what an officer holds in others' places on a day."""

    async def to_continue(self, today: date, limit: int) -> Sequence[tuple[UUID, str, Continuing]]:
        """Return running dossiers of agencies that ended, the ended one and who goes on."""

    async def told_anew(self) -> Mapping[str, datetime]:
        """Return the agencies whose end was told otherwise before, and when the last word of it was heard."""

    async def to_realign(self, today: date, limit: int) -> Sequence[tuple[UUID, str, Continuing | None]]:
        """Return running dossiers that go on as told before: whose agency, and who goes on (None: itself)."""

    def settle(self, agency: str, heard_at: datetime) -> None:
        """Queue that nothing goes on as was told before this word; a later one is looked at anew."""

    async def without_heir(self, today: date) -> Sequence[tuple[str, str]]:
        """Return agencies that ended, each with an heir nobody has told of here (empty: none was named)."""

    def close_continued(self, today: date, at: datetime) -> None:
        """Queue that agencies heard of an hour ago have no running dossier left to continue."""

    async def calendars(self) -> Mapping[str, WorkCalendar]:
        """Return every working calendar by its code."""
