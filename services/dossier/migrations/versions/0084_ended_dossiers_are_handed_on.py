"""What had ended is handed on like what runs: found by indexes of its own, also of agencies done with."""

from alembic import op

revision = "0084"
down_revision = "0083"
branch_labels = None
depends_on = None

_HAD_ENDED = (
    "state IN ('INTAKE_REFUSED', 'CANCELLED', 'STOPPED', 'RETURNED', 'ARCHIVED') AND destroyed_by IS NULL"
    " AND NOT continued_from @> ARRAY[{0}_agency]"
)
_ONLY = {"receiving": "", "competent": "competent_agency <> receiving_agency AND "} | {
    "helping": "helping_agency <> receiving_agency AND "
}


def upgrade() -> None:
    """Look at every agency again; the job closes those of which nothing of either kind is left."""
    for name, only in _ONLY.items():
        op.execute(
            f"CREATE INDEX ix_dossiers_ended_{name} ON dossiers ({name}_agency, id)"
            f" WHERE {only}{_HAD_ENDED.format(name)}"
        )
    op.execute("UPDATE agencies SET continued_at = NULL WHERE continued_at IS NOT NULL")


def downgrade() -> None:
    """Forget the indexes; whoever looks at the agencies once more closes them."""
    for name in _ONLY:
        op.execute(f"DROP INDEX ix_dossiers_ended_{name}")
