"""Deeds of which none holds up another."""

import pytest

from kernel.core.apart import Apart


def test_each_deed_is_tried_and_what_failed_is_told_by_name() -> None:
    apart, done = Apart("papers that do not print"), []
    for one in (1, 2, 3):
        with apart.each(one):
            if one == 2:
                raise ValueError
            done.append(one)
    with pytest.raises(ExceptionGroup) as told:
        apart.tell()
    assert done == [1, 3]
    assert [error.__notes__ for error in told.value.exceptions] == [["papers that do not print: 2"]]


def test_where_nothing_failed_nothing_is_told() -> None:
    apart = Apart("x")
    with apart.each(1):
        pass
    apart.tell()


def test_who_is_cancelled_stops_at_once() -> None:
    """The end of a process is no failure of a deed."""
    apart = Apart("x")
    with pytest.raises(KeyboardInterrupt), apart.each(1):
        raise KeyboardInterrupt
    apart.tell()


def test_what_ends_all_of_it_is_no_failure_of_one() -> None:
    apart = Apart("x")
    with pytest.raises(LookupError), apart.each(1, but=LookupError):
        raise KeyError
    apart.tell()
