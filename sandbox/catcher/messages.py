"""What was caught: mail and text messages side by side, decoded for reading."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.policy import SMTP
from typing import Any
from uuid import uuid4

import orjson

from sandbox.journal import Journal

SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('mail', 'sms')),
    sender TEXT NOT NULL,
    recipients TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    html TEXT NOT NULL DEFAULT '',
    attachments TEXT NOT NULL DEFAULT '[]',
    reference TEXT UNIQUE,
    message_id TEXT NOT NULL DEFAULT '',
    count INTEGER NOT NULL DEFAULT 1,
    at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS unread_mails (
    number INTEGER PRIMARY KEY,
    content BLOB NOT NULL
);
"""


@dataclass(frozen=True)
class Caught:
    """One message as it was sent."""

    kind: str
    sender: str
    recipients: list[str]
    subject: str
    body: str
    html: str = ""
    attachments: tuple[str, ...] = ()
    reference: str | None = None
    message_id: str = ""


class ReferenceReused(Exception):  # noqa: N818  Errors are named for the fact.
    """A reference came again with another text or recipient."""


class Messages:
    """Caught messages in the order they came."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def keep(self, caught: Caught, *, at: datetime) -> str:
        """Keep a message and return its id; a reference seen before returns its first id.

        A reference that comes again with other content is `ReferenceReused`.
        """
        if caught.reference is not None:
            former = self._journal.row("SELECT * FROM messages WHERE reference = ?", caught.reference)
            if former is not None:
                return self._count_again(dict(former), caught)
        identifier = str(uuid4())
        self._insert(identifier, caught, at)
        return identifier

    def keep_mail(self, content: bytes, *, sender: str, recipients: list[str], at: datetime) -> str:
        """Keep a mail as it came and return its id; it is decoded when somebody looks.

        Decoding costs more than the whole conversation, and under load nobody looks.
        """
        identifier = str(uuid4())
        with self._journal.together():
            self._insert(identifier, Caught("mail", sender, recipients, subject="", body=""), at)
            self._journal.write("INSERT INTO unread_mails VALUES (last_insert_rowid(), ?)", content)
        return identifier

    def _insert(self, identifier: str, caught: Caught, at: datetime) -> None:
        self._journal.write(
            "INSERT INTO messages (id, kind, sender, recipients, subject, body, html, attachments, reference,"
            " message_id, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            identifier,
            caught.kind,
            caught.sender,
            orjson.dumps(caught.recipients).decode(),
            caught.subject,
            caught.body,
            caught.html,
            orjson.dumps(caught.attachments).decode(),
            caught.reference,
            caught.message_id,
            at.isoformat(),
        )

    def _read_mails(self) -> None:
        """Decode what came since somebody last looked."""
        unread = self._journal.rows("SELECT number, content FROM unread_mails")
        if not unread:
            return
        with self._journal.together():
            for number, content in unread:
                caught = _read_anyhow(content)
                self._journal.write(
                    "UPDATE messages SET subject = ?, body = ?, html = ?, attachments = ?, message_id = ?"
                    " WHERE number = ?",
                    caught.subject,
                    caught.body,
                    caught.html,
                    orjson.dumps(caught.attachments).decode(),
                    caught.message_id,
                    number,
                )
            self._journal.write("DELETE FROM unread_mails")

    def _count_again(self, former: dict[str, Any], caught: Caught) -> str:
        if former["body"] != caught.body or orjson.loads(former["recipients"]) != caught.recipients:
            raise ReferenceReused(caught.reference)
        self._journal.write("UPDATE messages SET count = count + 1 WHERE id = ?", former["id"])
        return str(former["id"])

    def find(
        self, *, to: str | None, contains: str | None, kind: str | None, limit: int
    ) -> list[dict[str, Any]]:
        """Return messages, oldest first: to exactly this recipient, with this text in subject or body."""
        self._read_mails()
        rows = self._journal.rows(
            "SELECT * FROM (SELECT * FROM messages WHERE (?1 IS NULL OR kind = ?1)"
            " AND (?2 IS NULL OR EXISTS (SELECT 1 FROM json_each(recipients) WHERE lower(value) = lower(?2)))"
            " AND (?3 IS NULL OR instr(subject || char(10) || body || char(10) || html, ?3) > 0)"
            " ORDER BY number DESC LIMIT ?4) ORDER BY number",
            kind,
            to,
            contains,
            limit,
        )
        return [
            {
                **{name: row[name] for name in row.keys() if name != "number"},  # noqa: SIM118  A Row iterates its values.
                "recipients": orjson.loads(row["recipients"]),
                "attachments": orjson.loads(row["attachments"]),
            }
            for row in rows
        ]

    def forget(self) -> None:
        """Forget every message."""
        with self._journal.together():
            self._journal.write("DELETE FROM messages")
            self._journal.write("DELETE FROM unread_mails")


def read_mail(content: bytes, *, sender: str = "", recipients: Sequence[str] = ()) -> Caught:
    """Decode a mail: subject, plain body, HTML body, names of attachments, Message-ID.

    Mails are never joined: a mail sent twice was sent twice, and is caught twice.
    """
    message = BytesParser(EmailMessage, policy=SMTP).parsebytes(content)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    return Caught(
        kind="mail",
        sender=sender,
        recipients=list(recipients),
        subject=str(message["subject"] or ""),
        message_id=str(message["message-id"] or "").strip(),
        body=_text(plain) if plain is not None else _text(html),
        html=_text(html),
        attachments=tuple(
            part.get_filename() or part.get_content_type() for part in message.iter_attachments()
        ),
    )


def _read_anyhow(content: bytes) -> Caught:
    """Decode a mail; one in a coding nobody knows is shown as it came."""
    try:
        return read_mail(content)
    except (LookupError, ValueError):
        return Caught("mail", "", [], subject="", body=content.decode("utf-8", "replace"))


def _text(part: Message | None) -> str:
    if not isinstance(part, EmailMessage):
        return ""
    return str(part.get_content()).replace("\r\n", "\n").rstrip("\n")
