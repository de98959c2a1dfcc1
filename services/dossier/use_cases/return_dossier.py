"""The result leaves the house, or is taken back before it does; T20, T22."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import Invalid
from services.dossier.domain.actions import Action
from services.dossier.domain.desk.errors import NotSentByPost
from services.dossier.domain.desk.post import PostItem, PostStatus
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import NotSettled, ReceiverUnchecked
from services.dossier.domain.events import Change
from services.dossier.domain.guards import known_process
from services.dossier.domain.holdings import Result
from services.dossier.domain.intake.errors import NotAuthorized
from services.dossier.domain.intake.identifiers import has_number, identity_key
from services.dossier.domain.moves import ends
from services.dossier.domain.work.slip import person_of
from services.dossier.domain.workflow import recall
from services.dossier.use_cases.correct_result import tell_corrected
from services.dossier.use_cases.desk.post_items import RECEIVER, carries_present
from services.dossier.use_cases.desk.post_taking_back import keep_in_house
from services.dossier.use_cases.intake.authorizations import require_authorized
from services.dossier.use_cases.open_dossier import due_of, open_for, parties_of
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.record_change import record_change
from services.dossier.use_cases.results.supersede import supersede
from services.dossier.use_cases.work.hand_on import hand_out, take_home
from services.dossier.use_cases.work_steps import ask_outside, result_data

_OFF_LIST = {"COUNTER": "Đã trả kết quả tại quầy", "ELECTRONIC": "Đã trả bản điện tử"}
"""Why a result leaves a post list when it is returned another way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handing:
    """How a result reached whom: who took it, as whom, and what proved it.

    `checked_by` is DOCUMENT, CARD_READER or VNEID; `receipt_attachment_id` the signed receipt or the post's
    proof of delivery, `no_receipt_reason` why there is none; `delivery_reason` why it goes another way than
    was asked for.
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
    no_receipt_reason: str = ""
    delivery_reason: str = ""

    @property
    def files(self) -> list[UUID]:
        """The papers that prove it."""
        return [one for one in (self.authorization_attachment_id, self.receipt_attachment_id) if one]


async def return_result(
    dossier_id: UUID, *, handing: Handing, note: str, by: Caller, seen: int, work: Work, now: datetime
) -> Dossier:
    """Hand the result to the applicant, or record that post or the electronic way did; T20.

    Nothing leaves while money is owed, nor into hands nobody checked, nor by a post nobody signed for; what
    the post has is handed out no other way, what only stands on a list is taken off it. Who
    took it and what proved it is kept sealed; the event tells the way only.
    """
    dossier, _ = await open_for(Action.RETURN, dossier_id, by=by, seen=seen, work=work, now=now)
    result = dossier.result
    if result is None or (handing.delivery == "ELECTRONIC" and not result.is_electronic):
        raise NotSettled
    require_proofs(handing, asked_for=dossier.result_delivery)
    if handing.delivery == "COUNTER":
        require_receiver(handing, parties_of(dossier, work))
        await _require_authority(handing, dossier, work=work, now=now)
    await _bind(handing, dossier, by=by, work=work)
    if handing.delivery == "POST":
        item = await _end_item(handing, dossier, work=work, now=now)
        handing = replace(handing, delivery_reason=handing.delivery_reason or _wish_of(item, work))
    else:
        await keep_in_house(dossier.id, reason=_OFF_LIST[handing.delivery], by=by, work=work, now=now)
    left = ends.hand_result(dossier, {**_kept(handing, work), "by": by.name, "at": now.isoformat()})
    to = "POST" if handing.delivery == "POST" else "APPLICANT"
    hand_out(work, dossier, giver=person_of(by, "ONE_STOP_OFFICER"), to=to, now=now)
    details = {
        "result": result_data(result),
        "delivery": handing.delivery,
        "receiver": handing.receiver if handing.delivery == "COUNTER" else None,
        **await supersede(dossier, work=work, now=now),
    }
    record_change(work, dossier, Change("returned", left, note=note, details=details), by=by, now=now)
    await tell_corrected(dossier, result.reason, by=by, work=work, now=now)
    return dossier


async def return_by_post(item: PostItem, *, at: datetime, by: Caller, work: Work, now: datetime) -> bool:
    """Record that the post delivered the result; T20. False where another one waits by now, or none.

    The operator's own word is the right to it, judged before by the list it travelled on; what was owed was
    asked for when it was listed, and a delivery that has happened is not refused.
    """
    dossier, _ = await work.dossiers.load(item.dossier_id)
    result = dossier.result
    if result is None or not carries_present(item, dossier):
        return False
    handing = Handing(
        delivery="POST", tracking_number=item.tracking_number, delivery_reason=_wish_of(item, work)
    )
    left = ends.hand_result(dossier, {**_kept(handing, work), "by": by.subject, "at": at.isoformat()})
    # The operator has no desk of the house: the row says what was done, not by whom at the counter.
    hand_out(work, dossier, giver=person_of(by, "POSTAL_AGENT"), to="APPLICANT", now=now)
    details = {"result": result_data(result), "delivery": "POST", "receiver": None}
    details |= await supersede(dossier, work=work, now=now)
    record_change(work, dossier, Change("returned", left, details=details), by=by, now=now)
    await tell_corrected(dossier, result.reason, by=by, work=work, now=now)
    return True


def require_proofs(handing: Handing, *, asked_for: str) -> None:
    """Raise `Invalid` with what is missing for this way; T20: identity checked, receipt stored."""
    missing = []
    if handing.delivery == "POST" and not handing.tracking_number:
        missing.append(("tracking_number", "Phải ghi số bưu gửi đã phát"))
    if handing.delivery == "ELECTRONIC" and asked_for != "ELECTRONIC" and not handing.delivery_reason:
        missing.append(
            ("delivery_reason", "Người nộp không đề nghị nhận điện tử: phải ghi ai đồng ý, khi nào")
        )
    if handing.delivery == "COUNTER":
        missing += _missing_at_counter(handing)
    if missing:
        raise Invalid(fields=missing)


def _missing_at_counter(handing: Handing) -> list[tuple[str, str]]:
    has_paper = handing.authorization_attachment_id or handing.authorization_id
    needed = [
        ("receiver_name", handing.receiver_name, "Phải ghi người nhận kết quả"),
        ("checked_by", handing.checked_by, "Phải kiểm tra giấy tờ của người nhận kết quả"),
        ("identity_number", handing.identity_number, "Phải ghi số giấy tờ của người nhận kết quả"),
        (
            "authorization",
            handing.receiver != "AUTHORIZED" or has_paper,
            "Cần bản chụp văn bản ủy quyền nhận kết quả, hoặc ủy quyền đã ghi nhận",
        ),
        (
            "receipt_attachment_id",
            handing.receipt_attachment_id or handing.no_receipt_reason,
            "Cần giấy biên nhận có chữ ký, hoặc ghi lý do không có (no_receipt_reason)",
        ),
    ]
    return [(path, said) for path, found, said in needed if not found]


def require_receiver(handing: Handing, parties: Mapping[str, Any]) -> None:
    """Raise `ReceiverUnchecked` unless who stands there is the party they are handed it as.

    An organisation comes by somebody: they are authorised, not the owner. A party without a number on file
    (a newborn) cannot be told from a stranger who says its name: who represents it comes, or is authorised.
    """
    party = {"OWNER": "owner", "REPRESENTATIVE": "representative"}.get(handing.receiver)
    if party is None:
        return
    known = parties.get(party) or {}
    if not has_number(known):
        raise ReceiverUnchecked("Người này chưa có số giấy tờ trong hồ sơ: giao cho người đại diện.")
    if not _is_number_of(known, handing.identity_number) or _spoken(known.get("full_name")) != _spoken(
        handing.receiver_name
    ):
        raise ReceiverUnchecked("Giấy tờ xuất trình không phải của người được ghi trong hồ sơ.")


def _spoken(name: object) -> str:
    """Return a name as it is compared: one way of writing its marks, no matter the capitals."""
    return " ".join(unicodedata.normalize("NFC", str(name or "")).casefold().split())


async def _require_authority(handing: Handing, dossier: Dossier, *, work: Work, now: datetime) -> None:
    """Raise `NotAuthorized` unless who fetches for the owner may still: as recorded, or as a paper shows.

    A representative whose paper or record was seen at submission needs no other while that holds; a child
    without a number is represented by law.
    """
    if handing.receiver == "OWNER":
        return
    recorded = handing.authorization_id
    if handing.receiver == "REPRESENTATIVE" and recorded is None:
        told = dossier.brought.get("authorization_id")
        recorded = UUID(told) if told else None
        is_by_law = parties_of(dossier, work)["owner"].get("identity_type") == "NEWBORN"
        is_known = is_by_law or dossier.authority is not None or handing.authorization_attachment_id
        if not is_known or (recorded is None and not dossier.is_spoken_for):
            raise NotAuthorized
    if recorded is not None:
        await require_authorized(
            recorded,
            owner=dossier.owner_index,
            representative=_shown(handing, dossier, work),
            procedure=dossier.procedure_code,
            work=work,
            now=now,
        )


def _shown(handing: Handing, dossier: Dossier, work: Work) -> dict[str, Any]:
    """Return who shows a number: a representative's kind is known, else it is a citizen's."""
    known = parties_of(dossier, work).get("representative") or {}
    told = {"identity_number": handing.identity_number}
    return {**known, **told} if _is_number_of(known, handing.identity_number) else told


def _is_number_of(known: Mapping[str, Any], shown: str) -> bool:
    """Tell whether a number shown is a party's, however it is written."""
    return identity_key({**known, "identity_number": shown}) == identity_key(known)


async def _end_item(handing: Handing, dossier: Dossier, *, work: Work, now: datetime) -> PostItem:
    """End and return the item the post signed for.

    Raises `NotSentByPost` where none of this number is under way with the present result.
    """
    item = await work.desk.post.open_item(dossier.id)
    is_on_its_way = item is not None and item.is_under_way and carries_present(item, dossier)
    if item is None or not is_on_its_way or item.tracking_number != handing.tracking_number:
        raise NotSentByPost
    item.report(PostStatus.DELIVERED, now)
    work.desk.post.save_item(item)
    return item


def _wish_of(item: PostItem, work: Work) -> str:
    """Return why it went by post though it was asked for another way; empty where it was asked for."""
    told: Any = work.seals.open(item.receiver_sealed, purpose=RECEIVER)
    return str(told.get("wish") or "")


async def _bind(handing: Handing, dossier: Dossier, *, by: Caller, work: Work) -> None:
    files = handing.files
    if not files:
        return
    free = await work.attachments.unbound(files, by.subjects)
    if set(files) - set(free):
        raise Invalid(fields=[("receipt_attachment_id", "Không có tệp này")])
    work.attachments.bind(files, dossier.id, uploaders=by.subjects, purpose="DELIVERY")
    dossier.take(files)


def _kept(handing: Handing, work: Work) -> dict[str, Any]:
    who = {
        "receiver_name": handing.receiver_name,
        "identity_number": handing.identity_number,
        "authorization": handing.authorization,
        "no_receipt_reason": handing.no_receipt_reason,
        "delivery_reason": handing.delivery_reason,
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
    """Take a wrong result back before it is returned, with the reason; T22. The record keeps it.

    What only stands on a post list is taken off it; with the post it is recalled once it comes back.
    """
    dossier, grounds = await open_for(Action.RESULT_RECALL, dossier_id, by=by, seen=seen, work=work, now=now)
    await keep_in_house(dossier.id, reason="Kết quả bị thu hồi", by=by, work=work, now=now)
    recalled: Result | None = dossier.result
    await work.results.recall(dossier.id, reason=reason, at=now)
    left = recall(dossier, known_process(grounds.process), at=now, due_of=due_of(grounds))
    ask_outside(work, dossier)
    take_home(work, dossier, giver=person_of(by, "SIGNER"), note=reason, now=now)
    details = {"result": result_data(recalled)} if recalled else {}
    change = Change("result_recalled", left, note=reason, details=details)
    record_change(work, dossier, change, by=by, now=now)
    return dossier
