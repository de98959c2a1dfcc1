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
# As a version was told first: that another left it no day is not what the public may do with it.
_TOLD_VISIBILITY = """CASE WHEN v.visibility <> 'SUPERSEDED' THEN v.visibility
        WHEN EXISTS (
            SELECT FROM procedure_parts t WHERE t.code = v.code AND t.is_abolished AND (
                (t.part = 'NATIONAL' AND t.number = v.national_number)
                OR (t.part = 'LOCAL' AND t.agency = v.agency AND t.number = v.local_number))) THEN 'ABOLISHED'
        ELSE 'PUBLIC' END"""
PROCEDURE_TOLD = f"""v.data || jsonb_build_object('version', v.version, 'agency', v.agency,
        'valid_from', v.valid_from, 'valid_to', v.valid_to, 'visibility', {_TOLD_VISIBILITY})"""
"""What is said of a version of a procedure, of a row named v."""
# Every version there was, in the order of their numbers: dossiers stand on the one they were accepted under.
# A reader picks by day, of a line the highest that has begun: never one that another left without a day.
_PROCEDURES = f"""
INSERT INTO outbox (event_id, topic, key, type, sequence, occurred_at, data, correlation_id, causation_id)
SELECT gen_random_uuid(), 'procedure', p.code || ':' || v.version, 'procedure.published.v1',
    v.version, v.created_at, ({PROCEDURE_TOLD})::json, 'republish', ''
FROM (SELECT * FROM procedures ORDER BY code FOR SHARE) AS p
JOIN procedure_versions v ON v.code = p.code
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

REPUBLISH = (
    *(
        Statement(_EARLIER.format(table=table, versions=versions, type=TYPES[table]), rows=None)
        for table, versions in EARLIER.items()
    ),
    *(
        Statement(_ENTRY.format(table=table, type=event_type), rows=None)
        for table, event_type in TYPES.items()
    ),
    Statement(_PROCEDURES, rows=None),
)
"""Everything that was ever said and is still stood on; the rows pass through the database alone."""
