"""What an import would change: items compared with what is held, versions laid out in time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from services.catalog.domain.items import NOTHING, Item, ItemKind, Outcome, Source, canonical, digest_of
from services.catalog.domain.procedure import ALL_COMMUNES, compose, declared_start, is_abolished
from services.catalog.domain.references import KnownItems, judge
from services.catalog.domain.search_terms import MARKED, terms_of
from services.catalog.domain.text import fold


@dataclass(frozen=True, slots=True)
class Change:
    """An entry to write: its data as one canonical text, and the version it gets."""

    kind: ItemKind
    code: str
    version: int
    text: str
    digest: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SourceChange:
    """What one source now says of a procedure."""

    code: str
    text: str
    digest: str
    raw: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVersion:
    """A version of a procedure, and what becomes of the one before it.

    `closes_on` is the last day of the earlier version; None when it never applied alone and is superseded.
    """

    change: Change
    valid_from: date
    is_abolished: bool
    earlier: int
    closes_on: date | None
    terms: Sequence[str]
    size: int


@dataclass(slots=True)
class Plan:
    """Everything an import writes."""

    source: Source
    items: list[Item] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    sources: list[SourceChange] = field(default_factory=list)
    versions: list[NewVersion] = field(default_factory=list)

    @property
    def refused(self) -> list[Item]:
        """The items that cannot be taken."""
        return [item for item in self.items if item.outcome is Outcome.REFUSED]


def make_plan(source: Source, items: list[Item], known: KnownItems, today: date) -> Plan:
    """Judge and compare every item; refused ones change nothing."""
    if source is Source.NATIONAL:
        items = [*_sectors_of(items, known), *items]
    judge(items, known)
    plan = Plan(source, items)
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
            _plan_procedure(plan, item, known, names, today)
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


def _plan_entry(plan: Plan, item: Item, known: KnownItems) -> None:
    held = known.get((item.kind, item.code), NOTHING)
    text = canonical(item.data)
    digest = digest_of(text)
    if held.digest == digest:
        return
    item.outcome = Outcome.CHANGED if held.version else Outcome.NEW
    plan.changes.append(Change(item.kind, item.code, held.version + 1, text, digest, item.data))


def _plan_procedure(
    plan: Plan, item: Item, known: KnownItems, sectors: Mapping[str, str], today: date
) -> None:
    held = known.get((item.kind, item.code), NOTHING)
    said = canonical(item.data)
    said_digest = digest_of(said)
    if held.source_digest != said_digest:
        raw = canonical(item.raw) if item.raw is not None else None
        plan.sources.append(SourceChange(item.code, said, said_digest, raw))
    national, local = (item.data, held.other) if plan.source is Source.NATIONAL else (held.other, item.data)
    record = compose(national, local)
    record["sector_name"] = sectors.get(record["sector"], record.get("sector_name"))
    text = canonical(record)
    digest = digest_of(text)
    if held.digest == digest:
        return
    item.outcome = Outcome.CHANGED if held.version else Outcome.NEW
    start, closes_on = place_in_time(declared_start(record), held.valid_from, today)
    terms = terms_of(record["name"], *(record.get("keywords") or []), *(record.get("synonyms") or []))
    change = Change(item.kind, item.code, held.version + 1, text, digest, record)
    plan.versions.append(
        NewVersion(
            change=change,
            valid_from=start,
            is_abolished=is_abolished(record),
            earlier=held.version,
            closes_on=closes_on,
            terms=terms,
            size=sum(
                1 for term in terms_of(record["name"]) if " " not in term and not term.startswith(MARKED)
            ),
        )
    )


def place_in_time(declared: date | None, earlier: date | None, today: date) -> tuple[date, date | None]:
    """Return the first day of a new version and the last day of the one before.

    A decision that takes effect later than the earlier version began decides the day. Otherwise the change
    is a correction: it applies from today, because what was published was acted upon and history is not
    rewritten. A version that would not have a day of its own is superseded (no last day).
    """
    if earlier is None:
        return declared or today, None
    start = declared if declared is not None and declared > earlier else max(today, earlier)
    return start, start - timedelta(days=1) if start > earlier else None


def agencies_of(record: Mapping[str, Any]) -> list[str]:
    """Return the agencies a procedure is found under: codes, or the word for every commune."""
    agencies = record.get("performing_agencies") or []
    return [ALL_COMMUNES] if agencies == ALL_COMMUNES else [code for code in agencies if code]
