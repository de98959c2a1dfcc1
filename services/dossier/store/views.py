"""What screens read: one statement each."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.core.clock import VIETNAM, Clock
from kernel.core.errors import NotFound
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.keepers import Sight
from services.dossier.domain.results.register import ResultState
from services.dossier.store.account import account_of
from services.dossier.store.attachments import FILE_JSON, attachment_of
from services.dossier.store.components import component_of
from services.dossier.store.copies import Copies
from services.dossier.store.definitions import AGENCY_ROW
from services.dossier.store.dossier_loading import AUTHORITY, COLUMNS, loading
from services.dossier.store.dossiers import PostgresDossiers
from services.dossier.store.intake.evidence import evidence_of
from services.dossier.store.linked import LINKED_JSON, linked_of
from services.dossier.store.listed import FILTERS, ITEM, LAST_STOP
from services.dossier.store.mapping import dossier_of
from services.dossier.store.reaches import seen_as
from services.dossier.store.searching import HANDED_ON, TAKES_PART
from services.dossier.store.shown import sound_authority
from services.dossier.store.supervised import SUPERVISED, SUPERVISED_BY_CODE
from services.dossier.use_cases.ports import Detail, UsedResult
from services.dossier.use_cases.sealed_rows import RowSeals

# Results of the register that stand for components.
_USED = """
    (SELECT json_agg(json_build_object('component_code', u.component_code, 'result_id', r.id,
        'number', r.number, 'used_version', u.result_version, 'version', r.version, 'state', r.state,
        'valid_from', r.valid_from, 'valid_to', r.valid_to, 'reason', r.reason, 'type', r.type,
        'procedure_code', r.procedure_code) ORDER BY u.component_code)
     FROM result_uses u JOIN result_register r ON r.id = u.result_id
     WHERE u.dossier_id = d.id) AS used_results
"""
# What may be done now stands on what a decision would stand on: the detail is loaded as for an acceptance.
_DETAIL = loading(
    f"""
        (SELECT json_agg({FILE_JSON} ORDER BY f.id)
         FROM attachments f WHERE f.dossier_id = d.id) AS files,
        (SELECT json_agg(json_build_object('paper_id', p.id, 'kind', p.kind, 'number', p.number,
            'issued_at', p.issued_at, 'superseded_by', p.superseded_by) ORDER BY p.id)
         FROM papers p WHERE p.dossier_id = d.id) AS papers,
        {_USED},
        (SELECT count(*) FROM papers p WHERE p.dossier_id = d.id AND p.sha256 IS NULL) AS unprinted,
        (SELECT EXISTS (SELECT FROM archive_packages g
            WHERE g.dossier_id = d.id AND g.state = 'ACCEPTED')) AS is_packed,
        (SELECT EXISTS (SELECT FROM post_items i
            WHERE i.dossier_id = d.id AND i.state IN ('SENT', 'FAILED'))) AS is_with_post,
        (SELECT json_agg({LINKED_JSON} ORDER BY x.id) FROM (
            SELECT DISTINCT (one ->> 'dossier_id')::uuid AS id
            FROM json_array_elements(d.work -> 'corrections') AS of_it(one)) AS c
            CROSS JOIN LATERAL (SELECT * FROM dossiers WHERE id = c.id OFFSET 0) AS x) AS corrections,
        (SELECT row_to_json(s) FROM staff s WHERE s.subject = :reader::text) AS entry,
    """
)
_OWN = Statement(
    f"""
    SELECT DISTINCT ON (id) {ITEM}, last_stop FROM (
        -- One look at the newest of each account: a list in the condition would sort all of them.
        SELECT of_owner.* FROM unnest(:subjects::text[]) AS who(account) CROSS JOIN LATERAL (
         SELECT {ITEM}, {LAST_STOP} FROM dossiers WHERE owner_subject = who.account
         AND id < :before::uuid AND (:state::text = '' OR state = :state) ORDER BY id DESC LIMIT :limit
         ) AS of_owner
        UNION ALL
        SELECT of_submitter.* FROM unnest(:subjects::text[]) AS who(account) CROSS JOIN LATERAL (
         SELECT {ITEM}, {LAST_STOP} FROM dossiers WHERE submitter_subject = who.account
         AND submitter_subject IS DISTINCT FROM owner_subject
         AND coalesce((work #>> '{{brought,authorized_until}}')::date >= :today::date, true)
         AND NOT EXISTS (SELECT FROM authorizations o
            WHERE o.id = (work #>> '{{brought,authorization_id}}')::uuid
              AND (o.revoked_at IS NOT NULL OR o.valid_until < :today::date))
         AND id < :before::uuid AND (:state::text = '' OR state = :state) ORDER BY id DESC LIMIT :limit
         ) AS of_submitter
        UNION ALL
        (SELECT {ITEM}, {LAST_STOP} FROM dossiers
         WHERE owner_index = :owner_index::bytea AND owner_index IS NOT NULL
         AND coalesce(owner_subject <> ALL(:subjects::text[]), true)
         AND coalesce(submitter_subject <> ALL(:subjects::text[]), true)
         AND id < :before::uuid AND (:state::text = '' OR state = :state) ORDER BY id DESC LIMIT :limit)
    ) AS found ORDER BY id DESC LIMIT :limit
    """
)
# What had ended at agencies the asked one goes on for is walked at each of those, the newest first; whose it
# is now says the dossier itself (`HANDED_ON`). The catalogue's words, unproved here, say where to look, and
# which procedures to pass by without opening what is kept of them.
_LEFT_TO = """
    left_to(agency) AS (
        SELECT :agency::text
        UNION
        SELECT a.code FROM left_to l JOIN agencies a ON a.valid_to IS NOT NULL AND (a.continuing = l.agency
            OR l.agency IN (SELECT value FROM json_each_text(a.continuing_by)))
    ),
    kept AS MATERIALIZED (
        SELECT a.code AS agency, l.has_rest, ARRAY(
            SELECT key FROM json_each_text(a.continuing_by)
            WHERE (value IN (SELECT agency FROM left_to)) <> l.has_rest) AS apart
        FROM agencies a CROSS JOIN LATERAL (
            SELECT a.continuing IN (SELECT agency FROM left_to) AS has_rest) l
        WHERE a.code IN (SELECT agency FROM left_to) AND a.code <> :agency
    )
"""


def _left(column: str, only: str = "") -> str:
    return f"""
        (SELECT ended.* FROM kept CROSS JOIN LATERAL (
            SELECT {ITEM}, {LAST_STOP} FROM dossiers d WHERE {column} = kept.agency {only}
            AND (procedure_code = ANY(kept.apart)) <> kept.has_rest AND {HANDED_ON} AND {FILTERS}
            ORDER BY id DESC LIMIT :limit) AS ended)
    """


_OF_AGENCY = Statement(
    f"""
    WITH RECURSIVE {_LEFT_TO}
    SELECT DISTINCT ON (id) {ITEM}, last_stop FROM (
        (SELECT {ITEM}, {LAST_STOP} FROM dossiers WHERE receiving_agency = :agency AND {FILTERS}
         ORDER BY id DESC LIMIT :limit)
        UNION ALL
        (SELECT {ITEM}, {LAST_STOP} FROM dossiers WHERE competent_agency = :agency
         AND competent_agency <> receiving_agency
         AND {FILTERS} ORDER BY id DESC LIMIT :limit)
        UNION ALL
        (SELECT {ITEM}, {LAST_STOP} FROM dossiers
         WHERE helping_agency = :agency AND helping_agency <> receiving_agency
         AND {FILTERS} ORDER BY id DESC LIMIT :limit)
        UNION ALL
        (SELECT {ITEM}, {LAST_STOP} FROM dossiers WHERE consulted_agencies @> ARRAY[:agency::text]
         AND consulted_agencies <> '{{}}' AND {FILTERS} ORDER BY id DESC LIMIT :limit)
        UNION ALL {_left("receiving_agency")}
        UNION ALL {_left("competent_agency", "AND competent_agency <> receiving_agency")}
        UNION ALL {_left("helping_agency", "AND helping_agency <> receiving_agency")}
    ) AS found ORDER BY id DESC LIMIT :limit
    """
)
# A code names at most a few dossiers, so it leads: plans are made without looking at the values.
_OF_AGENCY_BY_CODE = Statement(
    f"""
    SELECT {ITEM}, {LAST_STOP} FROM dossiers d
    WHERE (dossier_code = upper(:code) OR reference = upper(:code) OR portal_code = :code)
      AND {TAKES_PART} AND {FILTERS} ORDER BY id DESC LIMIT :limit
    """
)
_HISTORY = Statement(
    f"""
    SELECT {COLUMNS}, destroyed_by, {AUTHORITY},
        (SELECT json_agg(json_build_object('version', h.version, 'type', h.type, 'at', h.at,
            'change', h.data -> 'change', 'state', h.data -> 'dossier' ->> 'state') ORDER BY h.version)
         FROM history h WHERE h.dossier_id = d.id) AS entries
    FROM dossiers d WHERE id = :id
    """
)
_PORTAL = Statement(
    f"""
    SELECT {COLUMNS}, destroyed_by, {AUTHORITY},
        (SELECT json_agg(c ORDER BY position) FROM components c WHERE c.dossier_id = d.id) AS components,
        (SELECT json_agg({FILE_JSON} ORDER BY f.id)
         FROM attachments f WHERE f.dossier_id = d.id) AS files,
        (SELECT json_agg(e ORDER BY e.id) FROM evidence e WHERE e.dossier_id = d.id) AS evidence,
        (SELECT json_agg(json_build_object('version', h.version, 'type', h.type, 'at', h.at, 'data', h.data)
            ORDER BY h.version) FROM history h WHERE h.dossier_id = d.id
            AND (asked.upto = 0 OR h.version <= asked.upto)) AS history,
        -- Money moves without a version: of each it is told as it stands.
        (SELECT json_agg(m ORDER BY m.sequence) FROM payment_entries m WHERE m.dossier_id = d.id) AS money,
        {_USED}, asked.upto
    FROM unnest(:ids::uuid[], :versions::bigint[]) AS asked(dossier, upto)
    JOIN dossiers d ON d.id = asked.dossier
    """
)
_AGENCY = Statement(f"SELECT {AGENCY_ROW.format('a')} AS told FROM agencies a WHERE code = :agency")
_LOG = Statement(
    "INSERT INTO access_log (at, subject, kind, agency, what, dossier_id, object_id, person_index, shown)"
    " VALUES (:at, :subject, :kind, :agency, :what, :dossier_id, :object_id, :person, :shown) RETURNING id"
)


def _detail_of(row: Any, now: datetime) -> Detail:
    return Detail(
        dossier=dossier_of(row, now),
        components=[component_of(item) for item in row["components"] or ()],
        attachments=[attachment_of(item) for item in row["files"] or ()],
        papers=row.get("papers") or (),
        history=row.get("history") or (),
        evidence=[evidence_of(item) for item in row.get("evidence") or ()],
        account=account_of(row["id"], row.get("money")),
        entry=(row.get("entry") or {}).get("data"),
        used_results=[_used_result(one) for one in row.get("used_results") or ()],
        unprinted=row.get("unprinted") or 0,
        is_packed=bool(row.get("is_packed")),
        is_with_post=bool(row.get("is_with_post")),
        corrections=[linked_of(one) for one in row.get("corrections") or ()],
    )


def _used_result(told: dict[str, Any]) -> UsedResult:
    last = told["valid_to"]
    return UsedResult(
        component_code=told["component_code"],
        result_id=UUID(told["result_id"]),
        number=told["number"],
        used_version=told["used_version"],
        version=told["version"],
        state=ResultState(told["state"]),
        valid_from=date.fromisoformat(told["valid_from"]),
        valid_to=date.fromisoformat(last) if last else None,
        reason=told["reason"] or "",
        type=told["type"] if told["type"] != told["procedure_code"] else "",
    )


class PostgresViews:
    """Reads of this service's database."""

    def __init__(
        self, unit: UnitOfWork, clock: Clock, dossiers: PostgresDossiers, rows: RowSeals, copies: Copies
    ) -> None:
        self._unit, self._clock, self._dossiers, self._rows = unit, clock, dossiers, rows
        self._copies = copies

    async def detail(self, dossier_id: UUID, reader: str = "") -> Detail:
        """Return a dossier with components, files, papers and the reader's entry; raise `NotFound`."""
        now = self._clock.now()
        today = now.astimezone(VIETNAM).date()
        row = await self._unit.fetch_one(
            _DETAIL, id=dossier_id, reader=reader, with_components=True, today=today
        )
        if row is None:
            raise NotFound
        is_known = row["procedure_stamp"] is not None
        grounds = await self._dossiers.grounds_of(row) if is_known else None
        self._copies.require("staff", [row["entry"]] if row["entry"] else ())
        return replace(_detail_of(sound_authority(row, self._rows), now), grounds=grounds)

    async def portal(self, wanted: Sequence[tuple[UUID, int]]) -> dict[tuple[UUID, int], Detail]:
        """Return dossiers with their history up to a version (0: all), those that have it."""
        ids, versions = [one for one, _ in wanted], [version for _, version in wanted]
        rows = await self._unit.fetch(_PORTAL, ids=ids, versions=versions)
        now = self._clock.now()
        return {
            (row["id"], row["upto"]): _detail_of(sound_authority(row, self._rows), now)
            for row in rows
            if row["history"] and row["upto"] in (0, row["history"][-1]["version"])
        }

    async def own(
        self, subjects: Sequence[str], owner_index: bytes | None, *, state: str, before: UUID, limit: int
    ) -> list[Any]:
        """Return the dossiers a citizen owns, or submitted and still speaks for, newest first."""
        return await self._unit.fetch(
            _OWN,
            subjects=list(subjects),
            owner_index=owner_index,
            state=state,
            before=before,
            limit=limit,
            today=self._clock.now().astimezone(VIETNAM).date(),
        )

    async def of_agency(
        self, agency: str, *, state: str, procedure: str, code: str, before: UUID, limit: int
    ) -> list[Any]:
        """Return the dossiers an agency takes part in, newest first."""
        filters = {"agency": agency, "state": state, "procedure": procedure, "before": before, "limit": limit}
        if code:
            return await self._unit.fetch(_OF_AGENCY_BY_CODE, code=code, **filters)
        return await self._unit.fetch(_OF_AGENCY, **filters)

    async def supervised(
        self, sight: Sight | None, *, state: str, procedure: str, code: str, before: UUID, limit: int
    ) -> list[Any]:
        """Return the dossiers within a supervisor's sight, newest first; without one everybody's."""
        filters = {"state": state, "procedure": procedure, "before": before, "limit": limit}
        if code:
            return await self._unit.fetch(SUPERVISED_BY_CODE, code=code, **seen_as(sight), **filters)
        return await self._unit.fetch(SUPERVISED, **seen_as(sight), **filters)

    async def is_provincial(self, agency: str) -> bool:
        """Tell whether an agency is the province's committee or its service centre."""
        row = await self._unit.fetch_value(_AGENCY, agency=agency)
        if row is None:
            return False
        self._copies.require("agencies", [row], "told")
        return row["level"] == "PROVINCE" and row["kind"] in {"PEOPLES_COMMITTEE", "SERVICE_CENTER"}

    async def history(self, dossier_id: UUID) -> tuple[Dossier, list[dict[str, Any]]]:
        """Return a dossier and its history, oldest first; raise `NotFound`."""
        row = await self._unit.fetch_one(_HISTORY, id=dossier_id)
        if row is None:
            raise NotFound
        entries = [{**item, "at": datetime.fromisoformat(item["at"])} for item in row["entries"] or ()]
        return dossier_of(sound_authority(row, self._rows), self._clock.now()), entries

    def note_deed(
        self, *, at: datetime, subject: str, kind: str, agency: str, what: str, object_id: UUID
    ) -> None:
        """Queue that somebody did something to what is no dossier, in the log that is chained."""
        given = {"at": at, "subject": subject, "kind": kind, "agency": agency, "what": what}
        nobody = {"dossier_id": None, "person": None, "shown": None}
        self._unit.write(_LOG, **given, **nobody, object_id=object_id)

    async def log_access(
        self,
        *,
        at: datetime,
        subject: str,
        kind: str,
        agency: str,
        what: str,
        dossier_id: UUID | None,
        object_id: UUID | None,
        person: bytes | None = None,
        shown: Sequence[UUID] = (),
    ) -> None:
        """Log a reading at once: a read has no commit of its own to wait for."""
        await self._unit.fetch(
            _LOG,
            at=at,
            subject=subject,
            kind=kind,
            agency=agency,
            what=what,
            dossier_id=dossier_id,
            object_id=object_id,
            person=person,
            shown=list(shown) or None,
        )
