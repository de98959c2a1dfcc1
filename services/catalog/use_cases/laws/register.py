"""Keeps the register of legal documents: read from procedures, completed and related by editors."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from kernel.core.caller import Caller
from kernel.core.errors import Stale
from services.catalog.domain.laws.citations import documents_of, read_bases
from services.catalog.domain.laws.errors import (
    DaysOutOfOrder,
    NoSuchDocument,
    NotANumber,
    RelationExists,
    RelationMakesRing,
    require_law_editor,
)
from services.catalog.domain.laws.numbers import LegalNumber, folded, read_number
from services.catalog.domain.laws.validity import (
    Period,
    Relation,
    RelationKind,
    end_of,
    makes_cycle,
    status_on,
    successors,
)
from services.catalog.use_cases.laws.ports import Row
from services.catalog.use_cases.ports import Work

BATCH = 500


async def read_citations(*, work: Work, now: datetime) -> int:
    """Read the legal bases of versions and drafts not read yet; return how many were."""
    unread = await work.laws.unread(BATCH)
    if unread:
        read = await asyncio.to_thread(lambda: [(one, read_bases(one.bases)) for one in unread])
        documents = documents_of(citation for _, bases in read for citation in bases.citations)
        work.laws.keep_readings(read, documents, now)
    return len(unread)


def number_of(written: str) -> LegalNumber:
    """Return the number; raise `NotANumber`."""
    number = read_number(written)
    if number is None:
        raise NotANumber
    return number


async def find_document(written: str, *, on: date, work: Work) -> dict[str, Any]:
    """Return a document as it stands on a day, with its relations and successors."""
    key = number_of(written).key
    found = await work.laws.find(key)
    if found is None:
        raise NoSuchDocument
    row, related = found
    upon = [one for one in related if one.target == key]
    every = await work.laws.relations() if any(one.kind is RelationKind.REPLACES for one in upon) else upon
    by_target: dict[str, list[Relation]] = {}
    for one in every:
        by_target.setdefault(one.target, []).append(one)
    return {
        **row,
        "status": status_on(_period(row), upon, on).value,
        "on": on.isoformat(),
        "relations": [
            {"actor": one.actor, "kind": one.kind.value, "target": one.target, "from_on": one.from_on}
            for one in related
        ],
        "successors": successors(key, by_target),
    }


async def search_documents(
    text: str, *, ended: bool | None, on: date, after: str, limit: int, work: Work
) -> Sequence[Row]:
    """Return documents by number (whole, or the part before the first slash) or by words of the title."""
    number = read_number(text) if any(char.isdigit() for char in text) else None
    words = folded(text).lower().replace("\\", "").replace("%", "").replace("_", "")
    key = number.key if number is not None else ""
    return await work.laws.search(key, words, ended, on, after, limit)


async def save_document(
    written: str, said: Mapping[str, Any], *, seen: int, by: Caller, work: Work, now: datetime
) -> dict[str, Any]:
    """Write what an editor knows of a document (`seen` 0: a new one); its end is computed anew."""
    require_law_editor(by)
    number = number_of(written)
    days = [day for day in (said["issued_on"], said["effective_on"], said["expires_on"]) if day is not None]
    if days != sorted(days):
        raise DaysOutOfOrder
    found = await work.laws.find(number.key)
    if (found[0]["version"] if found else 0) != seen:
        raise Stale
    upon = [one for one in found[1] if one.target == number.key] if found else []
    row = {
        **said,
        "key": number.key,
        "number": number.text,
        "kind": said["kind"] or number.kind,
        "issuer": said["issuer"] or number.issuer,
        "source": "EDITOR",
        "is_verified": True,
        "doubts": [],
        "history": [*_history(found), {"at": now.isoformat(), "by": by.subject, "what": "WRITTEN"}],
    }
    return {**row, **_save(row, upon, seen, work, now), "version": seen + 1}


async def relate_documents(
    actor: str,
    kind: RelationKind,
    target: str,
    from_on: date,
    provisions: str,
    *,
    by: Caller,
    work: Work,
    now: datetime,
    remove: bool = False,
) -> Relation:
    """Register, or take back, that one document replaces, repeals or amends another from a day on.

    The target's end is computed anew in the same commit. Raises `NoSuchDocument`, `RelationMakesRing`,
    `RelationExists`.
    """
    require_law_editor(by)
    relation = Relation(number_of(actor).key, kind, number_of(target).key, from_on)
    found = await work.laws.find(relation.target)
    if found is None or await work.laws.find(relation.actor) is None:
        raise NoSuchDocument
    row, related = found
    same = [one for one in related if (one.actor, one.kind, one.target) == _triple(relation)]
    if bool(same) is not remove:
        raise RelationExists
    others = [one for one in related if one.target == relation.target and one not in same]
    if remove:
        work.laws.unrelate(relation)
    else:
        if relation.actor == relation.target or makes_cycle(relation, await work.laws.relations()):
            raise RelationMakesRing
        work.laws.relate(relation, provisions, by.subject, now)
        others.append(relation)
    entry = {
        "at": now.isoformat(),
        "by": by.subject,
        "what": f"{'UN' if remove else ''}RELATED {relation.actor} {kind.value}",
    }
    kept = {name: row[name] for name in _KEPT} | {name: _day(row[name]) for name in _DAYS}
    _save({**kept, "history": [*row["history"], entry]}, others, row["version"], work, now)
    return relation


_KEPT = ("key", "number", "kind", "title", "issuer", "source", "is_verified", "doubts")
_DAYS = ("issued_on", "effective_on", "expires_on")


def _triple(one: Relation) -> tuple[str, RelationKind, str]:
    return one.actor, one.kind, one.target


def _save(
    row: Mapping[str, Any], upon: Sequence[Relation], seen: int, work: Work, now: datetime
) -> dict[str, Any]:
    end = end_of(Period(row["effective_on"], row["expires_on"]), upon)
    ended = {"ended_on": end[0] if end else None, "ended_as": end[1].value if end else None}
    work.laws.save({**row, **ended, "at": now}, seen)
    return ended


def _history(found: tuple[Row, Sequence[Relation]] | None) -> list[Any]:
    return list(found[0]["history"]) if found else []


def _period(row: Row) -> Period:
    return Period(_day(row["effective_on"]), _day(row["expires_on"]))


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value
