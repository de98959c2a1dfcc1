"""Signing out everywhere ends what apps hold too: tokens given out before are over, later ones are not."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt

from services.gateway.jobs.forgetting import FORGET
from tests.integration.gateway.identity_world import OURS, Browser, World, a_door_to_both
from tests.integration.gateway.test_who_is_asking import bearer


@pytest.fixture(scope="module")
async def opened(start_once: Any) -> AsyncIterator[World]:
    async with a_door_to_both(start_once) as found:
        yield found


@pytest.fixture
async def world(opened: World) -> World:
    """A minute later than the test before, nobody signed out."""
    for table in ("signed_out", "account_links"):
        await opened[0].runtime.pool.execute(f"DELETE FROM {table}")
    opened[0].runtime.resources.who.forget_everybody()
    opened[0].clock.advance(timedelta(seconds=60))
    return opened


@pytest.fixture
def browser(world: World) -> Browser:
    return Browser(world[0], world[1])


def a_token(world: World, name: str, who: str, **changed: Any) -> str:
    """An app's token as the issuer gives it now."""
    issuer = world[1].named(name)
    return issuer._signed({**issuer.people[who].claims(name), **changed}, "mot-cua")


async def works(world: World, token: str) -> bool:
    answer = await world[0].client.get("/api/v1/session", headers=bearer(token))
    assert answer.status_code in {200, 401}
    return bool(answer.status_code == 200)


async def test_signing_out_everywhere_in_a_browser_ends_the_apps_tokens(
    browser: Browser, world: World
) -> None:
    phone, elsewhere = a_token(world, "vneid", "an"), a_token(world, "vneid", "sua")
    await browser.signs_in("vneid", "an")
    assert await works(world, phone)
    assert await works(world, elsewhere)
    world[0].clock.advance(timedelta(seconds=5))

    out = await browser.ask("DELETE", "/session?everywhere=true", headers=OURS)

    assert out.status_code == 204
    assert not await works(world, phone)
    assert await works(world, elsewhere)
    assert not await works(world, a_token(world, "vneid", "an"))
    world[0].clock.advance(timedelta(seconds=1))
    assert await works(world, a_token(world, "vneid", "an"))


async def test_signing_out_here_alone_leaves_the_apps(browser: Browser, world: World) -> None:
    phone = a_token(world, "vneid", "an")
    await browser.signs_in("vneid", "an")
    world[0].clock.advance(timedelta(seconds=5))
    await browser.ask("DELETE", "/session", headers=OURS)
    assert await works(world, phone)


async def test_an_app_signs_out_everywhere_with_its_own_token(browser: Browser, world: World) -> None:
    phone = a_token(world, "vneid", "an")
    await browser.signs_in("vneid", "an")
    world[0].clock.advance(timedelta(seconds=5))
    without = await world[0].client.delete("/session", headers=bearer(phone))
    assert without.status_code == 401
    out = await world[0].client.delete("/session?everywhere=true", headers=bearer(phone))
    assert out.status_code == 204, out.text
    assert not await works(world, phone)
    assert (await browser.session())["status"] == 401


async def test_every_linked_account_is_signed_out(browser: Browser, world: World) -> None:
    await browser.signs_in("vneid", "an")
    await browser.links("vnconnect", "an_cu")
    world[0].clock.advance(timedelta(seconds=20))
    old = a_token(world, "vnconnect", "an_cu")
    other = Browser(world[0], world[1])
    await other.signs_in("vnconnect", "an_cu")
    assert await works(world, old)
    await browser.ask("DELETE", "/session?everywhere=true", headers=OURS)
    assert not await works(world, old)
    assert (await other.session())["status"] == 401


async def says(world: World, token: str) -> int:
    answer = await world[0].client.post("/session/back-channel", data={"logout_token": token})
    return int(answer.status_code)


async def test_the_issuers_word_ends_the_tokens_of_a_session_or_of_all(world: World) -> None:
    issuer = world[1].named("vneid")
    a, b = a_token(world, "vneid", "an", sid="a"), a_token(world, "vneid", "an", sid="b")
    other = a_token(world, "vneid", "sua", sid="c")
    assert [await works(world, one) for one in (a, b, other)] == [True] * 3
    world[0].clock.advance(timedelta(seconds=5))
    assert await says(world, issuer.logout_token("vneid-an", "a")) == 200
    assert [await works(world, one) for one in (a, b, other)] == [False, True, True]
    assert await says(world, issuer.logout_token("vneid-an")) == 200
    assert [await works(world, one) for one in (a, b, other)] == [False, False, True]
    world[0].clock.advance(timedelta(seconds=1))
    assert await works(world, a_token(world, "vneid", "an", sid="d"))


async def test_a_token_that_does_not_say_when_it_was_given_is_older_than_any_sign_out(
    browser: Browser, world: World
) -> None:
    issuer = world[1].named("vneid")
    ends = int(world[0].clock.now().timestamp()) + 600
    claims = {**issuer.people["an"].claims("vneid"), "iss": issuer.address, "aud": "mot-cua", "exp": ends}
    undated = jwt.encode({"alg": "RS256", "kid": issuer.key.kid}, claims, issuer.key)
    assert await works(world, undated)
    await browser.signs_in("vneid", "an")
    await browser.ask("DELETE", "/session?everywhere=true", headers=OURS)
    world[0].clock.advance(timedelta(seconds=30))
    assert not await works(world, undated)


async def test_another_replica_follows_within_fifteen_seconds(browser: Browser, world: World) -> None:
    """What it has looked up it believes so long, and no longer."""
    phone = a_token(world, "vneid", "an")
    await browser.signs_in("vneid", "an")
    assert await works(world, phone)
    seen = dict(world[0].runtime.resources.who._seen)
    world[0].clock.advance(timedelta(seconds=5))
    await browser.ask("DELETE", "/session?everywhere=true", headers=OURS)
    world[0].runtime.resources.who._seen.update(seen)
    assert await works(world, phone)
    world[0].clock.advance(timedelta(seconds=10))
    assert not await works(world, phone)


async def test_a_sign_out_is_kept_longer_than_any_token_lives(browser: Browser, world: World) -> None:
    await browser.signs_in("vneid", "an")
    await browser.ask("DELETE", "/session?everywhere=true", headers=OURS)
    kept = world[0].runtime.pool.fetchval
    await world[0].run_job(FORGET)
    assert await kept("SELECT count(*) FROM signed_out") == 1
    await world[0].runtime.pool.execute("UPDATE signed_out SET not_before = not_before - interval '367 days'")
    await world[0].run_job(FORGET)
    assert await kept("SELECT count(*) FROM signed_out") == 0
