"""The result leaves the house, or is taken back before it does; T20, T22."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import Invalid
from services.dossier.domain.actions import Action
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import NotSettled, ReceiverUnchecked, StillOwed
from services.dossier.domain.events import Change
from services.dossier.domain.holdings import Result
from services.dossier.domain.states import Move
from services.dossier.domain.workflow import keep_apart, recall
from services.dossier.use_cases.intake.authorizations import require_authorized
from services.dossier.use_cases.open_dossier import due_of, open_for, parties_of
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.receive_dossier import known_process
from services.dossier.use_cases.record_change import record_change
from services.dossier.use_cases.work_steps import result_data


@dataclass(frozen=True, slots=True, kw_only=True)
class Handing:
    """How a result reached whom: who took it, as whom, and what proved it.

    `checked_by` is DOCUMENT, CARD_READER or VNEID; `receipt_attachment_id` the signed receipt or the post's
    proof of delivery.
    """

    delivery: str
    receiver: str = "OWNER"
    receiver_name: str = ""
    identity_number: str = ""
    checked_by: str = ""
    authorization: str = ""
    authorization_attachment_id: UUID | None = None
    authorization_id: UUID | None = None
    receipt_attachment_id: UUID | None = None
    tracking_number: str = ""

    @property
    def files(self) -> list[UUID]:
        """The papers that prove it."""
        return [one for one in (self.authorization_attachment_id, self.receipt_attachment_id) if one]


async def return_result(
    dossier_id: UUID, *, handing: Handing, note: str, by: Caller, seen: int, work: Work, now: datetime
) -> Dossier:
    """Hand the result to the applicant, or record that post or the electronic way did; T20.

    Nothing leaves while money is owed, nor into hands nobody checked. Who took it and what proved it is
    kept sealed; the event tells the way only.
    """
    dossier, grounds = await open_for(Action.RETURN, dossier_id, by=by, seen=seen, work=work, now=now)
    result = dossier.result
    if result is None or (handing.delivery == "ELECTRONIC" and not result.is_electronic):
        raise NotSettled
    _require_checked(handing, parties_of(dossier, work))
    if handing.authorization_id is not None:
        await require_authorized(
            handing.authorization_id,
            owner=dossier.owner_index,
            representative_number=handing.identity_number,
            procedure=dossier.procedure_code,
            work=work,
            now=now,
        )
    if owed := max(dossier.owed, grounds.account.outstanding):
        raise StillOwed.of(owed)
    await _bind(handing, dossier, by=by, work=work)
    left = dossier.hand_result({**_kept(handing, work), "by": by.name, "at": now.isoformat()})
    details = {
        "result": result_data(result),
        "delivery": handing.delivery,
        "receiver": handing.receiver if handing.delivery == "COUNTER" else None,
    }
    record_change(work, dossier, Change("returned", left, note=note, details=details), by=by, now=now)
    return dossier


async def return_by_post(
    dossier_id: UUID, *, tracking_number: str, at: datetime, by: Caller, work: Work, now: datetime
) -> bool:
    """Record that the post delivered the result; T20. False where it was no longer waiting for that.

    The operator's own word is the right to it, judged before by the list it travelled on; what was owed was
    asked for when it was listed, and a delivery that has happened is not refused.
    """
    dossier, _ = await work.dossiers.load(dossier_id)
    result = dossier.result
    if result is None or not dossier.can(Move.RETURN_RESULT):
        return False
    handing = Handing(delivery="POST", tracking_number=tracking_number)
    left = dossier.hand_result({**_kept(handing, work), "by": by.subject, "at": at.isoformat()})
    details = {"result": result_data(result), "delivery": "POST", "receiver": None}
    record_change(work, dossier, Change("returned", left, details=details), by=by, now=now)
    return True


def _require_checked(handing: Handing, parties: Mapping[str, Any]) -> None:
    """Raise what is missing for this way; at the counter identity or authorisation was looked at."""
    if handing.delivery == "POST" and not handing.tracking_number:
        raise Invalid(fields=[("tracking_number", "Phải ghi số bưu gửi đã phát")])
    if handing.delivery != "COUNTER":
        return
    missing = []
    if not handing.receiver_name:
        missing.append(("receiver_name", "Phải ghi người nhận kết quả"))
    if not handing.checked_by:
        missing.append(("checked_by", "Phải kiểm tra giấy tờ của người nhận kết quả"))
    if handing.receiver == "AUTHORIZED" and not (
        handing.authorization or handing.authorization_attachment_id or handing.authorization_id
    ):
        missing.append(("authorization", "Phải ghi văn bản ủy quyền nhận kết quả"))
    if missing:
        raise Invalid(fields=missing)
    party = {"OWNER": "owner", "REPRESENTATIVE": "representative"}.get(handing.receiver)
    if party is None:
        return
    known = parties.get(party)
    number = str((known or {}).get("identity_number") or "")
    if known is None or (handing.identity_number and number and handing.identity_number != number):
        raise ReceiverUnchecked("Giấy tờ xuất trình không phải của người được ghi trong hồ sơ.")


async def _bind(handing: Handing, dossier: Dossier, *, by: Caller, work: Work) -> None:
    files = handing.files
    if not files:
        return
    free = await work.attachments.unbound(files, by.subject)
    if set(files) - set(free):
        raise Invalid(fields=[("receipt_attachment_id", "Không có tệp này")])
    work.attachments.bind(files, dossier.id, uploader=by.subject, purpose="DELIVERY")
    dossier.take(files)


def _kept(handing: Handing, work: Work) -> dict[str, Any]:
    who = {
        "receiver_name": handing.receiver_name,
        "identity_number": handing.identity_number,
        "authorization": handing.authorization,
    }
    return {
        "delivery": handing.delivery,
        "tracking_number": handing.tracking_number,
        "receiver_kind": handing.receiver,
        "checked_by": handing.checked_by,
        "authorization_id": str(handing.authorization_id) if handing.authorization_id else None,
        "files": [str(one) for one in handing.files],
        "receiver": work.seals.seal(who, purpose="delivery"),
    }


async def recall_result(
    dossier_id: UUID, *, reason: str, by: Caller, seen: int, work: Work, now: datetime
) -> Dossier:
    """Take a wrong result back before it is returned, with the reason; T22. The record keeps it."""
    dossier, grounds = await open_for(Action.RESULT_RECALL, dossier_id, by=by, seen=seen, work=work, now=now)
    keep_apart(dossier, by)
    recalled: Result | None = dossier.result
    work.results.recall(dossier.id, reason=reason, at=now)
    left = recall(dossier, known_process(grounds), at=now, due_of=due_of(grounds))
    details = {"result": result_data(recalled)} if recalled else {}
    change = Change("result_recalled", left, note=reason, details=details)
    record_change(work, dossier, change, by=by, now=now)
    return dossier
