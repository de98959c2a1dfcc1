"""Two accounts of one person are one inside when both were shown; attacks on that change nothing."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sandbox.identity.people import ACCOUNTS
from services.gateway.domain.account import Account, LinkedAlready
from tests.integration.gateway.identity_world import (
    OURS,
    Browser,
    Issuers,
    World,
    a_door_to_both,
    inside,
)

OWN = "/api/v1/account-links"


@pytest.fixture(scope="module")
async def opened(start_once: Any) -> AsyncIterator[World]:
    async with a_door_to_both(start_once) as found:
        yield found


@pytest.fixture
async def world(opened: World) -> World:
    """The door without anybody's links: each test makes its own."""
    await opened[0].runtime.pool.execute("DELETE FROM account_links")
    await opened[0].runtime.pool.execute("DELETE FROM accounts")
    await opened[0].runtime.pool.execute("DELETE FROM signed_out")
    opened[0].runtime.resources.who.forget_everybody()
    return opened


@pytest.fixture
def browser(world: World) -> Browser:
    return Browser(world[0], world[1])


def key(number: list[int] = [0]) -> dict[str, str]:  # noqa: B006 - counts on purpose.
    number[0] += 1
    return {**OURS, "Idempotency-Key": f"k-{number[0]}"}


async def links(browser: Browser) -> dict[str, Any]:
    answer = await browser.ask("GET", OWN)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def who_inside(browser: Browser, world: World) -> tuple[str, list[str]]:
    await browser.ask("GET", "/api/v1/dossiers")
    claims = inside(world[2])
    return claims["sub"], claims.get("also", [])


async def other(world: World, name: str, who: str) -> Browser:
    """Another browser where somebody signs in."""
    found = Browser(world[0], world[1])
    await found.signs_in(name, who)
    return found


AN, AN_OLD = ACCOUNTS["vneid"]["an"].tech_id, ACCOUNTS["vnconnect"]["an_cu"].tech_id


async def test_one_tech_id_is_one_person_without_a_link(browser: Browser, world: World) -> None:
    await browser.signs_in("vnconnect", "sua_cu")
    first = await who_inside(browser, world)
    assert first == await who_inside(await other(world, "vneid", "sua"), world)
    assert (await links(browser))["items"] == []


async def test_both_shown_in_one_session_are_one_from_then_on(browser: Browser, world: World) -> None:
    await browser.signs_in("vneid", "an")
    number = browser.cookies["motcua_session"]
    back = await browser.links("vnconnect", "an_cu")

    assert (back.status_code, back.headers["location"]) == (303, "/")
    assert browser.cookies["motcua_session"] == number
    world[0].clock.advance(timedelta(seconds=16))
    assert await who_inside(browser, world) == (AN, [AN_OLD])
    assert await who_inside(await other(world, "vnconnect", "an_cu"), world) == (AN, [AN_OLD])
    (link,) = (await links(browser))["items"]
    assert (link["how"], link["is_mine"], link["revoked_at"]) == ("BOTH_SIGNED_IN", True, None)
    kept = await world[0].runtime.pool.fetchrow("SELECT * FROM account_links")
    assert (kept["subject"], kept["linked_subject"], kept["linked_by"]) == (AN, AN_OLD, AN)
    assert (kept["issuer_subject"], kept["linked_issuer_subject"]) == ("vneid-an", "vnc-an")
    assert b"099088000011" not in bytes(kept["number_index"])


async def test_an_app_of_the_linked_account_is_the_same_person(browser: Browser, world: World) -> None:
    await browser.signs_in("vneid", "an")
    await browser.links("vnconnect", "an_cu")
    token = an_access_token(world[1], "vnconnect", "an_cu")
    await world[0].client.get("/api/v1/dossiers", headers={"Authorization": f"Bearer {token}"})
    assert (inside(world[2])["sub"], inside(world[2])["also"]) == (AN, [AN_OLD])


def an_access_token(issuers: Issuers, name: str, who: str, **changed: Any) -> str:
    issuer = issuers.named(name)
    claims = {**issuer.people[who].claims(name), "acr": "LoA2", **changed}
    return issuer._signed(claims, "mot-cua")


async def test_an_account_without_a_number_is_linked_by_being_shown(browser: Browser, world: World) -> None:
    await browser.signs_in("vneid", "binh")
    assert (await browser.links("vnconnect", "binh_cu")).status_code == 303
    world[0].clock.advance(timedelta(seconds=16))
    assert len((await who_inside(browser, world))[1]) == 1


async def test_one_checked_number_at_both_is_proposed_and_taken(browser: Browser, world: World) -> None:
    await browser.signs_in("vnconnect", "an_cu", "&assurance=2")
    assert (await links(browser))["proposals"] == []
    await browser.signs_in("vneid", "an")
    (found,) = (await links(browser))["proposals"]
    assert found["issuer"].endswith("/vnconnect")
    body = {"proposal_id": found["id"]}

    made = await browser.ask("POST", OWN, json=body, headers=key())

    assert made.status_code == 201, made.text
    assert made.json()["how"] == "EQUAL_NUMBER"
    world[0].clock.advance(timedelta(seconds=16))
    assert await who_inside(browser, world) == (AN, [AN_OLD])
    assert (await links(browser))["proposals"] == []
    again = await browser.ask("POST", OWN, json=body, headers=key())
    assert again.status_code == 404


async def test_an_unchecked_number_proposes_nobody(browser: Browser, world: World) -> None:
    """Of the first level anybody's number may be told: it opens nothing."""
    await other(world, "vnconnect", "an_cu")
    await browser.signs_in("vneid", "an")
    assert (await links(browser))["proposals"] == []
    (hidden,) = await world[0].runtime.pool.fetch("SELECT id FROM accounts WHERE issuer LIKE '%vnconnect'")
    body = {"proposal_id": str(hidden["id"])}
    assert (await browser.ask("POST", OWN, json=body, headers=key())).status_code == 404


async def test_a_weak_sign_in_links_nothing_by_number(browser: Browser, world: World) -> None:
    both = await other(world, "vnconnect", "an_cu")
    await both.signs_in("vnconnect", "an_cu", "&assurance=2")
    await browser.signs_in("vneid", "an")
    (found,) = (await links(browser))["proposals"]
    weak = Browser(world[0], world[1])
    await weak.signs_in("vneid", "an", weakly=True)
    assert (await links(weak))["proposals"] == []
    answer = await weak.ask("POST", OWN, json={"proposal_id": found["id"]}, headers=key())
    assert (answer.status_code, answer.json()["code"]) == (403, "assurance-too-low")


async def test_a_link_is_ended_and_each_account_is_its_own_again(browser: Browser, world: World) -> None:
    await browser.signs_in("vneid", "an")
    await browser.links("vnconnect", "an_cu")
    world[0].clock.advance(timedelta(seconds=16))
    (link,) = (await links(browser))["items"]
    address = f"{OWN}/{link['id']}"
    assert (await browser.ask("DELETE", address, headers=key())).status_code == 428
    assert (await browser.ask("DELETE", address, headers={**key(), "If-Match": '"7"'})).status_code == 412
    stranger = await other(world, "vneid", "sua")
    assert (await stranger.ask("DELETE", address, headers={**key(), "If-Match": '"1"'})).status_code == 404

    ended = await browser.ask("DELETE", address, headers={**key(), "If-Match": '"1"'})

    assert ended.status_code == 204, ended.text
    world[0].clock.advance(timedelta(seconds=16))
    assert await who_inside(browser, world) == (AN, [])
    assert await who_inside(await other(world, "vnconnect", "an_cu"), world) == (AN_OLD, [])
    (kept,) = (await links(browser))["items"]
    assert kept["revoked_at"] is not None
    assert (await browser.links("vnconnect", "an_cu")).status_code == 303


TWO_PEOPLE = {
    "another number": ("vneid", "an", "vnconnect", "sua_cu", "accounts-of-two-people"),
    "a citizen and the company they run": ("vneid", "binh", "vnconnect", "lam_cu", "account-kinds-differ"),
    "a company and its director": ("vneid", "lam", "vnconnect", "binh_cu", "account-kinds-differ"),
}


@pytest.mark.parametrize("case", TWO_PEOPLE)
async def test_two_people_are_never_one(browser: Browser, world: World, case: str) -> None:
    name, who, other_name, other_who, code = TWO_PEOPLE[case]
    await browser.signs_in(name, who)
    answer = await browser.links(other_name, other_who)
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert (await links(browser))["items"] == []


async def test_a_company_with_one_tax_code_is_one(browser: Browser, world: World) -> None:
    await browser.signs_in("vneid", "lam")
    assert (await browser.links("vnconnect", "lam_cu")).status_code == 303


async def test_an_account_is_linked_to_one_person_only(browser: Browser, world: World) -> None:
    """Bình's old account tells no number: whoever shows it first has it, the next is told so."""
    await browser.signs_in("vneid", "binh")
    await browser.links("vnconnect", "binh_cu")
    thief = await other(world, "vneid", "an")
    answer = await thief.links("vnconnect", "binh_cu")
    assert (answer.status_code, answer.json()["code"]) == (409, "account-linked-already")


async def test_two_who_link_crosswise_at_once_make_one_link(world: World) -> None:
    """Each the other's: one of them is told it is linked already, nobody is linked in a ring."""
    accounts = world[0].runtime.resources.sign_in._accounts
    one, two = (
        Account(issuer=name, issuer_subject=name, subject=f"s-{name}", number="1") for name in ("a", "b")
    )
    now = world[0].clock.now()
    pairs = [(one, two), (two, one)] * 4
    # Connections of their own, open already: nobody waits for one while another is done.
    pool = world[0].runtime.pool
    await asyncio.gather(*(pool.fetchval("SELECT pg_sleep(0.05)") for _ in pairs))
    made = await asyncio.gather(
        *(accounts.link(own, other, how="BOTH_SIGNED_IN", now=now) for own, other in pairs),
        return_exceptions=True,
    )
    assert [type(each) for each in made if each is not None] == [LinkedAlready] * 7
    assert await world[0].runtime.pool.fetchval("SELECT count(*) FROM account_links") == 1


# Attacks


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}, {"Origin": "null"}])
async def test_another_sites_page_begins_no_link(browser: Browser, headers: dict[str, str]) -> None:
    await browser.signs_in("vneid", "an")
    address = f"/session/link?issuer={browser.issuers.root}/vnconnect"
    answer = await browser.ask("POST", address, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "cross-site")
    assert "motcua_sign_in" not in browser.cookies
    assert (await browser.ask("GET", address)).status_code == 405


async def test_a_thiefs_answer_is_not_taken_by_the_victims_browser(browser: Browser, world: World) -> None:
    """The thief begins a link in their own session and has the victim's browser follow its end."""
    thief = await other(world, "vneid", "muc_mot")
    address = f"/session/link?issuer={browser.issuers.root}/vnconnect"
    begun = await thief.ask("POST", address, headers=OURS)
    where = await thief.at_issuer(begun.headers["location"], "binh_cu")
    await browser.signs_in("vneid", "binh")
    alone = await browser.ask("GET", where)
    assert (alone.status_code, alone.json()["code"]) == (400, "sign-in-broken")
    browser.cookies["motcua_sign_in"] = thief.cookies["motcua_sign_in"]
    planted = await browser.ask("GET", where)
    assert (planted.status_code, planted.json()["code"]) == (400, "sign-in-broken")
    assert (await links(browser))["items"] == (await links(thief))["items"] == []


async def test_an_answer_is_taken_once(browser: Browser, world: World) -> None:
    await browser.signs_in("vneid", "binh")
    address = f"/session/link?issuer={browser.issuers.root}/vnconnect"
    begun = await browser.ask("POST", address, headers=OURS)
    under_way = browser.cookies["motcua_sign_in"]
    where = await browser.at_issuer(begun.headers["location"], "binh_cu")
    assert (await browser.ask("GET", where)).status_code == 303
    world[0].clock.advance(timedelta(seconds=16))
    (link,) = (await links(browser))["items"]
    await browser.ask("DELETE", f"{OWN}/{link['id']}", headers={**key(), "If-Match": '"1"'})
    browser.cookies["motcua_sign_in"] = under_way
    again = await browser.ask("GET", where)
    assert again.status_code == 401
    assert [one["revoked_at"] is None for one in (await links(browser))["items"]] == [False]


async def test_a_link_begun_by_who_has_left_is_not_made(browser: Browser, world: World) -> None:
    await browser.signs_in("vneid", "binh")
    address = f"/session/link?issuer={browser.issuers.root}/vnconnect"
    begun = await browser.ask("POST", address, headers=OURS)
    await browser.signs_in("vneid", "an")
    browser.cookies["motcua_sign_in"] = browser.cookies.get("motcua_sign_in", "")
    answer = await browser.shows(begun, "binh_cu")
    assert (answer.status_code, answer.json()["code"]) == (400, "sign-in-broken")
    assert await world[0].runtime.pool.fetchval("SELECT count(*) FROM account_links") == 0


async def test_nobody_links_without_a_session(browser: Browser) -> None:
    address = f"/session/link?issuer={browser.issuers.root}/vnconnect"
    assert (await browser.ask("POST", address, headers=OURS)).status_code == 401
    assert (await browser.ask("GET", OWN)).status_code == 401


CHANGED = {
    "another number": {"number": "099195000033"},
    "another TechID": {"tech_id": "7c0a1a52-0000-4000-8000-00000000ffff"},
}


@pytest.mark.parametrize("case", CHANGED)
async def test_an_account_that_became_somebody_elses_is_linked_no_more(
    browser: Browser, world: World, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The issuer gives the account to another: whoever signs in there is not the person linked."""
    await browser.signs_in("vneid", "an")
    await browser.links("vnconnect", "an_cu")
    now = replace(ACCOUNTS["vnconnect"]["an_cu"], **CHANGED[case])
    monkeypatch.setitem(ACCOUNTS["vnconnect"], "an_cu", now)
    subject, also = await who_inside(await other(world, "vnconnect", "an_cu"), world)
    assert (subject, also) == (now.tech_id, [])


async def test_another_account_under_a_linked_tech_id_is_not_the_linked_one(
    browser: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Linked is the pair of issuer and `sub`: a new `sub` with the old TechID stays outside."""
    await browser.signs_in("vneid", "an")
    await browser.links("vnconnect", "an_cu")
    now = replace(ACCOUNTS["vnconnect"]["an_cu"], subject="vnc-ke-gian", number="")
    monkeypatch.setitem(ACCOUNTS["vnconnect"], "an_cu", now)
    assert await who_inside(await other(world, "vnconnect", "an_cu"), world) == (AN_OLD, [])
