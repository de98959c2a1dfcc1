"""Identities: how an issuer's claims become a caller (VNConnect and VNeID: national-portal.md section 18)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kernel.core.assurance import VERIFIED
from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Unauthenticated
from services.gateway.domain.account import Account, tech_id_of
from services.gateway.domain.assurance import level_of
from services.gateway.domain.claims import name_of, number_of, text_of, texts_of

CITIZEN, ENTERPRISE = "1", "2"
"""`LoaiTaiKhoan`: 1 citizen, 2 enterprise, 3 organisation."""

PERSON_CLAIMS = {
    "subject": "TechID",
    "name": "HoVaTen",
    "identity_number": "SoDinhDanh",
    "account_type": "LoaiTaiKhoan",
    "enterprise_name": "TenDoanhNghiep",
    "tax_code": "MaSoThue",
    "enterprise_code": "MaSoDoanhNghiep",
    "identity_assurance": "IAL",
    "assurance": "loAs",
}
STAFF_CLAIMS = {"subject": "sub", "name": "name"}


def caller_of_claims(
    claims: Mapping[str, Any],
    names: Mapping[str, str],
    prefix: str = "",
    words: Mapping[str, int] | None = None,
) -> Caller:
    """Return the person of verified claims.

    The subject is the issuer's stable account (`TechID`, else `sub`). An enterprise is shown under its own
    name; its identity number is that of the person who signed in, or the tax code when none is told. A number
    is the caller's own only from `VERIFIED` on: it opens every dossier of whoever has it.
    """
    wanted = {**PERSON_CLAIMS, **names}

    def text(name: str) -> str:
        return texts_of(claims, wanted[name])

    # The portal's dossiers name the account in small letters: in capitals it is no other person's.
    named = name_of(claims, wanted["subject"])
    subject = tech_id_of(named) or named or name_of(claims, "sub")
    if not subject:
        raise Unauthenticated
    is_enterprise = _kind_of(text("account_type")) == ENTERPRISE
    name = (text("enterprise_name") if is_enterprise else "") or text("name") or text_of(claims, "name")
    number = number_of(claims, wanted["identity_number"])
    if is_enterprise:
        number = number or _enterprise_number(claims, wanted)
    account = (wanted["identity_assurance"], wanted["assurance"])
    level = level_of(claims, account=account, words=words or {})
    checked, told = numbers_of(number, level)
    return Caller(
        subject=f"{prefix}{subject}",
        kind=CallerKind.PERSON,
        name=name,
        identity_number=checked,
        told_number=told,
        assurance=text("identity_assurance") or text("assurance"),
        assurance_level=level,
    )


def numbers_of(told: str, level: int) -> tuple[str, str]:
    """Return the number an account tells as checked by its issuer, or as told only; the other is blank."""
    return (told, "") if level >= VERIFIED else ("", told)


def account_of_claims(
    claims: Mapping[str, Any], names: Mapping[str, str], *, issuer: str, caller: Caller
) -> Account:
    """Return the account these verified claims are of; `caller` is who they name."""
    wanted = {**PERSON_CLAIMS, **names}
    kind = _kind_of(text_of(claims, wanted["account_type"]))
    is_citizen = kind == CITIZEN
    number = (
        number_of(claims, wanted["identity_number"]) if is_citizen else _enterprise_number(claims, wanted)
    )
    return Account(
        issuer=issuer,
        issuer_subject=name_of(claims, "sub"),
        subject=caller.subject,
        kind=kind,
        number=number,
        level=caller.assurance_level,
    )


def _enterprise_number(claims: Mapping[str, Any], wanted: Mapping[str, str]) -> str:
    return number_of(claims, wanted["tax_code"]) or number_of(claims, wanted["enterprise_code"])


def _kind_of(told: str) -> str:
    """Return the kind of an account; `02`, `2.0` and `2` are one."""
    return told.removesuffix(".0").lstrip("0") or CITIZEN


@dataclass(frozen=True, slots=True)
class Period:
    """Days both included; None is open."""

    first: date | None = None
    last: date | None = None

    def holds(self, day: date) -> bool:
        """Tell whether the day is in it."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Agency:
    """What the gateway knows of an agency of the province; `heirs` go on for it after its last day."""

    code: str
    name: str
    units: Mapping[str, str]
    contact: Mapping[str, str]
    valid_to: date | None
    heirs: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMember:
    """A member of staff as the catalogue's directory last told it.

    Delegated roles hold in their period. On registered leave one's own roles rest: whoever comes back early
    ends the leave in the directory first, so that the stand-in and the absent never both sign.
    """

    subject: str
    name: str
    agency: str
    unit: str
    roles: frozenset[str]
    employed: Period
    delegations: tuple[tuple[Period, frozenset[str]], ...] = ()
    leaves: tuple[Period, ...] = ()

    def as_caller(self, on: date) -> Caller | None:
        """Return the caller on a day; None when the person is not of the staff then."""
        if not self.employed.holds(on):
            return None
        roles = frozenset() if any(leave.holds(on) for leave in self.leaves) else self.roles
        for period, delegated in self.delegations:
            if period.holds(on):
                roles |= delegated
        return Caller(
            subject=self.subject,
            kind=CallerKind.STAFF,
            name=self.name,
            roles=roles,
            agency=self.agency,
            unit=self.unit,
        )
