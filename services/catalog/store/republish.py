"""Writes the full state of every entry to the outbox again, so that a reader can be rebuilt from nothing."""

from kernel.postgres.statement import Statement

# FOR SHARE: an entry that changes meanwhile is either seen changed or changes after us, so the last
# message of a key is always its newest state, and a compacted topic keeps the right one. The sequence
# stays the version: a reader that has it already does nothing.
_ENTRY = """
INSERT INTO outbox (event_id, topic, key, type, sequence, occurred_at, data, correlation_id, causation_id)
SELECT gen_random_uuid(), split_part('{type}', '.', 1), e.code, '{type}', e.version, e.changed_at,
    (e.data || jsonb_build_object('version', e.version))::json, 'republish', ''
FROM (SELECT * FROM {table} ORDER BY code FOR SHARE) AS e
"""
_PROCEDURES = """
INSERT INTO outbox (event_id, topic, key, type, sequence, occurred_at, data, correlation_id, causation_id)
SELECT gen_random_uuid(), 'procedure', p.code, 'procedure.published.v1', p.version, p.changed_at,
    (v.data || jsonb_build_object('version', v.version, 'valid_from', v.valid_from, 'valid_to', v.valid_to,
        'visibility', v.visibility))::json, 'republish', ''
FROM (SELECT * FROM procedures ORDER BY code FOR SHARE) AS p
JOIN procedure_versions v ON v.code = p.code AND v.version = p.version
"""
_TYPES = {
    "agencies": "agency.changed.v1",
    "calendars": "calendar.changed.v1",
    "staff": "staff.changed.v1",
    "processes": "process.approved.v1",
    "interlinked_groups": "interlinked_group.published.v1",
}

REPUBLISH = (
    *(
        Statement(_ENTRY.format(table=table, type=event_type), rows=None)
        for table, event_type in _TYPES.items()
    ),
    Statement(_PROCEDURES, rows=None),
)
