"""Tokens that are not good, or not any more."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from kernel.testing.running import RunningService
from tests.integration.gateway.attacks.conftest import NAME
from tests.integration.gateway.conftest import Open
from tests.integration.gateway.peer import Peer
from tests.integration.gateway.test_who_is_asking import (
    ISSUER,
    NEW_EC,
    OTHER_RSA,
    RSA,
    SECRET,
    VNEID,
    an_outside_token,
    bearer,
    machine_token,
    public,
    signed_with_the_public_key,
)


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


async def test_a_machines_token_is_short_lived_and_holds_its_scope_only(door: RunningService) -> None:
    told = (await machine_token(door, "bo-nap", SECRET, "portal.read")).json()
    assert (told["scope"], told["expires_in"] <= 3600) == ("portal.read", True)
    assert "refresh_token" not in told
    door.clock.advance(timedelta(seconds=told["expires_in"] + 31))
    gone = await door.client.get("/api/v1/session", headers=bearer(told["access_token"]))
    assert gone.status_code == 401
