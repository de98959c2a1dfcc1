"""Every version of a form stays: what was handed in is read against the one of its day."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Key the copies by version; the one that is there goes on as it was."""
    op.execute(
        "ALTER TABLE forms DROP CONSTRAINT pk_forms, ADD CONSTRAINT pk_forms PRIMARY KEY (code, sequence)"
    )


def downgrade() -> None:
    """Keep the newest of each."""
    op.execute("DELETE FROM forms f WHERE sequence < (SELECT max(sequence) FROM forms WHERE code = f.code)")
    op.execute("ALTER TABLE forms DROP CONSTRAINT pk_forms, ADD CONSTRAINT pk_forms PRIMARY KEY (code)")
