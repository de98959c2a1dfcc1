"""Single values of the portal's messages, however senders write them (section 5.2)."""

import re
from contextlib import suppress
from datetime import datetime
from typing import Any

import orjson

from kernel.core.clock import VIETNAM

YES = frozenset({"1", "true", "y", "yes", "có", "co", "x"})
NO = frozenset({"0", "false", "n", "no", "không", "khong"})
"""How senders write the flags of section 7.1."""
_MOMENT = re.compile(
    r"(?:(?P<y>\d{4})(?P<s>[-/]?)(?P<m>\d{2})(?P=s)(?P<d>\d{2})|(?P<D>\d{1,2})([-/])(?P<M>\d{1,2})\6(?P<Y>\d{4}))"
    r"(?:(?:[T ]?(?P<h>\d{2}):?|[T ](?P<H>\d):)(?P<min>\d{2})(?::?(?P<sec>\d{2})(?:\.\d{1,9})?)?)?"
    r"(?P<zone>Z|[+-]\d{2}(?::?\d{2})?)?(?:\[[A-Za-z_/]{1,40}\])?"
)
"""Every way of writing a moment that section 5.2 and the bodies of other systems are known to have."""
_SINCE_1970 = re.compile(
    r"/Date\((?P<net>-?\d{1,14})(?:[+-]\d{4})?\)/|(?P<ms>1[4-8]\d{11})|(?P<s>1[4-8]\d{8})"
)
"""How .NET and JavaScript write moments; bare ones of 2014 to 2030, which no other form begins as."""

_TIME_FIRST = re.compile(r"(?P<time>\d{1,2}:\d{2}(?::\d{2})?) (?P<day>\d{1,2}[-/]\d{1,2}[-/]\d{4})")
_HALF_DAY = re.compile(
    r"(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y>\d{4}),? (?P<h>\d{1,2}):(?P<rest>\d{2}(?::\d{2})?)"
    r" ?(?P<half>AM|PM|SA|CH)",
    re.IGNORECASE,
)
_MONTH_IN_WORDS = re.compile(
    r"(?P<month>[A-Z][a-z]{2}) (?P<d>\d{1,2}), (?P<y>\d{4}),? (?P<h>\d{1,2}):(?P<rest>\d{2}(?::\d{2})?)"
    r" (?P<half>AM|PM)"
)
_OF_MAILS = re.compile(
    r"[A-Z][a-z]{2}, (?P<d>\d{2}) (?P<month>[A-Z][a-z]{2}) (?P<y>\d{4}) (?P<t>\d{2}:\d{2}:\d{2}) GMT"
)
_MONTHS = {
    "Jan": 1,
    "Feb": 2,
    "Mar": 3,
    "Apr": 4,
    "May": 5,
    "Jun": 6,
    "Jul": 7,
    "Aug": 8,
    "Sep": 9,
    "Oct": 10,
    "Nov": 11,
    "Dec": 12,
}
_FIRST_LIKELY = 1900
_FEWEST_NUMBERS, MOST_NUMBERS = 3, 7
"""Of a moment as Jackson writes one: a day; hours and minutes, seconds, nanoseconds behind it."""
_LAST_LIKELY, _NEVER = 2200, 9999
"""Years between are digits that mean something else: a birthday in milliseconds."""
_NOON = 12
_AS_A_NUMBER, _NATIONAL = re.compile(r"\d\.\d{1,5}"), len("1.000000")
"""Six digits behind the point, always (2.3)."""
_NET_FIRST, _A_DAY_MS = -62_135_596_800_000, 86_400_000
"""`DateTime.MinValue` in milliseconds since 1970, and how far a zone moves it."""

Json = dict[str, Any]


class LongText(str):
    """What stands in the place of a text too long to be held, which is read where it lies."""

    __slots__ = ()


class NotUnderstood(ValueError):  # noqa: N818 - the fact is the name.
    """The message lacks what every message of its kind must say; the text is Vietnamese, for the sender."""


class NeedsPeople(Exception):  # noqa: N818 - the fact is the name.
    """The message is understood, but what to do with it is not for a program; the text says why."""


def text_of(data: Any, name: str) -> str:
    """Return a member as text, blank for none and for what is no single value."""
    value = data.get(name) if name else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() if isinstance(value, str | int | float) else ""


def said_by(value: Any) -> Any:
    """Return what a list or an object says that some senders write as a text of its own."""
    if isinstance(value, str) and value.lstrip()[:1] in {"{", "["}:
        with suppress(orjson.JSONDecodeError):
            return orjson.loads(value)
    return value


def as_list(found: Any) -> list[Any]:
    """Return a list; one thing alone is a list of it, nothing an empty one."""
    return found if isinstance(found, list) else [found] if found else []


def is_no_moment(text: str) -> bool:
    """Tell what says that there is no moment: the first of all that .NET knows.

    In Vietnam's time .NET's lies before the first of any calendar, which nothing else can be.
    """
    since = _SINCE_1970.fullmatch(text)
    if since is not None and since["net"]:
        return _NET_FIRST - _A_DAY_MS <= int(since["net"]) <= _NET_FIRST + _A_DAY_MS
    found = moment_of(text)
    return found is not None and found.year == 1


def moment_in_numbers(value: Any) -> str | None:
    """Return the moment a list of numbers is, as Jackson writes it (`[2026,3,3,8,0]`); None for any other."""
    is_list = isinstance(value, list) and _FEWEST_NUMBERS <= len(value) <= MOST_NUMBERS
    if not is_list or any(isinstance(one, bool) or not isinstance(one, int) for one in value):
        return None
    if len(value) == _FEWEST_NUMBERS + 1 or not _FIRST_LIKELY <= value[0] <= _LAST_LIKELY:
        return None
    year, month, day, hours, minutes, seconds, nanoseconds = (*value, 0, 0, 0, 0)[:MOST_NUMBERS]
    with suppress(ValueError):
        local = datetime(year, month, day, hours, minutes, seconds, nanoseconds // 1000, tzinfo=VIETNAM)
        return local.replace(tzinfo=None).isoformat()
    return None


def procedure_of(text: str) -> str:
    """Return a procedure's code; of a national one, as a number, the noughts at its end were lost."""
    return text.ljust(_NATIONAL, "0") if _AS_A_NUMBER.fullmatch(text) else text


def moment_of(text: str) -> datetime | None:
    """Return a moment however it is written, Vietnamese time where no zone is said; None for what is none.

    Digits are never filled in from the left: twelve of them end with minutes.
    """
    if since := _SINCE_1970.fullmatch(text):
        seconds = int(since["s"]) if since["s"] else int(since["net"] or since["ms"]) / 1000
        with suppress(ValueError, OverflowError, OSError):
            return datetime.fromtimestamp(seconds, VIETNAM)
        return None
    found = _MOMENT.fullmatch(_in_numbers(text))
    if found is None:
        return None
    at = found.groupdict()
    day = (int(at["y"] or at["Y"]), int(at["m"] or at["M"]), int(at["d"] or at["D"]))
    with suppress(ValueError, OverflowError):
        zone = datetime.fromisoformat(f"2000-01-01T00:00:00{at['zone']}").tzinfo if at["zone"] else VIETNAM
        moment = datetime(
            *day, int(at["h"] or at["H"] or 0), int(at["min"] or 0), int(at["sec"] or 0), tzinfo=zone
        )
        return None if _LAST_LIKELY < moment.year < _NEVER else moment.astimezone(VIETNAM)
    return None


def _in_numbers(text: str) -> str:
    """Return a moment in words or halves of a day as ISO 8601 has it, anything else as it is.

    .NET of another country writes the month first; where that cannot be told from the day nobody guesses.
    """
    if found := _TIME_FIRST.fullmatch(text):
        return f"{found['day']} {found['time'].zfill(5) if found['time'][1] == ':' else found['time']}"
    if found := _OF_MAILS.fullmatch(text):
        return f"{found['y']}-{_month(found['month'])}-{found['d']}T{found['t']}Z"
    if found := _MONTH_IN_WORDS.fullmatch(text):
        return f"{found['y']}-{_month(found['month'])}-{found['d'].zfill(2)}T{_hours(found)}:{found['rest']}"
    if found := _HALF_DAY.fullmatch(text):
        is_ours = found["half"].upper() in {"SA", "CH"}
        first, second = int(found["a"]), int(found["b"])
        if is_ours or first == second or first > _NOON:
            day, month = first, second
        elif second > _NOON:
            day, month = second, first
        else:
            return text
        return f"{found['y']}-{month:02}-{day:02}T{_hours(found)}:{found['rest']}"
    return text


def _month(name: str) -> str:
    return f"{_MONTHS.get(name, 0):02}"


def _hours(found: re.Match[str]) -> str:
    hours = int(found["h"]) % _NOON + (_NOON if found["half"].upper() in {"PM", "CH"} else 0)
    return f"{hours:02}" if int(found["h"]) <= _NOON else "99"
