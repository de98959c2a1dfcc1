"""What processes and groups are judged and timed by: procedures, agencies with their staff, calendars."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.catalog.use_cases.workflows.ports import Grounds, MemberGrounds

_GROUNDS = Statement("""
SELECT
    (SELECT coalesce(jsonb_agg(jsonb_build_object('code', v.code,
        'performing_agencies', v.data->'performing_agencies', 'channels', v.data->'channels',
        'cases', v.data->'cases') ORDER BY v.code, v.version), '[]')
     FROM procedure_versions v
     WHERE v.data->>'process' = :process AND v.visibility NOT IN ('SUPERSEDED', 'ABOLISHED')
       AND (v.valid_to IS NULL OR v.valid_to >= :day::date)) AS procedures,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('code', a.code, 'level', a.level,
        'office_hours', coalesce(k.hours, '[]'), 'staff', coalesce(s.people, '[]'))), '[]')
     FROM agencies a
     LEFT JOIN (
        SELECT agency, jsonb_agg(jsonb_build_object('subject', code, 'unit', data->>'unit',
            'roles', data->'roles')) AS people
        FROM staff GROUP BY agency
     ) AS s ON s.agency = a.code
     LEFT JOIN (
        SELECT split_part(code, ':', 1) AS calendar, jsonb_agg(jsonb_build_array(data->'office_hours')
            || jsonb_path_query_array(data, '$.seasons[*].office_hours')) AS hours
        FROM calendars WHERE split_part(code, ':', 2)::int >= extract(year FROM :day::date) GROUP BY 1
     ) AS k ON k.calendar = coalesce(a.data->>'calendar', 'default')
     WHERE a.valid_from <= :day::date AND (a.valid_to IS NULL OR a.valid_to >= :day::date)) AS agencies
""")
_MEMBERS = Statement("""
SELECT
    (SELECT coalesce(jsonb_object_agg(m.code, m.data), '{}') FROM (
        SELECT DISTINCT ON (v.code) v.code,
            v.data || jsonb_build_object('version', v.version, 'visibility', v.visibility) AS data
        FROM procedure_versions v
        WHERE v.code = ANY(:codes::text[]) AND v.visibility <> 'SUPERSEDED' AND v.valid_from <= :day::date
          AND (v.valid_to IS NULL OR v.valid_to >= :day::date)
        ORDER BY v.code, v.version DESC) AS m) AS procedures,
    (SELECT coalesce(jsonb_object_agg(a.code, jsonb_build_object('level', a.level)), '{}') FROM agencies a
     WHERE a.valid_from <= :day::date AND (a.valid_to IS NULL OR a.valid_to >= :day::date)) AS agencies
""")
_CALENDARS = Statement("""
SELECT asked.agency, jsonb_agg(k.data) AS years
FROM (
    SELECT '' AS agency, 'default' AS calendar
    UNION ALL
    SELECT a.code, coalesce(a.data->>'calendar', 'default') FROM agencies a
    WHERE a.code = ANY(:agencies::text[])
) AS asked
JOIN calendars k ON split_part(k.code, ':', 1) = asked.calendar
GROUP BY asked.agency
""")


class WorkflowGrounds:
    """Reads, each one statement."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def grounds(self, process: str, day: date) -> Grounds:
        """Return where a process is used from a day on: its procedures, and all agencies then at work."""
        row = await self._unit.fetch_one(_GROUNDS, process=process, day=day)
        return Grounds(row["procedures"], row["agencies"]) if row else Grounds([], [])

    async def members(self, procedures: Sequence[str], day: date) -> MemberGrounds:
        """Return procedures as they are on a day, with the agencies then at work."""
        row = await self._unit.fetch_one(_MEMBERS, codes=list(procedures), day=day)
        return MemberGrounds(row["procedures"], row["agencies"]) if row else MemberGrounds({}, {})

    async def calendars(self, agencies: Sequence[str]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Return the loaded years of each agency's calendar; '' has the province's default."""
        rows = await self._unit.fetch(_CALENDARS, agencies=list(agencies))
        return {row["agency"]: row["years"] for row in rows}
