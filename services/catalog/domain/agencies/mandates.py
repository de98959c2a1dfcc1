"""What a member of staff may exercise on a day: own roles, delegated ones, those one stands in for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.catalog.domain.agencies.errors import (
    DelegationOverlaps,
    MissingPart,
    RolesConflict,
    RolesNotHeld,
)
from services.catalog.domain.registers import WORK_ROLES

Record = Mapping[str, Any]
_NEVER_TOGETHER = ({"SPECIALIST", "SIGNER"}, {"CATALOG_EDITOR", "CATALOG_APPROVER"})
_LONGEST_DAYS = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """Roles given to another for some days, under a decision; no procedures: for all of them."""

    id: UUID
    giver: str
    taker: str
    roles: tuple[str, ...]
    procedures: tuple[str, ...]
    valid_from: date
    valid_to: date
    decision: Mapping[str, str]

    def overlaps(self, other: "Delegation") -> bool:
        """Tell whether both give the same to the same person on some day."""
        return (
            self.giver == other.giver
            and self.taker == other.taker
            and not set(self.roles).isdisjoint(other.roles)
            and not (
                self.procedures and other.procedures and set(self.procedures).isdisjoint(other.procedures)
            )
            and self.valid_from <= other.valid_to
            and other.valid_from <= self.valid_to
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Days on which somebody is away; `stand_in` holds the working roles meanwhile."""

    id: UUID
    subject: str
    valid_from: date
    valid_to: date
    stand_in: str = ""
    reason: str = ""


def check_period(first: date, last: date, today: date) -> None:
    """Raise `MissingPart` for days that are none, have gone, or run on and on."""
    if last < first:
        raise MissingPart(fields=[("valid_to", "Trước ngày bắt đầu")])
    if last < today:
        raise MissingPart(fields=[("valid_to", "Đã qua")])
    if (last - first).days > _LONGEST_DAYS:
        raise MissingPart(fields=[("valid_to", "Không quá một năm mỗi lần")])


def check_delegation(new: Delegation, giver: Record, taker: Record, others: Iterable[Delegation]) -> None:
    """Raise what stands against it: roles not one's own, roles one person may not hold together, a double."""
    if not set(new.roles) <= set(giver["roles"]):
        raise RolesNotHeld
    _check_together({*taker["roles"], *new.roles})
    if any(new.overlaps(other) for other in others):
        raise DelegationOverlaps


def check_absence(new: Absence, absent: Record, stand_in: Record | None, others: Iterable[Absence]) -> None:
    """Raise what stands against it; a stand-in who is away in these days is none."""
    if stand_in is not None:
        _check_together({*stand_in["roles"], *standing_roles(absent)})
    for other in others:
        same_days = new.valid_from <= other.valid_to and other.valid_from <= new.valid_to
        if same_days and other.subject in {new.subject, new.stand_in}:
            raise DelegationOverlaps


def _check_together(roles: set[str]) -> None:
    if any(pair <= roles for pair in _NEVER_TOGETHER):
        raise RolesConflict


def standing_roles(absent: Record) -> list[str]:
    """Return the roles a stand-in holds: those that work dossiers."""
    return [role for role in absent["roles"] if role in WORK_ROLES]


def as_given(delegation: Delegation, giver: Record) -> dict[str, Any]:
    """Return a delegation as the taker's entry carries it: where its roles sit is the giver's place."""
    return {
        "id": str(delegation.id),
        "kind": "DELEGATION",
        "from": delegation.giver,
        "from_name": giver["name"],
        "roles": list(delegation.roles),
        "procedures": list(delegation.procedures),
        "agency": giver["agency"],
        "unit": giver.get("unit"),
        "valid_from": delegation.valid_from.isoformat(),
        "valid_to": delegation.valid_to.isoformat(),
        "decision": dict(delegation.decision),
    }


def as_stood_in(absence: Absence, absent: Record) -> dict[str, Any]:
    """Return an absence as the stand-in's entry carries it."""
    return {
        "id": str(absence.id),
        "kind": "STAND_IN",
        "from": absence.subject,
        "from_name": absent["name"],
        "roles": standing_roles(absent),
        "procedures": [],
        "agency": absent["agency"],
        "unit": absent.get("unit"),
        "valid_from": absence.valid_from.isoformat(),
        "valid_to": absence.valid_to.isoformat(),
        "decision": None,
    }


def as_leave(absence: Absence) -> dict[str, Any]:
    """Return an absence as one's own entry carries it; the reason is nobody else's business."""
    return {
        "id": str(absence.id),
        "valid_from": absence.valid_from.isoformat(),
        "valid_to": absence.valid_to.isoformat(),
        "stand_in": absence.stand_in or None,
    }


def may_exercise(member: Record, day: date) -> list[dict[str, Any]]:
    """Return what may be exercised on a day; on leave one's own roles rest, and nothing is exercised."""
    if is_absent(member, day):
        return []
    own = {
        "source": "OWN",
        "roles": list(member["roles"]),
        "agency": member["agency"],
        "unit": member.get("unit"),
        "procedures": [],
        "on_behalf_of": None,
        "decision": None,
    }
    given = [
        {
            "source": item["kind"],
            "roles": item["roles"],
            "agency": item["agency"],
            "unit": item["unit"],
            "procedures": item["procedures"],
            "on_behalf_of": {"subject": item["from"], "name": item["from_name"]},
            "decision": item["decision"],
        }
        for item in member.get("delegations") or ()
        if _holds(item, day)
    ]
    return [own, *given]


def is_absent(member: Record, day: date) -> bool:
    """Tell whether somebody is on registered leave."""
    return any(_holds(item, day) for item in member.get("leaves") or ())


def _holds(item: Record, day: date) -> bool:
    return str(item["valid_from"]) <= day.isoformat() <= str(item["valid_to"])


def without(items: Sequence[Record], entry: UUID) -> list[Record]:
    """Return the items but for one."""
    return [item for item in items if item["id"] != str(entry)]
