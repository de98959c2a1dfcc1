"""What a row says, in our codes: a status of a dossier worked elsewhere, or the result of an outside step."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.gateway.domain.connectors.moments import is_none, moment_of
from services.gateway.domain.connectors.rows import Values
from services.gateway.domain.connectors.source import MappingKind, Source

MIRRORS = "/v1/mirrored-dossiers"
OUTSIDE_RESULTS = "/v1/outside-results"
_CODE = re.compile(r"\S{3,64}")
_MOST_AHEAD = timedelta(days=1)
_PORTAL_STATUSES = frozenset(str(number) for number in range(1, 11))


class NotMeant(ValueError):  # noqa: N818 - the fact is the name.
    """A row that lacks what it must say; the reason is for people and repeats no content."""


@dataclass(frozen=True, slots=True)
class Need:
    """A code of the source nobody has mapped."""

    kind: MappingKind
    code: str

    @property
    def as_dict(self) -> dict[str, str]:
        """Return it as it is kept."""
        return {"kind": self.kind.value, "code": self.code}


class Unmapped(Exception):  # noqa: N818 - the fact is the name.
    """A row waits for people to map codes."""

    def __init__(self, needs: Sequence[Need]) -> None:
        super().__init__("chưa ánh xạ")
        self.needs = tuple(needs)


@dataclass(frozen=True, slots=True)
class Identity:
    """What a row is about, known before any code is mapped."""

    outside_code: str
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class Command:
    """What the dossier service is told, with the one scope that call needs."""

    path: str
    scope: str
    body: Mapping[str, Any]


Mapped = Mapping[tuple[MappingKind, str], str]


def identity_of(values: Values, source: Source, now: datetime) -> Identity:
    """Return what a row is about; raise `NotMeant` when it does not say so."""
    request = values.get(source.name_of("request_id"), "")
    if request:
        return Identity(request, None)
    code = values.get(source.name_of("outside_code"), "")
    if not _CODE.fullmatch(code):
        raise NotMeant("thiếu mã hồ sơ hoặc mã hồ sơ không hợp lệ")
    at = _moment(values, source, "at", is_needed=True)
    if at is not None and at > now + _MOST_AHEAD:
        # A clock gone wrong would win over every later status, so people must look first.
        raise NotMeant("thời điểm trạng thái ở tương lai")
    return Identity(code, at)


def command_of(values: Values, source: Source, mapped: Mapped) -> Command:
    """Return what to tell the dossier service; raise `Unmapped` or `NotMeant`."""
    if values.get(source.name_of("request_id")):
        return _result(values, source)
    needs: list[Need] = []

    def ours(kind: MappingKind, field: str, default: str = "") -> str:
        outside = values.get(source.name_of(field), "")
        if not outside:
            return default
        found = mapped.get((kind, outside)) or source.configured(kind).get(outside)
        if found is None:
            needs.append(Need(kind, outside))
        return found or ""

    procedure = ours(MappingKind.PROCEDURE, "procedure")
    status = ours(MappingKind.STATUS, "status")
    agency = ours(MappingKind.AGENCY, "agency", source.agency)
    if needs:
        raise Unmapped(needs)
    missing = [name for name, value in _needed(procedure, status, agency) if not value]
    if missing:
        raise NotMeant(f"thiếu {', '.join(missing)}")
    if status not in _PORTAL_STATUSES:
        raise NotMeant("trạng thái được ánh xạ ra ngoài 1 đến 10")
    owner = values.get(source.name_of("owner_name"), "")
    if not owner:
        raise NotMeant("thiếu chủ hồ sơ")
    body: dict[str, Any] = {
        "source": source.name,
        "outside_code": values[source.name_of("outside_code")],
        "route": source.route,
        "procedure_code": procedure,
        "agency": agency,
        "owner_name": owner,
        "status": int(status),
        "status_text": values.get(source.name_of("status_text"), "")[:1000],
        "submitted_at": _stamp(_moment(values, source, "submitted_at", is_needed=True)),
        "accepted_at": _stamp(_moment(values, source, "accepted_at")),
        "due_at": _stamp(_moment(values, source, "due_at")),
        "at": _stamp(_moment(values, source, "at", is_needed=True)),
        "secret": values.get(source.name_of("secret")) or None,
    }
    return Command(MIRRORS, "mirror.feed", body)


def _needed(procedure: str, status: str, agency: str) -> list[tuple[str, str]]:
    return [("thủ tục", procedure), ("trạng thái", status), ("cơ quan", agency)]


def _result(values: Values, source: Source) -> Command:
    try:
        request_id = str(UUID(values[source.name_of("request_id")]))
    except ValueError as error:
        raise NotMeant("mã yêu cầu không hợp lệ") from error
    outcome = values.get(source.name_of("outcome"), "")
    if not outcome:
        raise NotMeant("thiếu kết quả của bước")
    evidence = {"source": source.name, "number": values.get(source.name_of("evidence_number"), "")}
    body = {
        "request_id": request_id,
        "outcome": outcome,
        "evidence": {name: value for name, value in evidence.items() if value},
        "note": values.get(source.name_of("note"), ""),
    }
    return Command(OUTSIDE_RESULTS, "outside.answer", body)


def _moment(values: Values, source: Source, field: str, *, is_needed: bool = False) -> datetime | None:
    text = values.get(source.name_of(field), "")
    if is_none(text):
        if is_needed:
            raise NotMeant(f"thiếu thời điểm {field}")
        return None
    try:
        return moment_of(text)
    except ValueError as error:
        raise NotMeant(f"thời điểm {field} không đọc được") from error


def _stamp(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
