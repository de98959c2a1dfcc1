"""Publication decisions: what they publish, judged item by item before anything is written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.catalog.domain.items import Source, canonical, digest_of
from services.catalog.domain.parts import NATIONAL_LINE, KnownProcedure, Line, PartChange, Publication
from services.catalog.domain.publishing.drafts import Draft, ProcedureDraftState
from services.catalog.domain.timeline import in_force

KINDS = ("NEW", "AMENDED", "REPLACED", "ABOLISHED")
ENDING_KINDS = ("REPLACED", "ABOLISHED")
MOST_ITEMS = 2_000


class PublicationDecisionState(StrEnum):
    """Where a decision is."""

    OPEN = "OPEN"
    PUBLISHED = "PUBLISHED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionItem:
    """One procedure: NEW and AMENDED bring a draft, REPLACED and ABOLISHED end what is there."""

    code: str
    part: Source = Source.LOCAL
    kind: str
    draft_id: UUID | None = None
    successors: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A publication decision; `act` is the legal act it follows from, by which its deadline is counted.

    `authors` are all who ever wrote in it: none of them publishes it.
    """

    id: UUID
    number: str
    agency: str
    signed_on: date
    effective_on: date
    level: str = "PROVINCE"
    act: Mapping[str, Any] | None = None
    is_short: bool = False
    note: str | None = None
    items: Sequence[DecisionItem] = ()
    state: PublicationDecisionState = PublicationDecisionState.OPEN
    deadlines: Mapping[str, Any] = field(default_factory=dict)
    made_by: str
    authors: Sequence[str] = ()
    published_by: str | None = None
    published_at: datetime | None = None
    version: int = 1

    def of_record(self, kind: str) -> dict[str, Any]:
        """Return the decision as each record it publishes names it."""
        return {
            "number": self.number,
            "signed_on": self.signed_on.isoformat(),
            "effective_on": self.effective_on.isoformat(),
            "change_kind": kind,
            "agency": self.agency,
        }


@dataclass(slots=True)
class Judged:
    """An item with the reasons it cannot be published (code, Vietnamese text); none: `change` may be."""

    item: DecisionItem
    reasons: list[tuple[str, str]] = field(default_factory=list)
    change: PartChange | None = None

    def refuse(self, code: str, text: str) -> None:
        """Note a reason."""
        self.reasons.append((code, text))


def judge(
    decision: Decision,
    drafts: Mapping[UUID, Draft],
    known: Mapping[str, KnownProcedure],
    *,
    today: date,
    faults: Mapping[UUID, Sequence[str]],
) -> list[Judged]:
    """Return every item with what speaks against publishing it; `faults` are those of drafts' records."""
    times: dict[tuple[str, Source], int] = {}
    for item in decision.items:
        times[item.code, item.part] = times.get((item.code, item.part), 0) + 1
    coming = {item.code for item in decision.items if item.kind not in ENDING_KINDS}
    ending = {item.code for item in decision.items if item.kind in ENDING_KINDS}
    found = []
    for item in decision.items:
        judged = Judged(item)
        if decision.effective_on < today:
            judged.refuse("effective-in-the-past", "ngày hiệu lực đã qua")
        if decision.signed_on > today:
            judged.refuse("signed-in-the-future", "quyết định chưa đến ngày ký")
        if times[item.code, item.part] > 1:
            judged.refuse("twice-in-decision", "mã có hai mục trong quyết định")
        draft = drafts.get(item.draft_id) if item.draft_id else None
        held = known.get(item.code) or KnownProcedure()
        _judge_chain(judged, decision, held)
        if item.kind in ENDING_KINDS:
            _judge_end(judged, decision, held, known, coming - ending)
        else:
            _judge_draft(judged, decision, draft, held, faults)
        if not judged.reasons:
            judged.change = _change(decision, item, draft, held)
        found.append(judged)
    return found


def line_of(decision: Decision, item: DecisionItem) -> Line:
    """Return the chain an item continues: the nation's, or that of the agency that decides."""
    return NATIONAL_LINE if item.part is Source.NATIONAL else Line(decision.agency, item.part)


def _judge_chain(judged: Judged, decision: Decision, held: KnownProcedure) -> None:
    item = judged.item
    last = held.last(line_of(decision, item))
    if last is None:
        if item.kind in ENDING_KINDS:
            judged.refuse("nothing-to-end", "cơ quan này chưa công bố thủ tục này")
        if item.kind == "AMENDED" and not held.version:
            judged.refuse("nothing-to-amend", "thủ tục chưa được công bố, phải là ban hành mới")
        return
    if last.period.valid_from > decision.effective_on:
        judged.refuse("later-version-published", "đã công bố phiên bản có hiệu lực sau ngày này")
    elif last.period.valid_from == decision.effective_on:
        judged.refuse("overlapping", "đã công bố phiên bản có hiệu lực cùng ngày")
    if last.period.is_abolished and item.kind in ENDING_KINDS:
        judged.refuse("already-abolished", "thủ tục đã được bãi bỏ hoặc thay thế")
    if last.period.is_abolished and item.kind == "AMENDED":
        judged.refuse("already-abolished", "thủ tục đã bãi bỏ, muốn công bố lại phải là ban hành mới")
    if not last.period.is_abolished and item.kind == "NEW":
        judged.refuse("already-published", "thủ tục đang được công bố, phải là sửa đổi")


def _judge_end(
    judged: Judged,
    decision: Decision,
    held: KnownProcedure,
    known: Mapping[str, KnownProcedure],
    coming: set[str],
) -> None:
    item = judged.item
    del held
    if item.draft_id:
        judged.refuse("draft-not-wanted", "bãi bỏ, thay thế không kèm dự thảo")
    if item.kind == "ABOLISHED" and item.successors:
        judged.refuse("successors-not-wanted", "chỉ thay thế mới có thủ tục kế thừa")
    if item.kind == "REPLACED" and not item.successors:
        judged.refuse("no-successor", "thay thế phải nêu thủ tục kế thừa")
    if item.code in item.successors:
        judged.refuse("own-successor", "thủ tục không thể thay thế chính nó")
    for code in item.successors if item.kind == "REPLACED" else ():
        if code not in coming and not _lives(known.get(code), decision.effective_on):
            judged.refuse("unknown-successor", f"thủ tục kế thừa {code} không có hiệu lực ngày này")


def _lives(held: KnownProcedure | None, day: date) -> bool:
    if held is None:
        return False
    versions = [version for line in held.held.values() for version in line]
    return any(
        not version.is_abolished
        and version.valid_from <= day
        and (version.valid_to is None or version.valid_to >= day)
        for version in versions
    )


def _judge_draft(
    judged: Judged,
    decision: Decision,
    draft: Draft | None,
    held: KnownProcedure,
    faults: Mapping[UUID, Sequence[str]],
) -> None:
    item = judged.item
    if item.successors:
        judged.refuse("successors-not-wanted", "chỉ thay thế mới có thủ tục kế thừa")
    if draft is None:
        judged.refuse("no-draft", "không có dự thảo")
        return
    if draft.state is not ProcedureDraftState.APPROVED:
        judged.refuse("not-approved", "dự thảo chưa được phê duyệt")
    if draft.decision_id not in (None, decision.id):
        judged.refuse("in-another-decision", "dự thảo thuộc quyết định khác")
    if (draft.code, draft.part) != (item.code, item.part) or draft.agency != decision.agency:
        judged.refuse("other-draft", "dự thảo của thủ tục, phần hoặc cơ quan khác")
    last = held.last(line_of(decision, item))
    if draft.base != (last.period.number if last else 0):
        judged.refuse("base-moved", "phiên bản gốc của dự thảo đã thay đổi")
    for reason in faults.get(draft.id, ()):
        judged.refuse("reference", reason)


def _change(decision: Decision, item: DecisionItem, draft: Draft | None, held: KnownProcedure) -> PartChange:
    line = line_of(decision, item)
    if draft is not None:
        data = {**draft.data, "decision": decision.of_record(item.kind)}
    else:
        last = held.last(line)
        data = {**((last.data if last else None) or {}), "decision": decision.of_record(item.kind)}
        data["successors"] = list(item.successors)
    if item.part is Source.LOCAL:
        data["publishing_agency"] = decision.agency
    text = canonical(data)
    return PartChange(
        code=item.code,
        line=line,
        data=data,
        text=text,
        digest=digest_of(text),
        declared=decision.effective_on,
        change_kind=item.kind,
        is_abolished=item.kind in ENDING_KINDS,
        successors=tuple(item.successors),
        decision=str(decision.id),
    )


def publish(
    judged: Sequence[Judged],
    known: Mapping[str, KnownProcedure],
    name_sector: Callable[[dict[str, Any]], None],
    *,
    by: str,
    at: datetime,
) -> Publication:
    """Return everything the decision writes; both parts of one procedure may be in it."""
    publication = Publication(by, at)
    seen: dict[str, list[PartChange]] = {}
    for one in judged:
        if one.change is not None:
            seen.setdefault(one.change.code, []).append(one.change)
    for code, changes in seen.items():
        publication.take_all(changes, known.get(code) or KnownProcedure(), name_sector)
    return publication


def record_on(known: KnownProcedure | None, line: Line, day: date) -> Mapping[str, Any] | None:
    """Return what a part says on a day."""
    if known is None:
        return None
    chain = {part.period.number: part for part in known.chains.get(line, ())}
    period = in_force([part.period for part in chain.values()], day)
    return chain[period.number].data if period else None


def published(decision: Decision, *, by: str, at: datetime) -> Decision:
    """Return the decision as published."""
    return replace(
        decision,
        state=PublicationDecisionState.PUBLISHED,
        published_by=by,
        published_at=at,
        version=decision.version + 1,
    )
