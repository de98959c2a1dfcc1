"""Supervision: checks of one-stop units, and what in the history is out of order."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE inspections (
        id uuid CONSTRAINT pk_inspections PRIMARY KEY, version bigint NOT NULL, point text NOT NULL,
        agency text NOT NULL, kind text NOT NULL, opened_by text NOT NULL, opened_by_name text NOT NULL,
        conclusion text NOT NULL, opened_at timestamptz NOT NULL, closed_at timestamptz
    )
    """,
    "CREATE INDEX ix_inspections_agency_id ON inspections (agency, id)",
    """
    CREATE TABLE inspection_findings (
        id uuid CONSTRAINT pk_inspection_findings PRIMARY KEY, version bigint NOT NULL,
        inspection_id uuid NOT NULL, agency text NOT NULL, check_code text NOT NULL, severity text NOT NULL,
        text text NOT NULL, state text NOT NULL, evidence text[] NOT NULL, found_at timestamptz NOT NULL,
        due_on date, course json NOT NULL
    )
    """,
    "CREATE INDEX ix_inspection_findings_inspection_id ON inspection_findings (inspection_id)",
    """
    CREATE TABLE anomalies (
        id uuid CONSTRAINT pk_anomalies PRIMARY KEY, version bigint NOT NULL, dossier_id uuid NOT NULL,
        dossier_version bigint NOT NULL, dossier_code text NOT NULL, kind text NOT NULL, about text NOT NULL,
        agency text NOT NULL, outcome text NOT NULL, note text NOT NULL, closed_by text NOT NULL,
        at timestamptz NOT NULL, found_at timestamptz NOT NULL, evidence json NOT NULL, closed_at timestamptz,
        CONSTRAINT uq_anomalies_dossier_id_dossier_version_kind_about
            UNIQUE (dossier_id, dossier_version, kind, about)
    )
    """,
    "CREATE INDEX ix_anomalies_agency_id ON anomalies (agency, id)",
    """
    CREATE TABLE anomaly_readings (
        name text CONSTRAINT pk_anomaly_readings PRIMARY KEY, seen_through timestamptz NOT NULL
    )
    """,
    # Only what may be out of order: submitting and accepting write no entry of these types.
    "CREATE INDEX ix_history_to_read ON history (at, dossier_id, version) WHERE type IN ("
    "'dossier.supplement_requested.v1', 'dossier.intake_supplement_requested.v1',"
    " 'dossier.step_completed.v1')",
)


def upgrade() -> None:
    """Add supervision."""
    for statement in STATEMENTS:
        op.execute(statement)
