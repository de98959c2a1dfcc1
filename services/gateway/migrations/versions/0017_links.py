"""Files the portal names by an address are fetched and kept, sealed, in parts."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE portal_links (
        id uuid NOT NULL CONSTRAINT pk_portal_links PRIMARY KEY,
        message_id uuid NOT NULL,
        place integer NOT NULL,
        address_sha256 bytea NOT NULL,
        address text NOT NULL,
        state text NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        asked_at timestamptz NOT NULL,
        next_attempt_at timestamptz,
        reason text NOT NULL DEFAULT '',
        sha256 bytea,
        size integer NOT NULL DEFAULT 0,
        media_type text NOT NULL DEFAULT '',
        settled_at timestamptz,
        version bigint NOT NULL DEFAULT 1,
        CONSTRAINT uq_portal_links_message_id_place_address_sha256
            UNIQUE (message_id, place, address_sha256)
    )
    """,
    "CREATE INDEX ix_portal_links_due ON portal_links (next_attempt_at) WHERE state = 'WAITING'",
    """
    CREATE TABLE portal_link_parts (
        link_id uuid NOT NULL,
        place integer NOT NULL,
        body bytea NOT NULL,
        CONSTRAINT pk_portal_link_parts PRIMARY KEY (link_id, place)
    )
    """,
    # Sealed bytes do not shrink: trying would cost time for nothing.
    "ALTER TABLE portal_link_parts ALTER COLUMN body SET STORAGE EXTERNAL",
    # What was refused is forgotten as what is done is.
    "DROP INDEX ix_portal_inbound_kept",
    "CREATE INDEX ix_portal_inbound_kept ON portal_inbound (settled_at)"
    " WHERE state IN ('DONE', 'REFUSED') AND forgotten_at IS NULL",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
