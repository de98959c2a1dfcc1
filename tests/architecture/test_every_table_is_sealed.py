"""No table and no column of the dossier service is forgotten by `verify-history`: each is told, and why."""

from collections import Counter

import pytest

from services.dossier.commands import tables_told
from services.dossier.commands.sealed import BOOK_OF
from services.dossier.domain.archive.holdings import EMPTIED, SHORTENED
from services.dossier.store.tables import metadata
from services.dossier.use_cases.sealed_tables import BOOKS, SEALED

CLASSES = ("CHAINED", "COUNTED", "DERIVED", "TECHNICAL", "OPEN")


def test_every_table_is_in_one_class() -> None:
    told = Counter([*SEALED, *(name for one in CLASSES for name in getattr(tables_told, one))])
    assert [name for name, count in told.items() if count > 1] == []
    assert set(told) - set(metadata.tables) == set()
    assert set(metadata.tables) - set(told) == set()
    assert all(reason for one in CLASSES for reason in getattr(tables_told, one).values())


@pytest.mark.parametrize("name", SEALED)
def test_every_column_of_a_sealed_table_is_in_one_group_or_says_why_not(name: str) -> None:
    told = SEALED[name]
    columns = {column.name for column in metadata.tables[name].columns} - {"seals"}
    named = [*told.key, *(one for group in told.groups.values() for one in group), *told.unsealed]
    assert sorted(named) == sorted(columns)
    assert all(told.unsealed.values())
    assert not told.is_of_dossier or "dossier_id" in columns
    assert {column.name for column in metadata.tables[name].primary_key} == set(told.key)


@pytest.mark.parametrize("name", sorted(set(EMPTIED) & set(SEALED)))
def test_what_a_destruction_list_empties_is_sealed_apart(name: str) -> None:
    """A group is emptied as a whole: the destruction seals it without having read the row."""
    emptied = {*EMPTIED[name].plain, *EMPTIED[name].sealed}
    for group, columns in SEALED[name].groups.items():
        assert not emptied & set(columns) or set(columns) <= emptied, group
    assert not emptied & set(SEALED[name].key)


def test_what_is_shortened_is_a_group_of_its_own() -> None:
    assert all(SEALED[name].groups[column] == (column,) for name, (column, _) in SHORTENED.items())


def test_every_book_a_head_counts_is_checked() -> None:
    assert set(BOOK_OF) == set(BOOKS)
    assert set(BOOK_OF.values()) <= set(SEALED)
