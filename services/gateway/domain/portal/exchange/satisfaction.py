"""The month's satisfaction as the portal wants it: one line a question, agency and procedure (section 15)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

Json = dict[str, Any]

SERVICE = "DongBoDanhGia"
_HUNDRED = 100
_HIGHEST, _HIGH = 5, 4
_GROUP = ("PhanTramDanhGiaRatHaiLong", "PhanTramDanhGiaHaiLong", "PhanTramDanhGiaChuaHaiLong")
_OF_THE_SERVICE = (
    "PhanTramDanhGiaDichVuRatHaiLong",
    "PhanTramDanhGiaDichVuHaiLong",
    "PhanTramDanhGiaDichVuChuaHaiLong",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthOfAnswers:
    """How one question was answered in a month about one agency and procedure; scores are 1 to 5."""

    month: date
    """Its first day."""
    agency: str
    agency_name: str
    procedure: str
    question: str
    """Its code here, `@` and the edition of the questionnaire."""
    text: str
    counts: Mapping[int, int]
    is_about_the_service: bool = False
    """The question asks about the online service, not about how the dossier was dealt with."""

    @property
    def answers(self) -> int:
        """Return how many had an opinion."""
        return sum(self.counts.values())

    def of(self, agency_name: str, *, is_about_the_service: bool) -> "MonthOfAnswers":
        """Return it with what the survey service does not know."""
        return replace(self, agency_name=agency_name, is_about_the_service=is_about_the_service)


def summary_message(answers: MonthOfAnswers) -> Json:
    """Return one element of `DongBoDanhGia`; the three shares are whole per cents and add up to 100.

    A score of 5 is very satisfied, 4 satisfied, 3 and less not satisfied. What nobody was asked is blank,
    never 0 %: a question about the online service fills the second group, any other the first.
    """
    highest, high = answers.counts.get(_HIGHEST, 0), answers.counts.get(_HIGH, 0)
    shares = [f"{share}%" for share in _shares((highest, high, answers.answers - highest - high))]
    filled = _OF_THE_SERVICE if answers.is_about_the_service else _GROUP
    return {
        "NgayTongHop": f"{answers.month.month}-{answers.month.year}",
        "TongSoNguoiDanhGia": answers.answers,
        **dict.fromkeys((*_GROUP, *_OF_THE_SERVICE), ""),
        **dict(zip(filled, shares, strict=True)),
        "DanhSachNoiDungYKien": [],
        "MaThuTuc": answers.procedure,
        "NoiDung": answers.text,
        "Madonvi": answers.agency,
        "TenDonVi": answers.agency_name,
    }


def large_enough(rows: Iterable[MonthOfAnswers], smallest: int) -> list[MonthOfAnswers]:
    """Return what may leave the house: too few answers about one procedure go into their agency's sum.

    Who answers is promised not to be known; a sum that is still too small stays here. The sum names no
    procedure.
    """
    told, pooled = [], dict[tuple[str, str], list[MonthOfAnswers]]()
    for row in rows:
        if row.answers >= smallest:
            told.append(row)
        else:
            pooled.setdefault((row.agency, row.question), []).append(row)
    sums = (_sum(group) for group in pooled.values())
    return [*told, *(one for one in sums if one.answers >= smallest)]


def _sum(rows: Sequence[MonthOfAnswers]) -> MonthOfAnswers:
    counts: Counter[int] = Counter()
    for row in rows:
        counts.update(row.counts)
    return replace(rows[0], procedure="", counts=dict(counts))


def _shares(counts: Sequence[int]) -> list[int]:
    """Return whole per cents that add up to 100: what rounding down leaves goes to the largest remainders."""
    total = sum(counts)
    if not total:
        return [0] * len(counts)
    parts = [divmod(_HUNDRED * count, total) for count in counts]
    left = _HUNDRED - sum(whole for whole, _ in parts)
    order = sorted(range(len(parts)), key=lambda place: (-parts[place][1], place))
    given = set(order[:left])
    return [whole + (place in given) for place, (whole, _) in enumerate(parts)]


def month_before(day: date) -> date:
    """Return the first day of the month before this day's."""
    return date(day.year - (day.month == 1), (day.month - 2) % 12 + 1, 1)
