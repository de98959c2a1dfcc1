"""Files come in parts, are scanned, replaced, signed and linked to."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_UP = (
    "ALTER TABLE attachments ADD COLUMN scan text NOT NULL DEFAULT 'OFF',"
    " ADD COLUMN scanned_at timestamptz, ADD COLUMN scan_next_at timestamptz,"
    " ADD COLUMN scan_attempts integer NOT NULL DEFAULT 0, ADD COLUMN threat text NOT NULL DEFAULT '',"
    " ADD COLUMN signatures json NOT NULL DEFAULT '[]',"
    " ADD COLUMN replaces uuid, ADD COLUMN replaced_by uuid",
    "CREATE INDEX ix_attachments_quarantined ON attachments (scan_next_at) WHERE scan = 'WAITING'",
    "CREATE INDEX ix_attachments_replaces ON attachments (replaces) WHERE replaces IS NOT NULL",
    """
    CREATE TABLE uploads (
        id uuid NOT NULL CONSTRAINT pk_uploads PRIMARY KEY,
        uploader text NOT NULL, file_name text NOT NULL, component_code text NOT NULL,
        procedure_code text NOT NULL, length bigint NOT NULL, received bigint NOT NULL, state text NOT NULL,
        attachment_id uuid, created_at timestamptz NOT NULL, expires_at timestamptz NOT NULL)
    """,
    "CREATE INDEX ix_uploads_expires_at ON uploads (expires_at)",
    "CREATE INDEX ix_uploads_uploader ON uploads (uploader) WHERE state = 'OPEN'",
    """
    CREATE TABLE upload_parts (
        upload_id uuid NOT NULL, start bigint NOT NULL, size bigint NOT NULL, sha256 bytea NOT NULL,
        CONSTRAINT pk_upload_parts PRIMARY KEY (upload_id, start))
    """,
    """
    CREATE TABLE file_links (
        id uuid NOT NULL CONSTRAINT pk_file_links PRIMARY KEY, attachment_id uuid NOT NULL,
        subject text NOT NULL, kind text NOT NULL, agency text NOT NULL, created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL, is_once boolean NOT NULL, used_at timestamptz,
        revoked_at timestamptz)
    """,
    "CREATE INDEX ix_file_links_expires_at ON file_links (expires_at)",
)


def upgrade() -> None:
    """Add."""
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    """Take away."""
    for table in ("file_links", "upload_parts", "uploads"):
        op.execute(f"DROP TABLE {table}")
    op.execute(
        "ALTER TABLE attachments DROP COLUMN scan, DROP COLUMN scanned_at, DROP COLUMN scan_next_at,"
        " DROP COLUMN scan_attempts, DROP COLUMN threat, DROP COLUMN signatures, DROP COLUMN replaces,"
        " DROP COLUMN replaced_by"
    )
