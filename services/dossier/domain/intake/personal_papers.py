"""A paper of the personal-paper store as a component: whose choice it was, and how long it may be used."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from kernel.core.errors import Invalid, Kind, Refusal

PERMIT_LASTS = timedelta(minutes=10)
"""How long fetching may take: the calls themselves are bounded in seconds."""
PURPOSE = "THAY_THE_GIAY_TO"
STORE = "PERSONAL_STORE"


class ConsentNotGiven(Refusal):
    """Nothing is read or taken from a person's store without the person saying so (422)."""

    code = "consent-required"
    kind = Kind.INVALID
    title = "Phải đồng ý cho khai thác giấy tờ của mình trong kho dữ liệu cá nhân"


class NumberUnknown(Refusal):
    """The account tells no number, so nobody's store can be asked (409)."""

    code = "nobody-to-ask-for"
    kind = Kind.CONFLICT
    title = "Tài khoản chưa có số định danh cá nhân để khai thác kho dữ liệu"


class PaperExpired(Refusal):
    """A paper taken from the store is over by its own words (409)."""

    code = "personal-paper-expired"
    kind = Kind.CONFLICT
    title = "Giấy tờ lấy từ kho dữ liệu cá nhân đã hết hạn hiệu lực"


class PaperKeptAsTaken(Refusal):
    """An upload does not replace what came from the store: its origin would be told of it (409)."""

    code = "personal-paper-not-replaced"
    kind = Kind.CONFLICT
    title = "Giấy tờ lấy từ kho dữ liệu cá nhân không thay bằng tệp tải lên; hãy nộp thêm tệp khác"


@dataclass(frozen=True, slots=True, kw_only=True)
class StorePermit:
    """A person agreed that their own store is read for one component; what comes of it is named so."""

    look_up_id: UUID
    subject: str
    number_index: str
    """The blind index of the person's own number, in hex: the paper handed in has to be of the same."""
    procedure: str
    component: str
    purpose: str
    consent: Mapping[str, Any]
    at: datetime

    def is_over(self, now: datetime) -> bool:
        """Tell whether what comes now comes too late."""
        return now > self.at + PERMIT_LASTS


def require_lasting(valid_to: date | None, today: date) -> None:
    """Raise `PaperExpired` the day after a paper's last."""
    if valid_to is not None and valid_to < today:
        raise PaperExpired(extra={"valid_to": valid_to.isoformat()})


def last_day_of(taken: Mapping[str, Any]) -> date | None:
    """Return the last day a taken paper may be used; None where the store named none."""
    return date.fromisoformat(taken["valid_to"]) if taken.get("valid_to") else None


def require_usable(
    files: Iterable[tuple[str, str, Mapping[str, Any] | None]], procedure: str, today: date
) -> None:
    """Raise what stands against handing taken papers in: consent was for one component, and days end.

    `files` are where a file is named, for which component, and what is known of its taking (None: an upload).
    """
    taken = [(path, component, one) for path, component, one in files if one is not None]
    faults = [
        (path, "Tệp lấy từ kho dữ liệu cá nhân cho thủ tục hoặc thành phần khác")
        for path, component, one in taken
        if (one["procedure"], one["component"]) != (procedure, component)
    ]
    if faults:
        raise Invalid(fields=faults)
    for _, _, one in taken:
        require_lasting(last_day_of(one), today)


def shown(taken: Mapping[str, Any]) -> dict[str, Any]:
    """Return what people who may see the file read of its origin; the store's own words stay sealed."""
    return {
        name: value for name, value in taken.items() if name not in {"snapshot", "procedure", "component"}
    }
