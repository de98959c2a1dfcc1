"""Money: a ledger a dossier that is only added to, requests, receipts, closings, refunds, reconciliation."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE payment_entries (dossier_id uuid NOT NULL, sequence bigint NOT NULL, id uuid NOT NULL,
        kind text NOT NULL, amount bigint NOT NULL, at timestamptz NOT NULL, item uuid, method text,
        source text NOT NULL, receipt_id uuid, by text NOT NULL, by_name text NOT NULL, data json NOT NULL,
        CONSTRAINT pk_payment_entries PRIMARY KEY (dossier_id, sequence),
        CONSTRAINT uq_payment_entries_id UNIQUE (id),
        CONSTRAINT ck_payment_entries_amount CHECK (kind = 'CORRECTED' OR amount >= 0))
    """,
    "CREATE UNIQUE INDEX ux_payment_entries_source ON payment_entries (source) WHERE source <> ''",
    """
    CREATE TRIGGER payment_entries_are_kept BEFORE UPDATE OR DELETE ON payment_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_history_change()
    """,
    """
    CREATE TABLE payment_requests (reference text NOT NULL CONSTRAINT pk_payment_requests PRIMARY KEY,
        dossier_id uuid NOT NULL, agency text NOT NULL, state text NOT NULL, asked_by text NOT NULL,
        bill_sealed text NOT NULL, pay_url text NOT NULL, transaction text NOT NULL, failure text NOT NULL,
        amount bigint NOT NULL, item uuid, asked_at timestamptz NOT NULL, expires_at timestamptz NOT NULL,
        paid_amount bigint NOT NULL, paid_at timestamptz, attempts int NOT NULL, look_at timestamptz)
    """,
    "CREATE INDEX ix_payment_requests_dossier_id ON payment_requests (dossier_id)",
    "CREATE INDEX ix_payment_requests_look_at ON payment_requests (look_at) WHERE look_at IS NOT NULL",
    "CREATE INDEX ix_payment_requests_paid_at ON payment_requests (paid_at) WHERE state = 'PAID'",
    """
    CREATE TABLE payment_messages (id bigint GENERATED ALWAYS AS IDENTITY
            CONSTRAINT pk_payment_messages PRIMARY KEY, at timestamptz NOT NULL, reference text NOT NULL,
        source text NOT NULL, outcome text NOT NULL, data json NOT NULL)
    """,
    "CREATE INDEX ix_payment_messages_reference ON payment_messages (reference)",
    """
    CREATE TABLE receipts (id uuid NOT NULL CONSTRAINT pk_receipts PRIMARY KEY, agency text NOT NULL,
        serial text NOT NULL, method text NOT NULL, cashier text NOT NULL, cashier_name text NOT NULL,
        payer_sealed text NOT NULL, state text NOT NULL, ended_reason text NOT NULL, electronic text NOT NULL,
        e_serial text NOT NULL, e_number text NOT NULL, failure text NOT NULL, year int NOT NULL,
        number int NOT NULL, dossier_id uuid NOT NULL, amount bigint NOT NULL, lines json NOT NULL,
        issued_at timestamptz NOT NULL, day date NOT NULL, replaces uuid, replaced_by uuid,
        attempts int NOT NULL, look_at timestamptz, version bigint NOT NULL,
        CONSTRAINT uq_receipts_agency_serial_year_number UNIQUE (agency, serial, year, number))
    """,
    "CREATE INDEX ix_receipts_dossier_id ON receipts (dossier_id)",
    "CREATE INDEX ix_receipts_agency_cashier_day ON receipts (agency, cashier, day)",
    "CREATE INDEX ix_receipts_look_at ON receipts (look_at) WHERE look_at IS NOT NULL",
    """
    CREATE TABLE receipt_counters (agency text NOT NULL, serial text NOT NULL, year int NOT NULL,
        last int NOT NULL, CONSTRAINT pk_receipt_counters PRIMARY KEY (agency, serial, year))
    """,
    """
    CREATE TABLE cash_closings (id uuid NOT NULL CONSTRAINT pk_cash_closings PRIMARY KEY,
        agency text NOT NULL, cashier text NOT NULL, cashier_name text NOT NULL, reason text NOT NULL,
        state text NOT NULL, approved_by text NOT NULL, note text NOT NULL, day date NOT NULL,
        expected bigint NOT NULL, counted bigint NOT NULL, by_method json NOT NULL,
        closed_at timestamptz NOT NULL, approved_at timestamptz, version bigint NOT NULL,
        CONSTRAINT uq_cash_closings_agency_cashier_day UNIQUE (agency, cashier, day))
    """,
    """
    CREATE TABLE refunds (id uuid NOT NULL CONSTRAINT pk_refunds PRIMARY KEY, dossier_id uuid NOT NULL,
        agency text NOT NULL, method text NOT NULL, reason text NOT NULL, payee_sealed text NOT NULL,
        asked_by text NOT NULL, state text NOT NULL, decided_by text NOT NULL, note text NOT NULL,
        amount bigint NOT NULL, asked_at timestamptz NOT NULL, decided_at timestamptz,
        version bigint NOT NULL)
    """,
    "CREATE INDEX ix_refunds_dossier_id ON refunds (dossier_id)",
    "CREATE INDEX ix_refunds_agency ON refunds (agency, id) WHERE state = 'ASKED'",
    """
    CREATE TABLE payment_reconciliations (day date NOT NULL CONSTRAINT pk_payment_reconciliations PRIMARY KEY,
        at timestamptz NOT NULL, listed int NOT NULL, listed_amount bigint NOT NULL, booked int NOT NULL,
        booked_amount bigint NOT NULL)
    """,
    """
    CREATE TABLE payment_differences (id uuid NOT NULL CONSTRAINT pk_payment_differences PRIMARY KEY,
        day date NOT NULL, kind text NOT NULL, reference text NOT NULL, transaction text NOT NULL,
        state text NOT NULL, note text NOT NULL, settled_by text NOT NULL, ours bigint, theirs bigint,
        found_at timestamptz NOT NULL, settled_at timestamptz, version bigint NOT NULL,
        CONSTRAINT uq_payment_differences_day_reference_kind UNIQUE (day, reference, kind))
    """,
    "CREATE INDEX ix_payment_differences_open ON payment_differences (id) WHERE state = 'OPEN'",
)
_TABLES = (
    "payment_differences",
    "payment_reconciliations",
    "refunds",
    "cash_closings",
    "receipt_counters",
    "receipts",
    "payment_messages",
    "payment_requests",
    "payment_entries",
)


def upgrade() -> None:
    """Add the tables."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Forget the money."""
    for table in _TABLES:
        op.execute(f"DROP TABLE {table}")
