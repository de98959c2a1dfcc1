"""What procedures rest on, read from their legal bases: documents found, and what could not be read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from services.catalog.domain.laws.numbers import LegalNumber, read_number

_MOST_SPELLINGS = 20
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Citation:
    """A procedure names a document: the number in one form, and as it was written."""

    number: LegalNumber
    written: str
    title: str | None
    issuer: str | None
    issued_on: date | None
    effective_on: date | None


@dataclass(slots=True)
class Bases:
    """The documents a record names, each once, and the lines without any number."""

    citations: list[Citation] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def read_bases(legal_bases: object) -> Bases:
    """Read a record's legal bases; a line whose number says nothing is looked for in its title."""
    bases = Bases()
    seen: set[str] = set()
    for line in legal_bases if isinstance(legal_bases, list) else ():
        if not isinstance(line, Mapping):
            continue
        written, title = _text(line.get("number")), _text(line.get("title"))
        number = _best(written, title)
        if number is None:
            bases.unread.append((written or title or "")[:_LONGEST])
        elif number.key not in seen:
            seen.add(number.key)
            bases.citations.append(
                Citation(
                    number,
                    (written or title or "")[:_LONGEST],
                    title[:_LONGEST] if title else None,
                    _text(line.get("issuer")),
                    _day(line.get("issued_on") or line.get("date")),
                    _day(line.get("effective_on")),
                )
            )
    return bases


def _best(written: str | None, title: str | None) -> LegalNumber | None:
    """Return the number as given; the title's where the given one lacks its kind and the title has it."""
    given = read_number(written) if written else None
    if given is not None and "NO_KIND" not in given.doubts:
        return given
    told = read_number(title) if title else None
    return told if told is not None and "NO_KIND" not in told.doubts else given


@dataclass(slots=True)
class FoundDocument:
    """A document as its citations tell of it, merged."""

    number: LegalNumber
    title: str | None = None
    issuer: str | None = None
    issued_on: date | None = None
    effective_on: date | None = None
    spellings: dict[str, int] = field(default_factory=dict)


def documents_of(citations: Iterable[Citation]) -> dict[str, FoundDocument]:
    """Return the documents named, by key: the longest title, the first day and issuer that any names."""
    found: dict[str, FoundDocument] = {}
    for one in citations:
        known = found.setdefault(one.number.key, FoundDocument(one.number, issuer=one.number.issuer))
        if len(one.title or "") > len(known.title or ""):
            known.title = one.title
        known.issuer = known.issuer or one.issuer
        known.issued_on = known.issued_on or one.issued_on
        if one.effective_on and known.issued_on and one.effective_on >= known.issued_on:
            known.effective_on = known.effective_on or one.effective_on
        if len(known.spellings) < _MOST_SPELLINGS or one.written in known.spellings:
            known.spellings[one.written] = known.spellings.get(one.written, 0) + 1
    return found


def _text(value: object) -> str | None:
    return " ".join(value.split()) or None if isinstance(value, str) else None


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
