"""Electronic forms and information pages: as they are now, and every version in time."""

from sqlalchemy import BigInteger, Column, Date, Table, Text

from services.catalog.store.tables.columns import data, metadata, moment, state

for _name in ("forms", "pages"):
    Table(_name, metadata, Column("code", Text, primary_key=True), data(), *state())
for _name in ("form_versions", "page_versions"):
    Table(
        _name,
        metadata,
        Column("code", Text, primary_key=True),
        Column("version", BigInteger, primary_key=True),
        data(),
        moment("created_at"),
        Column("valid_from", Date, nullable=False),
    )
