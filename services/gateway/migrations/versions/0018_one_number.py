"""Links whose accounts told two numbers end, with their sessions and tokens; the others keep the number told."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_TOLD = """
    SELECT l.subject AS root, n.number FROM account_links l CROSS JOIN LATERAL (
        SELECT l.number_index AS number
        UNION SELECT a.number_index FROM accounts a WHERE a.subject IN (l.subject, l.linked_subject)) n
    WHERE l.revoked_at IS NULL AND n.number IS NOT NULL
"""
STATEMENTS = (
    "CREATE INDEX ix_account_links_linked_subject ON account_links (linked_subject)",
    f"""
    WITH apart AS (
        UPDATE account_links SET revoked_by = 'another-number', revoked_at = now()
        WHERE revoked_at IS NULL
          AND subject IN (SELECT root FROM ({_TOLD}) t GROUP BY root HAVING count(DISTINCT number) > 1)
        RETURNING subject, linked_subject),
    who AS (SELECT subject FROM apart UNION SELECT linked_subject FROM apart),
    sessions_over AS (DELETE FROM sessions WHERE subject IN (SELECT subject FROM who))
    INSERT INTO signed_out (what, not_before) SELECT 'subject ' || subject, now() FROM who
    ON CONFLICT (what) DO UPDATE SET not_before = greatest(signed_out.not_before, excluded.not_before)
    """,
    f"""
    UPDATE account_links l SET number_index = t.number
    FROM (SELECT DISTINCT root, number FROM ({_TOLD}) told) t
    WHERE l.revoked_at IS NULL AND l.number_index IS NULL AND l.subject = t.root
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
