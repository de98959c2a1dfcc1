"""What an import would change: items compared with what is held, versions laid out in time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.catalog.domain.calendars.composing import carried_over
from services.catalog.domain.items import (
    NOTHING,
    Item,
    ItemKind,
    Known,
    Outcome,
    Source,
    canonical,
    digest_of,
)
from services.catalog.domain.parts import NATIONAL_LINE, KnownProcedure, Line, PartChange, Publication
from services.catalog.domain.procedure import ALL_COMMUNES, declared_start, is_abolished
from services.catalog.domain.references import KnownItems, judge
from services.catalog.domain.text import fold
from services.catalog.domain.timeline import NATION


@dataclass(frozen=True, slots=True)
class Change:
    """An entry to write: its data as one canonical text, and the version it gets."""

    kind: ItemKind
    code: str
    version: int
    text: str
    digest: str
    data: Mapping[str, Any]


@dataclass(slots=True)
class Plan:
    """Everything an import writes."""

    source: Source
    publication: Publication
    items: list[Item] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    @property
    def refused(self) -> list[Item]:
        """The items that cannot be taken."""
        return [item for item in self.items if item.outcome is Outcome.REFUSED]


def make_plan(
    source: Source, items: list[Item], known: KnownItems, *, by: str, at: datetime, agency: str = NATION
) -> Plan:
    """Judge and compare every item; refused ones change nothing.

    `agency` publishes what the document says of procedures that name no publishing agency of their own.
    """
    if source is Source.NATIONAL:
        items = [*_sectors_of(items, known), *items]
    judge(items, known)
    plan = Plan(source, Publication(by, at), items)
    names = {
        code: str(one.data.get("name")) for (kind, code), one in known.items() if kind is ItemKind.SECTOR
    }
    names |= {
        item.code: item.data["name"] for item in items if item.kind is ItemKind.SECTOR and not item.reasons
    }
    for item in items:
        if item.reasons:
            item.outcome = Outcome.REFUSED
        elif item.kind is ItemKind.PROCEDURE:
            _plan_procedure(plan, item, known, names, agency)
        else:
            _plan_entry(plan, item, known)
    return plan


def _sectors_of(items: Sequence[Item], known: KnownItems) -> list[Item]:
    """Give national records the sector of the same name, and name the sectors nobody has yet."""
    codes = {
        fold(str(one.data.get("name"))): code
        for (kind, code), one in known.items()
        if kind is ItemKind.SECTOR
    }
    added: dict[str, Item] = {}
    for item in items:
        if item.reasons:
            continue
        name, code = item.data["sector_name"], item.data["sector"]
        item.data["sector"] = codes.setdefault(fold(name), code)
        if (ItemKind.SECTOR, item.data["sector"]) not in known:
            added.setdefault(
                item.data["sector"], Item(ItemKind.SECTOR, item.data["sector"], {"code": code, "name": name})
            )
    return list(added.values())


_DECIDED = (ItemKind.AGENCY, ItemKind.STAFF)


def _plan_entry(plan: Plan, item: Item, known: KnownItems) -> None:
    held = known.get((item.kind, item.code), NOTHING)
    text = canonical(item.data)
    digest = digest_of(text)
    if held.digest == digest:
        return
    if item.kind is ItemKind.CALENDAR:
        _plan_calendar(plan, item, held, digest)
        return
    item.outcome = Outcome.CHANGED if held.version else Outcome.NEW
    # What was decided here (mergers, delegations) stands over what a document says.
    decided = held.data.get("decided") if item.kind in _DECIDED else None
    data = {**item.data, **decided, "decided": decided} if decided else item.data
    text = canonical(data) if decided else text
    plan.changes.append(Change(item.kind, item.code, held.version + 1, text, digest, data))


def _plan_calendar(plan: Plan, item: Item, held: Known, digest: str) -> None:
    """Take a shipped year under the decisions made since; the digest stays the file's own."""
    data = carried_over(item.data, held.data)
    if data is None:
        return
    item.outcome = Outcome.CHANGED if held.version else Outcome.NEW
    plan.changes.append(Change(item.kind, item.code, held.version + 1, canonical(data), digest, data))


def _plan_procedure(
    plan: Plan, item: Item, known: KnownItems, sectors: Mapping[str, str], agency: str
) -> None:
    held = known.get((item.kind, item.code), NOTHING).procedure or KnownProcedure()
    text = canonical(item.data)
    change = PartChange(
        code=item.code,
        line=_line_of(plan.source, item, held, agency),
        data=item.data,
        text=text,
        digest=digest_of(text),
        raw=canonical(item.raw) if item.raw is not None else None,
        declared=declared_start(item.data),
        change_kind=_change_kind(item.data, held),
        is_abolished=is_abolished(item.data),
    )

    def name_sector(record: dict[str, Any]) -> None:
        record["sector_name"] = sectors.get(record["sector"], record.get("sector_name"))

    if plan.publication.take_all([change], held, name_sector):
        item.outcome = Outcome.CHANGED if held.version else Outcome.NEW


def _line_of(source: Source, item: Item, held: KnownProcedure, agency: str) -> Line:
    """Return the chain an entry continues; one that names nobody continues the only one there is."""
    if source is Source.NATIONAL:
        return NATIONAL_LINE
    named = item.data.get("publishing_agency")
    if named:
        return Line(str(named), source)
    return Line(held.agencies[0] if len(held.agencies) == 1 else agency, source)


def _change_kind(data: Mapping[str, Any], held: KnownProcedure) -> str:
    said = (data.get("decision") or {}).get("change_kind")
    return str(said) if said else ("AMENDED" if held.version else "NEW")


def agencies_of(record: Mapping[str, Any]) -> list[str]:
    """Return the agencies a procedure is found under: codes, or the word for every commune."""
    agencies = record.get("performing_agencies") or []
    return [ALL_COMMUNES] if agencies == ALL_COMMUNES else [code for code in agencies if code]
