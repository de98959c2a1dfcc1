"""An item of a post list names the result it carries; items and lists are taken back before the post signs.

Items of before name the present result where it is older than their list, else none: those do not go out.
"""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

_NAMED = """
    UPDATE post_items i SET result_version = 1 + coalesce(json_array_length(d.work -> 'recalled'), 0)
    FROM post_lists l, dossiers d
    WHERE l.id = i.list_id AND d.id = i.dossier_id
      AND l.made_at >= (d.work #>> '{result,issued_at}')::timestamptz
"""
# What the office signed said nothing of results: it signs again.
_UNSIGNED = """
    UPDATE post_lists SET signatures = '[]', version = version + 1
    WHERE handed_at IS NULL AND json_array_length(signatures) > 0
"""


def upgrade() -> None:
    """Add the columns and name what can be named."""
    op.add_column("post_items", sa.Column("result_version", sa.Integer, nullable=False, server_default="0"))
    for name in ("ended_reason", "ended_by"):
        op.add_column("post_items", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.add_column("post_lists", sa.Column("withdrawn_at", sa.DateTime(timezone=True)))
    op.add_column("post_lists", sa.Column("withdrawn_by", sa.Text, nullable=False, server_default=""))
    op.execute(_NAMED)
    op.execute(_UNSIGNED)


def downgrade() -> None:
    """Forget them; what was taken off would be unknown to the older code."""
    for name in ("withdrawn_by", "withdrawn_at"):
        op.drop_column("post_lists", name)
    for name in ("ended_by", "ended_reason", "result_version"):
        op.drop_column("post_items", name)
