"""A row of a file is kept small until somebody asks what it says; nothing of it changes by that."""

from hypothesis import given
from hypothesis import strategies as st

from services.catalog.domain.sources.rows import Dirt, Row

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
RECORDS = st.dictionaries(st.sampled_from(["code", "name", "sector", "channels"]), VALUES)


@given(RECORDS, VALUES, st.booleans())
def test_what_is_folded_says_the_same_when_asked(
    record: dict[str, object], raw: object, is_same: bool
) -> None:
    row = Row(7, record=record, raw=record if is_same else raw)
    plain = Row(7, record=record, raw=record if is_same else raw)
    row.fold()
    row.fold()
    assert (row.code, row.name) == (plain.code, plain.name)
    assert (row.record, row.raw) == (plain.record, plain.raw)
    assert (row.code, row.name) == (plain.code, plain.name)


def test_what_is_set_after_folding_stays_and_the_rest_is_kept() -> None:
    row = Row(1, record={"code": "1.000001", "name": "Một"}, raw="như tìm thấy")
    row.note(Dirt.SPACES, "a")
    row.fold()
    row.record = {"code": "1.000002"}
    assert (row.code, row.name, row.raw, list(row.dirt)) == ("1.000002", "", "như tìm thấy", [Dirt.SPACES])
