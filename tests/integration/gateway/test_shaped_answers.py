"""Answers through the door: chosen fields, 304, compressed, and addresses that go."""

import gzip
import zlib
from dataclasses import replace
from datetime import date

import orjson
import pytest

from kernel.testing.running import RunningService
from services.gateway.clients.documents import questions_of
from services.gateway.domain.route_match import RouteTable
from services.gateway.domain.routes import ROUTES
from tests.integration.gateway.conftest import token_of
from tests.integration.gateway.peer import Peer

ROWS = [{"code": f"1.00{number}", "name": "Đăng ký khai sinh", "sector": "HT"} for number in range(60)]
PAGE = orjson.dumps({"items": ROWS, "next_cursor": "sau"})


@pytest.fixture
def listing(peer: Peer) -> Peer:
    peer.body = PAGE
    return peer


async def test_a_list_gives_only_the_fields_asked_for(door: RunningService, listing: Peer) -> None:
    answer = await door.client.get("/api/v1/procedures?fields=code&limit=60")
    assert answer.json() == {"items": [{"code": row["code"]} for row in ROWS], "next_cursor": "sau"}
    assert listing.seen[0].query == "limit=60"


async def test_a_field_no_item_has_is_refused_before_the_service_is_asked(
    door: RunningService, listing: Peer
) -> None:
    answer = await door.client.get("/api/v1/procedures?fields=code,secret")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert listing.seen == []


@pytest.mark.parametrize("path", ["administrative-levels", "procedures/1.004873"])
async def test_fields_are_refused_where_they_would_do_nothing(
    door: RunningService, listing: Peer, path: str
) -> None:
    """A list that does not page, and what is no list: the whole would look like what was asked for."""
    answer = await door.client.get(f"/api/v1/{path}?fields=code")
    assert (answer.status_code, [one["path"] for one in answer.json()["errors"]]) == (422, ["fields"])
    assert listing.seen == []


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("sectr=HT", ["sectr"]),
        ("limit=5&order=x&sort=y", ["order", "sort"]),
        ("LIMIT=5", ["LIMIT"]),
        ("se%63tr=HT", ["sectr"]),
        ("&".join(f"x{number}=1" for number in range(9)), [f"x{number}" for number in range(5)]),
    ],
    ids=["a slip", "two beside one that is known", "another case", "written otherwise", "the first five"],
)
async def test_a_parameter_the_address_does_not_know_is_refused_before_the_service_is_asked(
    door: RunningService, listing: Peer, query: str, names: list[str]
) -> None:
    answer = await door.client.get(f"/api/v1/procedures?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert [one["path"] for one in answer.json()["errors"]] == names
    assert listing.seen == []


async def test_a_write_knows_its_parameters_too(door: RunningService, listing: Peer) -> None:
    headers = {**await token_of(door, "cong-dan-an"), "Idempotency-Key": "k-1", "X-File-Name": "a.pdf"}
    wrong = await door.client.post("/api/v1/attachments?componnt=to-khai", content=b"x", headers=headers)
    assert (wrong.status_code, listing.seen) == (422, [])
    right = await door.client.post("/api/v1/attachments?component=to-khai", content=b"x", headers=headers)
    assert (right.status_code, listing.seen[0].query) == (200, "component=to-khai")


def test_every_address_behind_the_door_promises_its_parameters() -> None:
    """None is left open by a document that names its operation otherwise."""
    unknown = [(route.method, route.path) for route in ROUTES if questions_of(route) is None]
    # These read their query themselves (`api/tracking.py`): it is asked for thousands of times a second.
    assert unknown == [("GET", "/api/v1/tracking"), ("GET", "/api/v1/tracking/changes")]
    (inbox,) = (one for one in ROUTES if one.path == "/api/v1/inbox")
    assert {"limit", "cursor", "urgency"} <= (questions_of(inbox) or frozenset())


async def test_a_problem_is_never_cut_down(door: RunningService, peer: Peer) -> None:
    peer.status, peer.body = 404, b'{"code":"not-found"}'
    answer = await door.client.get("/api/v1/procedures?fields=code")
    assert (answer.status_code, answer.content) == (404, peer.body)


async def test_who_holds_the_answer_is_told_so_in_a_word(door: RunningService, listing: Peer) -> None:
    headers = await token_of(door, "can-bo-lan")
    first = await door.client.get("/api/v1/dossiers", headers=headers)
    again = await door.client.get(
        "/api/v1/dossiers", headers={**headers, "If-None-Match": first.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    listing.body = orjson.dumps({"items": ROWS[:1], "next_cursor": None})
    changed = await door.client.get(
        "/api/v1/dossiers", headers={**headers, "If-None-Match": first.headers["etag"]}
    )
    assert (changed.status_code, len(changed.json()["items"])) == (200, 1)


async def test_what_one_person_holds_is_no_answer_for_another(door: RunningService, listing: Peer) -> None:
    """A tag is good for the very words only: not for who may see other ones, nor for whom nobody lets in."""
    officer, citizen = await token_of(door, "can-bo-lan"), await token_of(door, "cong-dan-an")
    whole = await door.client.get("/api/v1/dossiers", headers=officer)
    held = {"If-None-Match": whole.headers["etag"]}
    fields = await door.client.get("/api/v1/dossiers?fields=dossier_code", headers={**officer, **held})
    assert (fields.status_code, "name" in fields.json()["items"][0]) == (200, False)
    listing.body = orjson.dumps({"items": ROWS[:1], "next_cursor": None})
    other = await door.client.get("/api/v1/dossiers", headers={**citizen, **held})
    assert (other.status_code, len(other.json()["items"])) == (200, 1)
    for shown in ({}, {"Authorization": "Bearer khong-phai-the"}):
        refused = await door.client.get("/api/v1/dossiers", headers={**shown, **held})
        assert (refused.status_code, "etag" in refused.headers) == (401, False)
    known = {**officer, "If-None-Match": "*"}
    again = await door.client.get("/api/v1/dossiers", headers=known)
    told = (whole, fields, other, again)
    assert {answer.headers["cache-control"] for answer in told} == {"no-store"}


async def test_a_version_stays_the_version_and_is_no_reason_for_304(door: RunningService, peer: Peer) -> None:
    """What a dossier shows depends on who asks and when; its ETag is what to write against."""
    peer.headers = {"ETag": '"3"'}
    headers = {**await token_of(door, "cong-dan-an"), "If-None-Match": '"3"'}
    answer = await door.client.get("/api/v1/dossiers/1", headers=headers)
    assert (answer.status_code, answer.headers["etag"]) == (200, '"3"')


@pytest.mark.parametrize(
    ("accepted", "encoding"), [("gzip, br", "gzip"), ("identity", None), ("gzip;q=0", None)]
)
async def test_a_long_answer_is_compressed_for_who_takes_it(
    door: RunningService, listing: Peer, accepted: str, encoding: str | None
) -> None:
    answer = await door.client.get("/api/v1/procedures", headers={"Accept-Encoding": accepted})
    assert answer.headers.get("content-encoding") == encoding
    assert "Accept-Encoding" in answer.headers["vary"]
    assert answer.json()["items"] == ROWS
    sent = int(answer.headers["content-length"])
    assert sent == (len(gzip.compress(PAGE)) if encoding else len(PAGE)) or sent < len(PAGE) / 5


async def test_the_tag_is_the_same_in_every_encoding(door: RunningService, listing: Peer) -> None:
    plain = await door.client.get("/api/v1/procedures", headers={"Accept-Encoding": "identity"})
    packed = await door.client.get("/api/v1/procedures", headers={"Accept-Encoding": "gzip"})
    assert plain.headers["etag"] == packed.headers["etag"]


async def test_what_a_service_packed_itself_passes_as_it_is(door: RunningService, peer: Peer) -> None:
    peer.body = zlib.compress(PAGE, wbits=31)
    peer.headers = {"Content-Encoding": "gzip", "ETag": '"x-gzip"'}
    answer = await door.client.get("/api/v1/open-data/procedures.json")
    assert (answer.json()["next_cursor"], answer.headers["etag"]) == ("sau", '"x-gzip"')


async def test_a_short_answer_a_write_and_a_page_stay_as_they_are(door: RunningService, peer: Peer) -> None:
    short = await door.client.get("/api/v1/procedures")
    peer.body = PAGE
    headers = {**await token_of(door, "cong-dan-an"), "Idempotency-Key": "k"}
    written = await door.client.post("/api/v1/dossiers", json={}, headers=headers)
    page = await door.client.get("/tra-cuu")
    for answer in (short, written, page):
        assert "content-encoding" not in answer.headers
    assert "etag" not in written.headers


async def test_an_address_that_goes_says_so_and_then_is_gone(door: RunningService, listing: Peer) -> None:
    resources = door.runtime.resources
    today = door.clock.now().date()
    old = [
        replace(
            route,
            deprecated_on=date(today.year - 1, 1, 1),
            sunset_on=date(today.year + 1, 1, 1),
            successor="/api/v2/procedures",
        )
        if (route.method, route.path) == ("GET", "/api/v1/procedures")
        else route
        for route in ROUTES
    ]
    door.runtime.resources = replace(resources, table=RouteTable(old))
    try:
        answer = await door.client.get("/api/v1/procedures")
        assert answer.status_code == 200
        assert answer.headers["deprecation"].startswith("@")
        assert answer.headers["sunset"].endswith("GMT")
        assert answer.headers["link"] == '</api/v2/procedures>; rel="successor-version"'
        door.runtime.resources = replace(
            resources,
            table=RouteTable(
                replace(one, sunset_on=date(today.year, 1, 1)) if one.deprecated_on else one for one in old
            ),
        )
        gone = await door.client.get("/api/v1/procedures")
        assert (gone.status_code, gone.json()["code"]) == (410, "address-retired")
        assert gone.json()["successor"] == "/api/v2/procedures"
        assert len(listing.seen) == 1
    finally:
        door.runtime.resources = resources
