"""Attacks on the door, one table a kind: each is refused, soon, in little memory, and the log names nobody.

The gateway really listens, as in service, and a real peer stands behind it. What only the parsing service can
refuse (deep JSON, names said twice) is asked of the gateway's own routers, which read as every service does.
"""

import asyncio
import base64
import gzip
import hashlib
import hmac
import io
import json
import re
import socket
import tracemalloc
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
import structlog
from joserfc import jwt
from joserfc.jwk import RSAKey

from kernel.testing.running import TEST_KEY, RunningService
from kernel.web.listener import Protocol
from services.gateway.domain.route_match import RouteTable
from services.gateway.domain.routes import ROUTES
from tests.integration.gateway.conftest import PUBLIC_URL, SAMPLE, Open, token_of
from tests.integration.gateway.peer import Peer, a_peer
from tests.integration.gateway.test_who_is_asking import (
    ISSUER,
    MACHINE,
    NEW_EC,
    OTHER_RSA,
    RSA,
    SECRET,
    VNEID,
    an_outside_token,
    bearer,
    machine_token,
    public,
    sign_in,
    signed_with_the_public_key,
    staff_changed,
)
from tests.serving import serving

NAME, NUMBER = "Lò Thị Súa", "099195000033"
PERSONAL = (NAME, NUMBER, "cong-dan-an", "Nguyễn Văn An", "099088000011", "0912345678", "eyJ")
SOON = 5.0
"""Seconds; the shortened limits of these tests are a fifth of it."""
ADAPTER = {"X-Adapter-Key": "khoa-adapter-thu-nghiem"}
FORWARD = "/XrdAdapter/RestService/forward"
WRITE = {"Idempotency-Key": "k"}


@pytest.fixture(autouse=True)
def log(caplog: pytest.LogCaptureFixture) -> Iterator[list[Any]]:
    """Whatever an attack makes the gateway write, ours or a library's, it holds nothing of a person."""
    with structlog.testing.capture_logs() as lines:
        yield lines
    said = "\n".join([*(f"{line}" for line in lines), caplog.text])
    assert not [word for word in PERSONAL if word in said], said


@pytest.fixture(scope="module")
async def house(
    start_once: Any, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[RunningService, Peer]]:
    """One door for all these attacks: none of them is to change anything."""
    async with a_peer() as peer:
        users = tmp_path_factory.mktemp("users") / "users.json"
        users.write_text(json.dumps(SAMPLE), encoding="utf-8")
        unhurried = dict.fromkeys(("rejected", "sign-in", "person", "staff", "public"))
        door = await start_once(
            "gateway",
            internal_private_jwk=json.dumps(TEST_KEY),
            public_url=PUBLIC_URL,
            development_issuer=True,
            sample_users_file=str(users),
            issuers=[{**VNEID, "jwks": public(RSA)}],
            service_clients=[MACHINE],
            rate_limits=unhurried,
            **{f"{name}_url": peer.url for name in ("catalog", "dossier", "notify", "survey")},
        )
        await door.receive(staff_changed(roles=["ADMIN", "ONE_STOP_OFFICER"]))
        yield door, peer


@pytest.fixture
def door(house: tuple[RunningService, Peer]) -> Iterator[RunningService]:
    """The door, nobody signed in by cookie, every route as patient as in service."""
    found, seen = house
    seen.seen.clear()
    whole = found.runtime.resources
    yield found
    found.runtime.resources = whole
    found.client.cookies.clear()


@pytest.fixture
def peer(house: tuple[RunningService, Peer]) -> Peer:
    """What stands for every service behind the door."""
    return house[1]


class Hasty(Protocol):
    """The listener of every service, less patient."""

    head_seconds = 0.3


def hasty(door: RunningService) -> RunningService:
    """Let every route wait for a body as long as these tests do."""
    quick = RouteTable([replace(route, timeout_seconds=1.0) for route in ROUTES])
    door.runtime.resources = replace(door.runtime.resources, table=quick)
    return door


@asynccontextmanager
async def listening(door: RunningService) -> AsyncIterator[int]:
    """Serve the door on a port of the loopback, as a process of it does."""
    app = door.client._transport.app  # type: ignore[attr-defined]  # the application itself.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with serving(app, listener, http=Hasty):
            yield listener.getsockname()[1]


async def said_to(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """Return all the door answers to these bytes; the pause lies between them."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = asyncio.ensure_future(reader.read())
    try:
        for part in parts:
            if answer.done():
                break
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
    except ConnectionError:
        pass  # The door hung up while we spoke: what it said before counts.
    try:
        async with asyncio.timeout(SOON):
            return await answer
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


# Tokens


def segment(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def with_header(good: str, **header: Any) -> str:
    """Return a good token under another header, its signature kept."""
    _, claims, signature = good.split(".")
    return f"{segment(header)}.{claims}.{signature}"


def signed_by_its_own_key(good: str) -> str:
    """A token that brings the key it is signed with, as `jwk`."""
    key = RSAKey.generate_key(2048, {"kid": "rsa-1"})
    header = {"alg": "RS256", "kid": "rsa-1", "jwk": key.as_dict(private=False)}
    claims = json.loads(base64.urlsafe_b64decode(good.split(".")[1] + "=="))
    return jwt.encode(header, claims, key, algorithms=["RS256"])


def confused(good: str, secret: bytes) -> str:
    signed = f"{segment({'alg': 'HS256', 'kid': 'rsa-1'})}.{good.split('.')[1]}"
    mac = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


TOKENS = {
    "forged with another key of the same name": lambda door: an_outside_token(door, OTHER_RSA),
    "another's claims under a good signature": lambda door: ".".join(
        (
            an_outside_token(door).split(".")[0],
            an_outside_token(door, TechID="tech-2").split(".")[1],
            an_outside_token(door).split(".")[2],
        )
    ),
    "expired": lambda door: an_outside_token(door, exp=int(door.clock.now().timestamp()) - 31),
    "without an end": lambda door: an_outside_token(door, exp=None),
    "for somebody else": lambda door: an_outside_token(door, aud="co-quan-khac"),
    "for nobody": lambda door: an_outside_token(door, aud=None),
    "of an unknown issuer": lambda door: an_outside_token(door, iss="https://khac.example"),
    "of our own issuer, not signed by it": lambda door: an_outside_token(
        door, iss="http://127.0.0.1:8000/oidc", aud="motcua-api", kind="service", scope="portal.intake"
    ),
    "alg none": lambda door: f"{segment({'alg': 'none'})}.{an_outside_token(door).split('.')[1]}.",
    "alg None, signature kept": lambda door: with_header(an_outside_token(door), alg="None", kid="rsa-1"),
    "HS256 with the public key as PEM": lambda door: signed_with_the_public_key(an_outside_token(door)),
    "HS256 with the public key as JWK": lambda door: confused(
        an_outside_token(door), json.dumps(RSA.as_dict(private=False)).encode()
    ),
    "HS256 with an empty secret": lambda door: confused(an_outside_token(door), b""),
    "signed by the key it brings": lambda door: signed_by_its_own_key(an_outside_token(door)),
    "unknown critical header": lambda door: with_header(an_outside_token(door), alg="RS256", crit=["x"], x=1),
    "of a key that was taken away": lambda door: an_outside_token(door, NEW_EC, "ES256"),
    "overlong": lambda door: an_outside_token(door, junk="x" * 9000),
    "not UTF-8": lambda _: "\xff\xfe.\xff.\xff",
    "three times nothing": lambda _: "..",
}


@pytest.mark.parametrize("attack", TOKENS)
async def test_a_token_that_is_not_good_is_nobodys(door: RunningService, peer: Peer, attack: str) -> None:
    token = TOKENS[attack](door)
    headers = [(b"authorization", b"Bearer " + token.encode("latin-1"))]
    answer = await door.client.get("/api/v1/dossiers", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert NAME not in answer.text
    assert peer.seen == []


async def test_a_key_that_was_taken_away_is_good_for_ten_minutes_at_most(open_door: Open, peer: Peer) -> None:
    peer.documents["/jwks"] = public(RSA, NEW_EC)
    door = await open_door(issuers=[{**VNEID, "jwks_url": f"{peer.url}/jwks"}])
    rotated = an_outside_token(door, NEW_EC, "ES256")
    assert (await door.client.get("/api/v1/session", headers=bearer(rotated))).status_code == 200
    peer.documents["/jwks"] = public(RSA)
    keys = door.runtime.resources.sign_in._provider._keys
    kept, at = keys._kept[ISSUER]
    keys._kept[ISSUER], keys._tried[ISSUER] = (kept, at - 601), at - 601
    fresh = an_outside_token(door, NEW_EC, "ES256", jti="another")
    assert (await door.client.get("/api/v1/session", headers=bearer(fresh))).status_code == 401


# Other sites' pages


WRITES = sorted({(route.method, route.path) for route in ROUTES if route.method != "GET"})


async def test_no_write_is_done_with_a_cookie_another_sites_page_made_the_browser_send(
    door: RunningService, peer: Peer
) -> None:
    """Every write of the table: only public ones, which a cookie adds nothing to, pass without the header."""
    await sign_in(door, "cong-dan-an")
    for method, path in WRITES:
        route = next(one for one in ROUTES if (one.method, one.path) == (method, path))
        if route.policy.is_public:
            continue
        address = "/".join("x" if part.startswith("{") else part for part in path.split("/"))
        answer = await door.client.request(
            method, address, content="a=b", headers={"Content-Type": "text/plain", **WRITE}
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "cross-site"), path
    assert (await door.client.delete("/session")).status_code == 403
    assert peer.seen == []


async def test_a_public_write_tells_the_service_nothing_of_the_cookie(
    door: RunningService, peer: Peer
) -> None:
    await sign_in(door, "cong-dan-an")
    await door.client.post("/api/v1/invitations/abc/response", json={}, headers=WRITE)
    assert not {"cookie", "authorization"} & set(peer.seen[-1].headers)


# Addresses others name


@pytest.mark.parametrize(
    "link",
    ["{peer}/giay-to.pdf", "http://169.254.169.254/latest/meta-data/", "file:///etc/passwd", "gopher://x/"],
)
async def test_an_address_in_what_the_portal_sends_is_never_fetched(
    door: RunningService, peer: Peer, link: str
) -> None:
    """A supplement may name its file by an address (17.3): whoever writes it must not aim our connections."""
    address = link.format(peer=peer.url)
    data = {"MaHoSoQG": "G22-260302-0000001", "TenTepDangKy": "a.pdf", "URLTepDangKy": address}
    body = {"service": "x", "isUpdating": True, "data": data}
    answer = await door.client.post(f"{FORWARD}/nhanhsdvcqg", json=body, headers=ADAPTER)
    assert answer.status_code == 200
    assert not [one for one in peer.seen if one.method == "GET"]


RETURNS = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "/\tx",
    "\\\\evil.example",
    "javascript:alert(1)",
    "/%0d%0aSet-Cookie:a=b\r\n",
    "http:/evil.example",
]


@pytest.mark.parametrize("address", RETURNS)
async def test_nobody_is_sent_on_to_another_site(door: RunningService, address: str) -> None:
    back = await sign_in(door, "cong-dan-an", address)
    location = back.headers["location"]
    assert location == "/" or (location.startswith("/%0d%0a") and "\n" not in location)


@pytest.mark.parametrize("address", ["https://evil.example/cb", "http://127.0.0.1:8000/session/callback/.."])
async def test_a_code_goes_to_a_known_address_only(door: RunningService, address: str) -> None:
    asked = {
        "response_type": "code",
        "client_id": "motcua-web",
        "redirect_uri": address,
        "code_challenge": "x",
        "code_challenge_method": "S256",
        "subject": "cong-dan-an",
    }
    answer = await door.client.post("/oidc/authorize", data=asked)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})
    assert "location" not in answer.headers


# Paths


PATHS = [
    ("/api/v1/attachments/..%2f..%2fetc%2fpasswd/content", 404),
    ("/api/v1/attachments/%2e%2e/content", 404),
    ("/api/v1/attachments/../content", 404),
    ("/api/v1/attachments/a%00b/content", 400),
    ("/api/v1/attachments/a%2500b/content", None),
    ("/api/v1/attachments//content", 404),
    ("/api/v1/attachments/./content", 404),
    ("/api/v1//attachments/1/content", 404),
    (f"{FORWARD}/downloadfile/..%2f..%2fetc%2fpasswd", None),
    (f"{FORWARD}/downloadfile/" + "a" * 4000, None),
    (f"{FORWARD}/downloadfile/0190%00", 400),
    ("/portal-files/..%2fsecret", 404),
    ("/portal-files/" + "A" * 8000, 404),
    ("/portal-files/%00", 400),
    ("/api/v1/attachments/" + "a" * 8000 + "/content", None),
]


@pytest.mark.parametrize(("path", "status"), PATHS, ids=[path[:60] for path, _ in PATHS])
async def test_a_files_name_leads_to_no_other_place(
    door: RunningService, peer: Peer, path: str, status: int | None
) -> None:
    """What is no trick to the door reaches the service as one segment of the same address, never another."""
    token = (await token_of(door, "cong-dan-an"))["Authorization"]
    async with listening(door) as port:
        request = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nX-Adapter-Key: "
        request += f"{ADAPTER['X-Adapter-Key']}\r\nConnection: close\r\n\r\n"
        answer = await said_to(port, request.encode())
    found = int(answer.split(b" ", 2)[1])
    assert found < 500
    if status is not None:
        assert found == status
    for seen in peer.seen:
        assert seen.path.startswith("/v1/attachments/")
        assert seen.path.count("/") == 4
        assert ".." not in seen.path


# Bodies


def a_zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"<row/>" * 8_000_000)
    return out.getvalue()


def entities() -> bytes:
    """A workbook whose XML grows by entities of entities."""
    rows = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    text = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{rows}]><workbook>&l9;</workbook>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", text)
        archive.writestr("xl/workbook.xml", text)
    return out.getvalue()


@pytest.mark.parametrize("bomb", [a_zip_bomb, entities])
async def test_a_workbook_that_grows_is_refused_before_it_does(door: RunningService, bomb: Any) -> None:
    content, headers = bomb(), {**await token_of(door, "can-bo-lan"), **WRITE}
    tracemalloc.start()
    began = monotonic()
    answer = await door.client.post("/api/v1/portal-sync/comparisons", content=content, headers=headers)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert monotonic() - began < SOON
    assert most < 32_000_000


async def test_a_packed_body_is_not_unpacked(door: RunningService, peer: Peer) -> None:
    bomb = gzip.compress(b"[" + b"0," * 20_000_000 + b"0]", 1)
    headers = {**await token_of(door, "cong-dan-an"), **WRITE, "Content-Encoding": "gzip"}
    answer = await door.client.post("/api/v1/dossiers", content=bomb, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "packed-body")
    assert peer.seen == []


BODIES = {
    "huge": (b'{"a":"' + b"x" * 1_048_576 + b'"}', 413, "too-large"),
    "deep lists": (b'{"a":' + b"[" * 33 + b"]" * 33 + b"}", 400, "unreadable"),
    "deep objects": (b'{"a":' * 40 + b"1" + b"}" * 40, 400, "unreadable"),
    "deeper than any parser": (b"[" * 500_000, 400, "unreadable"),
    "deeper than any parser, closed": (b"[" * 100_000 + b"]" * 100_000, 400, "unreadable"),
    "a name twice": (b'{"question":"a","question":"b"}', 400, "repeated-name"),
    "a name twice, spaced": (b'{"question" :"a", "question"\n: "b"}', 400, "repeated-name"),
    "a name twice, hidden": (b'{"a":1,"a":2,"b":"\\u0022:"}', 400, "repeated-name"),
    "a name twice, written otherwise": (b'{"a":1,"\\u0061":2}', 400, "repeated-name"),
    "a name twice, deep": (b'{"x":[{"a":1,"a":2}]}', 400, "repeated-name"),
    "NUL": (b'{"a":"\\u0000"}', 400, "unreadable"),
    "half a character": (b'{"a":"\\ud800"}', 400, "unreadable"),
    "not a number": (b'{"a":NaN}', 400, "unreadable"),
    "a number nobody keeps": (b'{"a":1e999999999}', 400, None),
    "not JSON": (b"\xff\xfe\x00", 400, "unreadable"),
}


@pytest.mark.parametrize("attack", BODIES)
async def test_a_body_no_form_would_send_is_refused_where_it_is_read(
    door: RunningService, attack: str
) -> None:
    """Asked of the gateway's own router, which reads bodies by the kernel's edge as every service does."""
    body, status, code = BODIES[attack]
    headers = {**await token_of(door, "can-bo-lan"), **WRITE, "Content-Type": "application/json"}
    began = monotonic()
    answer = await door.client.post("/api/v1/portal-questions", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert code is None or answer.json()["code"] == code
    assert monotonic() - began < SOON


async def test_a_text_that_only_looks_like_a_name_said_twice_is_taken(door: RunningService) -> None:
    headers = {**await token_of(door, "can-bo-lan"), **WRITE, "Content-Type": "application/json"}
    body = b'{"question":"\\"a\\":1,\\"a\\" :2,\\u0022b\\u0022:"}'
    answer = await door.client.post("/api/v1/portal-questions", content=body, headers=headers)
    assert answer.json().get("code") not in {"repeated-name", "unreadable"}


# Slow ones


async def test_a_head_that_does_not_end_is_not_waited_for(door: RunningService) -> None:
    async with listening(door) as port:
        began = monotonic()
        head = (b"GET /api/v1/procedures HTTP/1.1\r\n", *(b"X-A: b\r\n" for _ in range(40)))
        answers = await asyncio.gather(said_to(port, *head, pause=0.05), said_to(port))
        good = await said_to(port, b"GET /openapi HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert [answer[:12] for answer in answers] == [b"HTTP/1.1 408"] * 2
    assert monotonic() - began < SOON
    assert good.startswith(b"HTTP/1.1 404")


async def test_a_head_without_measure_is_not_kept(door: RunningService) -> None:
    async with listening(door) as port:
        answer = await said_to(port, b"GET / HTTP/1.1\r\nX-A: ", *[b"a" * 16_384] * 6)
    assert not answer or answer.startswith(b"HTTP/1.1 431")


async def test_what_follows_a_body_is_no_header(door: RunningService, peer: Peer) -> None:
    """A proxy takes names it sets itself out of the head; after the body nobody looks for them."""
    token = (await token_of(door, "can-bo-lan"))["Authorization"].encode()
    head = b"POST /api/v1/portal-questions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
    tail = b"2\r\n{}\r\n0\r\nAuthorization: " + token + b"\r\nIdempotency-Key: k\r\n\r\n"
    after = b"GET /openapi HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    async with listening(door) as port:
        answer = await said_to(port, head + b"\r\n" + tail + after)
    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"401", b"404"], answer
    assert peer.seen == []


WITHOUT_MEASURE = {
    "trailers": b"0\r\n" + b"X-A: b\r\n" * 10_000,
    "one trailer": b"0\r\nX-A: " + b"a" * 90_000,
    "a piece's extension": b"1;" + b"a" * 90_000,
    "extensions": (b"1;" + b"a" * 200 + b"\r\n{\r\n") * 500,
}


@pytest.mark.parametrize("attack", WITHOUT_MEASURE)
async def test_what_stands_around_a_body_is_bounded(door: RunningService, attack: str) -> None:
    head = b"POST /api/v1/invitations/a/response HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    sent = WITHOUT_MEASURE[attack]
    parts = [sent[at : at + 8_192] for at in range(0, len(sent), 8_192)]
    async with listening(door) as port:
        began = monotonic()
        answer = await said_to(port, head, *parts, pause=0.001)
    assert not answer or answer.startswith(b"HTTP/1.1 431"), answer
    assert monotonic() - began < 0.8 * SOON


async def test_a_body_in_the_smallest_pieces_is_taken(door: RunningService, peer: Peer) -> None:
    head = b"POST /api/v1/invitations/a/response HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    head += b"Transfer-Encoding: chunked\r\n\r\n"
    pieces = b"1\r\n{\r\n" + b"1\r\n \r\n" * 40_000 + b"1\r\n}\r\n0\r\n\r\n"
    parts = [pieces[at : at + 8_192] for at in range(0, len(pieces), 8_192)]
    async with listening(door) as port:
        answer = await said_to(port, head, *parts)
    assert answer.startswith(b"HTTP/1.1 200"), answer[:300]
    assert len(peer.seen[-1].body) == 40_002


SLOW = {
    "to a service": ("POST /api/v1/attachments", "Content-Length: 9", b"{"),
    "to a service, in pieces": (
        "POST /api/v1/invitations/a/response",
        "Transfer-Encoding: chunked",
        b"1\r\n{\r\n",
    ),
    "to a service, long": ("POST /api/v1/attachments", "Content-Length: 900000", b"{"),
    "to the gateway": ("POST /api/v1/portal-questions", "Content-Length: 9", b"{"),
}


@pytest.mark.parametrize("attack", SLOW)
async def test_a_body_that_trickles_is_given_up(door: RunningService, peer: Peer, attack: str) -> None:
    address, length, part = SLOW[attack]
    token = (await token_of(door, "can-bo-lan"))["Authorization"]
    head = (
        f"{address} HTTP/1.1\r\n{length}\r\nHost: x\r\nAuthorization: {token}\r\nIdempotency-Key: k\r\n\r\n"
    )
    async with listening(hasty(door)) as port:
        began = monotonic()
        answer = await said_to(port, head.encode(), *[part] * 3, pause=0.1)
    assert answer.startswith(b"HTTP/1.1 408"), answer[:200]
    assert monotonic() - began < SOON
    assert peer.seen == []


async def test_slow_askers_do_not_make_a_service_look_dead(door: RunningService, peer: Peer) -> None:
    """Eight of them are more than the breaker's five failures in a row."""
    head = b"POST /api/v1/invitations/a/response HTTP/1.1\r\nHost: x\r\n"
    head += b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"
    async with listening(hasty(door)) as port:
        answers = await asyncio.gather(*(said_to(port, head) for _ in range(8)))
    assert {answer[:12] for answer in answers} == {b"HTTP/1.1 408"}
    assert (await door.client.get("/api/v1/invitations/abc")).status_code == 200


async def test_a_machines_token_is_short_lived_and_holds_its_scope_only(door: RunningService) -> None:
    told = (await machine_token(door, "bo-nap", SECRET, "portal.read")).json()
    assert (told["scope"], told["expires_in"] <= 3600) == ("portal.read", True)
    assert "refresh_token" not in told
    door.clock.advance(timedelta(seconds=told["expires_in"] + 31))
    gone = await door.client.get("/api/v1/session", headers=bearer(told["access_token"]))
    assert gone.status_code == 401
