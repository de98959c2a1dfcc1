"""Texts within texts, read in pieces of any size, say what they say when they are read whole."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.portal.inbound.form import form_of
from services.gateway.domain.portal.wire.base64_text import Base64Read, NotBase64, Unescaped, base64_content
from services.gateway.domain.portal.wire.letters import Letters, Reading, letters_of, reading_of
from services.gateway.use_cases.portal.inbound.texts import Within

LETTERS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
SIZES = st.lists(st.integers(1, 9), min_size=1, max_size=5)


def cut(text: bytes, sizes: list[int]) -> list[bytes]:
    pieces, at = [], 0
    while at < len(text):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(text[at : at + size])
        at += size
    return pieces


def read(reading: Reading, pieces: list[bytes]) -> bytes:
    return b"".join([reading.feed(piece) for piece in pieces]) + reading.close()


@given(LETTERS, SIZES, st.sampled_from([Letters.UTF_16_LE, Letters.UTF_16_BE]))
def test_letters_of_two_bytes_are_the_same_letters(text: str, sizes: list[int], letters: Letters) -> None:
    written = text.encode("utf-16-le" if letters is Letters.UTF_16_LE else "utf-16-be")
    reading = reading_of(letters)
    assert reading is not None
    assert read(reading, cut(written, sizes)).decode() == text


@given(st.dictionaries(st.from_regex(r"[A-Za-z]{1,5}", fullmatch=True), LETTERS, min_size=1), SIZES)
def test_a_form_says_its_members(members: dict[str, str], sizes: list[int]) -> None:
    written = urlencode(members).encode()
    assert letters_of(written) is Letters.FORM
    reading = reading_of(Letters.FORM)
    assert reading is not None
    assert json.loads(read(reading, cut(written, sizes))) == members


@pytest.mark.parametrize(
    "form", [b"a=1&b", b"a=%zz&b=%4", b"a==&&c=+x", b"a=1&a=2", b"a=%22%5C%0A", b"  a=1"]
)
def test_a_form_is_read_as_the_web_reads_it(form: bytes) -> None:
    reading = reading_of(Letters.FORM)
    assert reading is not None
    told = json.loads(read(reading, [form]))
    told.pop("", None)
    assert told == dict(parse_qsl(form.strip().decode(), keep_blank_values=True))


@pytest.mark.parametrize(
    ("head", "letters"),
    [
        (b"\xff\xfe{\x00", Letters.UTF_16_LE),
        (b"\xfe\xff\x00{", Letters.UTF_16_BE),
        (b"{\x00", Letters.UTF_16_LE),
        (b"\x00[", Letters.UTF_16_BE),
        (b'{"a":1}', Letters.UTF_8),
        (b"\xef\xbb\xbf{", Letters.UTF_8),
        (b"", Letters.UTF_8),
        (b"Security_Key=1&Data=", Letters.FORM),
        (b"x" * 60 + b"=", Letters.UTF_8),
    ],
)
def test_a_body_tells_by_its_beginning_how_it_is_written(head: bytes, letters: Letters) -> None:
    assert letters_of(head) is letters


WAYS = {
    "plain": lambda one: base64.b64encode(one).decode(),
    "for addresses": lambda one: base64.urlsafe_b64encode(one).decode(),
    "not padded": lambda one: base64.b64encode(one).decode().rstrip("="),
    "for addresses, not padded": lambda one: base64.urlsafe_b64encode(one).decode().rstrip("="),
    "in lines": lambda one: base64.encodebytes(one).decode().replace("\n", "\r\n"),
    "with a head": lambda one: f"data:application/pdf;base64,{base64.b64encode(one).decode()}",
    "with a head in capitals and blanks": lambda one: f" \n DATA:;base64, {base64.b64encode(one).decode()}",
}


@given(st.binary(max_size=40), SIZES, st.sampled_from(sorted(WAYS)))
def test_base64_is_read_however_it_is_written(content: bytes, sizes: list[int], way: str) -> None:
    written = WAYS[way](content)
    reading = Base64Read()
    pieces = cut(json.dumps(written)[1:-1].encode(), sizes)
    assert b"".join([reading.feed(piece) for piece in pieces]) + reading.close() == content


def test_a_plus_a_form_lost_is_put_back_in_a_form_only() -> None:
    content = b"\xfb\xef\xbe\x00" * 9
    lost = base64.b64encode(content).decode().replace("+", " ")
    assert base64_content(lost, is_of_form=True) == content
    assert base64_content(f"data:application/pdf; base64,{lost}", is_of_form=True) == content
    with suppress(NotBase64):
        assert base64_content(lost) != content


@pytest.mark.parametrize(
    "text", ["QUI*", "Q", "QUJDR", "QQ==QQ==", "data:", "data:x,Q", "QUI=QUI", "không", "{}"]
)
def test_what_is_no_base64_is_said_to_be_none(text: str) -> None:
    with pytest.raises(NotBase64):
        base64_content(text)


@dataclass
class Counted:
    """A text in pieces of some bytes that counts what is read of it."""

    text: bytes
    size: int
    read: int = 0

    async def pieces(self, start: int, end: int) -> AsyncIterator[bytes]:
        for at in range(start // self.size * self.size, min(end, len(self.text)), self.size):
            piece = self.text[max(at, start) : min(at + self.size, end)]
            self.read += len(piece)
            yield piece


async def all_of(text: Within, start: int, end: int) -> bytes:
    return b"".join([piece async for piece in text.pieces(start, end)])


@given(LETTERS, st.integers(1, 7), st.data())
async def test_any_part_of_a_text_in_a_text_in_a_text_can_be_read(
    text: str, size: int, data: st.DataObject
) -> None:
    said = text.encode()
    twice = json.dumps(json.dumps(text, ensure_ascii=False)[1:-1])[1:-1].encode()
    within = Within(Within(Counted(twice, size), 0, len(twice), Unescaped()), 0, len(twice), Unescaped())
    for _ in range(4):
        start = data.draw(st.integers(0, len(said)))
        end = data.draw(st.integers(start, len(said)))
        assert await all_of(within, start, end) == said[start:end]


async def test_many_files_of_one_text_are_each_read_once() -> None:
    inner = b"".join(b'{"Base64": "' + b"A" * 900 + b'"}' for _ in range(100))
    outer = Counted(json.dumps(inner.decode())[1:-1].encode(), 1024)
    within = Within(outer, 0, len(outer.text), Unescaped())
    for start in range(0, len(inner), len(inner) // 100):
        assert len(await all_of(within, start, start + 900)) == min(900, len(inner) - start)
    assert outer.read < 5 * len(outer.text)


@pytest.mark.parametrize(
    ("told", "form"),
    [
        (None, {}),
        ("", {}),
        ({"a": "b"}, {"a": "b"}),
        ('{"a": "b"}', {"a": "b"}),
        ([{"a": "b"}], {"a": "b"}),
        ([{"key": "a", "value": "b"}], {"a": "b"}),
        ([{"Key": "a", "Value": 1}, {"Key": "b", "Value": None}], {"a": 1, "b": None}),
        ('[{"name": "a", "value": ["x"]}]', {"a": ["x"]}),
        ([{"key": "a", "value": "1"}, {"key": "a", "value": "2"}], {"a": ["1", "2"]}),
        ({"key": "a", "value": "b"}, {"key": "a", "value": "b"}),
        ([{"key": "a", "value": "b", "more": 1}], {"a": {"value": "b", "more": 1}}),
        ([{"a": 1}, {"b": 2}], {"a": 1, "b": 2}),
        ([{"a": 1}, {"a": 2}], {"1": {"a": 1}, "2": {"a": 2}}),
        ([{"key": "a", "value": "b"}, {"b": 2}], {"key": "a", "value": "b", "b": 2}),
        (["a"], None),
        ("không đọc được", None),
        (7, None),
    ],
)
def test_answers_of_a_form_are_read_by_their_names(told: object, form: object) -> None:
    assert form_of(told) == form
