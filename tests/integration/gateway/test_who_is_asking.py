"""Who passes the door: real tokens of real issuers, and everything that only looks like one."""

import base64
import hashlib
import hmac
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from kernel.testing.running import RunningService, a_person, an_event
from tests.integration.gateway.conftest import Open, machine_token, token_of
from tests.integration.gateway.peer import Peer

ISSUER = "https://xacthuc.example"
RSA = RSAKey.generate_key(2048, {"kid": "rsa-1"})
OTHER_RSA = RSAKey.generate_key(2048, {"kid": "rsa-1"})
NEW_EC = ECKey.generate_key("P-256", {"kid": "ec-2"})
SECRET = "a-long-random-secret"
MACHINE = {
    "client_id": "bo-nap",
    "secret_sha256": hashlib.sha256(SECRET.encode()).hexdigest(),
    "scopes": ["catalog.import", "portal.read"],
}
VNEID = {"issuer": ISSUER, "kind": "person", "audience": "mot-cua"}


def public(*keys: Any) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=False) for key in keys]}


def an_outside_token(
    door: RunningService, key: Any = RSA, algorithm: str = "RS256", *, without: str = "", **changed: Any
) -> str:
    now = int(door.clock.now().timestamp())
    claims = {
        "iss": ISSUER,
        "aud": "mot-cua",
        "sub": "s-1",
        "TechID": "tech-1",
        "LoaiTaiKhoan": 1,
        "HoVaTen": "Lò Thị Súa",
        "SoDinhDanh": "099195000033",
        "IAL": 2,
        "exp": now + 600,
        **changed,
    }
    claims.pop(without, None)
    return jwt.encode({"alg": algorithm, "kid": key.kid or ""}, claims, key, algorithms=[algorithm])


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def session_of(door: RunningService, token: str) -> Any:
    return await door.client.get("/api/v1/session", headers=bearer(token))


@pytest.fixture
async def vneid_door(open_door: Open) -> RunningService:
    return await open_door(issuers=[{**VNEID, "jwks": public(RSA)}])


async def test_a_person_of_vneid_is_known_by_tech_id_and_name(vneid_door: RunningService) -> None:
    answer = await session_of(vneid_door, an_outside_token(vneid_door))
    assert answer.status_code == 200
    assert answer.json() == {
        "subject": "tech-1",
        "kind": "person",
        "name": "Lò Thị Súa",
        "roles": [],
        "agency": "",
        "unit": "",
        "assurance": "2",
        "assurance_level": 2,
    }


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "someone-else"},
        {"iss": "https://other.example"},
        {"exp": 1},
        {"exp": None},
        {"sub": "", "TechID": ""},
    ],
)
async def test_a_token_that_is_not_for_us_or_over_is_refused(
    vneid_door: RunningService, changed: dict[str, Any]
) -> None:
    answer = await session_of(vneid_door, an_outside_token(vneid_door, **changed))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["code"] == "unauthenticated"


def signed_with_the_public_key(good: str) -> str:
    """The old confusion: the public key, which everybody has, taken for a shared secret."""
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"rsa-1"}').decode().rstrip("=")
    signed = f"{header}.{good.split('.')[1]}"
    mac = hmac.new(RSA.as_pem(private=False), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


async def test_a_forged_token_is_refused(vneid_door: RunningService) -> None:
    good = an_outside_token(vneid_door)
    forged = [
        an_outside_token(vneid_door, OTHER_RSA),
        good[:-4] + ("AAAA" if not good.endswith("AAAA") else "BBBB"),
        signed_with_the_public_key(good),
        "eyJhbGciOiJub25lIn0." + good.split(".")[1] + ".",
        "not-a-token",
        "a.b.c",
        good + "." + good,
        vneid_door.token(a_person()),
    ]
    for token in forged:
        assert (await session_of(vneid_door, token)).status_code == 401, token


async def test_a_known_token_ends_with_its_own_time(vneid_door: RunningService) -> None:
    token = an_outside_token(vneid_door, exp=int(vneid_door.clock.now().timestamp()) + 60)
    assert (await session_of(vneid_door, token)).status_code == 200
    vneid_door.clock.advance(timedelta(seconds=95))
    assert (await session_of(vneid_door, token)).status_code == 401


async def test_new_keys_of_an_issuer_are_found_without_a_restart(open_door: Open, peer: Peer) -> None:
    peer.documents["/jwks"] = public(RSA)
    door = await open_door(issuers=[{**VNEID, "jwks_url": f"{peer.url}/jwks"}])
    assert (await session_of(door, an_outside_token(door))).status_code == 200

    peer.documents["/jwks"] = public(RSA, NEW_EC)
    rotated = an_outside_token(door, NEW_EC, "ES256")
    assert (await session_of(door, rotated)).status_code == 401
    keys = door.runtime.resources.sign_in._provider._keys
    keys._tried[ISSUER] -= 31

    assert (await session_of(door, rotated)).status_code == 200
    assert len(peer.seen) == 2


async def test_an_issuer_that_is_down_is_503_and_not_asked_by_every_request(
    open_door: Open, peer: Peer
) -> None:
    peer.status = 500
    door = await open_door(issuers=[{**VNEID, "jwks_url": f"{peer.url}/jwks"}])
    for _ in range(3):
        answer = await session_of(door, an_outside_token(door))
        assert answer.status_code == 503
    assert len(peer.seen) == 1


def staff_changed(version: int = 1, **changed: Any) -> Any:
    data = {
        "subject": "can-bo-lan",
        "name": "Bùi Thị Lan",
        "agency": "H99.201",
        "unit": "mot-cua",
        "roles": ["ONE_STOP_OFFICER"],
        **changed,
    }
    return an_event("staff.changed.v1", data["subject"], data, sequence=version)


async def test_an_officer_has_the_roles_of_the_directory(door: RunningService, peer: Peer) -> None:
    await door.receive(staff_changed())
    headers = await token_of(door, "can-bo-lan")

    answer = await door.client.get("/api/v1/session", headers=headers)

    assert answer.json()["kind"] == "staff"
    assert answer.json()["roles"] == ["ONE_STOP_OFFICER"]
    assert answer.json()["agency"] == "H99.201"
    assert (await door.client.get("/api/v1/inbox", headers=headers)).status_code == 200


async def test_an_older_state_of_an_officer_never_replaces_a_newer_one(door: RunningService) -> None:
    await door.receive(staff_changed(3, roles=["SPECIALIST"]), staff_changed(2, roles=["ADMIN"]))
    answer = await door.client.get("/api/v1/session", headers=await token_of(door, "can-bo-lan"))
    assert answer.json()["roles"] == ["SPECIALIST"]


async def test_who_left_the_office_is_no_officer_any_more(door: RunningService) -> None:
    await door.receive(staff_changed(valid_to="2026-01-31"))
    answer = await door.client.get("/api/v1/session", headers=await token_of(door, "can-bo-lan"))
    assert answer.json()["kind"] == "person"
    assert answer.json()["roles"] == []


async def test_a_citizens_account_never_becomes_an_officer(open_door: Open) -> None:
    door = await open_door(issuers=[{**VNEID, "jwks": public(RSA)}])
    await door.receive(staff_changed(subject="tech-1"))
    answer = await session_of(door, an_outside_token(door))
    assert answer.json()["kind"] == "person"


async def test_a_staff_issuers_subject_is_looked_for_in_the_directory(open_door: Open) -> None:
    door = await open_door(issuers=[{**VNEID, "kind": "staff", "jwks": public(RSA)}])
    await door.receive(staff_changed())
    answer = await session_of(door, an_outside_token(door, sub="can-bo-lan"))
    assert answer.json()["kind"] == "staff"


async def test_the_door_turns_a_citizen_away_from_office_work(door: RunningService, peer: Peer) -> None:
    headers = await token_of(door, "cong-dan-an")
    answer = await door.client.get("/api/v1/inbox", headers=headers)
    assert answer.status_code == 403
    answer = await door.client.post("/api/v1/dossiers/1/result", json={}, headers=headers)
    assert answer.status_code == 403
    assert peer.seen == []


async def test_a_machine_has_its_scopes_and_no_more(open_door: Open, peer: Peer) -> None:
    door = await open_door(service_clients=[MACHINE])
    answer = await machine_token(door, "bo-nap", SECRET)
    assert answer.json()["scope"] == "catalog.import portal.read"
    headers = bearer(answer.json()["access_token"])
    assert (await door.client.post("/api/v1/imports", json={}, headers=headers)).status_code == 200
    assert (await door.client.post("/api/v1/portal-dossiers", json={}, headers=headers)).status_code == 403
    narrow = await machine_token(door, "bo-nap", SECRET, "portal.read")
    refused = await door.client.post(
        "/api/v1/imports", json={}, headers=bearer(narrow.json()["access_token"])
    )
    assert refused.status_code == 403
    assert len(peer.seen) == 1


async def test_a_machine_may_show_its_key_directly(open_door: Open, peer: Peer) -> None:
    door = await open_door(service_clients=[MACHINE])
    assert (await door.client.post("/api/v1/imports", json={}, auth=("bo-nap", SECRET))).status_code == 200
    assert (await door.client.post("/api/v1/imports", json={}, auth=("bo-nap", "wrong"))).status_code == 401
    assert (await door.client.post("/api/v1/imports", json={}, auth=("nobody", SECRET))).status_code == 401
    assert len(peer.seen) == 1


async def test_wrong_token_requests_are_refused_as_oauth_says(open_door: Open) -> None:
    door = await open_door(service_clients=[MACHINE])
    wrong = await machine_token(door, "bo-nap", "wrong")
    assert (wrong.status_code, wrong.json()) == (401, {"error": "invalid_client"})
    greedy = await machine_token(door, "bo-nap", SECRET, "portal.intake")
    assert (greedy.status_code, greedy.json()) == (400, {"error": "invalid_scope"})
    form = {"grant_type": "urn:motcua:development", "subject": "nobody"}
    unknown = await door.client.post("/oidc/token", data=form)
    assert (unknown.status_code, unknown.json()) == (400, {"error": "invalid_grant"})
    twice = await door.client.post(
        "/oidc/token",
        content="grant_type=a&grant_type=b",
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert twice.status_code == 400


async def test_without_the_development_issuer_there_are_no_sample_people(open_door: Open) -> None:
    door = await open_door(development_issuer=False, service_clients=[MACHINE])
    form = {"grant_type": "urn:motcua:development", "subject": "cong-dan-an"}
    assert (await door.client.post("/oidc/token", data=form)).json() == {"error": "unsupported_grant_type"}
    assert (await door.client.get("/oidc/authorize")).status_code == 404
    assert (await machine_token(door, "bo-nap", SECRET)).status_code == 200


async def sign_in(door: RunningService, subject: str, return_to: str = "/ho-so") -> Any:
    """Play the browser: login, choose a sample user, come back."""
    begun = await door.client.get("/session/login", params={"return_to": return_to})
    assert begun.status_code == 303
    asked = urlsplit(begun.headers["location"])
    page = await door.client.get(f"{asked.path}?{asked.query}")
    assert page.status_code == 200
    assert "Nguyễn Văn An" in page.text
    form = {**dict(parse_qsl(asked.query)), "subject": subject}
    chosen = await door.client.post(asked.path, data=form)
    assert chosen.status_code == 303
    back = urlsplit(chosen.headers["location"])
    return await door.client.get(f"{back.path}?{back.query}")


async def test_a_browser_signs_in_acts_and_signs_out(door: RunningService, peer: Peer) -> None:
    back = await sign_in(door, "cong-dan-an")
    assert back.status_code == 303
    assert back.headers["location"] == "/ho-so"
    cookie = next(
        value for value in back.headers.get_list("set-cookie") if value.startswith("motcua_session=")
    )
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie

    assert (await door.client.get("/api/v1/session")).json()["subject"] == "cong-dan-an"
    assert (await door.client.post("/api/v1/dossiers", json={})).json()["code"] == "cross-site"
    assert peer.seen == []
    sent = await door.client.post("/api/v1/dossiers", json={}, headers={"X-Requested-With": "motcua"})
    assert sent.status_code == 200
    assert "cookie" not in peer.seen[0].headers

    stolen = dict(door.client.cookies)
    assert (await door.client.delete("/session")).status_code == 403
    out = await door.client.delete("/session", headers={"X-Requested-With": "motcua"})
    assert out.status_code == 204
    door.client.cookies.clear()
    stale = "; ".join(f"{name}={value}" for name, value in stolen.items())
    assert (await door.client.get("/api/v1/session", headers={"Cookie": stale})).status_code == 401


async def test_a_session_is_kept_hashed_and_sealed(door: RunningService) -> None:
    await sign_in(door, "cong-dan-an")
    row = await door.runtime.pool.fetchrow("SELECT * FROM sessions")
    number = door.client.cookies["motcua_session"]
    assert row["id_hash"] == hashlib.sha256(number.encode()).digest()
    assert "099088000011" not in row["identity"]
    door.client.cookies.clear()


async def test_a_session_ends_by_itself(door: RunningService) -> None:
    await sign_in(door, "cong-dan-an")
    door.clock.advance(timedelta(hours=8, seconds=1))
    assert (await door.client.get("/api/v1/session")).status_code == 401
    door.client.cookies.clear()


async def test_a_sign_in_that_began_elsewhere_is_not_finished_here(door: RunningService) -> None:
    answer = await door.client.get("/session/callback?code=x&state=y")
    assert answer.status_code == 400
    assert answer.json()["code"] == "sign-in-broken"
    await door.client.get("/session/login")
    answer = await door.client.get("/session/callback?code=x&state=y")
    assert answer.json()["code"] == "sign-in-broken"
    door.client.cookies.clear()


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:1"]
)
async def test_after_sign_in_nobody_is_sent_elsewhere(door: RunningService, elsewhere: str) -> None:
    back = await sign_in(door, "cong-dan-an", elsewhere)
    assert back.headers["location"] == "/"
    door.client.cookies.clear()


async def test_a_code_is_good_once_and_only_for_its_verifier(door: RunningService) -> None:
    issuer = door.runtime.resources.own_issuer
    asked = {
        "client_id": "motcua-web",
        "redirect_uri": "http://127.0.0.1:8000/session/callback",
        "response_type": "code",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    code = issuer.code_for("cong-dan-an", asked)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": asked["redirect_uri"]}
    wrong = await door.client.post("/oidc/token", data={**form, "code_verifier": "other"})
    assert wrong.json() == {"error": "invalid_grant"}
    good = await door.client.post("/oidc/token", data={**form, "code_verifier": verifier})
    assert good.status_code == 200
    assert good.json()["id_token"]
    again = await door.client.post("/oidc/token", data={**form, "code_verifier": verifier})
    assert again.json() == {"error": "invalid_grant"}


async def test_a_browser_signs_in_at_an_outside_issuer(open_door: Open, peer: Peer) -> None:
    outside = {
        **VNEID,
        "jwks": public(RSA),
        "client_id": "cua-vao",
        "authorization_url": f"{peer.url}/auth",
        "token_url": f"{peer.url}/token",
        "userinfo_url": f"{peer.url}/userinfo",
    }
    door = await open_door(issuers=[outside])
    begun = await door.client.get("/session/login", params={"issuer": ISSUER, "return_to": "/ho-so"})
    asked = dict(parse_qsl(urlsplit(begun.headers["location"]).query))
    identity = an_outside_token(door, aud="cua-vao", nonce=asked["nonce"], HoVaTen="")
    peer.documents = {
        "/token": {"id_token": identity, "access_token": "at"},
        "/userinfo": {"sub": "s-1", "HoVaTen": "Lò Thị Súa"},
    }
    wrong = await door.client.get(f"/session/callback?code=c&state={asked['state']}x")
    assert wrong.status_code == 400

    back = await door.client.get(f"/session/callback?code=c&state={asked['state']}")

    assert back.status_code == 303
    assert (await door.client.get("/api/v1/session")).json()["subject"] == "tech-1"
    sent = dict(parse_qsl(peer.seen[0].body.decode()))
    assert sent["code_verifier"]
    assert sent["code"] == "c"
    door.client.cookies.clear()


async def test_an_exchange_is_remembered_until_shortly_before_its_end(vneid_door: RunningService) -> None:
    header = f"Bearer {an_outside_token(vneid_door)}"
    who = vneid_door.runtime.resources.who
    first = await who.by_authorization(header)
    assert await who.by_authorization(header) is first
    vneid_door.clock.advance(timedelta(seconds=101))
    later = await who.by_authorization(header)
    assert later.authorization != first.authorization


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/api/v1/session", "Authorization"),
        ("GET", "/api/v1/dossiers", "authorization"),
        ("POST", "/api/v1/invitations/abc/response", "Authorization"),
        ("DELETE", "/session?everywhere=true", "Authorization"),
        ("POST", "/XrdAdapter/RestService/forward/nhanhsdvcqg", "X-Adapter-Key"),
    ],
)
async def test_who_is_asking_is_said_once(
    door: RunningService, peer: Peer, method: str, path: str, name: str
) -> None:
    """A proxy before us may have judged the one, and we would follow the other."""
    mine = (await token_of(door, "cong-dan-an"))["Authorization"]
    theirs = (await token_of(door, "can-bo-lan"))["Authorization"]
    for said in ((mine, theirs), (mine, mine), (theirs, "")):
        headers = [("Idempotency-Key", "k"), *((name, one) for one in said)]
        answer = await door.client.request(
            method, path, json={} if method == "POST" else None, headers=headers
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "repeated-header"), said
    assert peer.seen == []
