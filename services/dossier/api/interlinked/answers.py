"""Turns submissions into answers: to each caller what is theirs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fastapi import Response

from kernel.core.caller import Caller, CallerKind
from services.dossier.api.answers import is_overdue, warned
from services.dossier.api.interlinked.schemas import (
    GroupDecisionOut,
    InterlinkedItem,
    InterlinkedOut,
    MemberOut,
    QuestionOut,
)
from services.dossier.api.moments import local
from services.dossier.domain.codes import masked_name
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.interlinked.child import Child, ChildStatus, QuestionKind
from services.dossier.domain.interlinked.events import agency_data, member_data
from services.dossier.domain.interlinked.parent import Parent
from services.dossier.domain.interlinked.sight import DECIDING_ROLES, SLIP_READERS, Sight
from services.dossier.domain.interlinked.standing import ParentState
from services.dossier.domain.states import VIETNAMESE
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.secrets import look_up_secret

_STATES = {
    ParentState.RUNNING: "Đang giải quyết",
    ParentState.DECISION_NEEDED: "Chờ cơ quan đầu mối quyết định",
    ParentState.ENDED: "Đã kết thúc",
}
_STATUSES = {
    ChildStatus.WAITING: "Chờ đến lượt",
    ChildStatus.OPEN: "Đang giải quyết",
    ChildStatus.OUTSIDE: "Hệ thống khác đang giải quyết",
    ChildStatus.GRANTED: "Đã có kết quả",
    ChildStatus.REFUSED: "Kết thúc, không có kết quả",
    ChildStatus.WITHDRAWN: "Đã rút",
    ChildStatus.SKIPPED: "Không thực hiện",
}
_STATE_NAMES = {state.value: name for state, name in VIETNAMESE.items()}
_QUESTIONS = {
    QuestionKind.ENDED_WITHOUT_RESULT: "Thủ tục không có kết quả, các thủ tục sau có tiếp tục không?",
    QuestionKind.LATE: "Thủ tục quá hạn, các thủ tục sau có chờ không?",
    QuestionKind.NOT_OPENED: "Chưa mở được hồ sơ của thủ tục này",
}


def parent_out(
    parent: Parent,
    sight: Sight,
    response: Response,
    *,
    by: Caller,
    work: Work,
    now: datetime,
    warnings: list[dict[str, Any]] | None = None,
) -> InterlinkedOut:
    """Return a submission as this caller sees it, its version in the ETag."""
    response.headers["ETag"] = f'"{parent.version}"'
    sees_office = sight in {Sight.LEAD, Sight.SUPERVISOR}
    return InterlinkedOut(
        interlinked_dossier_id=parent.id,
        version=parent.version,
        reference=parent.reference,
        group={"code": parent.group.code, "name": parent.group.name, "version": parent.group.version},
        lead_agency=agency_data(parent.lead_agency),
        continuing_agency=agency_data(parent.heir) if parent.heir else None,
        origin=parent.origin,
        channel=parent.channel,
        state=parent.state.value,
        state_name=_STATES[parent.state],
        outcome=parent.outcome.value or None,
        is_withdrawn=parent.is_withdrawn,
        owner_name=_owner(parent, sight),
        submitted_at=local(parent.submitted_at) or parent.submitted_at,
        expected_at=local(parent.expected_at),
        due_at=local(parent.due_at),
        original_due_at=local(parent.original_due_at),
        ended_at=local(parent.ended_at),
        members=[_member(parent, child, sight, by, now) for child in parent.children.values()],
        questions=[
            QuestionOut(
                procedure=item.procedure,
                kind=item.kind.value,
                title=_QUESTIONS[item.kind],
                asked_at=local(item.asked_at) or item.asked_at,
                reason=item.reason,
            )
            for item in parent.questions
            if sees_office
        ],
        decisions=[
            GroupDecisionOut(
                procedure=item.procedure,
                kind=item.kind.value,
                choice=item.choice.value,
                reason=item.reason,
                by=item.by_name if sees_office else "",
                at=local(item.at) or item.at,
            )
            for item in parent.decisions
            if sight is not Sight.MEMBER
        ],
        actions=_actions(parent, sight, by),
        slip_id=parent.slips[-1] if parent.slips and sight in SLIP_READERS else None,
        secret=look_up_secret(work.seals, parent.id) if sight is Sight.PARTY else None,
        warnings=warned(warnings or []),
    )


def new_parent_out(
    parent: Parent, opened: Sequence[Dossier], response: Response, *, by: Caller, work: Work, now: datetime
) -> InterlinkedOut:
    """Return a submission to who has just handed it in: its secret, and warnings about its dossiers."""
    response.headers["Location"] = f"/v1/interlinked-dossiers/{parent.id}"
    warnings = [warning for dossier in opened for warning in dossier.warnings]
    sight = Sight.PARTY if by.kind is CallerKind.PERSON else Sight.LEAD
    answer = parent_out(parent, sight, response, by=by, work=work, now=now, warnings=warnings)
    return answer.model_copy(update={"secret": look_up_secret(work.seals, parent.id)})


def _member(parent: Parent, child: Child, sight: Sight, by: Caller, now: datetime) -> MemberOut:
    told = member_data(parent, child)
    bare = ("procedure", "after", "agency", "continuing_agency", "route", "status", "is_lead")
    shown = {name: told[name] for name in bare}
    if sight is not Sight.MEMBER or child.agency_now.code == by.agency:
        more = ("dossier_id", "dossier_code", "state", "opened_at", "due_at", "ended_at", "reason")
        shown |= {name: told[name] for name in more}
        shown["state_name"] = _STATE_NAMES.get(told["state"])
        shown["is_overdue"] = is_overdue(child.told.due_at, child.told.stopped_at or child.told.ended_at, now)
    return MemberOut(**shown, status_name=_STATUSES[child.status])


def _owner(parent: Parent, sight: Sight) -> str:
    return masked_name(parent.owner_name) if sight is Sight.SUPERVISOR else parent.owner_name


def _actions(parent: Parent, sight: Sight, by: Caller) -> list[str]:
    """Return what this caller may do now, as the addresses' last parts."""
    found = []
    is_open = parent.state is not ParentState.ENDED
    withdraws = sight is Sight.PARTY or (
        sight is Sight.LEAD and parent.origin == "COUNTER" and by.has_role("ONE_STOP_OFFICER")
    )
    if is_open and not parent.is_withdrawn and withdraws:
        found.append("withdrawal")
    if sight is Sight.LEAD and by.has_role("ONE_STOP_OFFICER") and is_open and not parent.correcting:
        found.append("owner-correction")
    if sight is Sight.LEAD and by.has_role(*DECIDING_ROLES):
        found += ["member-decision"] if parent.questions else []
        found += ["outside-member"] if parent.of_status(ChildStatus.OUTSIDE) else []
    return found


def parent_item(parent: Parent, sight: Sight) -> InterlinkedItem:
    """Return a line of a list."""
    return InterlinkedItem(
        interlinked_dossier_id=parent.id,
        reference=parent.reference,
        group={"code": parent.group.code, "name": parent.group.name},
        lead_agency=agency_data(parent.lead_agency),
        state=parent.state.value,
        state_name=_STATES[parent.state],
        owner_name=_owner(parent, sight),
        submitted_at=local(parent.submitted_at) or parent.submitted_at,
        due_at=local(parent.due_at),
        ended_at=local(parent.ended_at),
        version=parent.version,
    )
