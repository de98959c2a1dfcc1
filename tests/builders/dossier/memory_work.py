"""The control slip, the post and the staff directory, in memory."""

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.dossier.domain.desk.post import OPEN, PostItem
from services.dossier.domain.mandates import is_away
from services.dossier.domain.work.colleagues import Colleague, has_place
from services.dossier.domain.work.slip import SlipRow

if TYPE_CHECKING:
    from tests.builders.dossier.memory import MemoryDatabase, MemoryWork


class MemorySlips:
    """Rows are added; a row is confirmed or taken back once."""

    def __init__(self, work: "MemoryWork") -> None:
        self._work = work

    def add(self, row: SlipRow, *, received_at: datetime | None = None) -> None:
        kept = {**asdict(row), "received_at": received_at, "taken_back_at": None}
        for side in ("giver", "receiver"):
            kept |= {f"{side}_{name}": value for name, value in kept.pop(side).items()}
        self._work.writes.append(lambda database: database.slips.update({row.id: kept}))

    def confirm(self, dossier_id: UUID, *, subject: str, name: str, at: datetime) -> None:
        self._close(dossier_id, received_at=at, receiver_subject=subject, receiver_name=name)

    def take_back(self, dossier_id: UUID, *, at: datetime) -> None:
        self._close(dossier_id, taken_back_at=at)

    def _close(self, dossier_id: UUID, **changed: Any) -> None:
        # What the same unit adds is not there yet, as in one statement of PostgreSQL.
        waiting = [
            key
            for key, row in self._work.database.slips.items()
            if row["dossier_id"] == dossier_id and row["received_at"] is row["taken_back_at"] is None
        ]

        def write(database: "MemoryDatabase") -> None:
            for key in waiting:
                database.slips[key] = {**database.slips[key], **changed}

        self._work.writes.append(write)

    async def rows(self, dossier_id: UUID) -> Sequence[dict[str, Any]]:
        found = [row for row in self._work.database.slips.values() if row["dossier_id"] == dossier_id]
        order: Callable[[dict[str, Any]], tuple[int, UUID]] = lambda row: (row["version"], row["id"])  # noqa: E731 - typed.
        return sorted(found, key=order)


class MemoryPost:
    """Letters on their way, one open a dossier; lists are kept on PostgreSQL only."""

    def __init__(self, work: "MemoryWork") -> None:
        self._work = work

    async def open_item(self, dossier_id: UUID) -> PostItem | None:
        items = self._work.database.post_items.values()
        found = (one for one in items if one.dossier_id == dossier_id and one.state in OPEN)
        return copy(next(found, None))

    def save_item(self, item: PostItem) -> None:
        self._work.writes.append(lambda database: database.post_items.update({item.id: item}))


class MemoryDesk:
    """The front desk, as far as dossiers ask it."""

    def __init__(self, work: "MemoryWork") -> None:
        self.post = MemoryPost(work)


class MemoryColleagues:
    """The staff directory."""

    def __init__(self, work: "MemoryWork") -> None:
        self._database = work.database

    async def find(self, subject: str) -> Colleague | None:
        found = self._database.staff.get(subject)
        return Colleague(found[1], self._delegates(subject)) if found else None

    def _delegates(self, subject: str) -> list[dict[str, Any]]:
        entries = sorted(self._database.staff.items())
        return [
            data
            for _, (_, data) in entries
            if any(given.get("giver") == subject for given in data.get("delegations") or ())
        ]

    async def units(self, agency: str) -> Sequence[str] | None:
        found = self._database.agencies.get(agency)
        return found[1].get("units") or [] if found else None

    async def held_by_absent(self, today: date, after: UUID, limit: int) -> Sequence[UUID]:
        held = [
            (one.id, one.step.holder.subject)
            for one in self._database.dossiers.values()
            if one.step is not None and one.step.holder is not None
        ]
        absent = [
            key
            for key, subject in held
            if key > after
            and subject in self._database.staff
            and is_away(self._database.staff[subject][1], today)
            and self._delegates(subject)
        ]
        return sorted(absent)[:limit]

    async def held_without_place(self, today: date, after: UUID, limit: int) -> Sequence[UUID]:
        held = [
            one.id
            for one in self._database.dossiers.values()
            if one.step is not None
            and one.step.holder is not None
            and one.step.holder.subject in self._database.staff
            and not has_place(
                Colleague(self._database.staff[one.step.holder.subject][1]), one, one.step, day=today
            )
        ]
        return sorted(one for one in held if one > after)[:limit]
