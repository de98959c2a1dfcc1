"""Rows whose facets are all the same are counted together, and scoring reads nothing but an index."""

from alembic import op

revision = "0012"
down_revision = "0011"

STATEMENTS: tuple[str, ...] = (
    # Of what stands in the row alone, so immutable, whatever its parts are declared as.
    """
    CREATE FUNCTION search_facet_key(
        sector text, sector_name text, levels text[], applicants text[], online_level text, agencies text[]
    ) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$ SELECT md5(jsonb_build_array(sector, sector_name, levels, applicants, online_level, agencies)::text)::uuid $$
    """,
    """
    ALTER TABLE procedure_search ADD COLUMN facet_key uuid NOT NULL GENERATED ALWAYS AS (
        search_facet_key(sector, sector_name, levels, applicants, online_level, agencies)) STORED
    """,
    "ALTER TABLE procedure_search DROP CONSTRAINT uq_procedure_search_doc",
    """
    ALTER TABLE procedure_search ADD CONSTRAINT uq_procedure_search_doc
        UNIQUE (doc) INCLUDE (factor, valid_from, valid_to, code, facet_key)
    """,
)


def upgrade() -> None:
    """Build."""
    for statement in STATEMENTS:
        op.execute(statement)
