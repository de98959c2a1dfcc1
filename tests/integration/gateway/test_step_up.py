"""A session is raised to the level a procedure asks for, by real issuers and for nobody else."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.integration.gateway.identity_world import Browser, World, a_door_to_both, inside


@pytest.fixture(scope="module")
async def world(start_once: Any) -> AsyncIterator[World]:
    async with a_door_to_both(start_once) as found:
        yield found


@pytest.fixture
def browser(world: World) -> Browser:
    door, issuers, peer = world
    peer.seen.clear()
    peer.documents.clear()
    return Browser(door, issuers)


def asked(answer: Any) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


async def test_a_session_is_raised_and_gets_a_new_number(browser: Browser) -> None:
    await browser.signs_in("vnconnect", "an_cu")
    before = await browser.session()
    old = browser.cookies["motcua_session"]
    assert (before["assurance_level"], before["status"]) == (1, 200)

    begun = await browser.ask("GET", "/session/login?assurance=2&return_to=/nop-ho-so%3FMaTTHC%3D1.004873")
    wanted = asked(begun)
    assert (wanted["acr_values"], wanted["prompt"], wanted["max_age"]) == ("LoA2", "login", "300")
    assert "/vnconnect/" in begun.headers["location"]
    back = await browser.shows(begun, "an_cu")

    assert back.headers["location"] == "/nop-ho-so?MaTTHC=1.004873"
    after = await browser.session()
    assert (after["assurance_level"], after["subject"]) == (2, before["subject"])
    assert browser.cookies["motcua_session"] != old
    browser.cookies = {"motcua_session": old}
    assert (await browser.session())["status"] == 401


async def test_the_level_inside_is_what_the_sign_in_showed(browser: Browser, world: World) -> None:
    await browser.signs_in("vnconnect", "an_cu", "&assurance=2")
    await browser.ask("GET", "/api/v1/dossiers")
    assert inside(world[2])["assurance_level"] == 2


@pytest.mark.parametrize(
    ("name", "who", "weakly"),
    [("vneid", "muc_mot", False), ("vneid", "an", True), ("vnconnect", "binh_cu", False)],
)
async def test_a_level_not_shown_is_refused_whatever_was_asked(
    browser: Browser, name: str, who: str, weakly: bool
) -> None:
    answer = await browser.signs_in(name, who, "&assurance=2", weakly=weakly)
    told = answer.json()
    assert (answer.status_code, told["code"], told["required_level"]) == (403, "assurance-too-low", 2)
    assert told["step_up"] == "/session/login?assurance=2"
    assert "motcua_session" not in browser.cookies


async def test_a_strong_account_used_weakly_counts_as_used(browser: Browser) -> None:
    await browser.signs_in("vneid", "an", weakly=True)
    assert (await browser.session())["assurance_level"] == 1


async def test_somebody_else_does_not_take_the_session_over(browser: Browser) -> None:
    """And the session stays what it was: nothing is raised, nobody is signed out."""
    await browser.signs_in("vneid", "an", weakly=True)
    begun = await browser.ask("GET", "/session/login?assurance=2")
    answer = await browser.shows(begun, "sua")
    assert (answer.status_code, answer.json()["code"]) == (409, "other-person")
    now = await browser.session()
    assert (now["assurance_level"], now["name"]) == (1, "Nguyễn Văn An")


async def test_one_person_of_one_tech_id_may_raise_it_at_the_other_issuer(browser: Browser) -> None:
    await browser.signs_in("vnconnect", "sua_cu")
    before = await browser.session()
    await browser.signs_in("vneid", "sua", "&assurance=2")
    after = await browser.session()
    assert (before["assurance_level"], after["assurance_level"]) == (1, 2)
    assert before["subject"] == after["subject"]


async def test_what_was_begun_in_one_session_does_not_end_in_another(browser: Browser, world: World) -> None:
    """The sign-in's cookie is stolen or the session has changed: nothing is raised."""
    door, issuers, _ = world
    await browser.signs_in("vneid", "an", weakly=True)
    begun = await browser.ask("GET", "/session/login?assurance=2")
    thief = Browser(door, issuers, {"motcua_sign_in": browser.cookies["motcua_sign_in"]})
    answer = await thief.shows(begun, "an")
    assert (answer.status_code, answer.json()["code"]) == (400, "sign-in-broken")
    assert "motcua_session" not in thief.cookies
    await thief.signs_in("vneid", "sua")
    thief.cookies["motcua_sign_in"] = browser.cookies["motcua_sign_in"]
    answer = await thief.shows(begun, "an")
    assert (answer.status_code, answer.json()["code"]) == (400, "sign-in-broken")


async def test_a_session_that_ended_meanwhile_is_not_brought_back(browser: Browser) -> None:
    await browser.signs_in("vneid", "an", weakly=True)
    begun = await browser.ask("GET", "/session/login?assurance=2")
    number = browser.cookies["motcua_session"]
    await browser.ask("DELETE", "/session", headers={"X-Requested-With": "x"})
    browser.cookies["motcua_session"] = number
    answer = await browser.shows(begun, "an")
    assert (answer.status_code, answer.json()["code"]) == (400, "sign-in-broken")


async def test_an_old_sign_in_at_the_issuer_does_not_raise(browser: Browser, world: World) -> None:
    """The issuer's `auth_time` is older than what was asked for: somebody went away from the screen."""
    begun = await browser.ask("GET", f"/session/login?issuer={browser.issuers.root}/vneid&assurance=2")
    where = await browser.at_issuer(begun.headers["location"], "an")
    code = list(world[1].named("vneid").codes.values())[-1]
    code.at -= 331
    world[1].named("vneid").clock = _Later(world[0].clock, -331)
    try:
        answer = await browser.ask("GET", where)
    finally:
        world[1].follow(world[0].clock)
    assert (answer.status_code, answer.json()["code"]) == (400, "sign-in-broken")


class _Later:
    def __init__(self, clock: Any, seconds: float) -> None:
        self._clock, self._off = clock, timedelta(seconds=seconds)

    def now(self) -> Any:
        return self._clock.now() + self._off


@pytest.mark.parametrize("query", ["assurance=3", "assurance=-1", "assurance=x", "assurance=2;acr=LoA1"])
async def test_a_level_nobody_has_is_not_asked_for(browser: Browser, query: str) -> None:
    assert (await browser.ask("GET", f"/session/login?{query}")).status_code == 422


async def test_a_portal_link_with_a_flag_leads_to_the_level_of_its_procedure(
    browser: Browser, world: World
) -> None:
    world[2].documents["/v1/procedures/TT-01"] = {"identification_level": 2}
    link = "/nop-ho-so?MaTTHCDP=TT-01"
    await browser.signs_in("vneid", "an", weakly=True)
    sent = await browser.ask("GET", f"{link}&vneid=1")
    assert sent.headers["location"] == "/session/login?return_to=%2Fnop-ho-so%3FMaTTHCDP%3DTT-01&assurance=2"
    back = await browser.shows(await browser.ask("GET", sent.headers["location"]), "an")
    assert back.headers["location"] == link
    on = await browser.ask("GET", f"{link}&vneid=1")
    assert on.headers["location"] == "/bieu-mau/TT-01"


async def test_of_two_that_raise_one_session_at_once_one_does(browser: Browser, world: World) -> None:
    await browser.signs_in("vneid", "an", weakly=True)
    number = browser.cookies["motcua_session"]
    ways = []
    for _ in range(2):
        one = Browser(world[0], world[1], {"motcua_session": number})
        begun = await one.ask("GET", "/session/login?assurance=2")
        ways.append((one, await one.at_issuer(begun.headers["location"], "an")))
    statuses = []
    for one, where in ways:
        header = "; ".join(f"{name}={value}" for name, value in one.cookies.items())
        statuses.append(world[0].client.get(where, headers={"Cookie": header}))
    answers = await asyncio.gather(*statuses)
    world[0].client.cookies.clear()
    assert sorted(answer.status_code for answer in answers) == [303, 400]
