"""Seals of rows by group: made with the history's keys in the statement that writes the row, and checked.

A group is bound to the row's key. Where a statement meets the waiting rows of a dossier without knowing
them, or a destruction list empties what names people, it is bound to the dossier instead: told apart by kind.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import is_dataclass
from typing import Any
from uuid import UUID

import orjson

from services.dossier.domain.history import HistoryKeys
from services.dossier.use_cases.row_seals import fits, seal
from services.dossier.use_cases.seal_marks import SealMarks
from services.dossier.use_cases.sealed_tables import SEALED
from services.dossier.use_cases.told_rows import GONE, TOLD

_OF_DOSSIER = ("dossier_id",)
Tell = Callable[[str, UUID, str], None]


def seals_of(
    table: str, row: Mapping[str, Any], keys: HistoryKeys, groups: Collection[str] = ()
) -> dict[str, str]:
    """Return the seals of a row's groups, all of them unless named."""
    told = SEALED[table]
    plain = _plain(row)
    return {
        group: seal(*_sealed(table, group, told.key, plain), plain, keys) for group in groups or told.groups
    }


def seals_by_dossier(
    table: str, row: Mapping[str, Any], keys: HistoryKeys, groups: Collection[str]
) -> dict[str, str]:
    """Return seals of groups for rows of a dossier that the statement finds by the dossier."""
    plain = _plain(row)
    return {
        group: seal(*_sealed(table, group, _OF_DOSSIER, plain, "/dossier"), plain, keys) for group in groups
    }


def is_group_sound(table: str, group: str, row: Mapping[str, Any], keys: HistoryKeys) -> bool:
    """Tell whether a group of a row is what was sealed."""
    told = SEALED[table]
    made = str(_seals_on(row).get(group, ""))
    plain = _plain(row)
    if fits(made, *_sealed(table, group, told.key, plain), plain, keys):
        return True
    # A receipt of a visit is of several: it is emptied with whichever of them goes last.
    dossiers = [row["dossier_id"], *(row.get("dossier_ids") or ())] if told.is_of_dossier else []
    kind, names = _sealed(table, group, _OF_DOSSIER, plain, "/dossier")
    return any(fits(made, kind, names, {**plain, "dossier_id": one}, keys) for one in dossiers if one)


def _seals_on(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row's seals, none where something else was written in their place."""
    seals = row["seals"]
    return dict(seals) if isinstance(seals, Mapping) else {}


def _sealed(
    table: str, group: str, key: tuple[str, ...], row: Mapping[str, Any], bound: str = ""
) -> tuple[str, tuple[str, ...]]:
    """Return a group's kind and columns; one added later counts where it holds something, and by its name."""
    told = SEALED[table]
    names = [one for one in told.groups[group] if one not in told.later or row.get(one) is not None]
    more = "".join(f"+{one}" for one in names if one in told.later)
    return f"{table}.{group}{bound}{more}", (*key, *names)


def is_unsealed(row: Mapping[str, Any]) -> bool:
    """Tell whether a row has no seal at all: from before rows of its table were sealed, or robbed of them."""
    return not row["seals"]


def is_shown(
    table: str,
    row: Mapping[str, Any],
    keys: HistoryKeys,
    groups: Collection[str] = (),
    *,
    is_marked: bool,
) -> bool:
    """Tell whether a row may be relied on: its seals fit, or it is from before and `seal-rows` is due.

    In a marked table nothing is from before.
    """
    if is_unsealed(row):
        return not is_marked
    return all(is_group_sound(table, one, row, keys) for one in groups or SEALED[table].groups)


def resealed(
    table: str, group: str, row: Mapping[str, Any], changed: Mapping[str, Any], keys: HistoryKeys
) -> dict[str, str]:
    """Return a row's seals after a group was changed by a command; what did not fit before stays so."""
    if not is_group_sound(table, group, row, keys):
        return _seals_on(row)
    return {**_seals_on(row), **seals_of(table, {**dict(row), **changed}, keys, [group])}


class RowSeals:
    """Makes seals for one unit of work, and none for what it saw changed: going on must not make it good."""

    def __init__(self, keys: HistoryKeys, marks: SealMarks, tell: Tell | None = None) -> None:
        """`tell`: called of every row to be named in the chained log, with the seal of its course."""
        self.keys = keys
        self.marks = marks
        self._tell = tell
        self._unsound: set[tuple[Any, ...]] = set()

    def see(self, table: str, row: Mapping[str, Any]) -> None:
        """Remember which groups of a row that was read do not fit.

        A row without any seal stays without (`SEALED_ON`), unless `seal-rows` was faster than who read it.
        """
        if is_unsealed(row):
            return
        key = self._key(table, row)
        for group in SEALED[table].groups:
            if not is_group_sound(table, group, row, self.keys):
                self._unsound.add((table, group, *key))

    def made(self, table: str, row: Mapping[str, Any], *groups: str) -> dict[str, str]:
        """Return the seals of groups of a row as it is written; a blank for a group that did not fit.

        Its old seal may not stay either: what goes on from an older state may come to where it fits again.
        """
        key = self._key(table, row)
        asked = list(groups or SEALED[table].groups)
        chosen = [one for one in asked if (table, one, *key) not in self._unsound]
        made = seals_of(table, row, self.keys, chosen) if chosen else {}
        if self._tell is not None and (course := made.get(TOLD.get(table, ""))):
            self._tell(table, UUID(str(row["id"])), course)
        return {one: made.get(one, "") for one in asked}

    def gone(self, table: str, row_id: UUID) -> None:
        """Tell that a row goes with the destroyed dossier it was of."""
        if self._tell is not None:
            self._tell(table, row_id, GONE)

    def made_by_dossier(self, table: str, row: Mapping[str, Any], *groups: str) -> dict[str, str]:
        """Return seals for rows that are found by their dossier."""
        return seals_by_dossier(table, row, self.keys, groups)

    def _key(self, table: str, row: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(str(row[name]) for name in SEALED[table].key)


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as the database gives them back: documents with their names in order, lists."""
    return {
        name: _document(value)
        if isinstance(value, dict | list | tuple | frozenset) or is_dataclass(value)
        else value
        for name, value in dict(row).items()
        if name != "seals"
    }


def _document(value: Any) -> Any:
    told = sorted(value) if isinstance(value, frozenset) else value
    if is_dataclass(value):
        # Its fields are put in order as names only once they are names.
        told = orjson.loads(orjson.dumps(value, default=str))
    return orjson.loads(orjson.dumps(told, option=orjson.OPT_SORT_KEYS, default=str))
