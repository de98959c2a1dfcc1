"""No table is forgotten when a dossier is destroyed."""

from sqlalchemy import JSON, LargeBinary, Text
from sqlalchemy.dialects import postgresql

from services.dossier.domain.archive.holdings import BY_HEART, DELETED, EMPTIED, KEPT, Emptied
from services.dossier.store.tables import metadata

_WORDS = (Text, JSON, LargeBinary, postgresql.ARRAY, postgresql.JSON, postgresql.JSONB)
_PROGRAM = (
    "seals kind about agency outcome evidence code point group_code state priority message_id judgement id"
    " archive_code sha256 step giver_agency giver_unit giver_role receiver_agency receiver_unit receiver_role"
    " punctuality threshold from_agency to_agency source outside_code route procedure_code procedure_name"
    " sector agency_name system reference transaction method operator dossier_code tracking_number serial"
    " electronic e_serial e_number type number attachment_ids component_code issued_group label channel"
    " counter counter_name competent_agency receiving_agency helping_agency cause ending was_until was_due"
    " was_stopped failure asked_at dossier_ids received_at_agency"
)
"""Columns in which the program writes codes, numbers, states and places; nobody writes words there."""
_OFFICERS = (
    "closed_by placed_by placed_by_name released_by given_by given_by_name received_by received_by_name"
    " settled_by cashier cashier_name asked_by drawer decided_by signed_by ended_by officer taken_by subject"
    " what person_index shown drawer_agency"
)
"""Who answered for an entry of a book, officially; who read what, for which purpose, about which index."""
_KEPT = {table for tables in KEPT.values() for table in tables}


def test_every_table_is_deleted_from_emptied_or_kept_for_a_reason() -> None:
    told = [*DELETED, *EMPTIED, *BY_HEART, *_KEPT]
    assert sorted(told) == sorted(set(told))
    assert set(told) == set(metadata.tables)


def test_what_is_sealed_is_deleted_or_emptied() -> None:
    """A sealed column holds a person; books that are of no dossier keep theirs."""
    of_no_dossier = {"authorizations", "certified_copies", "copy_requests", "intake_batches"}
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


def test_every_column_beside_a_destroyed_dossier_is_emptied_or_holds_no_word_of_anybody() -> None:
    """A new column has to be thought of: where people write, a list empties it."""
    for name, table in metadata.tables.items():
        is_of_dossier = name in EMPTIED or {"dossier_id", "dossier_code"} & set(table.columns.keys())
        if name in {*DELETED, *BY_HEART} or not is_of_dossier:
            continue
        told = EMPTIED.get(name, Emptied())
        emptied = {*told.sealed, *told.nulled, *told.blank, *told.documents, *told.lists}
        words = {column.name for column in table.columns if isinstance(column.type, _WORDS)}
        assert words - emptied <= {*_PROGRAM.split(), *_OFFICERS.split()}, name
