"""No table is forgotten when a dossier is destroyed."""

from services.dossier.domain.archive.holdings import BY_HEART, DELETED, EMPTIED, KEPT
from services.dossier.store.tables import metadata

_KEPT = {table for tables in KEPT.values() for table in tables}


def test_every_table_is_deleted_from_emptied_or_kept_for_a_reason() -> None:
    told = [*DELETED, *EMPTIED, *BY_HEART, *_KEPT]
    assert sorted(told) == sorted(set(told))
    assert set(told) == set(metadata.tables)


def test_what_is_sealed_is_deleted_or_emptied() -> None:
    """A sealed column holds a person; books that are of no dossier keep theirs."""
    of_no_dossier = {"authorizations", "certified_copies", "intake_batches"}
    for name, table in metadata.tables.items():
        sealed = {column.name for column in table.columns if column.name.endswith("_sealed")}
        if sealed and name not in {*DELETED, *BY_HEART, *of_no_dossier}:
            assert sealed == set(EMPTIED[name].sealed), name


def test_what_names_people_by_account_or_index_is_emptied() -> None:
    for name, told in EMPTIED.items():
        columns = {column.name for column in metadata.tables[name].columns}
        people = columns & {
            "owner_subject",
            "submitter_subject",
            "holder_subject",
            "owner_index",
            "holder_index",
        }
        assert people <= set(told.nulled), name
