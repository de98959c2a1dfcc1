"""Cursors: opaque, ours, and refused when they are not."""

import pytest

from kernel.core.errors import Invalid
from kernel.web.paging import decode_cursor, encode_cursor


def test_a_cursor_brings_back_its_values():
    assert decode_cursor(encode_cursor("2026-03-03T08:00:00+07:00", 7), str, int) == [
        "2026-03-03T08:00:00+07:00",
        7,
    ]


def test_no_cursor_is_the_first_page():
    assert decode_cursor("", str) is None


@pytest.mark.parametrize("cursor", ["!!", "abc", encode_cursor("x"), encode_cursor(1, "x"), encode_cursor()])
def test_a_cursor_that_is_not_ours_is_refused(cursor):
    with pytest.raises(Invalid):
        decode_cursor(cursor, str, int)
