"""What an answer is shaped to: fields, tags, bytes; and what is never compressed."""

import gzip

import pytest

from kernel.core.errors import Invalid
from services.gateway.domain.shaping import (
    LEAST_BYTES,
    is_known,
    may_be_packed,
    only,
    packed,
    tag_of,
    takes_gzip,
    wanted_fields,
)

JSON = {b"content-type": b"application/json"}
BEARER = {b"authorization": b"Bearer x"}


def known() -> frozenset[str]:
    return frozenset({"code", "name", "due_at"})


@pytest.mark.parametrize(
    ("query", "names", "rest"),
    [
        (b"limit=5", [], b"limit=5"),
        (b"fields=code,name&limit=5", ["code", "name"], b"limit=5"),
        (b"q=a%20b&fields=code&fields=due_at", ["code", "due_at"], b"q=a+b"),
    ],
)
def test_the_fields_asked_for_are_taken_out_of_the_query(query, names, rest):
    assert wanted_fields(query, known) == (names, rest)


@pytest.mark.parametrize("query", [b"fields=secret", b"fields=code,,name", b"fields=", b"fields=code,Name"])
def test_a_field_the_list_does_not_have_is_refused(query):
    with pytest.raises(Invalid):
        wanted_fields(query, known)


def test_an_address_without_a_list_keeps_its_own_fields():
    assert wanted_fields(b"fields=a", frozenset) == ([], b"fields=a")


def test_only_items_lose_fields():
    page = b'{"items":[{"code":"1","name":"a"},{"name":"b"}],"next_cursor":"x","counts":{"code":2}}'
    assert only(page, ["code"]) == b'{"items":[{"code":"1"},{}],"next_cursor":"x","counts":{"code":2}}'


@pytest.mark.parametrize("seen", [b'W/"%b"', b'"%b"', b'"other", W/"%b"', b"*"])
def test_a_tag_is_known_weakly(seen):
    tag = tag_of(b"{}")
    assert is_known(seen.replace(b"%b", tag[3:-1]), tag)


def test_another_body_has_another_tag():
    assert not is_known(tag_of(b"{}"), tag_of(b"[]"))
    assert not is_known(b"", tag_of(b"{}"))


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        (b"gzip, deflate, br", True),
        (b"br;q=1.0, gzip;q=0.8", True),
        (b"*", True),
        (b"", False),
        (b"br", False),
        (b"gzip;q=0", False),
        (b"gzip;q=0.0", False),
        (b"identity", False),
        (b"*, gzip;q=0", False),
        (b"*;q=0, gzip", True),
    ],
)
def test_gzip_is_sent_to_who_takes_it(accepted, takes):
    assert takes_gzip(accepted) is takes


def test_packed_is_gzip_of_the_same():
    body = b'{"name": "x"}' * 500
    assert gzip.decompress(packed(body)) == body
    assert packed(body) == packed(body)
    assert len(packed(body)) < len(body) / 10


@pytest.mark.parametrize(
    ("given", "answered", "size", "may"),
    [
        (BEARER, JSON, LEAST_BYTES, True),
        ({}, JSON, LEAST_BYTES, True),
        (BEARER, JSON, LEAST_BYTES - 1, False),
        (BEARER, {b"content-type": b"application/json; charset=utf-8"}, 9000, True),
        (BEARER, {b"content-type": b"application/pdf"}, 9000, False),
        (BEARER, {b"content-type": b"text/html; charset=utf-8"}, 9000, False),
        (BEARER, {b"content-type": b"text/event-stream"}, 9000, False),
        (BEARER, {**JSON, b"content-encoding": b"gzip"}, 9000, False),
        (BEARER, {**JSON, b"etag": b'"3"'}, 9000, False),
        (BEARER, {**JSON, b"etag": b'W/"3"'}, 9000, True),
        ({b"cookie": b"motcua_session=x"}, JSON, 9000, False),
        ({b"cookie": b"motcua_session=x", b"x-requested-with": b"web"}, JSON, 9000, True),
        ({b"cookie": b"other=x", **BEARER}, JSON, 9000, True),
    ],
)
def test_what_could_tell_a_secret_by_its_length_is_never_compressed(given, answered, size, may):
    assert may_be_packed(given, answered, size) is may
