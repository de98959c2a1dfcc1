"""Parents, children and their history in PostgreSQL.

A child's row has two writers that never meet: the commit that moves its dossier writes `told`, whoever goes
on with the parent writes the rest, guarded by the parent's version. News is `told_version > looked`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import structlog

from kernel.core.errors import NotFound
from kernel.core.event import Event
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.ends import Ends
from services.dossier.domain.errors import RowChanged
from services.dossier.domain.interlinked.child import Told
from services.dossier.domain.interlinked.parent import Parent
from services.dossier.domain.results.register import Registered
from services.dossier.store.attachments import attachment_of
from services.dossier.store.continuations import end_rows
from services.dossier.store.copies import Copies
from services.dossier.store.interlinked import statements as sql
from services.dossier.store.interlinked.rows import child_columns, parent_columns, parent_of, told_columns
from services.dossier.store.results import PostgresResults
from services.dossier.store.shown import shown, sound_authority
from services.dossier.use_cases.ports.records import Attachment
from services.dossier.use_cases.sealed_rows import RowSeals

_PARENTS, _CHILDREN, _HISTORY = "interlinked_parents", "interlinked_children", "interlinked_history"
_log = structlog.get_logger()


class PostgresInterlinked:
    """Submissions over several dossiers."""

    def __init__(self, unit: UnitOfWork, results: PostgresResults, rows: RowSeals, copies: Copies) -> None:
        self._unit = unit
        self._rows = rows
        self._copies = copies
        self._results = results
        self._loaded: dict[tuple[UUID, str], dict[str, Any]] = {}

    async def group(self, code: str) -> Mapping[str, Any] | None:
        """Return a group as the catalogue published it last."""
        row = await self._unit.fetch_one(sql.GROUP, code=code)
        if row is None:
            return None
        self._copies.require("interlinked_groups", [row])
        found: Mapping[str, Any] = row["data"]
        return found

    def add(self, parent: Parent, group: Mapping[str, Any], event: Event, actor: str) -> None:
        """Queue a new submission with its children and its first entry of history."""
        row = {**parent_columns(parent), "lead_agency": parent.lead_agency, "group_data": dict(group)}
        self._unit.write(sql.ADD, **row, seals=self._rows.made(_PARENTS, row))
        for position, child in enumerate(parent.children.values()):
            own = {**child_columns(parent, child), "position": position, "dossier_id": child.dossier_id}
            row = {**own, **told_columns(child)}
            self._unit.write(sql.ADD_CHILD, **row, seals=self._rows.made(_CHILDREN, row))
        self._add_history(parent, event, actor)

    def save(self, parent: Parent, event: Event, actor: str) -> None:
        """Queue a changed one, those of its children that changed, and its entry of history."""
        self._save(sql.SAVE, parent, "course", "kept")
        self._save_children(parent)
        self._add_history(parent, event, actor)

    def mark(self, parent: Parent) -> None:
        """Queue that its children's news were looked at; nothing else changed."""
        self._save(sql.MARK, parent, "kept")
        self._save_children(parent)

    def _save(self, statement: Statement, parent: Parent, *groups: str) -> None:
        row = parent_columns(parent)
        names = [one for one in statement.names if one != "seals"]
        seals = self._rows.made(_PARENTS, row, *groups)
        self._unit.write(statement, **{name: row[name] for name in names}, seals=seals)

    def _save_children(self, parent: Parent) -> None:
        for child in parent.children.values():
            own, told = child_columns(parent, child), told_columns(child)
            before = self._loaded[parent.id, child.procedure]
            if told != {name: before[name] for name in told}:
                row = {**own, **told}
                seals = self._rows.made(_CHILDREN, row, "course", "told")
                self._unit.write(sql.BEGIN_CHILD, **row, seals=seals)
            elif own != {name: before[name] for name in own}:
                self._unit.write(sql.SAVE_CHILD, **own, seals=self._rows.made(_CHILDREN, own, "course"))

    def _add_history(self, parent: Parent, event: Event, actor: str) -> None:
        row = {
            "parent_id": parent.id,
            "version": parent.version,
            "event_id": event.id,
            "type": event.type,
            "at": event.occurred_at,
            "actor": actor,
            "data": event.data,
        }
        self._unit.write(sql.HISTORY, **row, seals=self._rows.made(_HISTORY, row))

    def child_told(self, parent_id: UUID, procedure: str, told: Told) -> None:
        """Queue what a child's history, or the system that works it, says now."""
        row = {"parent_id": parent_id, "procedure_code": procedure, "told_version": told.version}
        row |= {"told": told}
        self._unit.write(sql.TOLD, **row, seals=self._rows.made(_CHILDREN, row, "told"))

    async def hold(self, parent_id: UUID) -> Parent:
        """Return a submission nobody else goes on with until the unit ends; raise `NotFound`.

        Held first and read then: what the one before wrote is seen.
        """
        await self._unit.begin()
        await self._unit.fetch(sql.HOLD, id=parent_id)
        return await self.load(parent_id)

    async def load(self, parent_id: UUID) -> Parent:
        """Return a submission with its children; raise `NotFound`, `RowChanged` for one changed by hand."""
        row = await self._unit.fetch_one(sql.LOAD, id=parent_id)
        if row is None:
            raise NotFound
        if not self._is_sound(row):
            raise RowChanged
        return self._loaded_from(row)

    def _loaded_from(self, row: Any) -> Parent:
        self._rows.see(_PARENTS, row)
        parent = self._parent(row)
        doubted = set(row["unproven"])
        for item in row["children"]:
            self._rows.see(_CHILDREN, item)
            if not shown(_CHILDREN, item, self._rows, "told"):
                doubted.add(item["procedure_code"])
        for code in doubted:
            parent.children[code].is_proven = False
            _log.error("what a member told is not what its dossier says", parent=str(parent.id), member=code)
        for child in parent.children.values():
            before = {**child_columns(parent, child), **told_columns(child)}
            self._loaded[parent.id, child.procedure] = before
        return parent

    def _is_sound(self, row: Any) -> bool:
        """Tell whether a submission is what was kept, with each member of its group and no other."""
        if not shown(_PARENTS, row, self._rows):
            return False
        members = {one["procedure"] for one in row["group_data"]["members"]}
        children = row["children"] or ()
        return members == {one["procedure_code"] for one in children} and all(
            shown(_CHILDREN, one, self._rows, "given", "course") for one in children
        )

    async def unproven(self) -> list[tuple[UUID, str]]:
        """Return the members that told what their own dossiers do not say, each with its submission."""
        rows = await self._unit.fetch(sql.ALL_UNPROVEN)
        return [(UUID(int=row["parent_id"].int), row["procedure_code"]) for row in rows]

    async def to_advance(self, now: datetime, limit: int, past: Collection[UUID] = ()) -> list[UUID]:
        """Return submissions but for some whose children have news, or whose look-at moment has come."""
        rows = await self._unit.fetch(sql.TO_ADVANCE, now=now, limit=limit, past=list(past))
        return [row["parent_id"] for row in rows]

    async def is_taken(self, source: str, outside_code: str, parent_id: UUID, procedure: str) -> bool:
        """Tell whether another member has this outside code."""
        given = {"source": source, "outside_code": outside_code}
        return bool(
            await self._unit.fetch_value(sql.TAKEN, **given, parent_id=parent_id, procedure=procedure)
        )

    async def results(self, dossier_ids: Sequence[UUID]) -> list[tuple[Registered, list[Attachment]]]:
        """Return the results in force of these dossiers, with their files; a corrected one's as its own."""
        rows = await self._unit.fetch(sql.RESULTS, ids=list(dossier_ids))
        found = []
        for row in rows:
            entry = await self._results.find(row["id"])
            if entry is not None:
                own = replace(entry, dossier_id=UUID(int=row["of_dossier"].int))
                found.append((own, [attachment_of(item) for item in row["files"] or ()]))
        return found

    async def listed(
        self,
        *,
        subjects: Sequence[str],
        index: bytes | None,
        agency: str,
        today: date,
        before: UUID,
        limit: int,
    ) -> list[Parent]:
        """Return a party's submissions, or those an agency has a part in, newest first.

        One handed in for somebody else is its submitter's only while their authority holds today.
        """
        if agency:
            rows = await self._unit.fetch(sql.OF_AGENCY, agency=agency, before=before, limit=limit)
        else:
            asked = {"subjects": list(subjects), "index": index, "today": today}
            rows = await self._unit.fetch(sql.OF_PARTY, **asked, before=before, limit=limit)
        return [self._parent(row) for row in rows if self._is_sound(row)]

    def _parent(self, row: Any) -> Parent:
        return parent_of(sound_authority(row, self._rows))

    async def to_continue(
        self, ends: Ends, *, past: Collection[UUID], limit: int
    ) -> list[tuple[UUID, list[str]]]:
        """Return submissions, ended ones too and but for some, and the ended agencies with a part in them."""
        codes = [one for one in ends.going_on if ends.words[one].is_open]
        if not codes:
            return []
        found = await self._unit.fetch(sql.TO_CONTINUE, codes=codes, past=list(past), limit=limit)
        return [(UUID(int=row["id"].int), row["ended"]) for row in found]

    async def to_realign(self, ends: Ends, *, past: Collection[UUID], limit: int) -> list[UUID]:
        """Return submissions, but for some, in which another than who keeps a place now answers for it."""
        codes = [code for code, word in ends.words.items() if word.names or word.is_told_anew]
        places = end_rows(ends, codes, ends.keeper)
        found = await self._unit.fetch(sql.TO_REALIGN, ends=places, past=list(past), limit=limit)
        return [UUID(int=row["id"].int) for row in found]

    async def hold_as_last(self, dossier_id: UUID) -> Parent | None:
        """Return the submission all of whose other dossiers are destroyed, held; None for any other.

        Held first and asked then: of two that go at once, the second finds itself the last.
        """
        await self._unit.begin()
        parent_id = await self._unit.fetch_value(sql.HOLD_OF, dossier_id=dossier_id)
        if parent_id is None or await self._unit.fetch_value(
            sql.IS_KEPT, id=parent_id, dossier_id=dossier_id
        ):
            return None
        # What was changed by hand keeps nobody's data: it goes as well, and stays named.
        return self._loaded_from(await self._unit.fetch_one(sql.LOAD, id=parent_id))

    async def entries(self, parent_id: UUID) -> dict[int, dict[str, Any]]:
        """Return what each entry of a submission's history says, by version."""
        return {row["version"]: row["data"] for row in await self._unit.fetch(sql.ENTRIES, id=parent_id)}

    def destroy(self, parent: Parent, event: Event, remains: Mapping[int, Mapping[str, Any]]) -> None:
        """Queue what remains of a destroyed one; the database lets only an approved list do this."""
        self._save(sql.EMPTY, parent, "whose", "course", "kept")
        self._save_children(parent)
        rows = [
            {"version": version, "data": data, "seals": self._seals_of_remains(parent.id, version, data)}
            for version, data in remains.items()
        ]
        self._unit.write(sql.REDUCE, parent_id=parent.id, rows=rows)
        self._add_history(parent, event, "")

    def _seals_of_remains(self, parent_id: UUID, version: int, data: Mapping[str, Any]) -> dict[str, str]:
        row = {"parent_id": parent_id, "version": version, "actor": "", "data": dict(data)}
        return self._rows.made(_HISTORY, row, "said")

    async def history(self, parent_id: UUID) -> list[dict[str, Any]]:
        """Return what happened to a submission, oldest first."""
        return [dict(row) for row in await self._unit.fetch(sql.OF_PARENT, id=parent_id)]
