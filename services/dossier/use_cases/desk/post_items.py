"""Which results may go by post, where to, and whether they still may when a list is signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import NotFound
from kernel.core.ids import new_id
from services.dossier.domain.actions import Action, may
from services.dossier.domain.desk.errors import NotForThePost, PostAddressMissing, PostNotAskedFor
from services.dossier.domain.desk.post import ItemState, PostItem
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import StillOwed
from services.dossier.domain.states import Move
from services.dossier.use_cases.open_dossier import parties_of
from services.dossier.use_cases.ports import Grounds, Work

RECEIVER = "post receiver"
"""What a receiver is sealed for."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the applicant said since: why by post after all (who asked, when), and where to if elsewhere."""

    reason: str
    address: str = ""


async def item_of(
    dossier_id: UUID,
    *,
    wish: Wish | None,
    list_id: UUID,
    place: int,
    operator: str,
    by: Caller,
    work: Work,
) -> PostItem:
    """Return the item of a result that waits here to be sent.

    Raises `NotForThePost` for every other, `StillOwed`, `PostNotAskedFor` where it was asked for another way
    and nothing is written of a change, `PostAddressMissing`.
    """
    at = f"dossier_ids.{place}"
    try:
        dossier, grounds = await work.dossiers.load(dossier_id)
    except NotFound as error:
        raise _not_here(at) from error
    if not may(Action.RETURN, dossier, by) or dossier.result is None:
        raise _not_here(at)
    if owed := _owed(dossier, grounds):
        raise StillOwed.of(owed)
    if dossier.result_delivery != "POST" and wish is None:
        raise PostNotAskedFor(fields=[(at, "Phải ghi ai đề nghị gửi bưu chính, khi nào (wishes)")])
    receiver = _receiver(parties_of(dossier, work).get("owner", {}), wish)
    if not receiver["address"].strip():
        raise PostAddressMissing(fields=[(at, "Hồ sơ không có địa chỉ, hãy ghi địa chỉ nhận (wishes)")])
    return PostItem(
        id=new_id(),
        version=1,
        list_id=list_id,
        place=place,
        operator=operator,
        agency=by.agency,
        dossier_id=dossier.id,
        dossier_code=dossier.dossier_code or dossier.reference,
        state=ItemState.LISTED,
        tracking_number="",
        receiver_sealed=work.seals.seal(receiver, purpose=RECEIVER),
        contact_sealed=dossier.contact_sealed,
        owner_subject=dossier.owner_subject,
        result_version=dossier.result_version,
    )


def _not_here(at: str) -> NotForThePost:
    return NotForThePost(fields=[(at, "Không có kết quả chờ gửi bưu chính tại đơn vị này")])


def _owed(dossier: Dossier, grounds: Grounds) -> int:
    return max(dossier.owed, grounds.account.outstanding)


def _receiver(owner: dict[str, Any], wish: Wish | None) -> dict[str, str]:
    told = {name: str(owner.get(name) or "") for name in ("full_name", "address", "phone")}
    if wish is None:
        return told
    return {**told, "address": wish.address or told["address"], "wish": wish.reason}


async def read_again(items: Sequence[PostItem], work: Work) -> tuple[list[PostItem], list[PostItem]]:
    """Return the lines whose result waits no more to go by this letter, and those with money owed."""
    gone, owing = [], []
    for item in items:
        dossier, grounds = await work.dossiers.load(item.dossier_id)
        if not carries_present(item, dossier):
            gone.append(item)
        elif _owed(dossier, grounds):
            owing.append(item)
    return gone, owing


def require_fitting(gone: Sequence[PostItem], owing: Sequence[PostItem]) -> None:
    """Raise `NotForThePost`, naming the lines, where there are any."""
    said = [(item, "Kết quả này không còn chờ gửi, hãy đưa ra khỏi danh sách") for item in gone]
    said += [(item, "Hồ sơ còn khoản chưa nộp, hãy đưa ra khỏi danh sách") for item in owing]
    if said:
        faults = [(f"items.{item.place}", text) for item, text in sorted(said, key=lambda one: one[0].place)]
        raise NotForThePost("Có kết quả trong danh sách không còn chờ gửi bưu chính.", fields=faults)


def carries_present(item: PostItem, dossier: Dossier) -> bool:
    """Tell whether the letter carries the result that waits now, not one recalled or handed out since."""
    waits = dossier.result is not None and dossier.can(Move.RETURN_RESULT)
    return waits and item.result_version == dossier.result_version
