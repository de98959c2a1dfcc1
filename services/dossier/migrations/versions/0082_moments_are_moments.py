"""No moment or day is `infinity`, or so far off that nothing can be counted from it.

One such row written by hand shut whole books, lists and jobs over all rows. Days from which a version counts may be before all days (`-infinity`): what was always in force.
"""

from alembic import op

revision = "0082"
down_revision = "0081"
branch_labels = None
depends_on = None

# A table that holds such a row from before shuts out no upgrade: who writes one again is refused there, too.
_GUARD = """
    DO $$
    DECLARE one record;
    BEGIN
        FOR one IN
            SELECT c.table_name AS name, string_agg(format(
                CASE c.data_type WHEN 'date' THEN 'isfinite(%1$I)'
                ELSE '%1$I BETWEEN ''0100-01-01Z'' AND ''9000-01-01Z''' END, c.column_name), ' AND ') AS checks
            FROM information_schema.columns c
            JOIN information_schema.tables t USING (table_schema, table_name)
            WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
                AND c.data_type IN ('timestamp with time zone', 'date') AND c.column_name <> 'valid_from'
            GROUP BY c.table_name
        LOOP
            EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I CHECK (%s) NOT VALID',
                one.name, one.name || '_moments_are_moments', one.checks);
            BEGIN
                EXECUTE format('ALTER TABLE %I VALIDATE CONSTRAINT %I',
                    one.name, one.name || '_moments_are_moments');
            EXCEPTION WHEN check_violation THEN
                RAISE WARNING '% holds a moment that is none', one.name;
            END;
        END LOOP;
    END $$
"""
_LIFT = """
    DO $$
    DECLARE one record;
    BEGIN
        FOR one IN
            SELECT conrelid::regclass AS name, conname FROM pg_constraint
            WHERE contype = 'c' AND conname LIKE '%_moments_are_moments'
        LOOP
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.name, one.conname);
        END LOOP;
    END $$
"""


def upgrade() -> None:
    """Guard every column of every table there is."""
    op.execute(_GUARD)


def downgrade() -> None:
    """Guard none."""
    op.execute(_LIFT)
