"""What the catalogue published, every version as it would be said again, for readers to compare with."""

from kernel.postgres.statement import Statement
from services.catalog.store.republish import EARLIER, TYPES

_ENTRY = """
    SELECT '{type}' AS type, code AS key, version AS sequence,
        (data - 'decided') || jsonb_build_object('version', version) AS data
    FROM {table} ORDER BY code, version
"""
_VERSIONS = """
    SELECT 'procedure.published.v1' AS type, code || ':' || version AS key, version AS sequence,
        data || jsonb_build_object('version', version, 'agency', agency, 'valid_from', valid_from,
            'valid_to', valid_to, 'visibility', visibility) AS data
    FROM procedure_versions ORDER BY code, version
"""
PUBLISHED = (
    *(
        Statement(_ENTRY.format(table=EARLIER.get(table, table), type=event_type))
        for table, event_type in TYPES.items()
    ),
    Statement(_VERSIONS),
)
