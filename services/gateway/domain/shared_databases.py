"""Shared databases as the gateway asks them: a question, what came of it, and where each is reached."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

MATCHED, DIFFERENT, NOT_FOUND, UNAVAILABLE = "MATCHED", "DIFFERENT", "NOT_FOUND", "UNAVAILABLE"


SESSION_WORDS = r"\b(phien(?! ban)|session|token|dang nhap|xac thuc|unauthori[sz]ed|access denied)\b"


class DatabaseSilent(Exception):  # noqa: N818 - the fact is the name.
    """A database did not answer as agreed: it was not consulted, and nothing waits for it."""


class DatabaseSlow(DatabaseSilent):
    """It took longer than it may: to ask again at once would make it slower."""


class FileMissing(DatabaseSilent):
    """The store has no such file, or none that can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Whom to ask about, for which purpose and fields; `result_codes` are of papers (section 20)."""

    look_up_id: str
    dossier_id: str
    purpose: str
    subject: Mapping[str, str]
    fields: Sequence[str]
    procedure: str = ""
    result_codes: Sequence[tuple[str, str]] = ()
    wants_files: bool = False


@dataclass(frozen=True, slots=True)
class PaperFile:
    """A file of a paper: its content in base64 as it came, and the hash of what it holds."""

    name: str
    sha256: str
    content_base64: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a database answered; `data` by our names of fields."""

    outcome: str
    reference: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    files: Sequence[PaperFile] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PapersAccount:
    """The personal-paper store of section 20; paths marked [I] there are settings."""

    url: str
    prefix: str = ""
    dstcode: str = ""
    provider_url: str = ""
    username: str = ""
    password: str = ""
    login_path: str = "/bndp/public/v1/login"
    list_path: str = "/bndp/public/v1/danhsachgiayto"
    file_path: str = "/bndp/public/v1/taigiayto"
    channel: str = "1"
    timeout_seconds: float = 10.0
    most_bytes: int = 20_971_520
    session_lifetime: timedelta = timedelta(minutes=10)
    session_words: re.Pattern[str] = re.compile(SESSION_WORDS)
    """Found in a message without marks and capitals: the session is good no more."""
    names: Mapping[str, str] = field(default_factory=dict)
    """How the store spells what section 20 does not list: `holder`, `issued_on`, `valid_to`, `state`."""
    revoked_states: frozenset[str] = frozenset()
    good_states: frozenset[str] = frozenset()
    """A state that is told and none of these holds nobody's right."""


def least(fields: Sequence[str], data: Mapping[str, Any]) -> dict[str, Any]:
    """Return of an answer only what was asked for, whatever more a database tells."""
    return {name: data[name] for name in fields if name in data}
