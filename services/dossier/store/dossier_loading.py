"""How a dossier is loaded with what it stands on: in one statement, under the versions it is bound to."""

from kernel.postgres.statement import Statement
from services.dossier.store.copies import CHOICE, STAMP
from services.dossier.store.definitions import AGENCY_ROW, choices, decided, in_force
from services.dossier.store.row_heads import HEAD

COLUMNS = (
    "id, version, reference, dossier_code, portal_code, origin, channel, procedure_code, procedure_name,"
    " sector, procedure_version, process_code, process_version, helping_agency, receiving_agency,"
    " competent_agency, agencies, state, prior_state, submitted_at, accepted_at, due_at, original_due_at,"
    " ended_at, step, owner_name, owner_subject, submitter_subject, owner_index, parties_sealed,"
    " contact_sealed, form_sealed, secret_hash, result_delivery, work, task_role, task_agency, task_unit,"
    " task_due_at, task_holder, asked_desks, asked_due_at, outside_key, consulted_agencies, continued_from,"
    " history_hash, head_seal, watch_at, given_files, components_hash"
)
AUTHORITY = (
    "(SELECT json_build_object('id', o.id, 'version', o.version, 'valid_from', o.valid_from,"
    " 'valid_until', o.valid_until, 'revoked_at', o.revoked_at, 'revoked_by', o.revoked_by,"
    " 'revoke_reason', o.revoke_reason, 'seals', o.seals)"
    " FROM authorizations o WHERE o.id = (d.work #>> '{brought,authorization_id}')::uuid) AS authority"
)
"""What a recorded authorisation says now, beside a dossier `d` that was handed in under it."""
# Paper received while the network was down is bound by what was decided by then.
_DECIDED = decided("k.code", "d.accepted_at IS NULL AND d.work #>> '{{brought,received_at}}' IS NOT NULL")
# The text below is formatted once more.
_AUTHORITY = AUTHORITY.replace("{", "{{").replace("}", "}}")
PROCESS = f"""
    LATERAL (
        SELECT code, version, {STAMP} AS stamp FROM processes
        WHERE code = ANY(CASE WHEN d.process_code IS NULL
                THEN ARRAY[p.process || '@' || d.competent_agency, p.process]
                ELSE ARRAY[d.process_code] END)
          AND (d.process_version IS NULL OR version = d.process_version)
        -- An agency's own variant of a process comes before the common one (catalog: workflows).
        ORDER BY length(code) DESC, version DESC LIMIT 1)
"""
_LOADING = f"""
    SELECT {{more}} d.*, {_AUTHORITY}, {HEAD}, p.version AS pinned_version, p.stamp AS procedure_stamp,
        q.code AS q_code, q.version AS q_version,
        q.stamp AS q_stamp, k.code AS calendar, k.stamp AS calendar_stamp,
        k.newest AS newest_stamp, k.years, {{choices}} AS choices,
        CASE WHEN a.code IS NOT NULL AND (d.accepted_at IS NULL OR k.is_of_agency)
            THEN {AGENCY_ROW.format("a")} END AS calendar_agency,
        {_DECIDED} AS decided,
        CASE WHEN :with_components::boolean THEN
            (SELECT json_agg(c ORDER BY position) FROM components c WHERE c.dossier_id = d.id)
        END AS components,
        (SELECT json_agg(e ORDER BY e.sequence) FROM payment_entries e WHERE e.dossier_id = d.id) AS money
    FROM (SELECT {COLUMNS}, destroyed_by FROM dossiers WHERE {{key}}) d
    LEFT JOIN {{procedure}} p ON true
    LEFT JOIN {PROCESS} q ON true
    LEFT JOIN agencies a ON a.code = d.competent_agency
    LEFT JOIN LATERAL (
        SELECT y.code, bool_or(y.is_of_agency) AS is_of_agency,
            string_agg(y.year || ':' || y.sequence, ',' ORDER BY y.year) AS newest,
            string_agg(y.year || ':' || coalesce(y.bound, y.sequence), ',' ORDER BY y.year) AS stamp,
            json_agg(json_build_object('code', y.code, 'year', y.year, 'sequence', y.sequence,
                'seals', {CHOICE.format("y")}) ORDER BY y.year) AS years
        FROM (
            SELECT c.code, c.year, c.sequence, c.seals, pin.is_of_agency, (
                SELECT v.sequence FROM calendar_versions v
                WHERE v.code = c.code AND v.year = c.year AND v.sequence >= CASE
                    WHEN d.accepted_at IS NULL AND pin.received_at IS NULL THEN NULL
                    WHEN d.accepted_at IS NULL THEN (
                        SELECT coalesce(max(n.sequence) FILTER (
                            WHERE coalesce(n.decided_at <= pin.received_at, true)), 0)
                        FROM calendar_versions n WHERE n.code = c.code AND n.year = c.year)
                    WHEN pin.stamp = '' THEN 0
                    ELSE substring(',' || pin.stamp FROM ',' || c.year || '[:]([0-9]+)')::bigint END
                ORDER BY v.sequence LIMIT 1) AS bound
            FROM (SELECT coalesce(d.work #>> '{{{{pins,calendar_stamp}}}}', '') AS stamp,
                    coalesce(nullif(d.work #>> '{{{{pins,calendar}}}}', ''), a.calendar) AS code,
                    nullif(d.work #>> '{{{{pins,calendar}}}}', '') IS NULL AS is_of_agency,
                    (d.work #>> '{{{{brought,received_at}}}}')::timestamptz AS received_at
                  OFFSET 0) pin
            JOIN calendars c ON c.code = pin.code) y
        GROUP BY y.code) k ON true
"""
# The calendar a dossier is bound to: of each year the version named at its acceptance. Of a year decided
# since, the one in force (it is bound when it is first counted with); of a dossier from before stamps were
# kept, and of a version that was overwritten before versions were, the oldest known that is not older; where
# seals are marked `grounds_of` refuses that one: there it is a version taken out.
# Paper received while the network was down and not accepted yet: the version decided by then, the oldest
# kept where it came in before any was.
PINNED = (
    f"LATERAL (SELECT version, {STAMP} AS stamp, process FROM procedures"
    " WHERE code = d.procedure_code AND version = d.procedure_version)"
)
# Until acceptance a dossier follows the version in force; where that one takes nothing new here any more
# (abolished, or worked by a central system), what was handed in before goes on under its own.
_IN_FORCE = f"""
    LATERAL (
        SELECT f.version, f.stamp, f.process FROM (
            SELECT n.version, n.stamp, n.process, 0 AS turn
            FROM ({
    in_force("d.procedure_code", ":today::date", "ARRAY[d.receiving_agency, d.competent_agency]")
}) n
            JOIN procedures v ON v.code = d.procedure_code AND v.version = n.version
            WHERE d.accepted_at IS NULL AND coalesce(v.takes_new,
                (v.data ->> 'open')::boolean AND v.data ->> 'route' = 'PROVINCE')
            UNION ALL
            SELECT version, {STAMP} AS stamp, process, 1 AS turn FROM procedures
            WHERE code = d.procedure_code AND version = d.procedure_version) f
        ORDER BY f.turn LIMIT 1)
"""
# Who was accepted stands on a version by its number: nothing is chosen any more, but by it perhaps a process.
_NONE = f"CASE WHEN d.process_code IS NULL THEN {choices('d.procedure_code', 'd.procedure_version')} END"
_CHOICES = f"CASE WHEN d.accepted_at IS NULL OR d.process_code IS NULL THEN {choices('d.procedure_code')} END"
LOAD = Statement(_LOADING.format(key="id = :id", procedure=PINNED, choices=_NONE, more=""))
LOAD_FOR_ACCEPTANCE = Statement(
    _LOADING.format(key="id = :id", procedure=_IN_FORCE, choices=_CHOICES, more="")
)
LOAD_PORTAL = Statement(
    _LOADING.format(key="portal_code = :portal_code", procedure=PINNED, choices=_NONE, more="")
)


def loading(more: str) -> Statement:
    """Return the statement that loads a dossier for a decision, with columns more of `d` before the rest."""
    return Statement(_LOADING.format(key="id = :id", procedure=_IN_FORCE, choices=_CHOICES, more=more))
