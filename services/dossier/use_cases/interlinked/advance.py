"""Goes on with a submission: hears its children, begins whose turn it is, moves the appointment, ends it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.errors import Refusal
from kernel.sealing import SealBroken
from services.dossier.domain.interlinked.child import Child, ChildStatus
from services.dossier.domain.interlinked.parent import Parent
from services.dossier.domain.interlinked.standing import ParentState
from services.dossier.domain.interlinked.telling import told_by
from services.dossier.use_cases.interlinked.appointing import appoint
from services.dossier.use_cases.interlinked.open_child import open_child
from services.dossier.use_cases.interlinked.recording import record_parent
from services.dossier.use_cases.interlinked.slip import issue_first_slip, move_slip, told_slip
from services.dossier.use_cases.ports import Work


@dataclass(frozen=True, slots=True)
class Advance:
    """What happened to a submission in one go; nothing where only news was looked at."""

    changed: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    asked: bool = False
    revived: tuple[str, ...] = ()
    """Members that wait for their turn again: the end they were skipped for was taken back."""
    is_reopened: bool = False
    """Something goes on of which people were told that it was over."""
    appointed: dict[str, str | None] | None = None
    has_ended: bool = False
    papers: tuple[dict[str, str], ...] = ()
    is_doubted: bool = False
    """A member told what its dossier does not say: that is met again at the next tick."""
    superseded: UUID | None = None
    """The slip in whose place the one told was issued."""

    @property
    def event(self) -> str:
        """The event that tells it best; empty where there is nothing to tell."""
        if self.has_ended:
            return "ended"
        if self.is_reopened:
            return "reopened"
        if self.asked:
            return "decision_needed"
        if self.appointed is not None:
            return "appointed"
        return "advanced" if self.changed or self.late or self.opened else ""

    @property
    def details(self) -> dict[str, Any]:
        """What the event says of it."""
        return {
            "changed": list(self.changed),
            "late": list(self.late),
            "opened": list(self.opened),
            **({"revived": list(self.revived)} if self.is_reopened else {}),
            **(self.appointed or {}),
            **({"papers": list(self.papers)} if self.papers else {}),
            **({"superseded": str(self.superseded)} if self.superseded else {}),
        }


async def advance_parent(parent_id: UUID, *, work: Work, now: datetime) -> Advance:
    """Go on with one submission in one commit; whoever comes at the same time waits and finds it done."""
    parent = await work.interlinked.hold(parent_id)
    done = await go_on(parent, work=work, now=now)
    if done.event:
        record_parent(parent, done.event, by=None, work=work, now=now, details=done.details)
    else:
        parent.forget()
        work.interlinked.mark(parent)
    return done


async def go_on(parent: Parent, *, work: Work, now: datetime) -> Advance:
    """Apply what children told and what time brought; queue the children whose turn has come."""
    asked_before = set(parent.questions)
    skipped = {child.procedure for child in parent.of_status(ChildStatus.SKIPPED)}
    was_ended = parent.state is ParentState.ENDED
    changed = parent.hear(now)
    late = parent.notice_delays(now)
    revived = skipped - {child.procedure for child in parent.of_status(ChildStatus.SKIPPED)}
    opened = [child.procedure for child in parent.next_ready() if await _begin(parent, child, work, now)]
    has_ended = parent.settle(now)
    # Nobody is promised a first day for what is being asked back: each child's own form 01 stands.
    is_doubted = any(not child.is_proven for child in parent.children.values())
    promises_nothing = is_doubted or parent.ended_at or (parent.is_withdrawn and parent.due_at is None)
    appointed = None if promises_nothing else await appoint(parent, late, work=work, now=now)
    parent.watch(now)
    slips_before, superseded = parent.slips, None
    if appointed is not None and not parent.slips:
        await issue_first_slip(parent, work=work, now=now)
    elif appointed is not None:
        superseded = await move_slip(parent, appointed, work=work, now=now)
    return Advance(
        changed=tuple(changed),
        late=tuple(late),
        opened=tuple(opened),
        revived=tuple(code for code in parent.children if code in revived),
        is_reopened=bool(revived) or (was_ended and not has_ended and parent.ended_at is None),
        asked=bool(set(parent.questions) - asked_before),
        appointed=appointed,
        is_doubted=is_doubted,
        has_ended=has_ended,
        papers=tuple(told_slip(parent)) if parent.slips != slips_before else (),
        superseded=superseded,
    )


async def _begin(parent: Parent, child: Child, work: Work, now: datetime) -> bool:
    if child.route != "PROVINCE":
        parent.begin(child, child.told, now)
        return True
    try:
        dossier = await open_child(parent, child, work=work, now=now)
    except SealBroken:
        # An operator's to look at: nobody at the lead agency can decide what a broken seal means.
        raise
    except Refusal as refusal:
        # The citizen's submission goes on: an officer of the lead agency decides what becomes of this part.
        parent.could_not_begin(child, refusal.detail or refusal.title, now)
        return False
    parent.begin(child, told_by(dossier, None), now)
    return True
