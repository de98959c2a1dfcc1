"""The outline of a JSON text of any length: the text itself, with where each long string stands in its place.

A message of the portal carries files as base64 strings, each as long as a file. An incremental parser still
hands over a string whole (ijson's C backend too), so what has to be bounded is not bounded by it. Here the
text is only cut at its quotes: what lies between long strings is small and is read by the strict parser as
before, and a long string stays where the raw message is kept until somebody reads that piece of it.
"""

import re
import unicodedata
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

import orjson

from services.gateway.domain.portal.wire.json_text import parsed
from services.gateway.domain.portal.wire.letters import Letters
from services.gateway.domain.portal.wire.twice import with_members
from services.gateway.domain.portal.wire.words import LongText

_INSIDE = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_NESTING = re.compile(rb"[\[\]{}]")
_SPACE = re.compile(rb"[ \t\r\n]{2,}")
_OPENING = b"[{"
_HALVES = re.compile("[\ud800-\udfff]")
_TOO_DEEP = "Nội dung lồng nhau quá sâu"
_TOO_MANY_VALUES = "Nội dung có quá nhiều trường"
_TOO_MANY_LONG = "Có quá nhiều chuỗi dài"
_TOO_MUCH = "Nội dung ngoài tệp quá lớn"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class NoOutline(ValueError):  # noqa: N818 - the fact is the name.
    """The text is past a bound; says which, in Vietnamese, for the sender."""


def with_limit(fault: str, bounds: "Bounds") -> str:
    """Return why there is no outline, with the bound of the whole message: how to go on without it."""
    limits = {
        _TOO_DEEP: f"tối đa {bounds.depth} cấp",
        _TOO_MANY_VALUES: f"tối đa {bounds.values} giá trị",
        _TOO_MANY_LONG: f"tối đa {bounds.long_strings} chuỗi dài hơn {bounds.long_bytes // 1024} KB",
        _TOO_MUCH: f"tối đa {bounds.plain_bytes // 1_048_576} MB",
    }
    return f"{fault} ({limits[fault]})" if fault in limits else fault


class NotJson(ValueError):  # noqa: N818 - the fact is the name.
    """The text is no JSON."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a message may be beside its files, in bytes and levels."""

    long_bytes: int = 65_536
    """A string longer than this is not held, it is read where it lies."""
    plain_bytes: int = 4_194_304
    """All the rest together."""
    depth: int = 32
    long_strings: int = 100
    values: int = 50_000
    """JSON values and containers: reading each takes time, and meanwhile all others wait."""


@dataclass(frozen=True, slots=True)
class Outline:
    """The text without its long strings: each is told by `mark:n`, n being its place in `longs`."""

    mark: str
    text: bytes
    longs: Sequence[tuple[int, int]] = ()
    """From and to of the content of each long string in the whole text, without its quotes."""
    fault: str = ""
    """Why there is none, for the sender."""
    letters: Letters = Letters.UTF_8
    """What the body is written in; the places are those of the text it stands for."""
    values: int = 0
    """How many JSON values it has, as they were counted against the bound."""

    def value(self) -> Any:
        """Return the JSON value, letters composed (NFC) and long strings as `LongText`.

        Raises `NotJson` or `NoOutline`.
        """
        if self.fault:
            raise NoOutline(self.fault)
        longs = frozenset(f"{self.mark}:{place}" for place in range(len(self.longs)))
        return _composed(_parsed(self.text), longs)

    def kept(self) -> bytes:
        """Return it as it is kept; `kept_outline` reads it."""
        head = {
            "mark": self.mark,
            "longs": self.longs,
            "fault": self.fault,
            "letters": self.letters,
            "values": self.values,
        }
        return orjson.dumps(head) + b"\n" + self.text


@dataclass(slots=True)
class Outliner:
    """Takes a text piece by piece and keeps its outline; nothing grows past the bounds."""

    mark: str
    """32 hexadecimal digits nobody can know when they write the text."""
    bounds: Bounds = field(default_factory=Bounds)
    _out: bytearray = field(default_factory=bytearray)
    _longs: list[tuple[int, int]] = field(default_factory=list)
    _held: bytearray = field(default_factory=bytearray)
    _offset: int = 0
    _began: int = -1
    _is_long: bool = False
    _is_escaped: bool = False
    _depth: int = 0
    _values: int = 0
    _fault: str = ""

    def feed(self, piece: bytes) -> None:
        """Go on; after a fault what comes is only counted."""
        if self._offset == 0 and piece.startswith(_BYTE_ORDER_MARK):
            piece, self._offset = piece[3:], 3
        at = 0
        while at < len(piece) and not self._fault:
            at = self._inside(piece, at) if self._began >= 0 else self._between(piece, at)
        self._offset += len(piece)

    def outline(self) -> Outline:
        """Return what was found when the whole text has come."""
        if self._fault:
            return Outline(self.mark, b"", (), self._fault)
        if self._began >= 0:
            # A string without an end: the parser says so.
            self._put(b'"')
        return Outline(self.mark, bytes(self._out), tuple(self._longs), self._fault, values=self._values)

    def _between(self, piece: bytes, at: int) -> int:
        end = piece.find(b'"', at)
        end = len(piece) if end < 0 else end
        plain = piece[at:end]
        for found in _NESTING.finditer(plain):
            self._depth += 1 if found[0] in _OPENING else -1
            if self._depth > self.bounds.depth:
                self._fault = _TOO_DEEP
            self._values += found[0] in _OPENING
        self._values += plain.count(b",")
        if self._values > self.bounds.values:
            self._fault = _TOO_MANY_VALUES
        self._put(_SPACE.sub(b" ", plain))
        if end < len(piece):
            self._began = self._offset + end + 1
        return end + 1

    def _inside(self, piece: bytes, at: int) -> int:
        if self._is_escaped:
            self._is_escaped = False
            self._hold(piece[at : at + 1])
            return at + 1
        end = _INSIDE.match(piece, at).end()  # type: ignore[union-attr]  # It matches nothing at least.
        self._hold(piece[at:end])
        if end < len(piece) and piece[end] == ord('"'):
            self._end_string(self._offset + end)
            return end + 1
        if end < len(piece):
            # A lone backslash at the end of the piece: what it belongs to comes with the next.
            self._hold(b"\\")
            self._is_escaped = True
            return end + 1
        return end

    def _hold(self, content: bytes) -> None:
        if self._is_long:
            return
        self._held += content
        if len(self._held) > self.bounds.long_bytes:
            self._is_long = True
            self._held.clear()

    def _end_string(self, end: int) -> None:
        if not self._is_long:
            self._put(b'"' + bytes(self._held) + b'"')
        elif len(self._longs) < self.bounds.long_strings:
            self._put(f'"{self.mark}:{len(self._longs)}"'.encode())
            self._longs.append((self._began, end))
        else:
            self._fault = _TOO_MANY_LONG
        self._held.clear()
        self._began, self._is_long = -1, False

    def _put(self, text: bytes) -> None:
        self._out += text
        if len(self._out) > self.bounds.plain_bytes:
            self._fault = _TOO_MUCH
            self._out.clear()


def outline_of(text: bytes, mark: str, bounds: Bounds) -> Outline:
    """Return the outline of a text that is at hand."""
    outliner = Outliner(mark, bounds)
    outliner.feed(text)
    return outliner.outline()


def kept_outline(kept: bytes) -> Outline:
    """Return an outline from how it is kept."""
    head, _, text = kept.partition(b"\n")
    found = orjson.loads(head)
    longs = [(start, end) for start, end in found["longs"]]
    letters = Letters(found.get("letters", Letters.UTF_8))
    return Outline(found["mark"], text, longs, found["fault"], letters, found.get("values", 0))


def _parsed(text: bytes) -> Any:
    try:
        return parsed(text)
    except ValueError as error:
        raise NotJson from error


def _composed(value: Any, longs: AbstractSet[str]) -> Any:
    """Return the value with every text composed: some senders take Vietnamese letters apart (NFD)."""
    if isinstance(value, str):
        if value in longs:
            return LongText(value)
        return value if value.isascii() else unicodedata.normalize("NFC", _without_halves(value))
    if isinstance(value, list):
        return [_composed(item, longs) for item in value]
    if isinstance(value, dict):
        return with_members(
            [(_composed(name, longs), _composed(item, longs)) for name, item in value.items()]
        )
    return value


def _without_halves(text: str) -> str:
    if not _HALVES.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\ufffd", "?")
