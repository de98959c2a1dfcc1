"""Bodies that are no UTF-8 JSON themselves, made into it as they come: UTF-16, and a form's members.

Each is read piece by piece and holds no more than the letters that are not complete. A copy of one is a
place in the text from which reading goes on.
"""

import codecs
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from urllib.parse import unquote_to_bytes

_FORM = re.compile(rb"\s*[A-Za-z_]\w{0,39}=")
_HEADS = ((b"\xff\xfe", "UTF_16_LE"), (b"\xfe\xff", "UTF_16_BE"))
_CONTROL = re.compile(rb'["\\\x00-\x1f]')
_PERCENT_LETTERS = 3


class Letters(StrEnum):
    """How a body is written."""

    UTF_8 = "UTF_8"
    UTF_16_LE = "UTF_16_LE"
    UTF_16_BE = "UTF_16_BE"
    FORM = "FORM"


class Reading(Protocol):
    """Reads one text out of another, piece by piece."""

    def feed(self, piece: bytes) -> bytes:
        """Return what is certain by now."""

    def close(self) -> bytes:
        """Return what was still held when the text has ended."""


def letters_of(head: bytes) -> Letters:
    """Tell by its first bytes how a body is written; JSON begins with a bracket, whatever its letters."""
    for mark, name in _HEADS:
        if head.startswith(mark):
            return Letters(name)
    if head[1:2] == b"\0" and head[:1] in (b"{", b"["):
        return Letters.UTF_16_LE
    if head[:1] == b"\0" and head[1:2] in (b"{", b"["):
        return Letters.UTF_16_BE
    return Letters.FORM if _FORM.match(head) else Letters.UTF_8


def reading_of(letters: Letters) -> Reading | None:
    """Return what makes a body UTF-8 JSON; None for one that is."""
    match letters:
        case Letters.UTF_8:
            return None
        case Letters.FORM:
            return FormAsJson()
        case Letters.UTF_16_LE | Letters.UTF_16_BE:
            return Utf16(letters)


@dataclass(slots=True)
class Utf16:
    """Two bytes a letter; a half of a pair without the other is a question mark, as browsers have it."""

    letters: Letters
    _rest: bytes = b""

    def feed(self, piece: bytes) -> bytes:
        """Return the letters that are complete."""
        return self._read(piece, is_last=False)

    def close(self) -> bytes:
        """Return what is left."""
        return self._read(b"", is_last=True)

    def _read(self, piece: bytes, *, is_last: bool) -> bytes:
        given = self._rest + piece
        name = "utf-16-le" if self.letters is Letters.UTF_16_LE else "utf-16-be"
        decode = codecs.utf_16_le_decode if name == "utf-16-le" else codecs.utf_16_be_decode
        text, read = decode(given, "replace", is_last)
        self._rest = given[read:]
        return text.encode()


@dataclass(slots=True)
class FormAsJson:
    """Writes a form's members as one JSON object of texts."""

    _rest: bytes = b""
    _has_begun: bool = False
    _is_value: bool = False

    def feed(self, piece: bytes) -> bytes:
        """Return the object as far as it is certain; a sign written with a percent is not cut."""
        given = self._rest + piece
        cut = given.rfind(b"%", -_PERCENT_LETTERS + 1)
        end = cut if cut >= 0 else len(given)
        self._rest = given[end:]
        return self._told(given[:end])

    def close(self) -> bytes:
        """Return what is left, and the end of the object."""
        text = self._told(self._rest.rstrip())
        self._rest = b""
        return text + (b'"}' if self._is_value else b'":""}' if self._has_begun else b"")

    def _told(self, given: bytes) -> bytes:
        out = bytearray()
        if not self._has_begun:
            given = given.lstrip()
            if not given:
                return b""
            self._has_begun = True
            out += b'{"'
        at = 0
        while at < len(given):
            at = self._member(given, at, out)
        return bytes(out)

    def _member(self, given: bytes, at: int, out: bytearray) -> int:
        """Write up to the next sign that ends a name or a value; return where it goes on."""
        signs = [given.find(sign, at) for sign in ((b"&",) if self._is_value else (b"&", b"="))]
        end = min((place for place in signs if place >= 0), default=len(given))
        plain = unquote_to_bytes(given[at:end].replace(b"+", b" "))
        out += _CONTROL.sub(lambda sign: b"\\u%04x" % sign[0][0], plain)
        if end < len(given):
            is_value_next = given[end] == ord("=")
            out += b'":"' if is_value_next else b'","' if self._is_value else b'":"","'
            self._is_value = is_value_next
        return end + 1
