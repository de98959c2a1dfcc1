"""What other sites' pages, addresses and paths would have the door do."""

import pytest

from kernel.testing.running import RunningService
from services.gateway.domain.routes import ROUTES
from tests.integration.gateway.attacks.conftest import ADAPTER, FORWARD, WRITE
from tests.integration.gateway.attacks.raw import listening, said_to
from tests.integration.gateway.conftest import token_of
from tests.integration.gateway.peer import Peer
from tests.integration.gateway.test_who_is_asking import (
    sign_in,
)

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
