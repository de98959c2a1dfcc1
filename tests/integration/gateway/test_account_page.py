"""The page of one's accounts: linked, proposed and ended by forms alone, as browsers really send them."""

import html
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from services.gateway.api.own_page import CrossSite
from tests.integration.gateway.identity_world import Browser, World, a_door_to_both
from tests.integration.gateway.test_linked_accounts import AN, AN_OLD, other, who_inside

PAGE = "/tai-khoan"
FORM = {
    "Sec-Fetch-Site": "same-origin",
    "Sec-Fetch-Mode": "navigate",
    "Origin": "null",
    "Accept": "text/html",
}
"""What browsers say of a form of a page that sends no referrer."""


@pytest.fixture(scope="module")
async def opened(start_once: Any) -> AsyncIterator[World]:
    async with a_door_to_both(start_once) as found:
        yield found


@pytest.fixture
async def world(opened: World) -> World:
    for table in ("account_links", "accounts", "signed_out"):
        await opened[0].runtime.pool.execute(f"DELETE FROM {table}")
    opened[0].runtime.resources.who.forget_everybody()
    opened[2].documents.clear()
    opened[2].status = 200
    return opened


@pytest.fixture
def browser(world: World) -> Browser:
    return Browser(world[0], world[1])


async def page(browser: Browser) -> str:
    answer = await browser.ask("GET", PAGE)
    assert answer.status_code == 200, answer.text
    assert "<script" not in answer.text
    return html.unescape(answer.text)


async def press(
    browser: Browser, form: str, headers: dict[str, str] = FORM, **changed: str
) -> httpx.Response:
    """Send the first form to this address with what stands in it."""
    text = (await browser.ask("GET", PAGE)).text
    found = re.search(rf'action="{PAGE}/{form}">(.*?)</form>', text, re.DOTALL)
    assert found, text
    fields = {
        name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', found[1])
    }
    return await browser.ask("POST", f"{PAGE}/{form}", data={**fields, **changed}, headers=headers)


async def show(browser: Browser, name: str, who: str) -> httpx.Response:
    """Show another account by the page's own form; return what the browser is told when it comes back."""
    issuer = f"{browser.issuers.root}/{name}"
    led = await press(browser, "them", issuer=issuer)
    assert led.status_code == 200, led.text
    where = html.unescape(re.search(r'url=([^"]+)"', led.text)[1])  # type: ignore[index]
    back = await browser.at_issuer(where, who)
    return await browser.ask("GET", back, headers={"Accept": "text/html"})


async def test_another_account_is_shown_linked_and_unlinked(browser: Browser, world: World) -> None:
    await browser.signs_in("vneid", "an")
    assert "Chưa có tài khoản nào được liên kết" in await page(browser)

    back = await show(browser, "vnconnect", "an_cu")

    assert (back.status_code, back.headers["location"]) == (303, f"{PAGE}?xong=lien-ket")
    assert "Đã liên kết hai tài khoản" in (await browser.ask("GET", back.headers["location"])).text
    assert await who_inside(browser, world) == (AN, [AN_OLD])
    assert "Hủy liên kết với" in await page(browser)
    ended = await press(browser, "huy")
    assert (ended.status_code, ended.headers["location"]) == (303, f"{PAGE}?xong=huy")
    assert await who_inside(browser, world) == (AN, []), "the sight ends with the very next request"
    assert "Chưa có tài khoản nào được liên kết" in await page(browser)
    world[0].clock.advance(timedelta(seconds=16))
    assert await who_inside(await other(world, "vnconnect", "an_cu"), world) == (AN_OLD, [])


async def test_a_proposal_is_taken_by_its_button(browser: Browser, world: World) -> None:
    await (await other(world, "vnconnect", "an_cu")).signs_in("vnconnect", "an_cu", "&assurance=2")
    await browser.signs_in("vneid", "an")
    assert "Tài khoản khác có cùng số định danh" in await page(browser)
    taken = await press(browser, "lien-ket")
    assert (taken.status_code, taken.headers["location"]) == (303, f"{PAGE}?xong=lien-ket")
    assert await who_inside(browser, world) == (AN, [AN_OLD])


async def test_a_link_ended_elsewhere_is_told_so(browser: Browser) -> None:
    await browser.signs_in("vneid", "an")
    await show(browser, "vnconnect", "an_cu")
    twice = await press(browser, "huy", version="2")
    assert (twice.status_code, twice.headers["content-type"]) == (412, "text/html; charset=utf-8")
    assert "Hủy liên kết với" in await page(browser)


async def test_two_people_are_told_on_a_page_and_stay_two(browser: Browser, world: World) -> None:
    await browser.signs_in("vneid", "an")
    refused = await show(browser, "vnconnect", "sua_cu")
    assert refused.status_code == 409
    assert "số định danh khác nhau" in refused.text
    assert await who_inside(browser, world) == (AN, [])


async def test_choices_that_differ_are_told(browser: Browser, world: World) -> None:
    """What notify says of both accounts; a notify that is down costs only that line."""
    await browser.signs_in("vneid", "an")
    await show(browser, "vnconnect", "an_cu")
    assert "chọn khác nhau" not in await page(browser)
    world[2].documents["/v1/preferences"] = {"refused": ["SURVEY"], "differing": ["SURVEY"]}
    assert "chọn khác nhau" in await page(browser)
    world[2].status = 503
    assert "chọn khác nhau" not in await page(browser)


NOT_OURS = {
    "another site's form": {**FORM, "Sec-Fetch-Site": "cross-site"},
    "a sibling's form": {**FORM, "Sec-Fetch-Site": "same-site"},
    "an old browser's form of another site": {"Origin": "https://evil.example"},
    "a form that does not say whose it is": {"Origin": "null"},
    "nothing said": {},
}


@pytest.mark.parametrize("case", NOT_OURS)
@pytest.mark.parametrize("form", ["them", "huy", "lien-ket"])
async def test_another_sites_form_does_nothing(browser: Browser, world: World, case: str, form: str) -> None:
    await browser.signs_in("vneid", "an")
    given = {"issuer": f"{browser.issuers.root}/vnconnect", "link": AN, "version": "1", "proposal": AN}
    answer = await browser.ask("POST", f"{PAGE}/{form}", data=given, headers=NOT_OURS[case])
    assert answer.status_code == 403
    assert CrossSite.title.split()[0] in html.unescape(answer.text)
    assert "motcua_sign_in" not in browser.cookies


@pytest.mark.parametrize(
    ("form", "given", "status"),
    [
        ("them", {"issuer": "https://evil.example"}, 404),
        ("lien-ket", {"proposal": "../x"}, 422),
        ("lien-ket", {"proposal": AN}, 404),
        ("huy", {"link": AN, "version": "9" * 40}, 422),
        ("huy", {"link": AN, "version": "1"}, 404),
        ("huy", {"link": AN}, 422),
    ],
)
async def test_forms_filled_by_hand_are_refused(
    browser: Browser, form: str, given: dict[str, str], status: int
) -> None:
    await browser.signs_in("vneid", "an")
    answer = await browser.ask("POST", f"{PAGE}/{form}", data=given, headers=FORM)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")


async def test_nobody_signed_in_is_led_to_sign_in_and_a_form_of_nobody_is_refused(browser: Browser) -> None:
    led = await browser.ask("GET", PAGE)
    assert (led.status_code, led.headers["location"]) == (303, "/dang-nhap?return_to=%2Ftai-khoan")
    sent = await browser.ask("POST", f"{PAGE}/huy", data={"link": AN, "version": "1"}, headers=FORM)
    assert sent.status_code == 401


async def test_a_form_of_a_page_without_referrer_signs_out(browser: Browser) -> None:
    """Browsers say `Origin: null` there; that alone is still nobody's."""
    await browser.signs_in("vneid", "an")
    assert (await browser.ask("POST", "/session/sign-out", headers={"Origin": "null"})).status_code == 403
    assert 'action="/session/sign-out"' in (await browser.ask("GET", PAGE)).text
    out = await browser.ask("POST", "/session/sign-out", headers=FORM)
    assert out.status_code in {200, 303}
    assert (await browser.session())["status"] == 401


@pytest.mark.parametrize(
    ("asked", "back"), [("/tai-khoan", "/tai-khoan"), ("//evil.example", "/"), ("https://evil.example/", "/")]
)
async def test_every_way_to_sign_in_is_shown_and_leads_back_to_a_page_of_ours(
    browser: Browser, asked: str, back: str
) -> None:
    shown = await browser.ask("GET", f"/dang-nhap?{urlencode({'return_to': asked})}")
    leads = [html.unescape(one) for one in re.findall(r'<li><a href="([^"]+)"', shown.text)]
    assert leads == [
        f"/session/login?{urlencode({'issuer': f'{browser.issuers.root}/{name}', 'return_to': back})}"
        for name in ("vneid", "vnconnect")
    ]
    assert "evil" not in shown.text
