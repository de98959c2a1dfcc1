"""What the catalogue published, every version as it would be said again, for readers to compare with."""

from kernel.postgres.statement import Statement
from services.catalog.store.republish import EARLIER, PROCEDURE_TOLD, TYPES

_ENTRY = """
    SELECT '{type}' AS type, code AS key, version AS sequence,
        (data - 'decided') || jsonb_build_object('version', version) AS data
    FROM {table} ORDER BY code, version
"""
_VERSIONS = f"""
    SELECT 'procedure.published.v1' AS type, v.code || ':' || v.version AS key, v.version AS sequence,
        {PROCEDURE_TOLD} AS data
    FROM procedure_versions v ORDER BY v.code, v.version
"""
PUBLISHED = (
    *(
        Statement(_ENTRY.format(table=EARLIER.get(table, table), type=event_type))
        for table, event_type in TYPES.items()
    ),
    Statement(_VERSIONS),
)
