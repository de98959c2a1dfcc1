"""A publication decision knows all who wrote in it."""

from alembic import op

revision = "0009"
down_revision = "0008"

STATEMENTS: tuple[str, ...] = (
    # Four eyes: of those who wrote, not only whoever began. Of decisions made until now only that one is known.
    "ALTER TABLE publication_decisions ADD COLUMN authors text[] NOT NULL DEFAULT '{}'",
    "UPDATE publication_decisions SET authors = ARRAY[made_by]",
    "ALTER TABLE publication_decisions ALTER COLUMN authors DROP DEFAULT",
    """
    ALTER TABLE publication_decisions ADD CONSTRAINT ck_publication_decisions_authors
        CHECK (cardinality(authors) > 0 AND NOT published_by = ANY (authors))
    """,
)


def upgrade() -> None:
    """Build."""
    for statement in STATEMENTS:
        op.execute(statement)
