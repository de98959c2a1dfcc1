"""A notice as the bytes of a mail (RFC 5322, RFC 2045): what never changes is encoded once.

The email package's own message objects parse and fold every header anew, several times the cost of sending.
Only its encoding of header words is used here; a test reads every mail back with its parser.
"""

import base64
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from uuid import UUID

from services.notify.domain.messages import Text

_LINE = 57
"""Bytes in a line of base64 of 76 characters."""


class MailForm:
    """Writes mails of one sender."""

    def __init__(self, *, sender: str, sender_name: str) -> None:
        self._domain = sender.partition("@")[2]
        self._head = _joined(
            f"From: {_words(sender_name, 'From')} <{sender}>",
            "Auto-Submitted: auto-generated",
            "Content-Language: vi",
            "MIME-Version: 1.0",
            'Content-Type: text/plain; charset="utf-8"',
            "Content-Transfer-Encoding: base64",
        )

    def write(self, *, message_id: UUID, to: str, text: Text, at: datetime) -> bytes:
        """Return the whole mail; an address that would be more than one header line is a `ValueError`."""
        if not to.isascii() or any(letter.isspace() for letter in to):
            raise ValueError("the recipient is not one plain address")
        own = _joined(
            f"To: {to}",
            f"Subject: {_words(text.subject, 'Subject')}",
            f"Date: {format_datetime(at)}",
            f"Message-ID: <{message_id}@{self._domain}>",
        )
        return self._head + own + _unsubscribing(text.unsubscribe) + b"\r\n" + _body(text.body)


def _unsubscribing(address: str) -> bytes:
    """Return the headers by which a mail program ends what the mail is sent for (RFC 2369, RFC 8058)."""
    if not address:
        return b""
    if not address.isascii() or any(letter.isspace() or letter in "<>" for letter in address):
        raise ValueError("the address to unsubscribe at is not one plain address")
    return _joined(f"List-Unsubscribe: <{address}>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click")


def _joined(*lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _words(text: str, header: str) -> str:
    """Return one line of text as a header's encoded words, folded; line breaks become spaces."""
    plain = " ".join(text.split())
    return Header(plain, charset="utf-8", header_name=header).encode(linesep="\r\n")


def _body(text: str) -> bytes:
    content = "\r\n".join(text.splitlines()).encode() + b"\r\n"
    lines = (base64.b64encode(content[start : start + _LINE]) for start in range(0, len(content), _LINE))
    return b"\r\n".join(lines) + b"\r\n"
