"""What an answered form costs: lines of amounts, told by data, so that any front end computes the same.

No formula language: a line is a fixed amount or a share of a value, `times` a count less what is `free`,
bounded by `at_least` and `at_most`, due `when` the answers fit a schema. That is how fee tables are written
(a regulation's rows), a reader sees which row was applied, and nothing has to be evaluated.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from eforms.faults import Fault, Place, fault
from eforms.layouts import condition_faults, member

MOST_LINES = 50
_MOST_DONG = 10_000_000_000
_WORDS = frozenset(
    {
        "code",
        "name",
        "kind",
        "amount",
        "share",
        "of",
        "times",
        "free",
        "at_least",
        "at_most",
        "when",
        "legal_basis",
    }
)
_KINDS = ("FEE", "CHARGE")
_NUMBERS = frozenset({"integer", "number"})


@dataclass(frozen=True, slots=True)
class FeeLine:
    """A row that applies: whole đồng."""

    code: str
    name: str
    kind: str
    amount: int


def fee_faults(fee: object, schema: Mapping[str, Any]) -> list[Fault]:
    """Return every reason why a form's fee cannot be computed from its (sound) schema."""
    if fee is None:
        return []
    lines = fee.get("lines") if isinstance(fee, dict) and set(fee) == {"lines"} else None
    if not isinstance(lines, list) or len(lines) > MOST_LINES:
        return [fault(("fee",), f"phải là danh sách lines không quá {MOST_LINES} dòng")]
    found = [
        one for index, line in enumerate(lines) for one in _line_faults(line, ("fee", "lines", index), schema)
    ]
    codes = [line.get("code") for line in lines if isinstance(line, dict)]
    return found + [fault(("fee", "lines"), "có hai dòng trùng code")] * (
        len(set(map(str, codes))) < len(codes)
    )


def _line_faults(line: Any, place: Place, schema: Mapping[str, Any]) -> Iterator[Fault]:
    if not isinstance(line, dict) or not line.keys() <= _WORDS:
        yield fault(place, "có mục không thuộc dòng phí")
        return
    for word in ("code", "name"):
        if not isinstance(line.get(word), str) or not 0 < len(line[word]) <= 500:  # noqa: PLR2004 - as in the catalogue.
            yield fault((*place, word), "thiếu hoặc quá dài")
    if line.get("kind", "FEE") not in _KINDS:
        yield fault((*place, "kind"), "phải là FEE hoặc CHARGE")
    if ("amount" in line) is ("share" in line) or ("share" in line) is not ("of" in line):
        yield fault(place, "phải có amount, hoặc share cùng of")
        return
    for word in ("amount", "at_least", "at_most", "free"):
        value = line.get(word, 0)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST_DONG:
            yield fault((*place, word), "phải là số nguyên không âm")
    if "share" in line and _share(line["share"]) is None:
        yield fault((*place, "share"), 'phải là chuỗi thập phân từ 0 đến 1, ví dụ "0.005"')
    yield from _path_faults(line, place, schema)
    if "when" in line:
        yield from condition_faults(line["when"], (*place, "when"))


def _path_faults(line: Mapping[str, Any], place: Place, schema: Mapping[str, Any]) -> Iterator[Fault]:
    for word in ("of", "times"):
        if word not in line:
            continue
        found = member(schema, schema, _path(line[word])) if isinstance(line[word], str) else None
        counts = {*_NUMBERS, "array"} if word == "times" else _NUMBERS
        if found is None or found.get("type") not in counts:
            yield fault((*place, word), "phải là đường dẫn /mục/con tới một số của biểu mẫu")
    if "free" in line and "times" not in line:
        yield fault((*place, "free"), "chỉ dùng cùng times")


def _share(text: object) -> Decimal | None:
    try:
        value = Decimal(text) if isinstance(text, str) and len(text) <= 12 else None  # noqa: PLR2004 - digits of a rate.
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() and 0 <= value <= 1 else None


def _path(pointer: str) -> tuple[str, ...]:
    return tuple(pointer.removeprefix("/").split("/"))


def compute(
    fee: Mapping[str, Any] | None, answers: Mapping[str, Any], fits: Callable[[Mapping[str, Any], Any], bool]
) -> list[FeeLine]:
    """Return the lines that apply to sound answers; `fits` tells whether a value fits a schema."""
    found = []
    for line in (fee or {}).get("lines", ()):
        if "when" in line and not fits(line["when"], answers):
            continue
        amount = _amount(line, answers)
        found.append(FeeLine(line["code"], line["name"], line.get("kind", "FEE"), amount))
    return found


def _amount(line: Mapping[str, Any], answers: Mapping[str, Any]) -> int:
    exact = (
        Decimal(line["amount"]) if "amount" in line else Decimal(line["share"]) * _number(answers, line["of"])
    )
    if "times" in line:
        exact *= max(Decimal(0), _number(answers, line["times"]) - line.get("free", 0))
    # Bounded first: a number of more digits than a context has cannot be rounded to whole đồng.
    whole = int(max(Decimal(0), min(exact, Decimal(_MOST_DONG))).quantize(Decimal(1), ROUND_HALF_UP))
    return int(min(max(whole, line.get("at_least", 0)), line.get("at_most", _MOST_DONG)))


def _number(answers: Mapping[str, Any], pointer: str) -> Decimal:
    found: Any = answers
    for name in _path(pointer):
        found = found.get(name) if isinstance(found, Mapping) else None
    if isinstance(found, list):
        return Decimal(len(found))
    return (
        Decimal(str(found)) if isinstance(found, int | float) and not isinstance(found, bool) else Decimal(0)
    )
