"""Terms of publication, senders who ask for secrecy, what each act was held against, dossiers that ended."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE petitions ADD COLUMN is_secret boolean NOT NULL DEFAULT false,"
    " ADD COLUMN ask_due_at timestamptz, ADD COLUMN publish_due_at timestamptz,"
    " ADD COLUMN published_words text NOT NULL DEFAULT ''",
    # What is published already is found by its words from now on: small letters, no accents, as searches ask.
    "UPDATE petitions SET published_words = translate(lower(regexp_replace(normalize(concat_ws(' ',"
    " published ->> 'title', published ->> 'text', published ->> 'answer', published #>> '{agency,name}'), NFD),"
    " '[\\u0300-\\u036f]', '', 'g')), 'đ', 'd') WHERE published IS NOT NULL",
    # Acts of before do not say where they were done or by when: the petition's own row does.
    "ALTER TABLE petition_acts ADD COLUMN agency text, ADD COLUMN due_at timestamptz,"
    " ADD COLUMN next_due_at timestamptz, ADD COLUMN is_late boolean, ADD COLUMN is_satisfied boolean",
    "CREATE INDEX ix_petition_acts_at ON petition_acts (at)",
    "CREATE TABLE ended_dossiers (dossier_id uuid NOT NULL CONSTRAINT pk_ended_dossiers PRIMARY KEY,"
    " code text NOT NULL, agency_code text NOT NULL, ended_on date NOT NULL, is_overdue boolean NOT NULL,"
    " version bigint NOT NULL)",
    "CREATE INDEX ix_ended_dossiers_ended_on_agency_code ON ended_dossiers (ended_on, agency_code)",
    "CREATE INDEX ix_petitions_dossier_code ON petitions (dossier_code)",
)


def upgrade() -> None:
    """Build."""
    for statement in STATEMENTS:
        op.execute(statement)
