"""Staff and agencies as the catalogue's events told them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import asyncpg

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.gateway.domain.identity import Agency, Period, StaffMember

_FIND = Statement(
    "SELECT subject, name, agency, unit, roles, valid_from, valid_to, delegations, leaves"
    " FROM staff WHERE subject = :subject"
)
_PUT_STAFF = Statement(
    """
INSERT INTO staff AS s (
    subject, version, name, agency, unit, roles, valid_from, valid_to, delegations, leaves
) VALUES (:subject, :version, :name, :agency, :unit, :roles, :valid_from, :valid_to, :delegations, :leaves)
ON CONFLICT (subject) DO UPDATE SET
    (version, name, agency, unit, roles, valid_from, valid_to, delegations, leaves) = (
        EXCLUDED.version, EXCLUDED.name, EXCLUDED.agency, EXCLUDED.unit, EXCLUDED.roles,
        EXCLUDED.valid_from, EXCLUDED.valid_to, EXCLUDED.delegations, EXCLUDED.leaves)
WHERE s.version < EXCLUDED.version
""",
    rows=None,
)
# UNION, not UNION ALL: agencies told to go on for each other end the walk.
KEPT = (
    "(WITH RECURSIVE kept (code) AS (SELECT :agency::text UNION SELECT a.code FROM agencies a"
    " JOIN kept k ON k.code = ANY (a.heirs) WHERE a.valid_to < :today::date) SELECT code FROM kept)"
)
"""An agency and those that ended before today which it goes on for, through every merger and split."""
_PUT_AGENCY = Statement(
    """
INSERT INTO agencies AS a (code, version, name, units, contact, valid_to, heirs)
VALUES (:code, :version, :name, :units, :contact, :valid_to, :heirs)
ON CONFLICT (code) DO UPDATE SET version = EXCLUDED.version, name = EXCLUDED.name, units = EXCLUDED.units,
    contact = EXCLUDED.contact, valid_to = EXCLUDED.valid_to, heirs = EXCLUDED.heirs
WHERE a.version <= EXCLUDED.version
""",
    rows=None,
)


class PostgresDirectory:
    """Finds members of staff, one statement each."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def find(self, subject: str) -> StaffMember | None:
        """Return the member of staff with this subject."""
        row = await self._pool.fetchrow(_FIND.sql, *_FIND.values({"subject": subject}))
        if row is None:
            return None
        return StaffMember(
            subject=row["subject"],
            name=row["name"],
            agency=row["agency"],
            unit=row["unit"],
            roles=frozenset(row["roles"]),
            employed=Period(row["valid_from"], row["valid_to"]),
            delegations=tuple((_period(item), frozenset(item["roles"])) for item in row["delegations"]),
            leaves=tuple(_period(item) for item in row["leaves"]),
        )


class PostgresDirectoryLedger:
    """Writes of the directory, in the message's unit of work; an older state never replaces a newer one."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def put_staff(self, member: StaffMember, version: int) -> None:
        """Keep the newest state of a member of staff."""
        self._unit.write(
            _PUT_STAFF,
            subject=member.subject,
            version=version,
            name=member.name,
            agency=member.agency,
            unit=member.unit,
            roles=sorted(member.roles),
            valid_from=member.employed.first,
            valid_to=member.employed.last,
            delegations=[{**_dates(period), "roles": sorted(roles)} for period, roles in member.delegations],
            leaves=[_dates(period) for period in member.leaves],
        )

    def put_agency(self, agency: Agency, version: int) -> None:
        """Keep the newest state of an agency."""
        self._unit.write(
            _PUT_AGENCY,
            code=agency.code,
            version=version,
            name=agency.name,
            units=dict(agency.units),
            contact=dict(agency.contact),
            valid_to=agency.valid_to,
            heirs=list(agency.heirs),
        )


def _dates(period: Period) -> dict[str, str | None]:
    return {
        "first": period.first.isoformat() if period.first else None,
        "last": period.last.isoformat() if period.last else None,
    }


def _period(item: Mapping[str, Any]) -> Period:
    first, last = item["first"], item["last"]
    return Period(date.fromisoformat(first) if first else None, date.fromisoformat(last) if last else None)
