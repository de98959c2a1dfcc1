"""Submissions that ended before their agency did belong to its heir too: looked for once more."""

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let the job look again at agencies it had closed while submissions still named them."""
    op.execute(
        "UPDATE agencies a SET continued_at = NULL WHERE a.continued_at IS NOT NULL AND EXISTS"
        " (SELECT FROM interlinked_parents p WHERE p.agencies @> ARRAY[a.code] AND p.secret_hash <> '')"
    )
