"""Sealing: what was sealed for one purpose opens for that purpose only."""

import base64

import pytest

from kernel.sealing import SealBroken, Sealer

SEALER = Sealer(base64.b64encode(b"a" * 32).decode())
OTHER = Sealer(base64.b64encode(b"b" * 32).decode())


def test_what_was_sealed_can_be_opened_and_never_looks_the_same_twice():
    value = {"name": "Nguyễn Văn An", "phone": "0900000011"}
    first, second = (SEALER.seal(value, purpose="contact") for _ in range(2))
    assert first != second
    assert SEALER.open(first, purpose="contact") == value


@pytest.mark.parametrize("purpose", ["owner", "", "contact "])
def test_another_purpose_does_not_open_it(purpose):
    with pytest.raises(SealBroken):
        SEALER.open(SEALER.seal("x", purpose="contact"), purpose=purpose)


def test_another_key_or_a_changed_text_does_not_open_it():
    sealed = SEALER.seal("x", purpose="contact")
    changed = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]
    for sealer, text in ((OTHER, sealed), (SEALER, changed), (SEALER, "not sealed"), (SEALER, "")):
        with pytest.raises(SealBroken):
            sealer.open(text, purpose="contact")


def test_equal_values_have_equal_indexes_under_one_key_and_purpose_only():
    index = SEALER.blind_index("099088000011", purpose="identity")
    assert index == SEALER.blind_index("099088000011", purpose="identity")
    assert (
        len(
            {
                index,
                OTHER.blind_index("099088000011", purpose="identity"),
                SEALER.blind_index("099088000011", purpose="phone"),
            }
        )
        == 3
    )


def test_a_key_of_another_length_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        Sealer(base64.b64encode(b"short").decode())
