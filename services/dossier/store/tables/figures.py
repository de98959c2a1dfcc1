"""Rows statistics are read from, periods that were closed with the rows as they were, exports."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, UUID

from services.dossier.store.tables.columns import metadata, moment, seals, texts

OLD_DAYS = 31
"""A dossier that is open, or was so for longer, is found by an index of its own."""


def _figures() -> list[Column[Any]]:
    return [
        Column("version", BigInteger, nullable=False),
        *texts("competent_agency", "receiving_agency", "helping_agency", "sector", "procedure_code"),
        *texts("channel", "route", "cause"),
        *[Column(name, moment) for name in ("received_at", "due_at", "stopped_at", "ended_at", "amended_at")],
        Column("received_on", Date),
        Column("ended_on", Date),
        *texts("ending", "punctuality"),
        Column("is_electronic", Boolean, nullable=False),
        Column("is_follower", Boolean, nullable=False, server_default=text("false")),
        Column("is_correction", Boolean, nullable=False, server_default=text("false")),
        Column("is_mirror", Boolean, nullable=False, server_default=text("false")),
        *[
            Column(name, SmallInteger, nullable=False)
            for name in ("supplements", "components", "digitised", "reused")
        ],
        *[
            Column(name, ARRAY(moment), nullable=False, server_default=text("'{}'"))
            for name in ("asked_at", "was_until", "was_due", "was_stopped")
        ],
    ]


figure_rows = Table("figure_rows", metadata, Column("dossier_id", UUID, primary_key=True), *_figures())
Index("ix_figure_rows_received_on", figure_rows.c.received_on)
Index(
    "ix_figure_rows_competent_agency_received_on", figure_rows.c.competent_agency, figure_rows.c.received_on
)
Index(
    "ix_figure_rows_old",
    text("coalesce(ended_on, 'infinity'::date)"),
    _table=figure_rows,
    postgresql_where=text(f"ended_on IS NULL OR ended_on - received_on > {OLD_DAYS}"),
)
Index("ix_figure_rows_never_accepted", figure_rows.c.ended_on, postgresql_where=text("received_on IS NULL"))
Index("ix_figure_rows_amended_at", figure_rows.c.amended_at, postgresql_where=text("amended_at IS NOT NULL"))

Table(
    "closed_periods",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("first_on", Date, nullable=False),
    Column("last_on", Date, nullable=False),
    Column("as_of", moment, nullable=False),
    Column("closed_at", moment, nullable=False),
    *texts("closed_by", "closed_by_name", "note", "formulas"),
    Column("rows", Integer, nullable=False),
    Column("corrections", JSON, nullable=False),
    UniqueConstraint("first_on", "last_on"),
)
closed_rows = Table(
    "closed_figure_rows",
    metadata,
    Column("period_id", UUID, primary_key=True),
    Column("dossier_id", UUID, primary_key=True),
    *_figures(),
)
exports = Table(
    "exports",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    *texts("asked_by", "agency", "format", "state", "failure"),
    Column("asked", JSON, nullable=False),
    Column("as_of", moment, nullable=False),
    Column("asked_at", moment, nullable=False),
    Column("rows_done", BigInteger, nullable=False),
    Column("rows_all", BigInteger),
    Column("finished_at", moment),
    Column("sha256", LargeBinary),
    Column("size", BigInteger),
    seals(),
)
Index("ix_exports_asked_by_id", exports.c.asked_by, exports.c.id)
Index("ix_exports_waiting", exports.c.id, postgresql_where=text("state IN ('WAITING', 'WRITING')"))
