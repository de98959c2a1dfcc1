"""Single values of the portal's messages, however senders write them (section 5.2)."""

import re
from contextlib import suppress
from datetime import datetime
from typing import Any

import orjson

from kernel.core.clock import VIETNAM

_MOMENT = re.compile(
    r"(?:(?P<y>\d{4})(?P<s>[-/]?)(?P<m>\d{2})(?P=s)(?P<d>\d{2})|(?P<D>\d{1,2})([-/])(?P<M>\d{1,2})\6(?P<Y>\d{4}))"
    r"(?:(?:[T ]?(?P<h>\d{2}):?|[T ](?P<H>\d):)(?P<min>\d{2})(?::?(?P<sec>\d{2})(?:\.\d{1,9})?)?)?"
    r"(?P<zone>Z|[+-]\d{2}:?\d{2})?(?:\[[A-Za-z_/]{1,40}\])?"
)
"""Every way of writing a moment that section 5.2 and the bodies of other systems are known to have."""
_SINCE_1970 = re.compile(
    r"/Date\((?P<net>-?\d{1,14})(?:[+-]\d{4})?\)/|(?P<ms>1[4-8]\d{11})|(?P<s>1[4-8]\d{8})"
)
"""How .NET and JavaScript write moments; bare ones of 2014 to 2030, which no other form begins as."""

_TECH_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
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


def tech_id_of(text: str) -> str:
    """Return the identifier of an account on the portal, blank for anything else (section 2.5)."""
    return text.lower() if _TECH_ID.fullmatch(text) else ""


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


def moment_of(text: str) -> datetime | None:
    """Return a moment however it is written, Vietnamese time where no zone is said; None for what is none.

    Digits are never filled in from the left: twelve of them end with minutes.
    """
    if since := _SINCE_1970.fullmatch(text):
        seconds = int(since["s"]) if since["s"] else int(since["net"] or since["ms"]) / 1000
        with suppress(ValueError, OverflowError, OSError):
            return datetime.fromtimestamp(seconds, VIETNAM)
        return None
    found = _MOMENT.fullmatch(text)
    if found is None:
        return None
    at = found.groupdict()
    day = (int(at["y"] or at["Y"]), int(at["m"] or at["M"]), int(at["d"] or at["D"]))
    with suppress(ValueError, OverflowError):
        zone = datetime.fromisoformat(f"2000-01-01T00:00:00{at['zone']}").tzinfo if at["zone"] else VIETNAM
        moment = datetime(
            *day, int(at["h"] or at["H"] or 0), int(at["min"] or 0), int(at["sec"] or 0), tzinfo=zone
        )
        return moment.astimezone(VIETNAM)
    return None
