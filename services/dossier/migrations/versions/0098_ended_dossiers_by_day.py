"""What had ended is looked for in an order only its own indexes have: never along the whole table's key."""

from alembic import op

revision = "0098"
down_revision = "0092"
branch_labels = None
depends_on = None

_HAD_ENDED = (
    "state IN ('INTAKE_REFUSED', 'CANCELLED', 'STOPPED', 'RETURNED', 'ARCHIVED') AND destroyed_by IS NULL"
    " AND NOT continued_from @> ARRAY[{0}_agency]"
)
_ONLY = {"receiving": "", "competent": "competent_agency <> receiving_agency AND "} | {
    "helping": "helping_agency <> receiving_agency AND "
}


def _build(columns: str) -> None:
    for name, only in _ONLY.items():
        op.execute(f"DROP INDEX ix_dossiers_ended_{name}")
        op.execute(
            f"CREATE INDEX ix_dossiers_ended_{name} ON dossiers ({name}_agency, {columns})"
            f" WHERE {only}{_HAD_ENDED.format(name)}"
        )


def upgrade() -> None:
    """Order by the moment of submission."""
    _build("submitted_at, id")


def downgrade() -> None:
    """Order by the key again."""
    _build("id")
