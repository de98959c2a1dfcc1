"""Mirrors are counted, each status keeps what came with it, in order; `rebuild-figures` takes in earlier ones."""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

STATEMENTS = (
    *(
        f"ALTER TABLE {table} ADD COLUMN is_mirror boolean NOT NULL DEFAULT false"
        for table in ("figure_rows", "closed_figure_rows")
    ),
    *(
        f"ALTER TABLE mirrors ADD COLUMN {name} timestamptz"
        for name in ("counted_at", "linked_at", "follows_since")
    ),
    "ALTER TABLE mirror_statuses ADD COLUMN version bigint, ADD COLUMN accepted_at timestamptz,"
    " ADD COLUMN due_at timestamptz",
    """
    UPDATE mirror_statuses s SET version = n.version,
        accepted_at = CASE WHEN n.is_last THEN n.accepted_at END,
        due_at = CASE WHEN n.is_last THEN n.due_at END
    FROM (SELECT o.mirror_id, o.at, o.status, m.accepted_at, m.due_at,
            row_number() OVER (PARTITION BY o.mirror_id ORDER BY o.received_at, o.at, o.status) AS version,
            row_number() OVER (PARTITION BY o.mirror_id ORDER BY o.at DESC, o.status DESC) = 1 AS is_last
        FROM mirror_statuses o JOIN mirrors m ON m.id = o.mirror_id) n
    WHERE (n.mirror_id, n.at, n.status) = (s.mirror_id, s.at, s.status)
    """,
    "ALTER TABLE mirror_statuses ALTER COLUMN version SET NOT NULL",
    """
    UPDATE mirrors m SET follows_since = m.submitted_at
    FROM interlinked_children c JOIN interlinked_parents i ON i.id = c.parent_id
    WHERE c.source = m.source AND c.outside_code = m.outside_code AND c.outside_code <> ''
      AND c.procedure_code <> i.group_data ->> 'lead_procedure'
    """,
)
BACK = (
    "DELETE FROM figure_rows WHERE is_mirror",
    *(f"ALTER TABLE {table} DROP COLUMN is_mirror" for table in ("figure_rows", "closed_figure_rows")),
    "ALTER TABLE mirrors DROP COLUMN counted_at, DROP COLUMN linked_at, DROP COLUMN follows_since",
    "ALTER TABLE mirror_statuses DROP COLUMN version, DROP COLUMN accepted_at, DROP COLUMN due_at",
)


def upgrade() -> None:
    """Build; what came with the present status is kept as told by it."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Count them no more; closed periods keep theirs."""
    for statement in BACK:
        op.execute(statement)
