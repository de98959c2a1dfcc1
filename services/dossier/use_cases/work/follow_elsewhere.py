"""A dossier of ours ends when the system that works it ends it, and goes on when that takes the end back.

Made where that system is heard, and by a job for what waits (ADR 0031): no person can.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Refusal
from services.dossier.domain.archive.errors import RecordDestroyed
from services.dossier.domain.archive.retention import RecordState
from services.dossier.domain.course import LATE_ELSEWHERE
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.events import Change, cause_data, moment
from services.dossier.domain.moves import ends_elsewhere
from services.dossier.domain.papers import local_text
from services.dossier.domain.registers import ELSEWHERE, ended_away
from services.dossier.domain.states import OF_ANOTHER_SYSTEM, State
from services.dossier.domain.work.elsewhere import Elsewhere, EndElsewhere, outside_key
from services.dossier.domain.work.following import end_of, heard_since, is_before, looked_at_next, may_end
from services.dossier.domain.work.mirrors import Mirror
from services.dossier.domain.work.slip import Party, row_out
from services.dossier.use_cases.archive.submit_packages import take_back
from services.dossier.use_cases.payments.ledger import end_dues, hold_ledger
from services.dossier.use_cases.ports import Grounds, Work
from services.dossier.use_cases.record_change import record_change

_LATER = timedelta(minutes=5)
_SYSTEM = Caller(subject="", kind=CallerKind.SERVICE)
_OWED_AGAIN = "Hệ thống khác giải quyết tiếp hồ sơ"
_NOTHING_OWED = "Hồ sơ đã kết thúc trên hệ thống khác"
_log = structlog.get_logger()


async def follow(mirror: Mirror, *, by: Caller | None, work: Work, now: datetime) -> Mirror:
    """Let the dossier of ours stand as its linked mirror says; return the mirror with when to look next.

    Call it while the mirror is held. `by`: the system that told it; None for the job. Who loses against
    somebody who changes the dossier at that moment is told so (`Stale`, 412), the feeder too: nothing was
    kept, and it is told again.
    """
    if mirror.dossier_id is None or not may_end(mirror.statuses):
        return replace(mirror, follow_at=None)
    if not mirror.is_as_told:
        # `verify-history` names the rows; what was written by hand ends nothing and takes no end back.
        _log.error("a mirror changed by hand moves no dossier", mirror=str(mirror.id))
        return replace(mirror, follow_at=now + _LATER)
    # Money first, as whoever books money does. The row itself is not held before the commit: others come to
    # it last, over rows this commit needs as well.
    await work.payments.hold(mirror.dossier_id)
    try:
        dossier, grounds = await work.dossiers.load(mirror.dossier_id)
    except RecordDestroyed:
        return replace(mirror, follow_at=None)
    except (Refusal, ValueError, TypeError, KeyError):
        # What it rests on was changed by hand: what was heard is kept, and met again by the job.
        _log.exception("a dossier does not follow the system that works it", dossier=str(mirror.dossier_id))
        return replace(mirror, follow_at=now + _LATER)
    if _is_theirs(dossier, mirror) and not await _stand_as_told(
        dossier, grounds, mirror, by=by, work=work, now=now
    ):
        return replace(mirror, follow_at=now + _LATER)
    return replace(mirror, follow_at=looked_at_next(mirror.statuses, now))


async def follow_waiting(mirror_id: UUID, *, work: Work, now: datetime) -> None:
    """Hold a dossier against its mirror that waits for it: linked after its end, told ahead of its time."""
    found = await work.mirrors.find(mirror_id)
    if found is None:
        return
    await work.mirrors.hold(found.source, found.outside_code)
    mirror = await work.mirrors.known(found.source, found.outside_code)
    if mirror is not None:
        work.mirrors.link(await follow(mirror, by=None, work=work, now=now))


def _is_theirs(dossier: Dossier, mirror: Mirror) -> bool:
    """Tell whether the mirror's system has the dossier: not taken back, not ended or archived by us."""
    away = dossier.elsewhere
    if away is None or away.key != outside_key(mirror.source, mirror.outside_code):
        return False
    return dossier.ended_at is None or (away.end is not None and dossier.state is not State.ARCHIVED)


async def _stand_as_told(
    dossier: Dossier, grounds: Grounds, mirror: Mirror, *, by: Caller | None, work: Work, now: datetime
) -> bool:
    """Move the dossier; False where that has to wait until the archive answers for its record."""
    away, accepted_at = dossier.elsewhere, dossier.accepted_at
    if away is None or accepted_at is None:
        return True
    heard = heard_since(mirror.statuses, away.again_since)
    end = end_of(heard, accepted_at=accepted_at, now=now)
    if end is None and is_before(heard, accepted_at):
        _log.warning("an end told of a day before the acceptance ends nothing", dossier=str(dossier.id))
    if end is None and away.end is not None:
        state = await _record_state(dossier, work)
        if state is not RecordState.KEPT:
            return state is not RecordState.SUBMITTED
        left = ends_elsewhere.reopen(dossier)
        if grounds.account.entries:
            ledger = await hold_ledger(dossier, grounds, by=by or _SYSTEM, work=work, now=now)
            ledger.owe_again(_NOTHING_OWED, _OWED_AGAIN)
        _record(dossier, away, away.end, left, "reopened_elsewhere", {}, by=by, work=work, now=now)
    elif end is not None and not end.says_the_same(away.end) and dossier.can(OF_ANOTHER_SYSTEM[end.state]):
        if away.end is None:
            await end_dues(dossier, grounds, _NOTHING_OWED, by=by or _SYSTEM, work=work, now=now)
        if dossier.step is not None and dossier.step.request_id is not None:
            work.outside.abandon(dossier.step.request_id)
        left = ends_elsewhere.end(dossier, end)
        _write_slip(dossier, away, end, work=work, now=now)
        told = {"cause": cause_data(LATE_ELSEWHERE)} if _is_late_there(dossier, away) else {}
        _record(dossier, away, end, left, "ended_elsewhere", told, by=by, work=work, now=now)
    return True


async def _record_state(dossier: Dossier, work: Work) -> RecordState:
    """Return where the record is, out of a batch nobody handed over yet.

    What the archive was given is reopened by nobody: what it has accepted never, the rest once it refused.
    """
    record = await work.archive.records.find(dossier.id)
    if record is None or record.state is RecordState.KEPT:
        return RecordState.KEPT
    if record.state is RecordState.SUBMITTED and await take_back(dossier.id, reason=_OWED_AGAIN, work=work):
        return RecordState.KEPT
    _log.warning("an end is taken back whose record the archive has", dossier=str(dossier.id))
    return record.state


def _record(
    dossier: Dossier,
    away: Elsewhere,
    end: EndElsewhere,
    left: State,
    name: str,
    told: dict[str, Any],
    *,
    by: Caller | None,
    work: Work,
    now: datetime,
) -> None:
    outside = {
        "source": away.source,
        "outside_code": away.outside_code,
        "status": end.status,
        "outcome": end.outcome.value,
        "at": moment(end.at),
        "last_at": moment(end.last_at),
        "heard_at": moment(now),
        "previous_outcome": away.end.outcome.value if away.end else None,
    }
    details = {"outside": outside, **told}
    record_change(work, dossier, Change(name, left, details=details), by=by, now=now)


def _is_late_there(dossier: Dossier, away: Elsewhere) -> bool:
    """Tell whether it ended late, and its time ran out while that system had it."""
    ended_at, due_at = dossier.ended_at, dossier.due_at
    if ended_at is None or due_at is None or due_at < away.since:
        return False
    return min(dossier.stopped_at or ended_at, ended_at) > due_at


def _write_slip(dossier: Dossier, away: Elsewhere, end: EndElsewhere, *, work: Work, now: datetime) -> None:
    """Queue the slip's row: that system ended it, when, and how that stood to our due moment."""
    system = Party("", "", away.source, "", away.source)
    words, before = ended_away(end.outcome, end.state), away.end
    said = f"{words}{ELSEWHERE}, mã {away.outside_code}; nhận tin {local_text(now)}"
    is_mended = before is not None and (before.outcome, before.at) != (end.outcome, end.at)
    row = row_out(
        dossier,
        "ENDED_ELSEWHERE",
        giver=system,
        receiver=Party("", "", "APPLICANT"),
        at=min(dossier.stopped_at or end.at, end.at),
        due_at=dossier.due_at,
    )
    row = replace(row, given_at=end.at, note=f"Đính chính: {said}" if is_mended else said)
    work.slips.add(row, received_at=end.last_at if end.state is State.RETURNED else now)
