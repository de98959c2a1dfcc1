"""Through the door and back: what reaches a service, what does not, and what happens when it is down."""

import asyncio

import httpx
import orjson
import pytest

from kernel.testing.running import TEST_KEY, RunningService
from kernel.web.auth import TokenVerifier, public_jwks
from tests.integration.gateway.conftest import Open, token_of
from tests.integration.gateway.peer import Peer, a_dropping_server


async def test_the_service_sees_the_person_by_the_internal_token_only(
    door: RunningService, peer: Peer
) -> None:
    outside = await token_of(door, "cong-dan-an")

    answer = await door.client.get("/api/v1/dossiers?limit=5", headers={**outside, "Cookie": "a=b"})

    assert answer.status_code == 200
    (seen,) = peer.seen
    assert (seen.path, seen.query) == ("/v1/dossiers", "limit=5")
    assert "cookie" not in seen.headers
    caller = TokenVerifier(public_jwks(TEST_KEY), door.clock).verify(seen.headers["authorization"])
    assert caller.subject == "cong-dan-an"
    assert caller.identity_number == "099088000011"
    assert seen.headers["x-correlation-id"] == answer.headers["x-correlation-id"]


async def test_a_body_and_its_headers_pass_unchanged(door: RunningService, peer: Peer) -> None:
    peer.status, peer.headers = (
        201,
        {"ETag": '"1"', "Location": "/v1/dossiers/42", "Set-Cookie": "x=y", "Server": "p"},
    )
    headers = {
        **await token_of(door, "cong-dan-an"),
        "Idempotency-Key": "k1",
        "If-Match": '"3"',
        "X-Evil": "1",
    }

    answer = await door.client.post("/api/v1/dossiers", content=b'{"odd":  1}', headers=headers)

    assert answer.status_code == 201
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["location"] == "/api/v1/dossiers/42"
    assert "set-cookie" not in answer.headers
    assert "server" not in answer.headers
    (seen,) = peer.seen
    assert seen.body == b'{"odd":  1}'
    assert seen.headers["idempotency-key"] == "k1"
    assert seen.headers["if-match"] == '"3"'
    assert "x-evil" not in seen.headers


async def test_a_large_upload_is_streamed_whole(door: RunningService, peer: Peer) -> None:
    content = bytes(range(256)) * 16_384
    headers = {**await token_of(door, "cong-dan-an"), "X-File-Name": "gi%E1%BA%A5y.pdf"}

    answer = await door.client.post("/api/v1/attachments?component=a", content=content, headers=headers)

    assert answer.status_code == 200
    assert peer.seen[0].body == content
    assert peer.seen[0].headers["x-file-name"] == "gi%E1%BA%A5y.pdf"
    assert peer.seen[0].headers["content-length"] == str(len(content))


async def test_an_upload_without_a_length_is_cut_off_at_the_limit(door: RunningService, peer: Peer) -> None:
    async def endless() -> object:
        for _ in range(30):
            yield b"x" * 1_048_576

    headers = await token_of(door, "cong-dan-an")
    answer = await door.client.post("/api/v1/attachments", content=endless(), headers=headers)

    assert answer.status_code == 413
    assert answer.json()["code"] == "too-large"
    assert peer.seen == []


async def test_a_body_over_its_routes_limit_never_leaves_the_door(door: RunningService, peer: Peer) -> None:
    headers = await token_of(door, "cong-dan-an")
    answer = await door.client.post("/api/v1/dossiers", content=b"x" * 1_048_577, headers=headers)
    assert answer.status_code == 413
    assert peer.seen == []


async def test_a_long_answer_comes_back_whole(door: RunningService, peer: Peer) -> None:
    peer.body = bytes(range(256)) * 12_000
    headers = await token_of(door, "cong-dan-an")
    answer = await door.client.get("/api/v1/attachments/1/content", headers=headers)
    assert answer.content == peer.body


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/nothing",
        "/api/v1/procedures/",
        "/api/v1/../livez",
        "/livez",
        "/readyz",
        "/metrics",
        "/api/v1/procedures/a/b",
        "/api/",
        "/api/v2/inbox",
    ],
)
async def test_an_address_not_in_the_table_is_not_found(door: RunningService, peer: Peer, path: str) -> None:
    request = httpx.Request("GET", f"http://gateway{path}")
    request.url = httpx.URL("http://gateway").copy_with(raw_path=path.encode())
    answer = await door.client.send(request)
    assert answer.status_code == 404
    assert answer.json()["code"] == "not-found"
    assert peer.seen == []


async def test_a_wrong_method_says_which_are_right(door: RunningService) -> None:
    answer = await door.client.delete("/api/v1/dossiers")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"


async def test_an_encoded_slash_cannot_reach_another_address(door: RunningService, peer: Peer) -> None:
    answer = await door.client.get("/api/v1/procedures/a%2Fb")
    assert answer.status_code == 404
    answer = await door.client.get("/api/v1/procedures/%C4%91%20b")
    assert answer.status_code == 200
    assert peer.seen[0].path == "/v1/procedures/%C4%91%20b"


async def test_notifications_are_notifys_inbox(door: RunningService, peer: Peer) -> None:
    peer.headers = {"Location": "/v1/inbox/7"}
    headers = {**await token_of(door, "cong-dan-an"), "Idempotency-Key": "k"}
    answer = await door.client.post("/api/v1/notifications/7/reading", headers=headers)
    assert peer.seen[0].path == "/v1/inbox/7/reading"
    assert answer.headers["location"] == "/api/v1/notifications/7"


@pytest.mark.parametrize(
    ("method", "headers", "status", "requests"),
    [("GET", {}, 200, 2), ("POST", {"Idempotency-Key": "k"}, 200, 2), ("POST", {}, 503, 1)],
)
async def test_a_dropped_connection_is_tried_once_more_only_where_twice_is_once(
    open_door: Open, method: str, headers: dict[str, str], status: int, requests: int
) -> None:
    async with a_dropping_server() as server:
        door = await open_door(survey_url=server.url)
        path = "/api/v1/invitations/abc" + ("/response" if method == "POST" else "")
        answer = await door.client.request(method, path, headers=headers)
    assert answer.status_code == status
    assert server.requests == requests


async def test_a_service_that_is_down_is_503_at_once_and_then_the_breaker_opens(open_door: Open) -> None:
    door = await open_door(catalog_url="http://127.0.0.1:9")
    for _ in range(5):
        answer = await door.client.get("/api/v1/procedures")
        assert answer.status_code == 503
        assert answer.json()["code"] == "unavailable"
        assert answer.headers["retry-after"]
    breaker = door.runtime.resources.upstream._breakers["catalog"]
    assert breaker.is_open(asyncio.get_running_loop().time())
    assert (await door.client.get("/api/v1/sectors")).status_code == 503


async def test_the_door_turns_heavy_work_away_before_vital_work(open_door: Open, peer: Peer) -> None:
    door = await open_door(max_in_flight=8)
    headers = await token_of(door, "cong-dan-an")
    peer.wait = asyncio.Event()
    waiting = [
        asyncio.create_task(door.client.get(f"/api/v1/dossiers/{number}", headers=headers))
        for number in range(4)
    ]
    while len(peer.seen) < 4:
        await asyncio.sleep(0.01)

    refused = await door.client.get("/api/v1/dossiers", headers=headers)
    vital = asyncio.create_task(
        door.client.post("/api/v1/dossiers", json={}, headers={**headers, "Idempotency-Key": "k"})
    )
    while len(peer.seen) < 5:
        await asyncio.sleep(0.01)
    peer.wait.set()

    assert refused.status_code == 503
    assert refused.json()["code"] == "overloaded"
    assert refused.headers["retry-after"] == "1"
    assert (await vital).status_code == 200
    assert {answer.status_code for answer in await asyncio.gather(*waiting)} == {200}
    assert door.runtime.resources.room.in_flight == 0


async def test_who_asks_too_fast_is_told_to_wait(open_door: Open) -> None:
    door = await open_door(rate_limits={"public": {"per_second": 0.01, "burst": 2}})
    answers = [await door.client.get("/api/v1/procedures") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[2].headers["retry-after"]) > 1
    assert answers[2].json()["code"] == "too-many-requests"


async def test_strict_headers_are_on_every_answer(door: RunningService) -> None:
    for path in ("/api/v1/procedures", "/api/v1/nothing", "/tra-cuu"):
        answer = await door.client.get(path)
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


async def test_only_pages_of_listed_origins_may_call(open_door: Open) -> None:
    door = await open_door(cors_origins=["https://mot-cua.example"])
    asked = {"Access-Control-Request-Method": "POST", "Origin": "https://mot-cua.example"}
    allowed = await door.client.options("/api/v1/dossiers", headers=asked)
    assert allowed.status_code == 204
    assert allowed.headers["access-control-allow-origin"] == "https://mot-cua.example"
    refused = await door.client.options(
        "/api/v1/dossiers", headers={**asked, "Origin": "https://other.example"}
    )
    assert refused.status_code == 403
    assert "access-control-allow-origin" not in refused.headers
    plain = await door.client.get("/api/v1/procedures", headers={"Origin": "https://other.example"})
    assert "access-control-allow-origin" not in plain.headers
    assert "Origin" in plain.headers["vary"], "a cache keeps it apart from what listed pages get"
    for origin, read_by in (
        ("https://mot-cua.example", "https://mot-cua.example"),
        ("https://x.example", "*"),
    ):
        fragment = await door.client.get("/api/v1/procedures/1/fragment", headers={"Origin": origin})
        assert fragment.headers.get_list("access-control-allow-origin") == [read_by]


async def test_a_problem_of_a_service_passes_as_it_is(door: RunningService, peer: Peer) -> None:
    peer.status, peer.body = 409, orjson.dumps({"code": "already-decided"})
    peer.headers = {"content-type": "application/problem+json"}
    answer = await door.client.get("/api/v1/procedures")
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {"code": "already-decided"}
