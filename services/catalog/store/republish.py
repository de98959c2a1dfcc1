"""Writes the full state of every entry to the outbox again, so that a reader can be rebuilt from nothing."""

from kernel.postgres.statement import Statement

# FOR SHARE: an entry that changes meanwhile is either seen changed or changes after us, so the last
# message of a key is always its newest state, and a compacted topic keeps the right one. The sequence
# stays the version: a reader that has it already does nothing.
_ENTRY = """
INSERT INTO outbox (event_id, topic, key, type, sequence, occurred_at, data, correlation_id, causation_id)
SELECT gen_random_uuid(), split_part('{type}', '.', 1), e.code, '{type}', e.version, e.changed_at,
    ((e.data - 'decided') || jsonb_build_object('version', e.version))::json, 'republish', ''
FROM (SELECT * FROM {table} ORDER BY code FOR SHARE) AS e
"""
# What readers' records stand on by its number (promises, forms handed in, steps under way) is said with every
# version, the oldest first: a reader that lost one has it again, and the newest of a key is still the last.
_EARLIER = """
INSERT INTO outbox (event_id, topic, key, type, sequence, occurred_at, data, correlation_id, causation_id)
SELECT gen_random_uuid(), split_part('{type}', '.', 1), e.code, '{type}', v.version, v.created_at,
    ((v.data - 'decided') || jsonb_build_object('version', v.version))::json, 'republish', ''
FROM (SELECT code, version FROM {table} ORDER BY code FOR SHARE) AS e
JOIN {versions} v ON v.code = e.code AND v.version < e.version
ORDER BY v.code, v.version
"""
# Every version in force or still to come, in the order of their numbers: a reader picks by day.
_PROCEDURES = """
INSERT INTO outbox (event_id, topic, key, type, sequence, occurred_at, data, correlation_id, causation_id)
SELECT gen_random_uuid(), 'procedure', p.code || ':' || v.version, 'procedure.published.v1',
    v.version, v.created_at,
    (v.data || jsonb_build_object('version', v.version, 'agency', v.agency, 'valid_from', v.valid_from,
        'valid_to', v.valid_to, 'visibility', v.visibility))::json, 'republish', ''
FROM (SELECT * FROM procedures ORDER BY code FOR SHARE) AS p
JOIN procedure_versions v ON v.code = p.code
WHERE v.visibility <> 'SUPERSEDED' AND (v.valid_to IS NULL OR v.valid_to >= :today::date)
ORDER BY v.code, v.version
"""
TYPES = {
    "agencies": "agency.changed.v1",
    "calendars": "calendar.changed.v1",
    "staff": "staff.changed.v1",
    "processes": "process.approved.v1",
    "interlinked_groups": "interlinked_group.published.v1",
    "forms": "form.published.v1",
    "one_stop_points": "one_stop_point.changed.v1",
}
EARLIER = {
    "calendars": "calendar_versions",
    "processes": "process_versions",
    "forms": "form_versions",
}
"""Where every version of an entry is kept, of those that others' records stand on."""

REPUBLISH = tuple(
    Statement(_EARLIER.format(table=table, versions=versions, type=TYPES[table]), rows=None)
    for table, versions in EARLIER.items()
) + tuple(
    Statement(_ENTRY.format(table=table, type=event_type), rows=None) for table, event_type in TYPES.items()
)
REPUBLISH_PROCEDURES = Statement(_PROCEDURES, rows=None)
