"""Codes, masks, secrets and the chain of history."""

import base64
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.core.ids import new_id
from services.dossier.domain.codes import (
    code_day,
    dossier_code,
    masked_identity,
    masked_name,
    reference_of,
    secret_of,
)
from services.dossier.domain.files import media_type_of, name_fits
from services.dossier.domain.history import Entry, HistoryKeys, chain, first_break

NOW = datetime(2026, 3, 3, 1, tzinfo=UTC)
OLD = HistoryKeys({"2025": b"o" * 32})
KEYS = HistoryKeys({"2026": b"k" * 32, "2025": b"o" * 32})


def test_a_code_names_agency_vietnamese_day_and_number() -> None:
    """Half past eleven at night in London is the next day in Hà Nội."""
    late = datetime(2026, 11, 16, 23, 30, tzinfo=UTC)
    assert dossier_code("H99.201", code_day(late), 1) == "H99.201-261117-0001"
    assert dossier_code("H99.201", date(2026, 1, 2), 12345) == "H99.201-260102-12345"
    with pytest.raises(ValueError, match="begin at 1"):
        dossier_code("H99.201", date(2026, 1, 2), 0)


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("Nguyễn Văn An", "Nguyễn V*** A***"),
        ("Súa", "S***"),
        ("", "***"),
        ("Công ty TNHH X", "Công t*** T*** X***"),
    ],
)
def test_a_masked_name_shows_family_name_and_initials(name: str, masked: str) -> None:
    """Public look-up shows no more."""
    assert masked_name(name) == masked


def test_a_masked_identity_shows_five_digits_at_most() -> None:
    """Short numbers show none."""
    assert masked_identity("001088000089") == "001*******89"
    assert masked_identity("12345") == "*****"


@given(st.uuids(), st.uuids())
def test_references_differ_where_ids_differ_in_their_last_60_bits(one: UUID, other: UUID) -> None:
    """Twelve letters carry sixty bits."""
    same = one.int % 2**60 == other.int % 2**60
    assert (reference_of(one) == reference_of(other)) is same
    assert len(secret_of(one.bytes)) == 8


def a_chain(length: int, *keys: HistoryKeys) -> list[Entry]:
    """Return the entries of one dossier, chained with the keys in turn (the last goes on)."""
    dossier_id, previous, entries = new_id(), b"", []
    given = [*(keys or (KEYS,))]
    for version in range(1, length + 1):
        entry = chain(
            previous,
            keys=given.pop(0) if len(given) > 1 else given[0],
            dossier_id=dossier_id,
            version=version,
            event_id=new_id(),
            type="dossier.submitted.v1",
            at=NOW,
            actor="an",
            data={"dossier": {"state": "SUBMITTED"}, "số": version},
        )
        entries.append(entry)
        previous = entry.hash
    return entries


@given(st.integers(1, 6), st.data())
def test_any_change_of_any_entry_breaks_the_chain_there(length: int, data: st.DataObject) -> None:
    """Text, moment, actor, order, omission: each is noticed."""
    entries = a_chain(length)
    assert first_break(entries, KEYS) is None
    place = data.draw(st.integers(0, length - 1))
    changes = {
        "actor": "binh",
        "at": datetime(2026, 3, 4, tzinfo=UTC),
        "data": {"dossier": {"state": "RETURNED"}},
        "type": "dossier.returned.v1",
        "previous_hash": b"x",
        "event_id": new_id(),
        "key_id": data.draw(st.sampled_from(["2025", "", "2027"])),
    }
    name = data.draw(st.sampled_from(sorted(changes)))
    broken = [*entries]
    broken[place] = replace(entries[place], **{name: changes[name]})  # type: ignore[arg-type]  # one of many
    assert first_break(broken, KEYS) == broken[place]
    if length > 1 and place < length - 1:
        assert first_break(entries[:place] + entries[place + 1 :], KEYS) == entries[place + 1]


def test_older_keys_prove_what_they_made_and_make_nothing_new() -> None:
    """A new key is set before the old one; a chain goes from one to the other."""
    entries = a_chain(4, OLD, OLD, KEYS)
    assert [entry.key_id for entry in entries] == ["2025", "2025", "2026", "2026"]
    assert first_break(entries, KEYS) is None
    assert first_break(entries, OLD) == entries[2]
    assert first_break(entries, HistoryKeys({"2026": b"k" * 32})) == entries[0]
    assert first_break(entries, HistoryKeys({"2026": b"k" * 32, "2025": b"x" * 32})) == entries[0]


def test_keys_are_read_as_id_and_key_the_newest_first() -> None:
    """Every key is 32 bytes and has a name of its own."""
    one, other = (base64.b64encode(letter * 32).decode() for letter in (b"a", b"b"))
    keys = HistoryKeys.of(f"2026:{one}, 2025:{other}")
    assert (keys.current, keys.ids) == ("2026", ("2026", "2025"))
    assert keys.digest("2025", b"x") == HistoryKeys({"y": b"b" * 32}).digest("y", b"x")
    assert keys.digest("2024", b"x") is None
    zeros = base64.b64encode(bytes(32)).decode()
    for wrong in ("", one, f":{one}", "2026:", "2026:AAAA", f"a:{one},a:{other}", f"a:{one},", f"a:{zeros}"):
        with pytest.raises(ValueError, match="32 random bytes"):
            HistoryKeys.of(wrong)


def test_a_file_is_what_its_content_says() -> None:
    """Neither its name nor its sender decides."""
    assert media_type_of(b"%PDF-1.7") == "application/pdf"
    assert media_type_of(b"MZ\x90\x00") is None
    assert media_type_of(b"<html>") is None
    assert media_type_of(b"PK\x03\x04 not a zip") is None
    assert name_fits("a.PDF", "application/pdf")
    assert not name_fits("a.pdf.exe", "application/pdf")
