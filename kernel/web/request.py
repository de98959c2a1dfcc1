"""A request whose body is bounded and whose JSON is read strictly."""

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson
from starlette.requests import Request

from kernel.core.errors import Kind, Refusal
from kernel.core.unseen import has_unseen

MAX_BODY_BYTES = 1_048_576
MAX_JSON_DEPTH = 32


class BodyTooLarge(Refusal):
    """The body is larger than this route takes (413)."""

    code = "too-large"
    kind = Kind.TOO_LARGE
    title = "Dữ liệu gửi lên quá lớn"


class Unreadable(Refusal):
    """The body is not the JSON this system takes (400)."""

    code = "unreadable"
    kind = Kind.UNREADABLE
    title = "Nội dung gửi lên không đọc được"


class InexactNumber(Refusal):
    """A number in the body could not be kept as it is written (400): send it as a text."""

    code = "inexact-number"
    kind = Kind.UNREADABLE
    title = "Có số không giữ được nguyên giá trị, hãy gửi dưới dạng chuỗi"


class RepeatedName(Refusal):
    """An object in the body has one name twice (400): two readers could take two different values."""

    code = "repeated-name"
    kind = Kind.UNREADABLE
    title = "Nội dung gửi lên có một tên trường lặp lại"


_NAME_END = re.compile(rb'"[ \t\r\n]*:')
# Fifteen digits without an exponent fit every double; only longer numbers are looked at one by one.
_LONG_NUMBER = re.compile(rb"[\[:,][ \t\r\n]*-?(?:[0-9.]{16}|[0-9]+(?:\.[0-9]+)?[eE])")
# JSON itself has them escaped only, but for U+007F.
_MAY_BE_UNSEEN = re.compile(rb"\\u00[017]|\\[bf]|\x7f")
_LEAST, _MOST = -(2**63), 2**64 - 1
_LONGEST_INTEGER = 20


class EdgeRequest(Request):
    """Bounds the body and refuses NaN, numbers that would change, lone surrogates, controls, absurd nesting.

    A name said twice is refused too: what checks a value and what uses it might read different ones.

    PostgreSQL stores no NUL and UTF-8 knows no lone surrogate: refusing them here keeps them from
    becoming a 500 later.
    """

    max_body_bytes = MAX_BODY_BYTES

    async def body(self) -> bytes:
        """Return the whole body, or raise `BodyTooLarge` before it is all read."""
        if not hasattr(self, "_body"):
            declared = self.headers.get("content-length", "")
            if declared.isdigit() and int(declared) > self.max_body_bytes:
                raise BodyTooLarge
            chunks, size = [], 0
            async for chunk in self.stream():
                size += len(chunk)
                if size > self.max_body_bytes:
                    raise BodyTooLarge
                chunks.append(chunk)
            self._body = b"".join(chunks)
        return self._body

    async def json(self) -> Any:
        """Return the body's JSON value; raises a JSON decode error or `Unreadable`."""
        raw = await self.body()
        value = orjson.loads(raw)
        if raw.count(b"[") + raw.count(b"{") > MAX_JSON_DEPTH or _MAY_BE_UNSEEN.search(raw):
            _refuse_strange(value)
        if len(_NAME_END.findall(raw)) != orjson.dumps(value).count(b'":') or b"\\u0022" in raw:
            # Fewer names were kept than written, or a text only looks so: read once more, counting.
            json.loads(raw, object_pairs_hook=_once_each)
        if _LONG_NUMBER.search(raw):
            json.loads(raw, parse_int=_exact_integer, parse_float=_exact_float)
        return value


def _once_each(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise RepeatedName


def _exact_integer(text: str) -> int:
    if len(text) > _LONGEST_INTEGER or not _LEAST <= (number := int(text)) <= _MOST:
        raise InexactNumber
    return number


def _exact_float(text: str) -> float:
    """Raise `InexactNumber` unless the number is written back as the same number."""
    number = float(text)
    try:
        is_exact = Decimal(repr(number)) == Decimal(text)
    except InvalidOperation as error:
        # The exponent is beyond what even Decimal holds.
        raise InexactNumber from error
    if not is_exact:
        raise InexactNumber
    return number


def _refuse_strange(value: Any) -> None:
    """Walk without recursion; raise `Unreadable` for a control in a text or nesting past the limit."""
    waiting: list[tuple[Any, int]] = [(value, 1)]
    while waiting:
        item, depth = waiting.pop()
        if depth > MAX_JSON_DEPTH:
            raise Unreadable
        if isinstance(item, str):
            if has_unseen(item):
                raise Unreadable
        elif isinstance(item, dict):
            waiting.extend((part, depth + 1) for part in item)
            waiting.extend((part, depth + 1) for part in item.values())
        elif isinstance(item, list):
            waiting.extend((part, depth + 1) for part in item)
