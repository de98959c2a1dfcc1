"""Two numbers are two people, whenever they are told: the link ends, with what was begun under it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest

from sandbox.identity.people import ACCOUNTS
from services.gateway.domain.account import Account, TwoPeople
from services.gateway.store.accounts import keep_link
from tests.integration.gateway.identity_world import Browser, World, a_door_to_both, inside
from tests.integration.gateway.test_linked_accounts import (
    AN,
    AN_OLD,
    OWN,
    an_access_token,
    key,
    links,
    other,
    who_inside,
)

ONE, TWO = "099088000011", "099088777777"


@pytest.fixture(scope="module")
async def opened(start_once: Any) -> AsyncIterator[World]:
    async with a_door_to_both(start_once) as found:
        yield found


@pytest.fixture
async def world(opened: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Nobody is linked, a minute later; neither account of An tells a number yet."""
    for table in ("account_links", "accounts", "signed_out", "sessions"):
        await opened[0].runtime.pool.execute(f"DELETE FROM {table}")
    opened[0].runtime.resources.who.forget_everybody()
    opened[0].clock.advance(timedelta(seconds=60))
    tells(monkeypatch, "vneid", "", level=1)
    tells(monkeypatch, "vnconnect", "", level=1)
    return opened


def tells(monkeypatch: pytest.MonkeyPatch, name: str, number: str, level: int = 2) -> None:
    """From now on An's account there tells this number."""
    who = {"vneid": "an", "vnconnect": "an_cu"}[name]
    monkeypatch.setitem(ACCOUNTS[name], who, replace(ACCOUNTS[name][who], number=number, level=level))


@pytest.fixture
async def browser(world: World) -> Browser:
    """Where both accounts were shown and are one."""
    found = Browser(world[0], world[1])
    await found.signs_in("vneid", "an")
    assert (await found.links("vnconnect", "an_cu")).status_code == 303
    world[0].clock.advance(timedelta(seconds=60))
    assert await who_inside(found, world) == (AN, [AN_OLD])
    return found


async def app(world: World, token: str) -> tuple[int, Any]:
    """Return what an app's request is answered, and who it is inside."""
    answer = await world[0].client.get("/api/v1/dossiers", headers={"Authorization": f"Bearer {token}"})
    if answer.status_code != 200:
        return answer.status_code, None
    claims = inside(world[2])
    return 200, (claims["sub"], claims.get("also", []))


async def numbers(world: World) -> list[tuple[bool, bool]]:
    """Of each link: whether it knows a number, whether it holds."""
    rows = await world[0].runtime.pool.fetch("SELECT * FROM account_links ORDER BY id")
    return [(row["number_index"] is not None, row["revoked_at"] is None) for row in rows]


ORDERS = {"the one shown first": ("vneid", "vnconnect"), "the one linked": ("vnconnect", "vneid")}


@pytest.mark.usefixtures("browser")
@pytest.mark.parametrize("case", ORDERS)
async def test_who_tells_another_number_later_is_another_person(
    world: World, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = ORDERS[case]
    tells(monkeypatch, first, ONE)
    tells(monkeypatch, second, TWO)
    names = {"vneid": "an", "vnconnect": "an_cu"}
    subjects = {"vneid": AN, "vnconnect": AN_OLD}
    one = await other(world, first, names[first])
    assert await who_inside(one, world) == (AN, [AN_OLD])
    assert await numbers(world) == [(True, True)]
    two = await other(world, second, names[second])
    assert await who_inside(two, world) == (subjects[second], [])
    assert await numbers(world) == [(True, False)]

    assert (await one.session())["status"] == 401
    again = await other(world, first, names[first])
    assert await who_inside(again, world) == (subjects[first], [])
    assert (await two.session())["status"] == 200
    answer = await again.links(second, names[second])
    assert (answer.status_code, answer.json()["code"]) == (409, "accounts-of-two-people")


async def test_a_number_known_when_linked_is_held_against_who_was_linked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not only the newcomer is outside: who was linked sees nothing of theirs any more."""
    tells(monkeypatch, "vneid", ONE)
    first = Browser(world[0], world[1])
    await first.signs_in("vneid", "an")
    await first.links("vnconnect", "an_cu")
    tells(monkeypatch, "vnconnect", TWO)
    assert await who_inside(await other(world, "vnconnect", "an_cu"), world) == (AN_OLD, [])
    assert await who_inside(await other(world, "vneid", "an"), world) == (AN, [])


@pytest.mark.usefixtures("browser")
async def test_apps_alone_are_held_to_their_numbers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """No browser signs in: the tokens tell; those of before are over, later ones are each's own."""
    tells(monkeypatch, "vneid", ONE)
    tells(monkeypatch, "vnconnect", TWO)
    one, two = an_access_token(world[1], "vneid", "an"), an_access_token(world[1], "vnconnect", "an_cu")
    assert await app(world, one) == (200, (AN, [AN_OLD]))
    assert await app(world, two) == (401, None)
    assert await app(world, one) == (401, None)
    world[0].clock.advance(timedelta(seconds=1))
    assert await app(world, an_access_token(world[1], "vneid", "an")) == (200, (AN, []))
    assert await app(world, an_access_token(world[1], "vnconnect", "an_cu")) == (200, (AN_OLD, []))


async def test_one_number_told_by_both_leaves_them_one(
    browser: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tells(monkeypatch, "vneid", ONE)
    tells(monkeypatch, "vnconnect", "099 088.000.011")
    await other(world, "vneid", "an")
    assert await who_inside(await other(world, "vnconnect", "an_cu"), world) == (AN, [AN_OLD])
    assert (await browser.session())["status"] == 200
    assert await numbers(world) == [(True, True)]


async def test_both_at_once_end_it_whoever_is_first(
    browser: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixteen sign-ins at once: the first number is kept, the other ends the link once, for everybody."""
    accounts = world[0].runtime.resources.sign_in._accounts
    pool, now = world[0].runtime.pool, world[0].clock.now()
    rows = await pool.fetch("SELECT issuer, issuer_subject, subject FROM accounts ORDER BY subject")
    both = [Account(**row, number=number, level=2) for row, number in zip(rows, (ONE, TWO), strict=True)]
    await asyncio.gather(*(pool.fetchval("SELECT pg_sleep(0.05)") for _ in range(8)))

    ended = await asyncio.gather(*(accounts.remember(one, now) for one in both * 8))

    assert sorted(ended) == [False] * 15 + [True]
    assert await numbers(world) == [(True, False)]
    assert {(await accounts.standing(one, "", now)).also for one in both} == {frozenset()}
    world[0].clock.advance(timedelta(seconds=16))
    assert (await browser.session())["status"] == 401


async def test_a_link_made_while_another_number_is_told_does_not_hold(world: World) -> None:
    """Whichever is kept first: the link is refused, or it ends."""
    accounts = world[0].runtime.resources.sign_in._accounts
    pool, now = world[0].runtime.pool, world[0].clock.now()
    for round_ in range(6):
        one, old = (
            Account(issuer=name, issuer_subject=f"{name}-{round_}", subject=f"s-{name}-{round_}", level=2)
            for name in ("a", "b")
        )
        await accounts.remember(replace(one, number=ONE), now)
        await asyncio.gather(
            accounts.link(one, old, how="BOTH_SIGNED_IN", now=now),
            accounts.remember(replace(old, number=TWO), now),
            return_exceptions=True,
        )
        holds = "SELECT count(*) FROM account_links WHERE revoked_at IS NULL AND subject = $1"
        assert await pool.fetchval(holds, one.subject) == 0


async def test_who_signs_in_while_they_are_being_linked_waits_and_is_held_to_it(world: World) -> None:
    accounts = world[0].runtime.resources.sign_in._accounts
    pool, now = world[0].runtime.pool, world[0].clock.now()
    one, old = (Account(issuer=name, issuer_subject=name, subject=f"s-{name}") for name in "ab")
    waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    async with pool.acquire() as connection, connection.transaction():
        await keep_link(connection, one, old, number=accounts.number(ONE), how="BOTH_SIGNED_IN", now=now)
        signing_in = asyncio.create_task(accounts.remember(replace(old, number=TWO), now))
        while not signing_in.done() and not await pool.fetchval(waits):
            await asyncio.sleep(0.01)
    assert await signing_in
    assert await numbers(world) == [(True, False)]


async def test_a_third_account_is_held_to_what_the_second_told(world: World) -> None:
    """One without a number linked to two who tell different ones: they would be one by way of it."""
    accounts = world[0].runtime.resources.sign_in._accounts
    now = world[0].clock.now()
    root, one, two = (Account(issuer=name, issuer_subject=name, subject=f"s-{name}") for name in "rab")
    await accounts.link(root, replace(one, number=ONE), how="BOTH_SIGNED_IN", now=now)
    with pytest.raises(TwoPeople):
        await accounts.link(root, replace(two, number=TWO), how="BOTH_SIGNED_IN", now=now)
    await accounts.link(root, two, how="BOTH_SIGNED_IN", now=now)
    assert await accounts.remember(replace(two, number=TWO), now)
    assert (await accounts.standing(root, "", now)).also == {one.subject}
    assert (await accounts.standing(two, "", now)).subject == two.subject


async def test_a_number_told_once_stands_against_a_link_that_hides_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A weak sign-in tells no number; what the account told before is not forgotten."""
    tells(monkeypatch, "vnconnect", TWO)
    await other(world, "vnconnect", "an_cu")
    tells(monkeypatch, "vnconnect", "", level=1)
    await other(world, "vnconnect", "an_cu")
    tells(monkeypatch, "vneid", ONE)
    first = await other(world, "vneid", "an")
    answer = await first.links("vnconnect", "an_cu")
    assert (answer.status_code, answer.json()["code"]) == (409, "accounts-of-two-people")
    assert await numbers(world) == []


async def test_a_number_kept_from_a_weak_sign_in_is_no_checked_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tells(monkeypatch, "vnconnect", ONE, level=1)
    await other(world, "vnconnect", "an_cu")
    tells(monkeypatch, "vnconnect", "", level=2)
    old = Browser(world[0], world[1])
    await old.signs_in("vnconnect", "an_cu", "&assurance=2")
    tells(monkeypatch, "vneid", ONE)
    first = await other(world, "vneid", "an")
    assert (await links(first))["proposals"] == []


async def test_a_proposal_is_refused_to_who_is_linked_to_another_number(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its link, not its account, knows the other number; looked up before, it is believed for seconds."""
    tells(monkeypatch, "vneid", ONE)
    tells(monkeypatch, "vnconnect", ONE)
    old = Browser(world[0], world[1])
    await old.signs_in("vnconnect", "an_cu", "&assurance=2")
    first = await other(world, "vneid", "an")
    (found,) = (await links(first))["proposals"]
    accounts = world[0].runtime.resources.sign_in._accounts
    third = Account(issuer="c", issuer_subject="c", subject="s-c")
    row = await world[0].runtime.pool.fetchrow(
        "SELECT issuer, issuer_subject, subject FROM accounts WHERE subject = $1", AN
    )
    await accounts.link(Account(**row), third, how="BOTH_SIGNED_IN", now=world[0].clock.now())
    await world[0].runtime.pool.execute("UPDATE account_links SET number_index = $1", accounts.number(TWO))
    answer = await first.ask("POST", OWN, json={"proposal_id": found["id"]}, headers=key())
    assert (answer.status_code, answer.json()["code"]) == (409, "accounts-of-two-people")


async def test_a_session_raised_to_another_number_ends_the_link_and_goes_on_as_its_own(
    browser: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tells(monkeypatch, "vnconnect", TWO)
    old = await other(world, "vnconnect", "an_cu")
    assert await who_inside(old, world) == (AN, [AN_OLD])
    tells(monkeypatch, "vneid", ONE)
    raised = await browser.signs_in("vneid", "an", "&assurance=2")
    assert raised.status_code == 303, raised.text
    assert await who_inside(browser, world) == (AN, [])
    assert (await old.session())["status"] == 401


@pytest.mark.usefixtures("browser")
async def test_a_session_of_another_number_than_its_link_is_over(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever came between: it is not looked up as its own, but ends with the link."""
    tells(monkeypatch, "vneid", ONE)
    first = await other(world, "vneid", "an")
    number = world[0].runtime.resources.sign_in._accounts.number(TWO)
    await world[0].runtime.pool.execute("UPDATE account_links SET number_index = $1", number)
    world[0].clock.advance(timedelta(seconds=16))
    assert (await first.session())["status"] == 401
    assert await numbers(world) == [(True, False)]


async def test_an_account_shown_again_with_another_number_ends_its_link(
    browser: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused as another person's, and no longer linked at once, not first at its own sign-in."""
    tells(monkeypatch, "vneid", ONE)
    first = await other(world, "vneid", "an")
    tells(monkeypatch, "vnconnect", TWO)
    answer = await first.links("vnconnect", "an_cu")
    assert (answer.status_code, answer.json()["code"]) == (409, "accounts-of-two-people")
    assert await numbers(world) == [(True, False)]
    world[0].clock.advance(timedelta(seconds=16))
    assert (await browser.session())["status"] == 401


async def test_links_of_before_end_or_take_the_number_they_are_known_by(world: World) -> None:
    """What the migration finds: one group of two numbers, one of one number, one of none."""
    accounts, pool = world[0].runtime.resources.sign_in._accounts, world[0].runtime.pool
    now = world[0].clock.now()
    told = {"wrong": (ONE, TWO), "right": ("", ONE), "silent": ("", "")}
    for name, (first, second) in told.items():
        one, old = (Account(issuer=side, issuer_subject=name, subject=f"{name}-{side}") for side in "ab")
        await accounts.link(one, old, how="BOTH_SIGNED_IN", now=now)
        await accounts.remember(replace(one, number=first), now)
        await pool.execute("DELETE FROM signed_out")
        await accounts.remember(replace(old, number=second), now)
        # As the links were kept: without a number, and held.
        await pool.execute(
            "UPDATE account_links SET number_index = NULL, revoked_at = NULL, revoked_by = NULL"
        )
    await pool.execute("DELETE FROM signed_out")
    module = import_module("services.gateway.migrations.versions.0018_one_number")
    for statement in module.STATEMENTS[1:]:
        await pool.execute(statement)

    rows = await pool.fetch("SELECT * FROM account_links ORDER BY subject")
    kept = {row["subject"]: (row["number_index"], row["revoked_by"]) for row in rows}
    assert kept == {
        "wrong-a": (None, "another-number"),
        "right-a": (accounts.number(ONE), None),
        "silent-a": (None, None),
    }
    over = {row["what"] for row in await pool.fetch("SELECT what FROM signed_out")}
    assert over == {"subject wrong-a", "subject wrong-b"}
