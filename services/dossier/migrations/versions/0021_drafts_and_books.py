"""Drafts, authorisations, late entries, the book of copies, hand-over lists, company sheets."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE drafts (
        id uuid CONSTRAINT pk_drafts PRIMARY KEY, version bigint NOT NULL, subject text NOT NULL,
        procedure_code text NOT NULL, content_sealed text NOT NULL, state text NOT NULL,
        created_at timestamptz NOT NULL, changed_at timestamptz NOT NULL, expires_at timestamptz NOT NULL,
        noticed_at timestamptz, dossier_id uuid
    )
    """,
    "CREATE INDEX ix_drafts_subject_changed_at ON drafts (subject, changed_at) WHERE state = 'OPEN'",
    "CREATE INDEX ix_drafts_expires_at ON drafts (expires_at) WHERE state = 'OPEN'",
    """
    CREATE TABLE authorizations (
        id uuid CONSTRAINT pk_authorizations PRIMARY KEY, version bigint NOT NULL,
        owner_index bytea NOT NULL, representative_index bytea NOT NULL, parties_sealed text NOT NULL,
        procedures text[] NOT NULL, valid_from date NOT NULL, valid_until date NOT NULL, attachment_id uuid,
        recorded_by text NOT NULL, agency text NOT NULL, recorded_at timestamptz NOT NULL,
        revoked_at timestamptz, revoked_by text NOT NULL, revoke_reason text NOT NULL,
        uses integer NOT NULL, last_used_at timestamptz
    )
    """,
    "CREATE INDEX ix_authorizations_owner_index ON authorizations (owner_index, id)",
    "CREATE INDEX ix_authorizations_representative_index ON authorizations (representative_index, id)",
    """
    CREATE TABLE late_entries (
        id uuid CONSTRAINT pk_late_entries PRIMARY KEY, version bigint NOT NULL, agency text NOT NULL,
        unit text NOT NULL, entered_by text NOT NULL, entered_by_name text NOT NULL,
        entered_at timestamptz NOT NULL, received_at timestamptz NOT NULL, reason text NOT NULL,
        body_sealed text NOT NULL, state text NOT NULL, decided_by text NOT NULL, decided_at timestamptz,
        note text NOT NULL, dossier_id uuid
    )
    """,
    "CREATE INDEX ix_late_entries_agency ON late_entries (agency, id) WHERE state = 'WAITING'",
    """
    CREATE TABLE book_counters (
        book text NOT NULL, agency text NOT NULL, year integer NOT NULL, last integer NOT NULL,
        CONSTRAINT pk_book_counters PRIMARY KEY (book, agency, year)
    )
    """,
    """
    CREATE TABLE certified_copies (
        agency text NOT NULL, year integer NOT NULL, number integer NOT NULL, id uuid NOT NULL,
        document_name text NOT NULL, pages integer NOT NULL, copies integer NOT NULL,
        requester_sealed text NOT NULL, signed_by text NOT NULL, entered_by text NOT NULL,
        entered_by_name text NOT NULL, certified_at timestamptz NOT NULL,
        CONSTRAINT pk_certified_copies PRIMARY KEY (agency, year, number),
        CONSTRAINT uq_certified_copies_id UNIQUE (id)
    )
    """,
    # A line of the book stays: a number is never taken out or given to something else.
    """
    CREATE TRIGGER book_is_kept BEFORE UPDATE OR DELETE ON certified_copies
        FOR EACH ROW EXECUTE FUNCTION refuse_history_change()
    """,
    """
    CREATE TABLE handover_lists (
        id uuid CONSTRAINT pk_handover_lists PRIMARY KEY, version bigint NOT NULL,
        from_agency text NOT NULL, to_agency text NOT NULL, given_by text NOT NULL,
        given_by_name text NOT NULL, given_at timestamptz NOT NULL, received_by text NOT NULL,
        received_by_name text NOT NULL, received_at timestamptz, note text NOT NULL
    )
    """,
    "CREATE INDEX ix_handover_lists_from_agency ON handover_lists (from_agency, id)",
    "CREATE INDEX ix_handover_lists_to_agency ON handover_lists (to_agency, id)",
    """
    CREATE TABLE handover_items (
        list_id uuid NOT NULL, dossier_id uuid NOT NULL, sheets integer NOT NULL, received_sheets integer,
        remark text NOT NULL, is_open boolean NOT NULL,
        CONSTRAINT pk_handover_items PRIMARY KEY (list_id, dossier_id)
    )
    """,
    "CREATE UNIQUE INDEX uq_handover_items_open ON handover_items (dossier_id) WHERE is_open",
    "CREATE INDEX ix_handover_items_dossier_id ON handover_items (dossier_id, list_id)",
    """
    CREATE TABLE intake_batches (
        id uuid CONSTRAINT pk_intake_batches PRIMARY KEY, version bigint NOT NULL, agency text NOT NULL,
        procedure_code text NOT NULL, sha256 bytea NOT NULL, sheet_sealed text NOT NULL, state text NOT NULL,
        warnings integer NOT NULL, created_by text NOT NULL, created_at timestamptz NOT NULL,
        received_at timestamptz
    )
    """,
)
TABLES = (
    "drafts", "authorizations", "late_entries", "book_counters", "certified_copies", "handover_items",
    "handover_lists", "intake_batches",
)


def upgrade() -> None:
    """Add them, empty."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    for table in TABLES:
        op.execute(f"DROP TABLE {table}")
