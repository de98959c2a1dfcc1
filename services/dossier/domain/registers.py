"""The register of dossiers (sổ theo dõi hồ sơ) and the control slip, as the forms print them.

TT 03/2025/TT-VPCP forms 07 and 06; TT 01/2018/TT-VPCP forms 06 and 05. Views of what is kept, never typed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, Invalid
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.papers import local_text
from services.dossier.domain.states import VIETNAMESE, State
from services.dossier.domain.stops import ClockStop, stood_since

LONGEST_DAYS = 92
"""A book is printed for a quarter at most."""
MOST_ROWS = 20_000
_READERS = ("ONE_STOP_OFFICER", "ONE_STOP_MANAGER")
_DELIVERY = {"COUNTER": "Trực tiếp", "POST": "Bưu chính công ích", "ELECTRONIC": "Trực tuyến"}
ELSEWHERE = " trên hệ thống khác"
_RETURNED_AWAY = "Đã trả kết quả"
_ENDED_AWAY = {
    "RESULT": "Đã có kết quả",
    "REFUSED": "Không được giải quyết",
    "STOPPED": "Dừng giải quyết",
    "WITHDRAWN": "Người nộp rút hồ sơ",
}
_PUNCTUALITY = {"EARLY": "Trước hạn", "ON_TIME": "Đúng hạn", "LATE": "Quá hạn"}


class PeriodTooLong(Invalid):
    """A book is asked for too many days (422)."""

    code = "register-period-too-long"
    title = "Khoảng thời gian của sổ quá dài"


class BookTooThick(Invalid):
    """A book would have too many rows to be printed at once (422)."""

    code = "register-too-many-rows"
    title = "Sổ có quá nhiều hồ sơ, hãy chọn khoảng thời gian ngắn hơn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the register."""

    dossier_code: str
    procedure: str
    owner: str
    address: str
    phone: str
    competent_agency: str
    received_at: datetime
    due_at: datetime | None
    returned_at: datetime | None
    returned_to: str
    delivery: str
    note: str

    def cells(self, number: int) -> list[str]:
        """Return the cells of the printed line, in the order of `HEADINGS`."""
        return [
            str(number),
            self.dossier_code,
            self.procedure,
            self.owner,
            ", ".join(part for part in (self.address, self.phone) if part),
            self.competent_agency,
            local_text(self.received_at),
            local_text(self.due_at),
            local_text(self.returned_at),
            _DELIVERY.get(self.delivery, self.delivery),
            self.returned_to,
            self.note,
        ]


HEADINGS = (
    "STT",
    "Mã hồ sơ",
    "Tên thủ tục hành chính",
    "Tổ chức, cá nhân",
    "Địa chỉ, số điện thoại",
    "Cơ quan giải quyết",
    "Nhận hồ sơ",
    "Hẹn trả kết quả",
    "Trả kết quả",
    "Phương thức nhận",
    "Người nhận",
    "Ghi chú",
)


WIDTHS = (5, 24, 40, 24, 34, 28, 17, 17, 17, 14, 20, 18)
"""Of the columns of a sheet, in characters."""
_NOBODY_NAMED = {
    "APPLICANT": "Người nộp hồ sơ",
    "POST": "Bưu chính công ích",
    "POSTAL_AGENT": "Bưu chính công ích",
    "ONE_STOP_OFFICER": "Bộ phận Một cửa",
}
"""What a slip says of a desk where no person is known yet, or none is to be named."""


def require_reader(caller: Caller) -> None:
    """Raise `Forbidden` for whoever keeps no one-stop counter."""
    if caller.kind is not CallerKind.STAFF or not caller.has_role(*_READERS) or not caller.agency:
        raise Forbidden


def require_period(first: date, last: date) -> None:
    """Raise `PeriodTooLong` for days that go backwards or are more than a quarter."""
    if not timedelta(0) <= last - first < timedelta(days=LONGEST_DAYS):
        raise PeriodTooLong(fields=[("to", f"Phải sau ngày đầu và không quá {LONGEST_DAYS} ngày")])


def note_of(row: Mapping[str, Any], now: datetime) -> str:
    """Return what the last column says: how it ended, that it is late, which dossier corrects which."""
    ended = {"STOPPED": "Dừng giải quyết", "WITHDRAWAL_REQUESTED": "Yêu cầu rút hồ sơ"}.get(row["state"], "")
    due, end = row["due_at"], stood_since(row["last_stop"], row["ended_at"]) or row["ended_at"]
    late = "Quá hạn" if due is not None and (end or now) > due else ""
    corrects = f"Đính chính kết quả hồ sơ {row['corrects']}" if row["corrects"] else ""
    by = f"Kết quả được đính chính bằng hồ sơ {row['corrected_by']}" if row["corrected_by"] else ""
    return "; ".join(part for part in (_ended_away(row["elsewhere"]) or ended, late, corrects, by) if part)


def _ended_away(elsewhere: Mapping[str, Any] | None) -> str:
    """Return which other system ended it, how, and under which code the result is had there."""
    end = (elsewhere or {}).get("end")
    if elsewhere is None or end is None:
        return ""
    words = ended_away(end["outcome"], end["state"])
    return f"{words} tại {elsewhere['source']}, mã {elsewhere['outside_code']}"


def state_name_of(dossier: Dossier) -> str:
    """Return what a dossier's state is called; what another system has ready does not wait here."""
    end = dossier.elsewhere.end if dossier.elsewhere else None
    if end is None or dossier.state is State.ARCHIVED:
        return VIETNAMESE[dossier.state]
    return ended_away(end.outcome, end.state) + ELSEWHERE


def ended_away(outcome: str, state: str) -> str:
    """Return how another system ended a dossier whose route was changed to it, as the books say it."""
    return _RETURNED_AWAY if state == "RETURNED" else _ENDED_AWAY[outcome]


def returned_at(row: Mapping[str, Any]) -> datetime | None:
    """Return when the result was handed over: here, or as the system that worked it says."""
    handed = (row["delivery"] or {}).get("at")
    end = (row["elsewhere"] or {}).get("end") or {}
    at = handed or (end["last_at"] if end.get("state") == "RETURNED" else None)
    return datetime.fromisoformat(at) if at else None


def slip_lines(
    rows: Sequence[Mapping[str, Any]], stops: Sequence[ClockStop], name_of: Callable[[str], str]
) -> list[list[str]]:
    """Return the lines of the printed control slip: giver and receiver, when, how it stood, the note.

    A row that was taken back says so; a row during which the clock stood says from when to when, and whose
    time that was. `name_of` names a cause.
    """
    lines = []
    for place, row in enumerate(rows):
        taken_back = "Đã thu hồi" if row["taken_back_at"] is not None else ""
        given = f"Giao: {local_text(row['given_at'])}"
        received = f"Nhận: {local_text(row['received_at']) or 'chưa xác nhận'}"
        until = rows[place + 1]["given_at"] if place + 1 < len(rows) else None
        stood = [
            _stood(stop, name_of)
            for stop in stops
            if row["given_at"] <= stop.stopped_at and (until is None or stop.stopped_at < until)
        ]
        lines.append(
            [
                f"1. Giao: {_desk(row, 'giver')}\n2. Nhận: {_desk(row, 'receiver')}",
                f"{given}\n{received}",
                _PUNCTUALITY.get(row["punctuality"], ""),
                "; ".join(part for part in (taken_back, row["note"], *stood) if part),
            ]
        )
    return lines


def _stood(stop: ClockStop, name_of: Callable[[str], str]) -> str:
    """Return a stretch in which the clock stood, as the note column says it."""
    until = f" đến {local_text(stop.resumed_at)}" if stop.resumed_at else ""
    whose = _WHOSE.get(stop.belongs_to, stop.belongs_to)
    return f"Không tính thời hạn từ {local_text(stop.stopped_at)}{until}: {name_of(stop.cause)} ({whose})"


_WHOSE = {
    "APPLICANT": "người nộp hồ sơ",
    "AGENCY": "cơ quan giải quyết",
    "OTHER_AGENCY": "cơ quan khác",
    "SYSTEM": "hệ thống",
}


def _desk(row: Mapping[str, Any], side: str) -> str:
    who = row[f"{side}_name"] or _NOBODY_NAMED.get(row[f"{side}_role"], "")
    return ", ".join(part for part in (who, row[f"{side}_unit_name"], row[f"{side}_agency_name"]) if part)
