"""The statements over parents, children and their history."""

from collections.abc import Sequence

from kernel.postgres.statement import Statement
from services.dossier.domain.ends import UNSURE
from services.dossier.store.attachments import FILE_JSON
from services.dossier.store.continuations import ENDS
from services.dossier.store.dossier_loading import AUTHORITY
from services.dossier.store.shown import SEALED_ON

PLAIN = (
    "id",
    "version",
    "reference",
    "origin",
    "channel",
    "owner_name",
    "owner_subject",
    "submitter_subject",
    "owner_index",
    "parties_sealed",
    "contact_sealed",
    "form_sealed",
    "secret_hash",
    "submitted_at",
    "expected_at",
    "due_at",
    "original_due_at",
    "ended_at",
    "look_at",
    "is_withdrawn",
)
ALL = (*PLAIN, "state", "outcome", "lead_agency", "agencies", "group_data", "work", "seals")
ADD = Statement(
    f"INSERT INTO interlinked_parents ({', '.join(ALL)}) VALUES ({', '.join(f':{name}' for name in ALL)})"
)
CHANGING = (
    *(
        "version",
        "state",
        "outcome",
        "expected_at",
        "due_at",
        "original_due_at",
        "ended_at",
        "look_at",
        "is_withdrawn",
    ),
    *("owner_name", "contact_sealed", "parties_sealed", "form_sealed"),
    "agencies",
    "work",
)
WHOSE = ("owner_subject", "submitter_subject", "owner_index", "secret_hash")


def _saving(names: Sequence[str]) -> Statement:
    setting = ", ".join(f"{name} = :{name}" for name in names)
    return Statement(
        f"UPDATE interlinked_parents SET {setting}, {SEALED_ON} WHERE id = :id AND version = :version - 1"
    )


SAVE = _saving(CHANGING)
EMPTY = _saving((*CHANGING, *WHOSE))
# Locks the row, so that of two who looked at the same time one finds its version gone.
# What nobody needs any more is forgotten here too: that a child's end became final is told to nobody.
MARK = Statement(
    "UPDATE interlinked_parents SET look_at = :look_at, parties_sealed = :parties_sealed,"
    f" form_sealed = :form_sealed, {SEALED_ON} WHERE id = :id AND version = :version"
)
ADD_CHILD = Statement(
    "INSERT INTO interlinked_children (parent_id, procedure_code, position, dossier_id, status, source,"
    " outside_code, data, looked, told_version, told, seals) VALUES (:parent_id, :procedure_code, :position,"
    " :dossier_id, :status, :source, :outside_code, :data, :looked, :told_version, :told, :seals)"
)
SAVE_CHILD = Statement(
    "UPDATE interlinked_children SET status = :status, source = :source, outside_code = :outside_code,"
    f" data = :data, looked = :looked, {SEALED_ON}"
    " WHERE parent_id = :parent_id AND procedure_code = :procedure_code"
)
BEGIN_CHILD = Statement(
    "UPDATE interlinked_children SET status = :status, source = :source, outside_code = :outside_code,"
    f" data = :data, looked = :looked, told_version = :told_version, told = :told, {SEALED_ON}"
    " WHERE parent_id = :parent_id AND procedure_code = :procedure_code"
)
TOLD = Statement(
    f"UPDATE interlinked_children SET told_version = :told_version, told = :told, {SEALED_ON}"
    " WHERE parent_id = :parent_id AND procedure_code = :procedure_code AND told_version < :told_version"
)
HISTORY = Statement(
    "INSERT INTO interlinked_history (parent_id, version, event_id, type, at, actor, data, seals)"
    " VALUES (:parent_id, :version, :event_id, :type, :at, :actor, :data, :seals)"
)
FROM = f"""
    SELECT {", ".join(f"p.{name}" for name in ALL)}, {AUTHORITY.replace("d.work", "p.work")},
        (SELECT json_agg(c ORDER BY c.position) FROM interlinked_children c
         WHERE c.parent_id = p.id) AS children
    FROM interlinked_parents p
"""
# What a member told (c) is written in the commit that changes its dossier (d), and so says what that says. A
# destroyed one says nothing any more; which end without a result it was, the dossier alone does not tell.
_MOMENTS = " OR ".join(
    f"({one})::timestamptz IS DISTINCT FROM d.{name}"
    for name in ("accepted_at", "due_at", "original_due_at", "ended_at")
    for one in [f"c.told ->> '{name}'"]
)
_IS_A_MOMENT = " AND ".join(
    f"coalesce(pg_input_is_valid(c.told ->> '{name}', 'timestamptz'), true)"
    for name in ("accepted_at", "due_at", "original_due_at", "ended_at")
)
_GRANTED = """
    CASE WHEN d.work #>> '{elsewhere,end,outcome}' IS NOT NULL
        THEN d.work #>> '{elsewhere,end,outcome}' = 'RESULT'
        ELSE d.state <> 'CANCELLED' AND d.work ->> 'result' IS NOT NULL
            AND d.work #>> '{result,outcome}' IS DISTINCT FROM 'REFUSED' END
"""
UNPROVEN = f"""
    c.data ->> 'route' = 'PROVINCE' AND CASE
        WHEN d.id IS NULL THEN c.told_version > 0
        WHEN d.destroyed_by IS NOT NULL THEN false
        WHEN NOT ({_IS_A_MOMENT}) THEN true
        ELSE c.told_version <> d.version OR c.told ->> 'version' IS DISTINCT FROM d.version::text
            OR c.told ->> 'state' IS DISTINCT FROM d.state OR {_MOMENTS}
            OR (c.told ->> 'reappointed_due_at') IS DISTINCT FROM (d.work ->> 'reappointed_due_at')
            OR (c.told ->> 'outcome' = 'GRANTED' AND NOT ({_GRANTED}))
            OR (coalesce(c.told ->> 'outcome', '') = '') <> (d.ended_at IS NULL) END
"""
ALL_UNPROVEN = Statement(
    "SELECT c.parent_id, c.procedure_code FROM interlinked_children c"
    f" LEFT JOIN dossiers d ON d.id = c.dossier_id WHERE {UNPROVEN} ORDER BY 1, 2"
)
HOLD = Statement("SELECT FROM interlinked_parents WHERE id = :id FOR UPDATE")
LOAD = Statement(
    FROM.replace(
        "AS children",
        "AS children, ARRAY(SELECT c.procedure_code FROM interlinked_children c"
        f" LEFT JOIN dossiers d ON d.id = c.dossier_id WHERE c.parent_id = p.id AND {UNPROVEN}) AS unproven",
    )
    + " WHERE p.id = :id"
)
OF_PARTY = Statement(
    f"{FROM} WHERE p.id IN (SELECT q.id FROM interlinked_parents q"
    " WHERE (q.owner_subject = ANY(:subjects::text[]) OR q.owner_index = :index::bytea"
    " OR (q.submitter_subject = ANY(:subjects::text[])"
    " AND coalesce((q.work #>> '{brought,authorized_until}')::date >= :today::date, true)"
    " AND NOT EXISTS (SELECT FROM authorizations o"
    " WHERE o.id = (q.work #>> '{brought,authorization_id}')::uuid"
    " AND (o.revoked_at IS NOT NULL OR o.valid_until < :today::date))))"
    " AND q.id < :before ORDER BY q.id DESC LIMIT :limit::int) ORDER BY p.id DESC"
)
OF_AGENCY = Statement(
    f"{FROM} WHERE p.agencies @> ARRAY[:agency::text] AND p.id < :before ORDER BY p.id DESC LIMIT :limit::int"
)
TO_ADVANCE = Statement(
    "SELECT parent_id FROM interlinked_children WHERE told_version > looked"
    " AND parent_id <> ALL(:past::uuid[])"
    " UNION SELECT id FROM interlinked_parents WHERE look_at <= :now AND id <> ALL(:past)"
    " ORDER BY 1 LIMIT :limit::int"
)
GROUP = Statement("SELECT * FROM interlinked_groups WHERE code = :code")
TAKEN = Statement(
    "SELECT EXISTS (SELECT FROM interlinked_children WHERE source = :source AND outside_code = :outside_code"
    " AND outside_code <> '' AND (parent_id, procedure_code) <> (:parent_id::uuid, :procedure::text))"
)
# A result a correction took the place of is carried as the right one, through every correction since.
RESULTS = Statement(
    f"""
    WITH RECURSIVE corrected AS (
        SELECT s.dossier_id AS of_dossier, s.id, s.state, s.replaced_by, s.attachment_ids
        FROM result_register s WHERE s.dossier_id = ANY(:ids::uuid[]) AND s.state = 'SUPERSEDED'
        UNION ALL
        SELECT c.of_dossier, n.id, n.state, n.replaced_by, n.attachment_ids
        FROM corrected c JOIN result_register n ON n.id = c.replaced_by
    ), r AS (
        SELECT v.dossier_id AS of_dossier, v.id, v.attachment_ids
        FROM result_register v WHERE v.dossier_id = ANY(:ids) AND v.state = 'VALID'
        UNION ALL
        SELECT of_dossier, id, attachment_ids FROM corrected WHERE state = 'VALID'
    )
    SELECT r.id, r.of_dossier,
        (SELECT json_agg({FILE_JSON}) FROM attachments f WHERE f.id = ANY(r.attachment_ids)) AS files
    FROM r
    """
)
HOLD_OF = Statement(
    "SELECT p.id FROM interlinked_parents p JOIN interlinked_children c ON c.parent_id = p.id"
    " WHERE c.dossier_id = :dossier_id FOR UPDATE OF p"
)
IS_KEPT = Statement(
    "SELECT EXISTS (SELECT FROM interlinked_children s JOIN dossiers d ON d.id = s.dossier_id"
    " WHERE s.parent_id = :id AND s.dossier_id <> :dossier_id AND d.destroyed_by IS NULL)"
)
ENTRIES = Statement("SELECT version, data FROM interlinked_history WHERE parent_id = :id")
REDUCE = Statement(
    "UPDATE interlinked_history h SET data = given.data, actor = '',"
    " seals = CASE WHEN h.seals = '{}' THEN h.seals ELSE h.seals || given.seals END"
    " FROM jsonb_to_recordset(:rows::jsonb) AS given(version bigint, data json, seals jsonb)"
    " WHERE h.parent_id = :parent_id AND h.version = given.version",
    rows=None,
)
# Also those that ended before: the heir answers for them. One that was destroyed tells nobody anything any
# more. An agency that nobody continues any more is not looked for: `continued_at`, as of dossiers.
TO_CONTINUE = Statement(
    """
    SELECT p.id, array_agg(a.code) AS ended FROM unnest(:codes::text[]) AS a(code) CROSS JOIN LATERAL (
        SELECT id FROM interlinked_parents
        WHERE agencies @> ARRAY[a.code] AND secret_hash <> '' AND NOT id = ANY(:past::uuid[])
        ORDER BY id LIMIT :limit::int) p
    GROUP BY p.id ORDER BY p.id LIMIT :limit::int
    """
)
# By whose place it was from the beginning: whoever is in it now may have come there through any number of
# mergers. It reads all of them, while an end told anew is not settled.
TO_REALIGN = Statement(
    f"""
    SELECT p.id FROM interlinked_parents p
    WHERE p.secret_hash <> '' AND NOT p.id = ANY(:past::uuid[]) AND (
        EXISTS (SELECT FROM {ENDS} WHERE a.code = p.lead_agency ->> 'code'
            AND coalesce(a.by_procedure ->> (p.group_data ->> 'lead_procedure'), a.heir)
                NOT IN ('{UNSURE}', coalesce(p.work #>> '{{heir,code}}', a.code)))
        OR EXISTS (SELECT FROM interlinked_children c JOIN {ENDS} ON a.code = c.data #>> '{{agency,code}}'
            WHERE c.parent_id = p.id AND coalesce(a.by_procedure ->> c.procedure_code, a.heir)
                NOT IN ('{UNSURE}', coalesce(c.data #>> '{{heir,code}}', a.code))))
    ORDER BY p.id LIMIT :limit::int
    """
)
OF_PARENT = Statement(
    "SELECT type, version, at, data FROM interlinked_history WHERE parent_id = :id ORDER BY version"
)
