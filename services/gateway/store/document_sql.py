"""The statements of exchanged documents; `documents.py` gives them their values."""

from dataclasses import fields

from kernel.postgres.statement import Statement
from services.gateway.domain.documents.ledger import Document
from services.gateway.store.directory import KEPT

NAMES = tuple(one.name for one in fields(Document))
COLUMNS = ", ".join(NAMES)
CASTS = {
    **dict.fromkeys(("id", "about", "dossier_id", "arrival", "request_id", "superseded_by"), "uuid"),
    **dict.fromkeys(("purpose", "attempts"), "int"),
    **dict.fromkeys(("version", "dossier_version"), "bigint"),
    **dict.fromkeys(("is_asked_back", "is_revoked"), "boolean"),
    "promulgated_on": "date",
    "created_at": "timestamptz",
}
VALUES = ", ".join(f":{name}::{CASTS.get(name, 'text')}" for name in NAMES)
ADD = (
    f"INSERT INTO exchanged_documents ({COLUMNS}, changed_at, next_attempt_at)"
    f" VALUES ({VALUES}, :created_at::timestamptz,"
    " CASE WHEN :state::text = 'PLANNED' THEN :created_at::timestamptz END)"
)
ADD_NEW = Statement(f"{ADD} ON CONFLICT DO NOTHING")
PLAN_RESULT = Statement(
    f"""
INSERT INTO exchanged_documents ({COLUMNS}, changed_at, next_attempt_at)
SELECT {VALUES}, :created_at::timestamptz, :created_at::timestamptz
WHERE EXISTS (SELECT 1 FROM document_routes WHERE procedure_code = :procedure_code::text
              AND jsonb_array_length(receivers) > 0)
ON CONFLICT DO NOTHING
""",
    rows=None,
)
CANCEL_PLANNED = Statement(
    "UPDATE exchanged_documents SET state = 'CANCELLED', version = version + 1, changed_at = :now"
    " WHERE dossier_id = :dossier_id AND direction = 'OUT' AND state = 'PLANNED' AND purpose <> 1"
    " AND dossier_version < :version",
    rows=None,
)
PLAN_RECALL = Statement(
    """
INSERT INTO exchanged_documents (id, direction, agency, agency_name, organ, organ_name, document_id,
    document_key, purpose, distinction, about, number, promulgated_on, type_name, dossier_id,
    dossier_code, dossier_version, state, procedure_code, words, created_by, created_at, changed_at,
    next_attempt_at)
SELECT :id::uuid, 'OUT', d.agency, d.agency_name, '', '', d.document_id, d.document_key, 1,
    :version::bigint::text, d.id, d.number, d.promulgated_on, d.type_name, d.dossier_id, d.dossier_code,
    :version::bigint, 'PLANNED', d.procedure_code, :words::text,
    :created_by::text, :now::timestamptz, :now::timestamptz, :now::timestamptz
FROM exchanged_documents d
WHERE d.dossier_id = :dossier_id AND d.direction = 'OUT' AND d.state = 'READY' AND d.purpose <> 1
  AND d.dossier_version > 0 AND NOT d.is_revoked
ORDER BY d.dossier_version DESC LIMIT 1
""",
    rows=None,
)
PLAN_QUESTION = Statement(f"{ADD} ON CONFLICT DO NOTHING", rows=None)
CANCEL_QUESTIONS = Statement(
    "UPDATE exchanged_documents SET state = 'CANCELLED', version = version + 1, changed_at = :now"
    " WHERE dossier_id = :dossier_id AND direction = 'OUT' AND state IN ('PLANNED', 'FAULTY')"
    " AND purpose <> 1 AND request_id IS NOT NULL AND request_id IS DISTINCT FROM :current::uuid"
    " AND created_by = :asker",
    rows=None,
)
# A question somebody answered ended the step itself: there is nothing to take back.
PLAN_WITHDRAWALS = Statement(
    """
INSERT INTO exchanged_documents (id, direction, agency, agency_name, organ, organ_name, document_id,
    document_key, purpose, distinction, about, number, promulgated_on, type_name, dossier_id,
    dossier_code, state, procedure_code, words, created_by, created_at, changed_at, next_attempt_at)
SELECT :id::uuid, 'OUT', d.agency, d.agency_name, '', '', d.document_id, d.document_key, 1,
    d.id::text, d.id, d.number, d.promulgated_on, d.type_name, d.dossier_id, d.dossier_code,
    'PLANNED', d.procedure_code, :words::text,
    :asker::text, :now::timestamptz, :now::timestamptz, :now::timestamptz
FROM exchanged_documents d
WHERE d.dossier_id = :dossier_id AND d.direction = 'OUT' AND d.state = 'READY' AND d.purpose <> 1
  AND d.request_id IS NOT NULL AND d.request_id IS DISTINCT FROM :current::uuid
  AND d.created_by = :asker::text AND NOT d.is_revoked
  AND NOT EXISTS (SELECT FROM document_replies r
      WHERE r.request_id = d.request_id AND r.state IN ('WAITING', 'TOLD'))
ORDER BY d.id DESC LIMIT 1
ON CONFLICT DO NOTHING
""",
    rows=None,
)
FIND = f"SELECT {COLUMNS} FROM exchanged_documents"
FIND_ONE = Statement(f"{FIND} WHERE id = :id")
FIND_BY_KEY = Statement(
    f"{FIND} WHERE document_key = :key AND direction = :direction AND (:all::boolean OR purpose <> 1)"
    " AND (:organ::text = '' OR organ = :organ::text)"
    " AND (:agency::text = '' OR agency = :agency::text) ORDER BY id"
)
PLANNED = Statement(
    f"{FIND} WHERE state = 'PLANNED' AND next_attempt_at <= :now ORDER BY created_at, id LIMIT :limit"
)
EARLIER_RESULT = Statement(
    f"{FIND} WHERE dossier_id = :dossier_id AND direction = 'OUT' AND state = 'READY' AND purpose <> 1"
    " AND dossier_version > 0 AND dossier_version < :version ORDER BY dossier_version DESC LIMIT 1"
)
READY = Statement(
    "UPDATE exchanged_documents SET state = :state, purpose = :purpose, about = :about, failure = :failure,"
    " words = :words, next_attempt_at = NULL, changed_at = :now, version = version + 1"
    " WHERE id = :id AND state = 'PLANNED'"
)
LATER = Statement(
    "UPDATE exchanged_documents SET attempts = attempts + 1, next_attempt_at = :retry_at, failure = :failure"
    " WHERE id = :id AND state = 'PLANNED'"
)
CHANGE = Statement(
    "UPDATE exchanged_documents SET status = :status, dossier_id = :dossier_id, dossier_code = :dossier_code,"
    " is_asked_back = :is_asked_back, is_revoked = :is_revoked, version = version + 1, changed_at = :now"
    " WHERE id = :id AND version = :seen"
)
PREPARE_AGAIN = Statement(
    "UPDATE exchanged_documents SET state = 'PLANNED', next_attempt_at = :now, version = version + 1"
    " WHERE id = :id AND version = :seen AND state = 'FAULTY'"
)
MARK = Statement(
    "UPDATE exchanged_documents SET is_revoked = is_revoked OR :is_revoked, changed_at = :now,"
    " is_asked_back = is_asked_back OR :is_asked_back, version = version + 1 WHERE id = :id",
    rows=None,
)
SUPERSEDE = Statement(
    "UPDATE exchanged_documents SET"
    " superseded_by = CASE WHEN :is_revoked THEN superseded_by ELSE :by::uuid END,"
    " is_revoked = is_revoked OR :is_revoked, changed_at = :now, version = version + 1 WHERE id = :id",
    rows=None,
)
USERS = Statement("SELECT DISTINCT subject FROM document_acts WHERE document = :document ORDER BY subject")
ADD_FILE = Statement(
    "INSERT INTO document_files (id, document, position, name, media_type, size, sha256)"
    " VALUES (:id, :document, :position, :name, :media_type, :size, :sha256)"
)
FILES = Statement(
    "SELECT id, document, position, name, media_type, size, sha256 FROM document_files"
    " WHERE document = :document ORDER BY position"
)
ADD_MESSAGE = Statement(
    "INSERT INTO document_messages (id, document, receiver, receiver_name, kind, code, body, sha256, state,"
    " next_attempt_at, created_at) VALUES (:id, :document, :receiver, :receiver_name, :kind, :code, :body,"
    " :sha256, 'WAITING', :now, :now) ON CONFLICT (document, receiver, kind, code) DO UPDATE"
    " SET state = 'WAITING', next_attempt_at = :now WHERE document_messages.kind = 'STATUS'",
    rows=None,
)
ADD_STATUS = Statement(
    "INSERT INTO document_statuses (id, document, receiver, code, at, words, heard_at)"
    " VALUES (:id, :document, :receiver, :code, :at, :words, :now)"
    " ON CONFLICT (document, receiver, code, at) DO NOTHING",
    rows=None,
)
SAID = Statement("SELECT at, code FROM document_statuses WHERE document = :document AND receiver = :receiver")
STATUSES = Statement(
    "SELECT id, receiver, code, at, words, heard_at FROM document_statuses WHERE document = :document"
    " ORDER BY at, id LIMIT 500"
)
STAND = Statement(
    "UPDATE document_messages SET standing = :standing, answer = :answer, state = 'TAKEN',"
    " settled_at = coalesce(settled_at, :now)"
    " WHERE document = :document AND receiver = :receiver AND kind = 'DOCUMENT'",
    rows=None,
)
RECEIVERS = Statement(
    "SELECT id, receiver, receiver_name, kind, code, state, attempts, next_attempt_at, reference, answer,"
    " standing, handed_at, settled_at FROM document_messages WHERE document = :document ORDER BY seq"
)
LOG = Statement(
    "INSERT INTO document_acts (id, document, at, subject, action, reason)"
    " VALUES (:id, :document, :at, :subject, :action, :reason)"
)
ITS = "SELECT id FROM exchanged_documents WHERE dossier_id = :dossier_id::uuid"
FORGET = tuple(
    Statement(sql, rows=None)
    for sql in (
        "DELETE FROM document_parts WHERE owner IN"
        f" (SELECT id FROM document_files WHERE document IN ({ITS})"
        f" UNION ALL SELECT id FROM document_messages WHERE document IN ({ITS})"
        " UNION ALL SELECT arrival FROM exchanged_documents WHERE dossier_id = :dossier_id::uuid)",
        f"DELETE FROM document_files WHERE document IN ({ITS})",
        f"UPDATE document_messages SET body = '', answer = '' WHERE document IN ({ITS})",
        f"UPDATE document_statuses SET words = '' WHERE document IN ({ITS})",
        f"UPDATE document_acts SET reason = '' WHERE document IN ({ITS})",
        f"UPDATE document_replies SET words = '' WHERE document IN ({ITS})",
        "UPDATE document_arrivals SET body = '', reason = '' WHERE id IN"
        " (SELECT arrival FROM exchanged_documents WHERE dossier_id = :dossier_id::uuid)",
        "UPDATE exchanged_documents SET words = '', failure = '', version = version + 1,"
        " state = CASE WHEN state IN ('PLANNED', 'FAULTY') THEN 'CANCELLED' ELSE state END"
        " WHERE dossier_id = :dossier_id::uuid",
    )
)
# What waits longer than its next try may (`first`, doubled at each, to `longest`; what is parked ten minutes)
# was written by a clock that has been set back since: rows never tried too.
_TOO_FAR = (
    "next_attempt_at > :now::timestamptz + make_interval(secs => 60 + least(:longest::float8,"
    " :first::float8 * power(2, least(attempts, 30))))"
)
AFTER_SET_BACK = (
    Statement(
        f"UPDATE exchanged_documents SET next_attempt_at = :now WHERE state = 'PLANNED' AND {_TOO_FAR}",
        rows=None,
    ),
    Statement(
        f"UPDATE document_messages SET next_attempt_at = :now WHERE state = 'WAITING' AND {_TOO_FAR}",
        rows=None,
    ),
    Statement(
        f"UPDATE document_replies SET next_attempt_at = :now WHERE state = 'WAITING' AND {_TOO_FAR}",
        rows=None,
    ),
)
ARRIVALS_AFTER_SET_BACK = Statement(
    "UPDATE document_arrivals SET next_attempt_at = :now WHERE state IN ('RECEIVED', 'PARKED')"
    " AND next_attempt_at > :now::timestamptz + interval '11 minutes'",
    rows=None,
)
_LONG_DONE = (
    "SELECT id FROM document_arrivals WHERE state IN ('DONE', 'SETTLED') AND body IS DISTINCT FROM ''"
    " AND settled_at < :before ORDER BY settled_at, id LIMIT 500"
)
FORGET_DONE = (
    Statement(f"DELETE FROM document_parts WHERE owner IN ({_LONG_DONE})", rows=None),
    Statement(
        f"UPDATE document_arrivals SET body = '', reason = '' WHERE id IN ({_LONG_DONE})",
        rows=None,
    ),
)
IS_KEPT = Statement(f"SELECT :of::text IN {KEPT}")
# The last of the walk is who goes on today; of agencies told to go on for each other none is.
GOES_ON = Statement(
    """
    WITH RECURSIVE way (code, steps) AS (SELECT :agency::text, 0
        UNION ALL SELECT a.heirs[1], w.steps + 1 FROM way w JOIN agencies a USING (code)
        WHERE a.valid_to < :today AND a.heirs <> '{}' AND w.steps < 20)
    SELECT code FROM way ORDER BY steps DESC LIMIT 1
    """
)
OURS = Statement("SELECT code, name FROM agencies WHERE code = ANY(:codes)")
