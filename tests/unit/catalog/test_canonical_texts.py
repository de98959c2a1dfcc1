"""Texts and records read the same whichever way they were read: the fast way says what the slow one said."""

import json
import re
import unicodedata
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.catalog.domain.items import canonical
from services.catalog.domain.search_terms import MARKED, size_of, terms_of
from services.catalog.domain.text import clean, one_line

_LETTERS = "aAạ Ấ\u0323\u0302đ9.,;&<>/p\n\t\r\u00a0\u200b\u2003\u2028\ufeff\u00ad\x00"
TEXTS = st.text(alphabet=_LETTERS, max_size=30) | st.text(max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


def slowly_cleaned(text: str) -> str:
    """Return the text with every step taken, needed or not."""
    plain = re.sub("[\u00ad\u200b\u200c\u200d\u2060\ufeff]", "", unicodedata.normalize("NFC", text))
    plain = re.sub(r"</?(?:p|br|div|span)\b[^>]{0,80}>", "", plain, flags=re.IGNORECASE)
    plain = re.sub(r"[^\S\n]+", " ", plain)
    return re.sub(r" ?\n ?", "\n", plain).strip()


@given(TEXTS)
@example("a  b")
@example("a \nb")
@example("a\n b")
@example("<p>a</p>")
@example("a\u0323\u0302")
@example("\na ")
def test_a_text_that_needs_no_cleaning_is_told_from_one_that_does(text: str) -> None:
    """Whatever stands in it, it is cleaned as if every step were taken."""
    assert clean(text) == slowly_cleaned(text)
    assert one_line(text) == " ".join(slowly_cleaned(text).split())


@given(st.dictionaries(st.text(max_size=8), VALUES, max_size=5))
def test_a_record_has_the_text_its_digest_was_made_of(record: dict[str, Any]) -> None:
    """Digests of years ago still fit: the text is what the standard library writes."""
    wanted = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert canonical(record) == wanted


@pytest.mark.parametrize("number", [1e-5, -1e-5, 0.0000123, 1.5e-7, 5e-324, 0.0001, 1e16, 1e22, 2**64, -0.0])
def test_a_number_is_written_as_ever(number: float) -> None:
    """Also one close to nought, alone, in a list and between others."""
    for record in ({"a": number}, {"a": [number]}, {"a": [1, number, 2]}, {"a": "e-1", "b": number}):
        assert canonical(record) == json.dumps(record, sort_keys=True, separators=(",", ":"))


@given(TEXTS)
def test_the_size_of_a_name_is_its_different_words(name: str) -> None:
    """As many as the single terms it is found by."""
    assert size_of(name) == len(
        [term for term in terms_of(name) if " " not in term and not term.startswith(MARKED)]
    )
