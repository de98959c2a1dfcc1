"""Local copies of the catalogue, parsed once a process and version."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from eforms.form import Form
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.definitions import Agency, Procedure, Process, calendar_of
from services.dossier.domain.errors import CopyChanged
from services.dossier.store.attachments import FILE_JSON, attachment_of
from services.dossier.store.calendars import PostgresCalendars
from services.dossier.store.continuations import Continuations
from services.dossier.store.copies import CHOICE, STAMP, Copies
from services.dossier.store.parsed import Definitions
from services.dossier.use_cases.ports import Grounds, Intake
from services.dossier.use_cases.ports.records import Succession
from worktime.calendar import WorkCalendar


def in_force(procedure: str, today: str, agencies: str) -> str:
    """Return the query of the version of a procedure that holds on a day for these agencies.

    Of each publishing agency's line the highest version begun counts. Of several lines the one of the
    receiving agency's own territory, then the one that names it, then the newest.
    """
    return f"""
        SELECT l.version, l.stamp, l.performing, l.process FROM (
            SELECT DISTINCT ON (v.line) v.* FROM (
                SELECT version, {STAMP} AS stamp, performing, process,
                    CASE WHEN count(*) OVER () > 1
                        THEN coalesce(line, data ->> 'agency', '') ELSE '' END AS line
                FROM procedures WHERE code = {procedure} AND valid_from <= {today}) v
            ORDER BY v.line, v.version DESC) l
        ORDER BY l.line IN ('', 'QG'), split_part(l.line, '.', 1) = ANY(
            SELECT split_part(receiver, '.', 1) FROM unnest({agencies}::text[]) AS receiver) DESC,
            l.performing && {agencies} DESC, l.version DESC LIMIT 1
    """


def choices(procedure: str, version: str = "") -> str:
    """Return the query of what the choice among a procedure's versions rests on, with its seals.

    Of one version alone where that is named. A row from before its choice was kept apart comes whole.
    """
    only = f" AND n.version = {version}" if version else ""
    return (
        "(SELECT json_agg(json_build_object('code', n.code, 'version', n.version, 'valid_from', n.valid_from,"
        " 'performing', n.performing, 'process', n.process, 'line', n.line, 'takes_new', n.takes_new,"
        f" 'seals', {CHOICE.format('n')},"
        " 'whole', CASE WHEN n.line IS NULL THEN row_to_json(n) END) ORDER BY n.version)"
        f" FROM procedures n WHERE n.code = {procedure}{only})"
    )


def decided(calendar: str, condition: str) -> str:
    """Return the query of when a calendar's versions were decided, with its seals."""
    return (
        "(SELECT json_agg(json_build_object('code', n.code, 'year', n.year, 'sequence', n.sequence,"
        f" 'decided_at', n.decided_at, 'seals', {CHOICE.format('n')}) ORDER BY n.year, n.sequence)"
        f" FROM calendar_versions n WHERE {condition} AND n.code = {calendar})"
    )


AGENCY_ROW = (
    "jsonb_build_object('code', {0}.code, 'sequence', {0}.sequence, 'name', {0}.name, 'kind', {0}.kind,"
    " 'level', {0}.level, 'calendar', {0}.calendar, 'one_stop_name', {0}.one_stop_name,"
    " 'address', {0}.address, 'phone', {0}.phone, 'place', {0}.place, 'parent', {0}.parent,"
    " 'valid_from', {0}.valid_from,"
    " 'valid_to', {0}.valid_to, 'successors', {0}.successors, 'continuing', {0}.continuing,"
    " 'continuing_by', {0}.continuing_by,"
    " 'took_over', {0}.took_over, 'seals', {0}.seals)"
)
"""An agency as it was sealed, of a row by that name."""
_INTAKE = Statement(
    f"""
    SELECT p.version, p.stamp AS procedure_stamp, {choices(":procedure")} AS choices, c.years,
        q.code AS process, q.version AS process_version, q.stamp AS process_stamp,
        {decided("c.calendar", ":known_at::timestamptz IS NOT NULL")} AS decided,
        (SELECT json_agg(json_build_object('code', a.code, 'name', a.name, 'kind', a.kind,
            'level', a.level, 'calendar', a.calendar, 'one_stop_name', a.one_stop_name,
            'address', a.address, 'phone', a.phone, 'place', a.place, 'took_over', a.took_over,
            'row', {AGENCY_ROW.format("a")},
            'begins', CASE WHEN a.valid_from > :today THEN a.valid_from END,
            'ended', CASE WHEN a.valid_to < :today THEN json_build_object('valid_to', a.valid_to,
                'continuing', coalesce(a.continuing_by->>:procedure, a.continuing),
                'successors', (SELECT coalesce(json_agg(json_build_object('code', s.code, 'name', s.name)
                    ORDER BY s.code), '[]') FROM agencies s WHERE s.code = ANY(a.successors))) END))
         FROM agencies a
         WHERE a.code = ANY(:agencies::text[])
            OR (cardinality(p.performing) = 1 AND a.code IN (p.performing[1], (
                SELECT coalesce(o.continuing_by->>:procedure, o.continuing) FROM agencies o
                WHERE o.code = p.performing[1] AND o.valid_to < :today)))) AS agencies,
        (SELECT json_agg({FILE_JSON})
         FROM attachments f WHERE f.id = ANY(:attachments::uuid[])) AS attachments,
        (SELECT d.id FROM dossiers d WHERE d.portal_code = :portal_code::text) AS existing_id,
        EXISTS (SELECT FROM dossiers d WHERE d.dossier_code = upper(:portal_code::text)) AS is_code_ours,
        (SELECT max(f.sequence) FROM forms f WHERE f.code = :procedure) AS form_sequence,
        -- Bounded: of who files thousands, the newest two hundred are looked through.
        (SELECT json_agg(json_build_object('reference', o.reference, 'dossier_code', o.dossier_code,
            'state', o.state, 'receiving_agency', o.receiving_agency, 'submitted_at', o.submitted_at))
         FROM (SELECT * FROM (SELECT id, reference, dossier_code, state, receiving_agency, submitted_at,
                    procedure_code
                FROM dossiers WHERE owner_index = :owner_index::bytea AND owner_index IS NOT NULL
                ORDER BY id DESC LIMIT 200) n
            WHERE n.procedure_code = :procedure AND n.state NOT IN ('INTAKE_REFUSED', 'CANCELLED', 'STOPPED',
                'RESULT_READY', 'RETURNED', 'ARCHIVED') ORDER BY n.id DESC LIMIT 5) o) AS duplicates,
        c.calendar, c.stamp
    FROM (SELECT 1) AS one
    LEFT JOIN LATERAL (
        {in_force(":procedure", ":today", ":agencies")}) p ON true
    LEFT JOIN LATERAL (
        SELECT k.code AS calendar,
            json_agg(json_build_object('code', k.code, 'year', k.year, 'sequence', k.sequence,
                'seals', {CHOICE.format("k")}) ORDER BY k.year) AS years,
            string_agg(k.year || ':' || coalesce(known.sequence, k.sequence), ',' ORDER BY k.year) AS stamp
        FROM agencies a JOIN calendars k ON k.code = a.calendar
        -- What was received before the first version kept was decided counts by that first one, never by
        -- what was decided since: a later closure moves nothing without a command.
        LEFT JOIN LATERAL (
            SELECT coalesce(max(v.sequence) FILTER (WHERE coalesce(v.decided_at <= :known_at, true)),
                min(v.sequence)) AS sequence
            FROM calendar_versions v
            WHERE :known_at::timestamptz IS NOT NULL AND v.code = k.code AND v.year = k.year) known ON true
        WHERE a.code = :calendar_of::text GROUP BY k.code) c ON true
    LEFT JOIN LATERAL (
        SELECT code, version, {STAMP} AS stamp FROM processes
        WHERE :calendar_of::text IS NOT NULL
            AND code = ANY(ARRAY[p.process || '@' || :calendar_of, p.process])
        ORDER BY length(code) DESC, version DESC LIMIT 1) q ON true
    """
)
_DATA = Statement(
    """
    SELECT (SELECT row_to_json(p) FROM procedures p
            WHERE code = :procedure::text AND version = :version::int) AS procedure,
        (SELECT row_to_json(q) FROM processes q
         WHERE code = :process::text AND version = :process_version::int) AS process,
        -- By the versions' own numbers: what was decided since the stamp was read is not taken for it.
        (SELECT json_agg(json_build_object('stamp', s.stamp, 'years', (
                SELECT json_agg(v) FROM calendar_versions v
                WHERE v.code = :calendar::text
                  AND v.year || ':' || v.sequence = ANY(string_to_array(s.stamp, ',')))))
         FROM unnest(:stamps::text[]) AS s(stamp)) AS calendars
    """
)
_NEWEST = f"""
    SELECT c.code, {choices("c.code")} AS choices,
        (SELECT row_to_json(p) FROM procedures p WHERE p.code = c.code AND p.valid_from <= :today
         ORDER BY p.version DESC LIMIT 1) AS newest
    FROM unnest(:codes::text[]) AS c(code)
"""
_NEWEST_BEGUN = Statement(_NEWEST)
_FORM = Statement("SELECT * FROM forms WHERE code = :code AND sequence = :sequence")


class PostgresCatalogue(Continuations):
    """Copies in this service's own tables."""

    def __init__(self, unit: UnitOfWork, definitions: Definitions, copies: Copies) -> None:
        super().__init__(unit, copies)
        self._kept = definitions
        self._calendars = PostgresCalendars(unit, definitions, copies)

    async def intake(
        self,
        procedure_code: str,
        agencies: list[str],
        attachment_ids: list[UUID],
        *,
        today: date,
        portal_code: str | None = None,
        calendar_of: str | None = None,
        owner_index: bytes | None = None,
        known_at: datetime | None = None,
    ) -> Intake:
        """Return what a submission needs in one statement, a second one at a version's first use."""
        row = await self._unit.fetch_one(
            _INTAKE,
            procedure=procedure_code,
            today=today,
            agencies=agencies,
            attachments=attachment_ids,
            portal_code=portal_code,
            calendar_of=calendar_of,
            owner_index=owner_index,
            known_at=known_at,
        )
        if row is None:
            return Intake(None, {}, {}, None)
        # Also where none is in force: that is a choice as well.
        self.require_chosen(row["choices"])
        if row["version"] is None:
            return Intake(None, {}, {}, row["existing_id"])
        self._copies.require("calendar_versions", row["decided"] or (), "choice")
        self._copies.require("calendars", row["years"] or (), "choice")
        self._copies.require("agencies", [one["row"] for one in row["agencies"] or ()], "told")
        key = (procedure_code, row["version"], row["procedure_stamp"])
        process = (row["process"], row["process_version"], row["process_stamp"]) if row["process"] else None
        calendar = (row["calendar"], row["stamp"]) if row["calendar"] else None
        grounds = await self.grounds(key, process, calendar)
        found = row["agencies"] or ()
        files = [attachment_of(item) for item in row["attachments"] or ()]
        return Intake(
            grounds.procedure,
            {item["code"]: _agency_of(item) for item in found},
            {item.id: item for item in files},
            row["existing_id"],
            grounds.calendar,
            Succession(
                ended={item["code"]: item["ended"] for item in found if item["ended"]},
                took_over={item["code"]: item["took_over"] for item in found},
                begins={item["code"]: item["begins"] for item in found if item["begins"]},
            ),
            await self.form_of(procedure_code, row["form_sequence"]),
            row["form_sequence"],
            grounds,
            row["duplicates"] or (),
            is_code_ours=row["is_code_ours"],
        )

    def require_choice(self, row: Any) -> None:
        """Raise `CopyChanged` unless what a dossier's versions were chosen by is what was published."""
        agency = row["calendar_agency"]
        self.require_chosen(row["choices"])
        self._copies.require("calendar_versions", row["decided"] or (), "choice")
        self._copies.require("calendars", row["years"] or (), "choice")
        self._copies.require("agencies", [agency] if agency else (), "told")
        if row["pinned_version"] is None:
            raise CopyChanged

    def require_bound(self, bound: str, given: str) -> None:
        """Raise `CopyChanged` where a calendar's version a dossier is bound to is not among those given.

        The next one would move its promise without a command.
        """
        gone = set(filter(None, bound.split(","))) - set(given.split(","))
        self._copies.require_there("calendar_versions", is_there=not gone, name=",".join(sorted(gone)))

    def require_chosen(self, rows: Sequence[Any] | None) -> None:
        """Raise `CopyChanged` unless what was chosen among is what was published."""
        for row in rows or ():
            if row["whole"] is None:
                self._copies.require("procedures", [row], "choice")
            else:
                self._copies.require("procedures", [row["whole"]])

    async def form_of(self, code: str, sequence: int | None) -> Form | None:
        """Return a version of a form, fetched and compiled at its first use in this process."""
        if sequence is None:
            return None
        found = self._kept.forms.get((code, sequence))
        if found is None:
            row = await self._unit.fetch_one(_FORM, code=code, sequence=sequence)
            if row is None:
                self._copies.require_there("forms", is_there=False, name=f"{code}/{sequence}")
                return None
            self._copies.require("forms", [row])
            found = Form(row["data"])
            self._kept.trim()
            self._kept.forms[code, sequence] = found
        return found

    async def grounds(
        self,
        procedure: tuple[str, int, str],
        process: tuple[str, int, str] | None,
        calendar: tuple[str, str] | None,
        newest: str = "",
    ) -> Grounds:
        """Return parsed definitions; only what this process has not seen is fetched, in one statement.

        `calendar` is a code and the stamp a dossier is bound to, `newest` the one in force where it differs.
        """
        kept = self._kept
        code, stamp = calendar or ("", "")
        stamps = [one for one in {stamp, newest or stamp} if one and (code, one) not in kept.calendars]
        is_known = procedure in kept.procedures and (process is None or process in kept.processes)
        if stamps or not is_known:
            await self._fetch(procedure, process, code, stamps)
        return Grounds(
            kept.procedures[procedure],
            kept.processes[process] if process else None,
            kept.calendars.get((code, stamp)),
            calendar_code=code,
            calendar_stamp=stamp,
            calendar_in_force=kept.calendars.get((code, newest or stamp)),
            stamp_in_force=newest or stamp,
        )

    async def _fetch(
        self,
        procedure: tuple[str, int, str],
        process: tuple[str, int, str] | None,
        calendar: str,
        stamps: list[str],
    ) -> None:
        row = await self._unit.fetch_one(
            _DATA,
            procedure=procedure[0],
            version=procedure[1],
            process=process[0] if process else None,
            process_version=process[1] if process else None,
            calendar=calendar,
            stamps=stamps,
        )
        kept = self._kept
        kept.trim()
        told: Any = row
        self._copies.require("procedures", [told["procedure"]])
        kept.procedures[procedure] = Procedure.of(told["procedure"]["data"])
        if process:
            self._copies.require("processes", [told["process"]])
            kept.processes[process] = Process.of(told["process"]["data"])
        for found in told["calendars"] or ():
            years = found["years"] or []
            self._copies.require("calendar_versions", years, "told")
            is_whole = len(years) == len(found["stamp"].split(","))
            self._copies.require_there("calendar_versions", is_there=is_whole, name=found["stamp"])
            parsed = calendar_of([one["data"] for one in years])
            if parsed is not None:
                kept.calendars[calendar, found["stamp"]] = parsed

    async def calendars(self) -> Mapping[str, WorkCalendar]:
        """Return every working calendar by its code that was not changed by hand."""
        return await self._calendars.sound()

    async def component(self, procedure_code: str, component_code: str, today: date) -> dict[str, Any] | None:
        """Return a component of the version of a procedure that is in force."""
        for data in await self._newest([procedure_code], today):
            components = data.get("components") or ()
            return next((item for item in components if item["code"] == component_code), None)
        return None

    async def identification_levels(self, procedures: Sequence[str], today: date) -> list[int | None]:
        """Return what the newest versions begun ask for, of the procedures that are known."""
        return [data.get("identification_level") for data in await self._newest(procedures, today)]

    async def _newest(self, procedures: Sequence[str], today: date) -> list[dict[str, Any]]:
        """Return the newest versions begun, of the procedures that have any."""
        rows = await self._unit.fetch(_NEWEST_BEGUN, codes=list(dict.fromkeys(procedures)), today=today)
        for row in rows:
            self.require_chosen(row["choices"])
        found = [row["newest"] for row in rows if row["newest"] is not None]
        self._copies.require("procedures", found)
        return [one["data"] for one in found]


def _agency_of(row: dict[str, Any]) -> Agency:
    return Agency(**{name: row[name] for name in Agency.__dataclass_fields__})
