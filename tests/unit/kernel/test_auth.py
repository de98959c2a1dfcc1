"""Tokens are signed for one audience and one time; nothing else verifies."""

from datetime import timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import APART
from kernel.core.errors import Unauthenticated
from kernel.testing.fixed_clock import FixedClock
from kernel.web.auth import TokenSigner, TokenVerifier, new_private_jwk, public_jwks

KEY = new_private_jwk()
OFFICER = Caller(
    subject="can-bo-mai",
    kind=CallerKind.STAFF,
    name="Mai",
    roles=frozenset({"CLERK"}),
    agency="H99.201",
    unit="mot-cua",
)


@pytest.fixture
def clock():
    return FixedClock()


def test_a_signed_caller_is_the_verified_caller(clock):
    token, expires = TokenSigner(KEY, clock).sign(OFFICER)
    assert TokenVerifier(public_jwks(KEY), clock).verify(f"Bearer {token}") == OFFICER
    assert expires == clock.now().timestamp() + 120


def test_a_remembered_token_still_expires(clock):
    token, _ = TokenSigner(KEY, clock).sign(OFFICER)
    verifier = TokenVerifier(public_jwks(KEY), clock)
    verifier.verify(f"Bearer {token}")
    clock.advance(timedelta(seconds=121) + APART)
    with pytest.raises(Unauthenticated):
        verifier.verify(f"Bearer {token}")


@pytest.mark.parametrize("seconds", [-90, -1, 1, 90])
def test_a_gateway_whose_clock_differs_lets_people_in_all_the_same(clock, seconds):
    """As long as it uses a token: it is given back 20 s before its end."""
    theirs = FixedClock(clock.now() + timedelta(seconds=seconds))
    token, _ = TokenSigner(KEY, theirs).sign(OFFICER)
    verifier = TokenVerifier(public_jwks(KEY), clock)
    for _ in range(2):
        assert verifier.verify(f"Bearer {token}") == OFFICER
        clock.advance(timedelta(seconds=100))


def test_a_token_of_further_ahead_is_nobodys(clock):
    theirs = FixedClock(clock.now() + APART + timedelta(seconds=1))
    token, _ = TokenSigner(KEY, theirs).sign(OFFICER)
    with pytest.raises(Unauthenticated):
        TokenVerifier(public_jwks(KEY), clock).verify(f"Bearer {token}")


@pytest.mark.parametrize(
    "change", [{"iss": "other"}, {"aud": "other"}, {"kind": "king"}, {"exp": 1}, {"sub": None}]
)
def test_a_token_with_one_wrong_claim_is_refused(clock, change):
    now = int(clock.now().timestamp())
    claims = {
        "iss": "motcua-gateway",
        "aud": "motcua",
        "sub": "x",
        "kind": "staff",
        "exp": now + 60,
        **change,
    }
    token = jwt.encode({"alg": "Ed25519"}, claims, OKPKey.import_key(KEY), algorithms=["Ed25519"])
    with pytest.raises(Unauthenticated):
        TokenVerifier(public_jwks(KEY), clock).verify(f"Bearer {token}")


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer a.b.c", "Bearer " + "x" * 9000]
)
def test_anything_else_is_nobody(clock, header):
    with pytest.raises(Unauthenticated):
        TokenVerifier(public_jwks(KEY), clock).verify(header)
