"""The store of what the catalogue published."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from eforms.form import Form
from services.dossier.domain.ends import Ends, Move
from services.dossier.domain.mandates import Mandate
from services.dossier.use_cases.ports.records import Grounds, Intake
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

    async def grounds(
        self,
        procedure: tuple[str, int, str],
        process: tuple[str, int, str] | None,
        calendar: tuple[str, str] | None,
    ) -> Grounds:
        """Return definitions by code, version and stamp, a calendar by code and stamp."""

    async def form_of(self, code: str, sequence: int | None) -> Form | None:
        """Return a version of a procedure's form, None for none; raise `CopyChanged` where it is gone."""

    async def component(self, procedure_code: str, component_code: str, today: date) -> dict[str, Any] | None:
        """Return a component of the version of a procedure that is in force."""

    async def identification_levels(self, procedures: Sequence[str], today: date) -> Sequence[int | None]:
        """Return what the newest versions begun ask for, of the procedures that are known."""

    async def mandates(self, subject: str, day: date) -> Sequence[Mandate]:
        """Return what an officer holds in others' places on a day."""

    async def ends(self, today: date) -> Ends:
        """Return who goes on for whom today, as far as it can be relied on."""

    async def to_continue(self, ends: Ends, *, past: Collection[UUID], limit: int) -> Sequence[Move]:
        """Return running dossiers of agencies that ended and who goes on, but for some."""

    async def to_realign(self, ends: Ends, *, past: Collection[UUID], limit: int) -> Sequence[Move]:
        """Return running dossiers that go on as told before, and who goes on now (empty: itself)."""

    async def left(self, ends: Ends) -> Collection[str]:
        """Return the agencies of which a running dossier still goes on as told before."""

    async def to_hand_on(self, ends: Ends, *, past: Collection[UUID], limit: int) -> Sequence[Move]:
        """Return dossiers that had ended, and who keeps them now (empty: itself), the newest first."""

    async def not_handed_on(self, ends: Ends) -> Collection[str]:
        """Return the agencies a word of which says otherwise than an ended dossier does who keeps it."""

    async def hold_words(self, ends: Ends, agencies: Collection[str]) -> None:
        """Let no new word of these agencies be heard until the unit ends; raise `Stale` where one was."""

    def settle(self, agency: str, heard_at: datetime) -> None:
        """Queue that nothing goes on as was told before this word; a later one is looked at anew."""

    async def hold_to_close(self, agencies: Collection[str]) -> None:
        """Let nobody move anything to these agencies until the unit ends."""

    def close_continued(self, agencies: Collection[str], at: datetime, *, heard_before: datetime) -> None:
        """Queue that of these agencies nothing is left to continue, unless another word was heard since."""

    def reopen(self, agencies: Collection[str]) -> None:
        """Queue that running dossiers of these agencies are looked for again."""

    async def calendars(self) -> Mapping[str, WorkCalendar]:
        """Return every working calendar by its code."""
