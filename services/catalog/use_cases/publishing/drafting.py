"""Writes drafts of procedures and hands them on: an editor writes, another person approves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import Invalid, Stale
from kernel.core.ids import new_id
from services.catalog.domain.errors import NoSuchProcedure
from services.catalog.domain.identifiers import agency_code, national_code
from services.catalog.domain.items import Item, ItemKind, Known, Source
from services.catalog.domain.parts import NATIONAL_LINE, KnownProcedure, Line
from services.catalog.domain.publishing.differences import differences
from services.catalog.domain.publishing.drafts import Draft, require_editor, require_reader
from services.catalog.domain.publishing.errors import (
    BaseMoved,
    DraftExists,
    DraftUnsound,
    NoSuchDraft,
    NothingChanged,
    NotOwnTerritory,
)
from services.catalog.domain.publishing.fields import completeness, read_record, reason_codes
from services.catalog.domain.references import judge
from services.catalog.use_cases.ports import Work

KnownItems = Mapping[tuple[ItemKind, str], Known]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A draft as it stands: its faults, the obligatory parts it misses, its base now, what it changes."""

    draft: Draft
    faults: Sequence[tuple[str, str]]
    missing: Sequence[str]
    base_now: int
    differences: Sequence[Mapping[str, Any]]

    @property
    def is_base_moved(self) -> bool:
        """Tell whether the base is no longer the last version of its chain."""
        return self.base_now != self.draft.base


def line_of(agency: str, part: Source) -> Line:
    """Return the chain a draft continues."""
    return NATIONAL_LINE if part is Source.NATIONAL else Line(agency, part)


def territory(by: Caller, given: str) -> str:
    """Return the agency an editor publishes for: the root of their own; raise for another root."""
    own = (agency_code(by.agency) or "").partition(".")[0]
    wanted = agency_code(given) if given else own
    if wanted is None:
        raise Invalid(fields=[("agency", "Không phải mã định danh cơ quan")])
    if not own or wanted.partition(".")[0] != own:
        raise NotOwnTerritory
    return wanted


def _base(held: KnownProcedure, line: Line) -> int:
    last = held.last(line)
    return last.period.number if last else 0


def _procedure(known: KnownItems, code: str) -> KnownProcedure:
    found = known.get((ItemKind.PROCEDURE, code))
    return (found.procedure if found else None) or KnownProcedure()


async def open_draft(
    code: str,
    *,
    agency: str,
    part: Source,
    from_version: int | None,
    data: Mapping[str, Any] | None,
    by: Caller,
    work: Work,
    now: datetime,
) -> Verdict:
    """Begin a draft: of a published version (`from_version`; None: the last of its chain), or from nothing.

    Raises `DraftExists`, `NoSuchProcedure`, `NotOwnTerritory`; what `data` says stands over what is copied.
    """
    require_editor(by)
    national = national_code(code)
    if national is None:
        raise Invalid(fields=[("code", "Không phải mã thủ tục hành chính")])
    line = line_of(territory(by, agency), part)
    known = await work.publishing.known([national])
    held = _procedure(known, national)
    if await work.publishing.open_draft(national, territory(by, agency), part.value):
        raise DraftExists
    start = await _start(national, held, line, from_version, work)
    draft = Draft(
        id=new_id(),
        code=national,
        agency=territory(by, agency),
        part=part,
        base=_base(held, line),
        data={**start, **(data or {}), "code": national},
        authors=(by.subject,),
        changed_at=now,
        history=({"at": now.isoformat(), "by": by.subject, "name": by.name, "what": "OPENED", "note": ""},),
    )
    work.publishing.add_draft(draft)
    return await judged(draft, known, work)


_NOT_COPIED = frozenset(
    [
        "publishing_agency",
        "version",
        "valid_from",
        "valid_to",
        "visibility",
        "agency",
        "national",
        "decision",
        "successors",
        "sector_name",
    ]
)


async def _start(
    code: str, held: KnownProcedure, line: Line, from_version: int | None, work: Work
) -> dict[str, Any]:
    if from_version is None:
        last = held.last(line)
        found: Mapping[str, Any] | None = last.data if last else None
        if found is None:
            return {}
    else:
        found = await work.publishing.version(code, from_version)
        if found is None:
            raise NoSuchProcedure
    return {name: value for name, value in found.items() if name not in _NOT_COPIED}


_SET_BY_DECISION = frozenset({"decision", "publishing_agency", "successors"})


def _said(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an editor says, read whole: without what the decision will write, with every default."""
    read, _ = read_record(data)
    return {name: value for name, value in read.items() if name not in _SET_BY_DECISION}


async def judged(draft: Draft, known: KnownItems, work: Work) -> Verdict:
    """Return what speaks for and against a draft now."""
    held = _procedure(known, draft.code)
    line = line_of(draft.agency, draft.part)
    last = held.last(line)
    record, faults = read_record(draft.data)
    if not faults:
        faults = [*_references({draft.id: record}, known)[draft.id]]
        faults += _reason_faults(record, await offered_reasons([record], work))
    return Verdict(
        draft,
        faults,
        completeness(draft.data),
        last.period.number if last else 0,
        differences(_said(last.data) if last and last.data else None, _said(draft.data)),
    )


def _references(
    records: Mapping[UUID, Mapping[str, Any]], known: KnownItems
) -> dict[UUID, list[tuple[str, str]]]:
    """Return what references say against each sound record, as (field path, reason)."""
    items = {
        key: Item(ItemKind.PROCEDURE, str(record["code"]), dict(record)) for key, record in records.items()
    }
    judge(items.values(), known)
    found: dict[UUID, list[tuple[str, str]]] = {}
    for key, item in items.items():
        parts = (reason.partition(": ") for reason in item.reasons)
        found[key] = [(path, text) for path, _, text in parts]
        for name in ("competent_agency", "delegated_to", "coordinating_agencies"):
            named = item.data.get(name) or []
            codes = [named] if isinstance(named, str) else named
            if any((ItemKind.AGENCY, code) not in known for code in codes):
                found[key].append((name, "cơ quan không có trong danh mục"))
    return found


async def offered_reasons(records: Sequence[Mapping[str, Any]], work: Work) -> frozenset[tuple[str, str]]:
    """Return (kind, code) of what the library offers, read only when some record names a reason."""
    if not any(record.get("standard_reasons") for record in records):
        return frozenset()
    return frozenset((one.kind, one.code) for one in await work.publishing.reasons("", "") if one.is_active)


def _reason_faults(record: Mapping[str, Any], offered: frozenset[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return which standard reasons a record names that the library does not offer."""
    return [
        (f"standard_reasons.{kind.lower()}", "có lý do không có trong thư viện")
        for kind, codes in reason_codes(record).items()
        if any((kind, code) not in offered for code in codes)
    ]


def faults_of(
    drafts: Sequence[Draft], known: KnownItems, offered: frozenset[tuple[str, str]]
) -> dict[UUID, list[str]]:
    """Return what stands against drafts' records, for many at once."""
    found: dict[UUID, list[str]] = {}
    sound: dict[UUID, Mapping[str, Any]] = {}
    for draft in drafts:
        record, faults = read_record(draft.data)
        if faults:
            found[draft.id] = [f"{path}: {reason}" for path, reason in faults]
        else:
            sound[draft.id] = record
    for key, said in _references(sound, known).items():
        told = [*said, *_reason_faults(sound[key], offered)]
        found[key] = [f"{path}: {reason}" for path, reason in told]
    return found


async def read_draft(draft_id: UUID, *, by: Caller, work: Work) -> Verdict:
    """Return a draft with its faults and differences."""
    require_reader(by)
    draft = await work.publishing.draft(draft_id)
    if draft is None:
        raise NoSuchDraft
    return await judged(draft, await work.publishing.known([draft.code]), work)


async def _seen(draft_id: UUID, seen: int, work: Work) -> Draft:
    draft = await work.publishing.draft(draft_id)
    if draft is None:
        raise NoSuchDraft
    if draft.version != seen:
        raise Stale
    return draft


async def change_draft(
    draft_id: UUID,
    data: Mapping[str, Any],
    base: int | None,
    *,
    seen: int,
    by: Caller,
    work: Work,
    now: datetime,
) -> Verdict:
    """Write other content; `base` says which version it was compared with, and must be the last (rebase)."""
    require_editor(by)
    draft = await _seen(draft_id, seen, work)
    territory(by, draft.agency)
    known = await work.publishing.known([draft.code])
    now_base = _base(_procedure(known, draft.code), line_of(draft.agency, draft.part))
    if base is not None and base != now_base:
        raise BaseMoved(extra={"base": now_base})
    if data.get("code", draft.code) != draft.code:
        raise Invalid(fields=[("data.code", "Mã của dự thảo không đổi được")])
    changed = draft.edited({**data, "code": draft.code}, draft.base if base is None else base, by=by, now=now)
    work.publishing.keep_drafts([changed])
    return await judged(changed, known, work)


async def hand_over_draft(draft_id: UUID, *, seen: int, by: Caller, work: Work, now: datetime) -> Verdict:
    """Hand a draft to review; only what could be published: `DraftUnsound`, `BaseMoved`, `NothingChanged`."""
    require_editor(by)
    draft = await _seen(draft_id, seen, work)
    territory(by, draft.agency)
    changed = replace(draft.handed_over(by=by, now=now), data=read_record(draft.data)[0])
    verdict = await judged(changed, await work.publishing.known([draft.code]), work)
    if verdict.is_base_moved:
        raise BaseMoved(extra={"base": verdict.base_now})
    if verdict.faults:
        raise DraftUnsound(fields=verdict.faults, extra={"missing": list(verdict.missing)})
    if not verdict.differences:
        raise NothingChanged
    work.publishing.keep_drafts([changed])
    return verdict


async def settle_draft(
    draft_id: UUID, step: str, reason: str = "", *, seen: int, by: Caller, work: Work, now: datetime
) -> Draft:
    """Return (with a reason), approve or withdraw a draft, each by whoever may."""
    draft = await _seen(draft_id, seen, work)
    if step == "return":
        changed = draft.returned(reason, by=by, now=now)
    elif step == "approve":
        changed = draft.approved(by=by, now=now)
    else:
        changed = draft.withdrawn(reason, by=by, now=now)
    territory(by, draft.agency)
    work.publishing.keep_drafts([changed])
    return changed
