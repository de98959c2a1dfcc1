"""Who performs what an agency that ended is named for, on which days: search and the list of performers ask."""

from alembic import op

revision = "0010"
down_revision = "0009"

STATEMENTS: tuple[str, ...] = (
    # A decision says which procedures each successor takes over (`predecessors`, with all that came before);
    # an imported succession says nothing of procedures: all are carried on.
    """
    CREATE FUNCTION agency_carriers()
    RETURNS TABLE (named text, agency text, days daterange, procedures jsonb, excepted jsonb)
    LANGUAGE sql STABLE AS $$
        WITH RECURSIVE line AS (
            SELECT a.code AS named, s.code AS at, a.valid_to + 1 AS first
            FROM agencies a CROSS JOIN LATERAL jsonb_array_elements_text(a.data->'successors') AS s(code)
            WHERE a.valid_to IS NOT NULL
            UNION
            SELECT l.named, s.code, m.valid_to + 1
            FROM line l JOIN agencies m ON m.code = l.at AND m.valid_to IS NOT NULL
            CROSS JOIN LATERAL jsonb_array_elements_text(m.data->'successors') AS s(code)
        )
        SELECT l.named, l.at, daterange(greatest(l.first, a.valid_from), a.valid_to, '[]'),
            nullif(took.item->'procedures', 'null'), coalesce(took.item->'except', '[]')
        FROM line l JOIN agencies a ON a.code = l.at
        LEFT JOIN LATERAL (
            SELECT item FROM jsonb_array_elements(coalesce(a.data->'predecessors', '[]')) AS item
            WHERE item->>'agency' = l.named
        ) AS took ON true
        WHERE a.valid_to IS NULL OR a.valid_to >= greatest(l.first, a.valid_from)
    $$
    """,
)


def upgrade() -> None:
    """Build."""
    for statement in STATEMENTS:
        op.execute(statement)
