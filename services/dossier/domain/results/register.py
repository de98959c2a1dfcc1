"""The register of results (NĐ 45/2020 Điều 16-19): kept as data, so that nobody is asked for them again."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from string import ascii_lowercase, ascii_uppercase
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid, Kind, Refusal
from kernel.core.ids import new_id
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.holdings import Result

MOST_REUSED = 50
LIFTED = "lifted_results"
"""In what a dossier brought: components for which another paper was handed in, in the result's place."""
MOST_TOLD = 5
"""Of dossiers with the same number so many are named."""
_LOOK_UP_ROLES = ("ONE_STOP_OFFICER", "ONE_STOP_MANAGER", "SPECIALIST", "TEAM_LEAD", "SIGNER", "CLERK")


class ResultState(StrEnum):
    """Whether a result holds; one whose last day has passed is VALID and over."""

    VALID = "VALID"
    RECALLED = "RECALLED"
    REVOKED = "REVOKED"
    SUPERSEDED = "SUPERSEDED"
    """The result of a correction that was handed out took its place."""


class ValidityWrong(Invalid):
    """The days a result is to hold go backwards (422)."""

    code = "result-validity-invalid"
    title = "Thời hạn hiệu lực của kết quả không hợp lệ"


class ResultEnded(Refusal):
    """The result holds no more already (409)."""

    code = "result-not-valid"
    kind = Kind.CONFLICT
    title = "Kết quả không còn hiệu lực"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """One result: of which dossier, what, to whom, by whom, from when to when."""

    id: UUID
    dossier_id: UUID
    dossier_code: str
    procedure_code: str
    type: str
    name: str
    number: str
    holder: str
    holder_index: bytes | None
    holder_subject: str | None
    agency: str
    agency_name: str
    signed_by: str
    issued_at: datetime
    valid_from: date
    valid_to: date | None
    attachment_ids: tuple[UUID, ...]
    state: ResultState = ResultState.VALID
    ended_at: datetime | None = None
    reason: str = ""
    legal_basis: str = ""
    replaced_by: UUID | None = None
    """The entry that took its place, where one did."""
    version: int = 1

    def holds_on(self, day: date) -> bool:
        """Tell whether it may be relied on that day."""
        return holds(self.state, self.valid_from, self.valid_to, day)


def holds(state: ResultState, first: date, last: date | None, day: date) -> bool:
    """Tell whether a result of this state and these days may be relied on that day."""
    return state is ResultState.VALID and first <= day and (last is None or day <= last)


def is_lifted(dossier: Dossier, component_code: str) -> bool:
    """Tell whether another paper was handed in for a component that a result stood for."""
    return component_code in dossier.brought.get(LIFTED, ())


def require_no_ended(ended: Sequence[Mapping[str, Any]]) -> None:
    """Raise `ResultEnded`, naming the components, where results handed in hold no more."""
    if ended:
        raise ResultEnded(extra={"results": [dict(one) for one in ended]})


def registered(dossier: Dossier, result: Result, *, first: date | None, last: date | None) -> Registered:
    """Return the entry of a result that has just been issued; it holds from its day unless said otherwise.

    Raises `ValidityWrong` for days that go backwards.
    """
    issued_on = result.issued_at.astimezone(VIETNAM).date()
    first = first or issued_on
    agency, agency_name = dossier.issuer
    if last is not None and last < first:
        raise ValidityWrong(fields=[("valid_to", "Phải sau ngày bắt đầu hiệu lực")])
    return Registered(
        id=new_id(),
        dossier_id=dossier.id,
        dossier_code=dossier.dossier_code or dossier.reference,
        procedure_code=dossier.procedure_code,
        type=result.code or dossier.procedure_code,
        name=result.name,
        number=result.number,
        holder=dossier.owner_name,
        holder_index=dossier.owner_index,
        holder_subject=dossier.owner_subject,
        agency=agency,
        agency_name=agency_name,
        signed_by=result.signed_by,
        issued_at=result.issued_at,
        valid_from=first,
        valid_to=last,
        attachment_ids=tuple(result.attachment_ids),
    )


def year_of(at: datetime) -> tuple[datetime, datetime]:
    """Return where the year begins and ends in which numbers are given once: that of Viet Nam."""
    year = at.astimezone(VIETNAM).year
    return datetime(year, 1, 1, tzinfo=VIETNAM), datetime(year + 1, 1, 1, tzinfo=VIETNAM)


@dataclass(frozen=True)
class Numbering:
    """A number that an agency gives a dossier's result at a moment."""

    number: str
    agency: str
    dossier_id: UUID
    at: datetime


_SPACES = re.compile(r"[ \t\n\r\f\v\u00a0]+")
_LEADING = re.compile(r"(?<![0-9])0+(?=[0-9])")
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
# The eth of old conversions, small or capital, looks like Đ; word processors make long dashes of hyphens.
_SMALL = str.maketrans(
    f"{ascii_uppercase}Đ\u00d0\u00f0{_DASHES}", f"{ascii_lowercase}đđđ{'-' * len(_DASHES)}"
)


def folded(number: str) -> str:
    """Return a number as a book has it once: without spaces, capitals, leading zeros, long dashes and eths.

    NĐ 30/2020/NĐ-CP writes 01 where people write 1: "01/XN", "1 / XN" and "1/xn" are one number.
    """
    return _LEADING.sub("", _SPACES.sub("", number)).translate(_SMALL)


def used_before(others: Sequence[Registered], number: str) -> dict[str, Any] | None:
    """Return the warning that an agency gave this number to other dossiers' results in the same year.

    NĐ 30/2020/NĐ-CP (Điều 15, Phụ lục I): an agency numbers its documents on from 01 each year, so a document
    has its number for itself. It is no refusal: one decision may answer several dossiers (a list of people),
    and then all of them rightly have its one number; only who numbers knows.
    """
    if not others:
        return None
    codes = sorted({one.dossier_code for one in others})
    return {"code": "result-number-used", "details": {"number": number, "dossier_codes": codes}}


def require_looker(caller: Caller) -> None:
    """Raise `Forbidden` for whoever works no dossiers: results of others are personal data."""
    if caller.kind is not CallerKind.STAFF or not caller.has_role(*_LOOK_UP_ROLES):
        raise Forbidden


def require_revoker(entry: Registered, caller: Caller) -> None:
    """Raise what stands against taking a result's force away: it holds no more, or not the caller's to do."""
    if entry.state is not ResultState.VALID:
        raise ResultEnded
    if caller.kind is not CallerKind.STAFF or not caller.has_role("SIGNER") or caller.agency != entry.agency:
        raise Forbidden


def told(entry: Registered, today: date) -> dict[str, Any]:
    """Return what callers see of an entry."""
    return {
        "result_id": entry.id,
        "dossier_code": entry.dossier_code,
        "procedure_code": entry.procedure_code,
        "type": entry.type,
        "name": entry.name,
        "number": entry.number,
        "holder": entry.holder,
        "agency": {"code": entry.agency, "name": entry.agency_name},
        "signed_by": entry.signed_by,
        "issued_at": entry.issued_at.astimezone(VIETNAM),
        "valid_from": entry.valid_from,
        "valid_to": entry.valid_to,
        "state": entry.state.value,
        "is_valid_today": entry.holds_on(today),
        "reason": entry.reason,
        "legal_basis": entry.legal_basis,
        "replaced_by": entry.replaced_by,
        "attachment_ids": list(entry.attachment_ids),
        "version": entry.version,
    }
