"""Signing in with a second factor, and out: here, everywhere, at the issuer, and at the issuer's word."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from kernel.bus.memory import MemoryBus
from kernel.testing.fixed_clock import FixedClock
from kernel.testing.running import TEST_KEY, RunningService, running
from services.gateway.app import service as gateway
from tests.integration.gateway.conftest import Open
from tests.integration.gateway.peer import Peer
from tests.integration.gateway.test_who_is_asking import (
    ISSUER,
    OTHER_RSA,
    RSA,
    VNEID,
    an_outside_token,
    bearer,
    public,
    session_of,
    sign_in,
    staff_changed,
)

AS_THE_OTHER = (
    *("public_url", "development_issuer", "sample_users_file"),
    *("catalog_url", "dossier_url", "notify_url", "survey_url"),
)
OURS = {"X-Requested-With": "motcua"}
SIGNED_OUT = {"http://schemas.openid.net/event/backchannel-logout": {}}
STAFF = {**VNEID, "kind": "staff", "jwks": public(RSA), "second_factors": ["mfa", "LoA3"]}


def with_browser(peer: Peer, **more: Any) -> dict[str, Any]:
    return {
        **VNEID,
        "jwks": public(RSA),
        "client_id": "cua-vao",
        "authorization_url": f"{peer.url}/auth",
        "token_url": f"{peer.url}/token",
        "end_session_url": f"{peer.url}/logout",
        **more,
    }


async def signs_in_outside(door: RunningService, peer: Peer, query: str = "", **claims: Any) -> str:
    """Sign a browser in at the issuer; return the number of its session."""
    begun = await door.client.get(f"/session/login?issuer={ISSUER}{query}")
    asked = dict(parse_qsl(urlsplit(begun.headers["location"]).query))
    token = an_outside_token(door, aud="cua-vao", nonce=asked["nonce"], **claims)
    peer.documents = {"/token": {"id_token": token, "access_token": "at"}}
    back = await door.client.get(f"/session/callback?code=c&state={asked['state']}")
    assert back.status_code == 303, back.text
    number = str(door.client.cookies["motcua_session"])
    door.client.cookies.clear()
    return number


async def is_known(door: RunningService, number: str) -> bool:
    headers = {"Cookie": f"motcua_session={number}"}
    return (await door.client.get("/api/v1/session", headers=headers)).status_code == 200


@asynccontextmanager
async def while_the_issuer_is_asked(
    door: RunningService, does: Callable[[], Awaitable[None]], *, seconds: float = 2
) -> AsyncIterator[None]:
    """Let something happen after the issuer has given its word and before the door has kept a session."""
    provider = door.runtime.resources.sign_in._provider
    redeem = provider.redeem

    async def slowly(*given: Any, **named: Any) -> Any:
        identity = await redeem(*given, **named)
        door.clock.advance(timedelta(seconds=seconds))
        await does()
        return identity

    provider.redeem = slowly
    try:
        yield
    finally:
        provider.redeem = redeem


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({}, 403),
        ({"amr": ["pwd"]}, 403),
        ({"amr": "mfa"}, 403),
        ({"acr": "LoA2"}, 403),
        ({"acr": "LoA3"}, 200),
        ({"amr": ["pwd", "mfa"]}, 200),
    ],
)
async def test_staff_show_the_second_factor_their_issuer_was_to_ask_for(
    open_door: Open, claims: dict[str, Any], status: int
) -> None:
    door = await open_door(issuers=[STAFF])
    await door.receive(staff_changed())
    answer = await session_of(door, an_outside_token(door, sub="can-bo-lan", **claims))
    assert answer.status_code == status
    assert (answer.json().get("code") == "second-factor-missing") is (status == 403)


async def test_an_assurance_level_is_asked_for_in_the_issuers_words(open_door: Open, peer: Peer) -> None:
    door = await open_door(issuers=[with_browser(peer, acr_values="LoA1")])
    for query, wanted in (("", "LoA1"), ("&acr=LoA3", "LoA3")):
        begun = await door.client.get(f"/session/login?issuer={ISSUER}{query}")
        assert dict(parse_qsl(urlsplit(begun.headers["location"]).query))["acr_values"] == wanted
    assert (await door.client.get("/session/login?acr=a%20b%26c=d")).status_code == 422
    door.client.cookies.clear()


async def test_signing_out_everywhere_ends_every_session_of_ones_own(open_door: Open, peer: Peer) -> None:
    door = await open_door(issuers=[with_browser(peer)])
    phone, laptop = await signs_in_outside(door, peer), await signs_in_outside(door, peer)
    other = await signs_in_outside(door, peer, sub="s-2", TechID="tech-2")
    assert [await is_known(door, one) for one in (phone, laptop, other)] == [True] * 3
    cookie = {"Cookie": f"motcua_session={phone}"}

    assert (await door.client.delete("/session?everywhere=true", headers=cookie)).status_code == 403
    out = await door.client.delete("/session?everywhere=true", headers={**cookie, **OURS})

    assert out.status_code == 204
    assert [await is_known(door, one) for one in (phone, laptop, other)] == [False, False, True]
    again = await door.client.delete("/session?everywhere=true", headers={**cookie, **OURS})
    assert again.status_code == 401


async def test_signing_out_goes_on_to_the_issuer_with_its_own_token(open_door: Open, peer: Peer) -> None:
    door = await open_door(issuers=[with_browser(peer)])
    number = await signs_in_outside(door, peer)
    cookie = {"Cookie": f"motcua_session={number}"}
    for foreign in ({}, {"Origin": "https://evil.example"}):
        refused = await door.client.post("/session/sign-out", headers={**cookie, **foreign})
        assert (refused.status_code, refused.json()["code"]) == (403, "cross-site")
    assert await is_known(door, number)

    out = await door.client.post("/session/sign-out", headers={**cookie, "Origin": "http://gateway"})

    assert out.status_code == 200
    where = urlsplit(led_to(out.text))
    told = dict(parse_qsl(where.query))
    assert f"{where.scheme}://{where.netloc}{where.path}" == f"{peer.url}/logout"
    assert told["id_token_hint"] == peer.documents["/token"]["id_token"]
    assert told["post_logout_redirect_uri"] == "http://127.0.0.1:8000/"
    assert "form-action 'self'" in out.headers["content-security-policy"]
    assert not await is_known(door, number)


def led_to(page: str) -> str:
    """Where a page leads the browser on to: no redirect, which a form's policy would stop at our own site."""
    found = re.search(r'<meta http-equiv="refresh" content="0;url=([^"]+)">', page)
    assert found, page
    return unescape(found[1])


async def test_a_script_is_told_where_to_leave(open_door: Open, peer: Peer) -> None:
    door = await open_door(issuers=[with_browser(peer)])
    cookie = {"Cookie": f"motcua_session={await signs_in_outside(door, peer)}"}
    out = await door.client.post("/session/sign-out", headers={**cookie, **OURS})
    assert out.json()["address"].startswith(f"{peer.url}/logout?id_token_hint=")


async def test_a_session_that_ends_while_it_is_looked_up_is_not_remembered(
    open_door: Open, peer: Peer
) -> None:
    """The lookup read it, the sign-out ended and forgot it, and only then the lookup came to its end."""
    door = await open_door(issuers=[with_browser(peer)])
    gate = Held(door.runtime.resources.who)
    for sign_out in ("/session", "/session?everywhere=true"):
        number = await signs_in_outside(door, peer)
        cookie = {"Cookie": f"motcua_session={number}"}
        async with gate.holding():
            under_way = asyncio.create_task(door.client.get("/api/v1/session", headers=cookie))
            await gate.has_read.wait()
            gate.is_open_for_others = True
            out = await door.client.delete(sign_out, headers={**cookie, **OURS})
            assert out.status_code == 204, out.text
        assert (await under_way).status_code == 200, "it came before"
        assert not await is_known(door, number), sign_out


async def test_a_slow_issuer_does_not_keep_a_session_that_has_ended(open_door: Open, peer: Peer) -> None:
    """Where the issuer must be asked for its page to leave by, the session is over before that."""
    door = await open_door(issuers=[with_browser(peer)])
    number = await signs_in_outside(door, peer)
    cookie = {"Cookie": f"motcua_session={number}"}
    assert await is_known(door, number)
    sign_in, asked, answers = door.runtime.resources.sign_in, asyncio.Event(), asyncio.Event()
    leaving = sign_in._provider.leaving

    async def slowly(*given: Any) -> str:
        asked.set()
        await answers.wait()
        return str(await leaving(*given))

    sign_in._provider.leaving = slowly
    out = asyncio.create_task(door.client.post("/session/sign-out", headers={**cookie, **OURS}))
    await asked.wait()
    assert not await is_known(door, number)
    answers.set()
    assert (await out).status_code == 200


class Held:
    """Stands before the sessions of who is asking: a lookup has read, and is held before it goes on."""

    def __init__(self, who: Any) -> None:
        self._real, who._sessions = who._sessions, self
        self.has_read, self._goes_on = asyncio.Event(), asyncio.Event()
        self._goes_on.set()
        self.is_open_for_others = False

    @asynccontextmanager
    async def holding(self) -> AsyncIterator[None]:
        """Hold the next lookup until the end."""
        self.has_read.clear()
        self._goes_on.clear()
        self.is_open_for_others = False
        yield
        self._goes_on.set()

    async def find(self, *given: Any) -> Any:
        is_others = self.is_open_for_others
        found = await self._real.find(*given)
        self.has_read.set()
        if not is_others:
            await self._goes_on.wait()
        return found


async def test_an_issuer_without_a_page_to_leave_by_leads_to_our_own(door: RunningService) -> None:
    await sign_in(door, "cong-dan-an")
    out = await door.client.post("/session/sign-out", headers={"Origin": "http://gateway"})
    assert (out.status_code, out.headers["location"]) == (303, "/")
    assert (await door.client.get("/api/v1/session")).status_code == 401
    door.client.cookies.clear()


async def says(door: RunningService, token: str) -> int:
    return (await door.client.post("/session/back-channel", data={"logout_token": token})).status_code


async def test_an_issuer_ends_one_session_or_all_of_a_subject(open_door: Open, peer: Peer) -> None:
    door = await open_door(issuers=[with_browser(peer)])
    first = await signs_in_outside(door, peer, sid="a")
    second = await signs_in_outside(door, peer, sid="b")
    other = await signs_in_outside(door, peer, sub="s-2", TechID="tech-2", sid="c")
    numbers = (first, second, other)
    assert [await is_known(door, one) for one in numbers] == [True] * 3

    assert await says(door, an_outside_token(door, aud="cua-vao", events=SIGNED_OUT, sid="a")) == 200
    assert [await is_known(door, one) for one in numbers] == [False, True, True]
    assert await says(door, an_outside_token(door, aud="cua-vao", events=SIGNED_OUT)) == 200
    assert [await is_known(door, one) for one in numbers] == [False, False, True]


async def test_an_issuer_ends_a_session_by_its_name_alone(open_door: Open, peer: Peer) -> None:
    """Back-Channel Logout 1.0, 2.4: a logout token names a subject, a session or both."""
    door = await open_door(issuers=[with_browser(peer)])
    first = await signs_in_outside(door, peer, sid="a")
    second = await signs_in_outside(door, peer, sid="b")
    other = await signs_in_outside(door, peer, sub="s-2", TechID="tech-2", sid="a-2")
    numbers = (first, second, other)
    app = bearer(an_outside_token(door, sid="a"))
    assert (await door.client.get("/api/v1/session", headers=app)).status_code == 200
    told = an_outside_token(door, aud="cua-vao", events=SIGNED_OUT, without="sub", sid="khac")
    assert (await says(door, told), [await is_known(door, one) for one in numbers]) == (200, [True] * 3)
    told = an_outside_token(door, aud="cua-vao", events=SIGNED_OUT, without="sub", sid="a")
    assert await says(door, told) == 200
    assert [await is_known(door, one) for one in numbers] == [False, True, True]
    assert (await door.client.get("/api/v1/session", headers=app)).status_code == 401
    told = an_outside_token(door, aud="cua-vao", events=SIGNED_OUT, sub="s-2", sid="b")
    assert (await says(door, told), [await is_known(door, one) for one in numbers]) == (
        200,
        [False, True, True],
    ), "another's session is not theirs to end"


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "cua-vao"},
        {"aud": "cua-vao", "events": SIGNED_OUT, "without": "sub"},
        {"aud": "cua-vao", "events": SIGNED_OUT, "without": "sub", "sid": {}},
        {"aud": "cua-vao", "events": SIGNED_OUT, "sub": "", "sid": ""},
        {"aud": "mot-cua", "events": SIGNED_OUT},
        {"aud": "cua-vao", "events": SIGNED_OUT, "nonce": "n"},
        {"aud": "cua-vao", "events": SIGNED_OUT, "exp": 1},
        {"aud": "cua-vao", "events": SIGNED_OUT, "key": OTHER_RSA},
        {"aud": "cua-vao", "events": SIGNED_OUT, "iss": "https://khac.example"},
    ],
)
async def test_nobody_elses_word_ends_a_session(open_door: Open, peer: Peer, wrong: dict[str, Any]) -> None:
    door = await open_door(issuers=[with_browser(peer)])
    number = await signs_in_outside(door, peer)
    assert await says(door, an_outside_token(door, **wrong)) == 400
    assert await is_known(door, number)


async def test_a_session_ended_at_the_issuer_while_it_is_asked_about_never_begins(
    open_door: Open, peer: Peer
) -> None:
    door = await open_door(issuers=[with_browser(peer)])

    async def ends() -> None:
        token = an_outside_token(door, aud="cua-vao", events=SIGNED_OUT, sid="phien-9", jti="j-9")
        told = await door.client.post("/session/back-channel", data={"logout_token": token})
        assert told.status_code == 200

    async with while_the_issuer_is_asked(door, ends):
        assert await finishes(door, peer, sid="phien-9") == 400
    assert await is_known(door, await signs_in_outside(door, peer, sid="phien-10"))


@pytest.mark.parametrize(("behind", "seconds"), [(0, 0.3), (2, 1), (0, 2)])
async def test_a_sign_in_under_way_is_over_by_a_word_of_its_subject_whatever_the_issuers_clock_says(
    open_door: Open, peer: Peer, behind: int, seconds: float
) -> None:
    """The word tells whole seconds of the issuer's clock, which may be the sign-in's own or before it."""
    door = await open_door(issuers=[with_browser(peer)])
    door.clock.advance(timedelta(seconds=0.6))

    async def ends() -> None:
        at = int(door.clock.now().timestamp()) - behind
        assert await says(door, an_outside_token(door, aud="cua-vao", events=SIGNED_OUT, iat=at)) == 200

    async with while_the_issuer_is_asked(door, ends, seconds=seconds):
        assert await finishes(door, peer, sid="phien-9") == 400
    door.clock.advance(timedelta(seconds=0.1))
    assert await is_known(door, await signs_in_outside(door, peer, sid="phien-10"))


async def test_who_signs_out_everywhere_is_not_signed_in_by_a_sign_in_that_was_under_way(
    open_door: Open, peer: Peer
) -> None:
    door = await open_door(issuers=[with_browser(peer)])
    phone = await signs_in_outside(door, peer)

    async def ends() -> None:
        headers = {"Cookie": f"motcua_session={phone}", **OURS}
        assert (await door.client.delete("/session?everywhere=true", headers=headers)).status_code == 204

    async with while_the_issuer_is_asked(door, ends):
        assert await finishes(door, peer) == 400
    door.clock.advance(timedelta(seconds=2))
    assert await is_known(door, await signs_in_outside(door, peer))


async def finishes(door: RunningService, peer: Peer, **claims: Any) -> int:
    """Sign in at the issuer; return how the door answers the browser that comes back."""
    begun = await door.client.get(f"/session/login?issuer={ISSUER}")
    asked = dict(parse_qsl(urlsplit(begun.headers["location"]).query))
    token = an_outside_token(door, aud="cua-vao", nonce=asked["nonce"], **claims)
    peer.documents = {"/token": {"id_token": token, "access_token": "at"}}
    back = await door.client.get(f"/session/callback?code=c&state={asked['state']}")
    door.client.cookies.clear()
    return back.status_code


async def test_accounts_the_issuer_tells_no_tech_id_of_are_not_one_person(
    open_door: Open, peer: Peer
) -> None:
    """VNeID directly: who was never on the portal has none, and a serializer writes `null`."""
    door = await open_door(issuers=[with_browser(peer)])
    an, binh = [
        await signs_in_outside(door, peer, sub=sub, TechID=None, SoDinhDanh=number)
        for sub, number in (("s-an", "099088000011"), ("s-binh", "099192000022"))
    ]
    subjects = await door.runtime.pool.fetch("SELECT subject FROM sessions ORDER BY subject")
    assert [row["subject"].rpartition(":")[2] for row in subjects] == ["s-an", "s-binh"]
    headers = {"Cookie": f"motcua_session={an}", **OURS}
    assert (await door.client.delete("/session?everywhere=true", headers=headers)).status_code < 300
    assert (await is_known(door, an), await is_known(door, binh)) == (False, True)


async def test_a_logout_whose_session_is_told_as_nothing_ends_all_of_the_subject(
    open_door: Open, peer: Peer
) -> None:
    door = await open_door(issuers=[with_browser(peer)])
    number = await signs_in_outside(door, peer, sid="sid-1")
    door.clock.advance(timedelta(seconds=3))
    at = int(door.clock.now().timestamp())
    told = an_outside_token(door, aud="cua-vao", events=SIGNED_OUT, jti="j1", iat=at, sid=None)
    answer = await door.client.post("/session/back-channel", data={"logout_token": told})
    assert (answer.status_code, await is_known(door, number)) == (200, False)


@pytest.mark.parametrize("of", [{}, {"sid": "sid-1"}], ids=["a subject", "a session"])
async def test_a_logout_told_again_ends_nothing_that_began_after_it_was_first_heard(
    open_door: Open, peer: Peer, of: dict[str, Any]
) -> None:
    """Who did not hear our 200 tells it again, and so may whoever saw it go by, until it is over."""
    door = await open_door(issuers=[with_browser(peer)])
    number = await signs_in_outside(door, peer, sid="sid-1")
    door.clock.advance(timedelta(seconds=3))
    at = int(door.clock.now().timestamp())
    told = an_outside_token(door, aud="cua-vao", events=SIGNED_OUT, jti="j-again", iat=at, **of)
    assert (await says(door, told), await is_known(door, number)) == (200, False)
    door.clock.advance(timedelta(seconds=20))
    again = await signs_in_outside(door, peer, sid="sid-1")
    for seconds in (0, 60, 100):
        door.clock.advance(timedelta(seconds=seconds))
        assert (await says(door, told), await is_known(door, again)) == (200, True)
    async with while_the_issuer_is_asked(door, partial(says_again, door, told)):
        assert await finishes(door, peer, sid="sid-2") == 303
    later = an_outside_token(door, aud="cua-vao", events=SIGNED_OUT, jti="j-later", **of)
    assert (await says(door, later), await is_known(door, again)) == (200, False)


@pytest.mark.parametrize("sid", ["a", None], ids=["a session", "a subject"])
@pytest.mark.parametrize("behind", [1, 20, 60])
async def test_a_process_whose_clock_is_behind_ends_what_another_has_just_opened(
    open_door: Open, peer: Peer, behind: int, sid: str | None
) -> None:
    """Two of them serve one province; the issuer tells whichever it meets."""
    door = await open_door(issuers=[with_browser(peer)])
    given = {name: getattr(door.runtime.settings, name) for name in AS_THE_OTHER}
    clock = FixedClock(door.clock.now() - timedelta(seconds=behind))
    url = door.runtime.settings.database_url.get_secret_value()
    other = {**given, "internal_private_jwk": json.dumps(TEST_KEY), "issuers": [with_browser(peer)]}
    async with running(gateway, url, MemoryBus(), other, clock) as second:
        number = await signs_in_outside(door, peer, sid="a")
        assert (await is_known(door, number), await is_known(second, number)) == (True, True)
        told = an_outside_token(second, aud="cua-vao", events=SIGNED_OUT, jti="j-behind", sid=sid)
        assert await says(second, told) == 200
        for one in (door, second):
            # What the other remembers of a session it asked for a moment ago is over by then.
            one.clock.advance(timedelta(seconds=60))
        assert (await is_known(door, number), await is_known(second, number)) == (False, False)


async def says_again(door: RunningService, token: str) -> None:
    assert await says(door, token) == 200


async def test_a_logout_whose_process_died_before_the_sessions_ended_ends_them_when_it_is_told_again(
    open_door: Open, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = await open_door(issuers=[with_browser(peer)])
    number = await signs_in_outside(door, peer, sid="sid-1")
    told = an_outside_token(door, aud="cua-vao", events=SIGNED_OUT, jti="j-killed")

    async def dies(*_: Any) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as killed:
        killed.setattr(door.runtime.resources.sign_in._sessions, "end_told", dies)
        with pytest.raises(ConnectionResetError):
            await door.runtime.resources.sign_in.end_told(told)
    assert await is_known(door, number)
    door.clock.advance(timedelta(seconds=20))
    assert (await says(door, told), await is_known(door, number)) == (200, False)


@pytest.mark.parametrize("behind", [20, 60])
async def test_a_sign_out_by_a_process_whose_clock_is_behind_leaves_nothing_given_out_before_it(
    open_door: Open, peer: Peer, behind: int
) -> None:
    """Neither an app's token nor a sign-in that was under way: there is one clock, the database's."""
    door = await open_door(issuers=[with_browser(peer)], clock=FixedClock(datetime.now(UTC)))
    given = {name: getattr(door.runtime.settings, name) for name in AS_THE_OTHER}
    clock = FixedClock(door.clock.now() - timedelta(seconds=behind))
    url = door.runtime.settings.database_url.get_secret_value()
    other = {**given, "internal_private_jwk": json.dumps(TEST_KEY), "issuers": [with_browser(peer)]}
    async with running(gateway, url, MemoryBus(), other, clock) as second:
        number = await signs_in_outside(door, peer)
        phone = an_outside_token(door, iat=int(door.clock.now().timestamp()) - 5)
        assert (await session_of(door, phone)).status_code == 200

        async def ends() -> None:
            headers = {"Cookie": f"motcua_session={number}", **OURS}
            gone = await second.client.delete("/session?everywhere=true", headers=headers)
            assert gone.status_code == 204

        async with while_the_issuer_is_asked(door, ends, seconds=0):
            assert await finishes(door, peer) == 400
        door.clock.advance(timedelta(seconds=20))
        assert (await session_of(door, phone)).status_code == 401
        later = an_outside_token(door, iat=int(door.clock.now().timestamp()))
        assert (await session_of(door, later)).status_code == 200
