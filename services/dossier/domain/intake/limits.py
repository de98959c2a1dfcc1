"""Numbers of the ways in that a decision may change: dated, asked by day, each with where it comes from."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Limit:
    """A number in force from a day on."""

    name: str
    since: date
    value: int
    source: str


_FROM = date(2026, 1, 1)
_RULES = "Quy chế vận hành hệ thống, mặc định của nền tảng"
_LIMITS = (
    Limit("draft_days", _FROM, 30, _RULES),
    Limit("draft_notice_days", _FROM, 3, _RULES),
    Limit("drafts_of_a_person", _FROM, 20, _RULES),
    Limit("late_entry_days", _FROM, 30, _RULES),
    Limit("authorization_years", _FROM, 5, _RULES),
    Limit("newborn_years", _FROM, 14, "Luật Căn cước 26/2023/QH15 Điều 19: từ đủ 14 tuổi phải có thẻ"),
    Limit("batch_rows", _FROM, 50, _RULES),
)


def limit(name: str, day: date) -> int:
    """Return a limit as it is on a day; the earliest holds for days before it."""
    found = sorted((item for item in _LIMITS if item.name == name), key=lambda item: item.since)
    begun = [item for item in found if item.since <= day] or found[:1]
    return begun[-1].value
