"""What a long JSON string holds, piece by piece: its escapes undone, its base64 read, its XML searched."""

import binascii
import re
from dataclasses import dataclass, field

import orjson

_WHOLE = re.compile(rb"[^\\]*+(?:\\(?:u[0-9a-fA-F]{4}|[^u])[^\\]*+)*+", re.DOTALL)
_HIGH_HALF = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}\Z")
_LONGEST_ESCAPE = 6
_LONGEST_LETTER = 4
_SPACES = b" \t\r\n"
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_ADDRESSES = bytes.maketrans(b"-_", b"+/")
"""The alphabet for addresses (RFC 4648 section 5) beside the usual one."""
_BLANKS = bytes.maketrans(b" ", b"+")
_HEAD = b"data:"
_LONGEST_HEAD = 4096
"""A head may carry the file's name, each letter of it nine signs long."""


class NotBase64(ValueError):  # noqa: N818 - the fact is the name.
    """The string is no base64, or no JSON string at all."""


@dataclass(slots=True)
class Unescaped:
    """Undoes the escapes of a JSON string: other systems write base64 with its + and / escaped."""

    _rest: bytes = b""

    def feed(self, piece: bytes) -> bytes:
        """Return what is certain by now; raise `NotBase64` for what is no JSON string."""
        given = self._rest + piece
        end = self._certain(given)
        self._rest = given[end:]
        return _plain(given[:end])

    def close(self) -> bytes:
        """Return what was still held when the string has ended."""
        return _plain(self._rest)

    def _certain(self, given: bytes) -> int:
        end = _WHOLE.match(given).end()  # type: ignore[union-attr]  # It matches nothing at least.
        if len(given) - end >= _LONGEST_ESCAPE:
            raise NotBase64
        half = _HIGH_HALF.search(given[:end])
        if half and (half.start() - len(given[: half.start()].rstrip(b"\\"))) % 2 == 0:
            end = half.start()
        return end - _open_letter(given[:end])


def _open_letter(text: bytes) -> int:
    """Return how many bytes at the end belong to a letter that is not complete."""
    for back in range(1, min(_LONGEST_LETTER, len(text)) + 1):
        byte = text[-back]
        if byte < 0x80:  # noqa: PLR2004 - ASCII ends here.
            return 0
        if byte >= 0xC0:  # noqa: PLR2004 - the first byte of a letter of UTF-8.
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4  # noqa: PLR2004 - as UTF-8 tells.
            return back if back < length else 0
    return 0


def _plain(escaped: bytes) -> bytes:
    if b"\\" not in escaped:
        return escaped
    try:
        text: str = orjson.loads(b'"' + escaped + b'"')
    except orjson.JSONDecodeError as error:
        raise NotBase64 from error
    return text.encode()


@dataclass(slots=True)
class Base64Read:
    """Reads base64 as it comes, of either alphabet, padded or not.

    Line breaks and a `data:…;base64,` head are passed over, nothing else is. In a form (`is_of_form`) a blank
    is the + that was sent without being escaped.
    """

    is_of_form: bool = False
    _text: Unescaped = field(default_factory=Unescaped)
    _rest: bytes = b""
    _has_begun: bool = False

    def feed(self, piece: bytes) -> bytes:
        """Return the content that is certain; raise `NotBase64`."""
        return self._read(self._text.feed(piece))

    def close(self) -> bytes:
        """Return the last of the content; raise `NotBase64` when the string ends within a byte."""
        head = self._read(self._text.close())
        if not self._has_begun:
            self._has_begun = True
            head += self._read(b"")
        rest = self._rest.rstrip(b"=")
        rest += b"=" * (-len(rest) % 4)
        try:
            return head + binascii.a2b_base64(rest, strict_mode=True)
        except binascii.Error as error:
            raise NotBase64 from error

    def _read(self, text: bytes) -> bytes:
        given = self._rest + text
        if not self._has_begun:
            given = self._without_head(given)
            if not self._has_begun:
                self._rest = given
                return b""
        if self.is_of_form:
            given = given.translate(_BLANKS)
        given = given.translate(_ADDRESSES, _SPACES)
        # The last group stays: only it may be padded.
        end = max(0, (len(given) - 1) // 4 * 4)
        self._rest, ready = given[end:], given[:end]
        if ready.translate(None, _ALPHABET):
            raise NotBase64
        return binascii.a2b_base64(ready)

    def _without_head(self, given: bytes) -> bytes:
        """Pass over the head; wait while it may still be coming."""
        stripped = given.lstrip(_SPACES)
        if stripped[: len(_HEAD)].lower() != _HEAD[: len(stripped)]:
            self._has_begun = True
            return given
        head, comma, content = stripped.partition(b",")
        if comma:
            self._has_begun = True
            return content
        if len(head) > _LONGEST_HEAD:
            raise NotBase64
        return given


def base64_content(text: str, *, is_of_form: bool = False) -> bytes:
    """Return the content of a base64 text that is at hand; raise `NotBase64`."""
    read = Base64Read(is_of_form)
    escaped = text.encode("utf-8", "surrogatepass").replace(b"\\", b"\\\\")
    return read.feed(escaped) + read.close()
