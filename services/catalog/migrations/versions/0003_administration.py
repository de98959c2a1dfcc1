"""Mergers, administrative levels and units, one-stop points, dated competence, delegations, leave."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS: tuple[str, ...] = (
    """
    CREATE TABLE administrative_levels (
        code text CONSTRAINT pk_administrative_levels PRIMARY KEY,
        name text NOT NULL,
        valid_from date NOT NULL,
        valid_to date,
        CONSTRAINT ck_administrative_levels_period CHECK (valid_to >= valid_from)
    )
    """,
    # Three levels until 30/6/2025, two since (Luật Tổ chức chính quyền địa phương 72/2025/QH15). A province
    # with other levels (a special zone's, a later law's) changes rows, not code.
    """
    INSERT INTO administrative_levels (code, name, valid_from, valid_to) VALUES
        ('MINISTRY', 'Cấp bộ', '1945-09-02', NULL),
        ('PROVINCE', 'Cấp tỉnh', '1945-09-02', NULL),
        ('DISTRICT', 'Cấp huyện', '1945-09-02', '2025-06-30'),
        ('COMMUNE', 'Cấp xã', '1945-09-02', NULL),
        ('OTHER', 'Cơ quan, tổ chức khác', '1945-09-02', NULL)
    """,
    """
    CREATE TABLE administrative_units (
        key text CONSTRAINT pk_administrative_units PRIMARY KEY,
        code text NOT NULL,
        level text NOT NULL,
        parent text,
        name text NOT NULL,
        name_folded text NOT NULL GENERATED ALWAYS AS (f_unaccent(lower(name))) STORED,
        valid_from date,
        valid_to date,
        successors text[] NOT NULL,
        data jsonb NOT NULL,
        digest text NOT NULL,
        version bigint NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT ck_administrative_units_period CHECK (valid_to >= valid_from),
        CONSTRAINT ck_administrative_units_level
            CHECK (level IN ('PROVINCE', 'DISTRICT', 'COMMUNE', 'HAMLET'))
    )
    """,
    "CREATE INDEX ix_administrative_units_code ON administrative_units (code)",
    "CREATE INDEX ix_administrative_units_parent ON administrative_units (parent)",
    """
    CREATE INDEX ix_administrative_units_name_folded ON administrative_units
        USING gin (name_folded gin_trgm_ops)
    """,
    "CREATE INDEX ix_administrative_units_successors ON administrative_units USING gin (successors)",
    """
    CREATE TABLE one_stop_points (
        code text CONSTRAINT pk_one_stop_points PRIMARY KEY,
        agency text NOT NULL,
        valid_from date NOT NULL,
        valid_to date,
        data jsonb NOT NULL,
        version bigint NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT ck_one_stop_points_period CHECK (valid_to >= valid_from)
    )
    """,
    "CREATE INDEX ix_one_stop_points_agency ON one_stop_points (agency)",
    # One competence an agency, procedure and day. Deferrable, so that one statement may close and open.
    """
    CREATE TABLE offerings (
        agency text NOT NULL,
        procedure text NOT NULL,
        valid_from date NOT NULL,
        valid_to date,
        decision jsonb NOT NULL,
        made_by text NOT NULL,
        made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT pk_offerings PRIMARY KEY (agency, procedure, valid_from),
        CONSTRAINT ck_offerings_period CHECK (valid_to >= valid_from),
        CONSTRAINT ex_offerings_one_a_day EXCLUDE USING gist
            (agency WITH =, procedure WITH =, daterange(valid_from, valid_to, '[]') WITH &&)
            DEFERRABLE INITIALLY IMMEDIATE
    )
    """,
    "CREATE INDEX ix_offerings_procedure ON offerings (procedure)",
    """
    CREATE TABLE agency_changes (
        id uuid CONSTRAINT pk_agency_changes PRIMARY KEY,
        kind text NOT NULL,
        number text NOT NULL,
        signed_on date NOT NULL,
        effective_on date NOT NULL,
        state text NOT NULL,
        summary jsonb NOT NULL,
        deferred jsonb NOT NULL,
        questions jsonb NOT NULL,
        made_by text NOT NULL,
        made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        applied_at timestamptz,
        CONSTRAINT ck_agency_changes_kind CHECK (kind IN ('MERGE', 'SPLIT', 'RENAME', 'DISSOLVE', 'MOVE')),
        CONSTRAINT ck_agency_changes_state CHECK (state IN ('PENDING', 'APPLIED'))
    )
    """,
    "CREATE INDEX ix_agency_changes_pending ON agency_changes (effective_on) WHERE state = 'PENDING'",
    """
    CREATE TABLE delegations (
        id uuid CONSTRAINT pk_delegations PRIMARY KEY,
        giver text NOT NULL,
        taker text NOT NULL,
        roles text[] NOT NULL,
        procedures text[] NOT NULL,
        valid_from date NOT NULL,
        valid_to date NOT NULL,
        decision jsonb NOT NULL,
        made_by text NOT NULL,
        made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT ck_delegations_others CHECK (giver <> taker)
    )
    """,
    "CREATE INDEX ix_delegations_giver ON delegations (giver)",
    "CREATE INDEX ix_delegations_taker ON delegations (taker)",
    """
    CREATE TABLE absences (
        id uuid CONSTRAINT pk_absences PRIMARY KEY,
        subject text NOT NULL,
        stand_in text,
        valid_from date NOT NULL,
        valid_to date NOT NULL,
        reason text NOT NULL,
        made_by text NOT NULL,
        made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT ck_absences_others CHECK (subject <> stand_in)
    )
    """,
    "CREATE INDEX ix_absences_subject ON absences (subject)",
    "CREATE INDEX ix_absences_stand_in ON absences (stand_in)",
    """
    CREATE TABLE secondments (
        id uuid CONSTRAINT pk_secondments PRIMARY KEY,
        subject text NOT NULL,
        point text NOT NULL,
        valid_from date NOT NULL,
        valid_to date,
        decision jsonb NOT NULL,
        made_by text NOT NULL,
        made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT ck_secondments_period CHECK (valid_to >= valid_from),
        CONSTRAINT ex_secondments_one_a_day EXCLUDE USING gist
            (subject WITH =, daterange(valid_from, valid_to, '[]') WITH &&)
    )
    """,
    "CREATE INDEX ix_secondments_subject ON secondments (subject)",
    "CREATE INDEX ix_secondments_point ON secondments (point)",
)


def upgrade() -> None:
    """Build."""
    for statement in STATEMENTS:
        op.execute(statement)
