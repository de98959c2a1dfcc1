"""Asking a shared database about a dossier's owner: for a purpose, for the least fields, on record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from kernel.core.errors import Invalid, Kind, Refusal

PERMIT_LASTS = timedelta(minutes=10)
"""How long an answer may take: the call itself is bounded in seconds."""


class Database(StrEnum):
    """The shared databases."""

    POPULATION = "POPULATION"
    BUSINESS = "BUSINESS"
    PERSONAL_PAPERS = "PERSONAL_PAPERS"


class ConsentMissing(Refusal):
    """Personal papers are read only with their owner's consent, on record (422)."""

    code = "consent-required"
    kind = Kind.INVALID
    title = "Phải ghi nhận sự đồng ý của chủ giấy tờ trước khi khai thác kho dữ liệu cá nhân"


class NobodyToAskFor(Refusal):
    """The dossier does not hold what this database is asked by (409)."""

    code = "nobody-to-ask-for"
    kind = Kind.CONFLICT
    title = "Hồ sơ chưa có số định danh hoặc mã số để tra cứu"


class PermitOver(Refusal):
    """The permit is none of ours, or too old (409)."""

    code = "permit-over"
    kind = Kind.CONFLICT
    title = "Lượt tra cứu không hợp lệ hoặc đã hết hạn"


@dataclass(frozen=True, slots=True)
class Purpose:
    """What may be asked for and why; fields by database."""

    code: str
    name: str
    legal_basis: str
    valid_from: date
    valid_to: date | None
    needs_consent: bool
    identification_level: int | None
    """Of the account of a person who reads their own; None: as the procedure says."""
    fields: Mapping[Database, Sequence[str]]

    def holds_on(self, day: date) -> bool:
        """Tell whether it may be named on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Purposes:
    """Every purpose that ships."""

    rows: Sequence[Purpose]

    def of(self, code: str, database: Database, day: date) -> Purpose:
        """Return a purpose that holds for a database; raise `Invalid` naming what does not fit."""
        found = next((one for one in self.rows if one.code == code and one.holds_on(day)), None)
        if found is None:
            raise Invalid(fields=[("purpose", "Không có mục đích này hoặc đã hết hiệu lực")])
        if database not in found.fields:
            raise Invalid(fields=[("database", "Mục đích này không cho khai thác cơ sở dữ liệu này")])
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """An officer may ask this once; the answer names it."""

    look_up_id: UUID
    dossier_id: UUID
    database: Database
    purpose: str
    component_code: str
    fields: Sequence[str]
    consent: Mapping[str, Any] | None
    by: str
    at: datetime


def subject_of(database: Database, owner: Mapping[str, Any], birth_date: str) -> dict[str, str]:
    """Return what names the owner to a database; raise `NobodyToAskFor` when the dossier lacks it."""
    number = str(owner.get("identity_number") or "")
    is_business = owner.get("applicant_type") == "BUSINESS" or owner.get("identity_type") == "TAX_CODE"
    if not number or is_business is not (database is Database.BUSINESS):
        raise NobodyToAskFor
    if database is Database.BUSINESS:
        return {"tax_code": number}
    named = {"identity_number": number, "full_name": str(owner.get("full_name") or "")}
    born = str(owner.get("birth_date") or birth_date)
    if database is Database.POPULATION and not born:
        raise Invalid(fields=[("birth_date", "Cần ngày sinh để tra cứu dân cư")])
    return {**named, "birth_date": born} if born else named


def least(fields: Sequence[str], data: Mapping[str, Any]) -> dict[str, Any]:
    """Return of an answer only what was asked for."""
    return {name: data[name] for name in fields if name in data}
