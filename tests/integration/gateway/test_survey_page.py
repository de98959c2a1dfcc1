"""A survey's link in a browser: through the gateway to the real survey service, without scripts."""

import base64
import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from kernel.testing.running import RunningService
from tests.integration.gateway.conftest import Open
from tests.integration.gateway.peer import Peer
from tests.integration.survey.test_surveys import CODES, invited
from tests.serving import served

Start = Callable[..., Awaitable[RunningService]]
FOURS = dict.fromkeys(CODES, "4")


@pytest.fixture
async def survey(start: Start) -> RunningService:
    return await start("survey")


@pytest.fixture
async def door(open_door: Open, survey: RunningService) -> AsyncIterator[RunningService]:
    async with served(survey.client._transport.app) as url:
        yield await open_door(survey_url=url)


class Page(HTMLParser):
    """What a screen reader would go by."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.lang = ""
        self.headings: list[str] = []
        self.labels: set[str] = set()
        self.ids: list[str] = []
        self.inputs: list[dict[str, str | None]] = []
        self.legends = self.fieldsets = 0
        self.outside: list[str] = []
        self.alerts = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"]] if given.get("id") else []
        self.alerts += given.get("role") == "alert"
        if tag == "html":
            self.lang = given.get("lang") or ""
        elif tag in {"h1", "h2", "h3"}:
            self.headings.append(tag)
        elif tag == "label":
            self.labels.add(given.get("for") or "")
        elif tag == "input":
            self.inputs.append(given)
        self.legends += tag == "legend"
        self.fieldsets += tag == "fieldset"
        if tag in {"script", "img", "link", "iframe"} or (given.get("href") or "/").startswith("http"):
            self.outside.append(tag)


async def send(door: RunningService, token: str, answers: dict[str, str]) -> Any:
    return await door.client.post(f"/khao-sat/{token}", data=answers)


async def test_the_form_is_read_without_scripts_and_by_a_screen_reader(
    door: RunningService, survey: RunningService
) -> None:
    token = await invited(survey)
    shown = await door.client.get(f"/khao-sat/{token}")
    assert shown.status_code == 200, shown.text
    assert shown.headers["content-type"] == "text/html; charset=utf-8"
    page = Page(shown.text)
    assert (page.lang, page.headings, page.outside) == ("vi", ["h1", "h2"], [])
    assert page.fieldsets == page.legends == 12
    assert len(page.inputs) == 12 * 6
    assert {one["id"] for one in page.inputs} == page.labels
    assert all("required" in one for one in page.inputs)
    assert len(page.ids) == len(set(page.ids))
    assert "Ủy ban nhân dân phường Bến Lam" in shown.text


async def test_nothing_of_the_dossier_or_of_the_person_is_shown(
    door: RunningService, survey: RunningService
) -> None:
    shown = await door.client.get(f"/khao-sat/{await invited(survey)}")
    for hidden in ("Nguyễn", "0912345678", "cong-dan-an", "H99.201-261117-0001"):
        assert hidden not in shown.text


async def test_the_token_goes_nowhere_else(door: RunningService, survey: RunningService) -> None:
    token = await invited(survey)
    shown = await door.client.get(f"/khao-sat/{token}")
    assert shown.headers["referrer-policy"] == "no-referrer"
    assert shown.headers["cache-control"] == "no-store"
    assert token not in shown.text
    policy = shown.headers["content-security-policy"]
    style = re.search(r"<style>(.*?)</style>", shown.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy.startswith("default-src 'none';")
    assert f"style-src 'sha256-{digest}'" in policy
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy
    taken = await send(door, token, FOURS)
    assert token not in taken.headers["location"]


async def test_answers_are_taken_once_and_a_second_click_is_no_second_answer(
    door: RunningService, survey: RunningService
) -> None:
    token = await invited(survey)
    for _ in range(2):
        taken = await send(door, token, {**FOURS, "FEEDBACK": "none"})
        assert (taken.status_code, taken.headers["location"]) == (303, "/khao-sat/cam-on")
    thanks = await door.client.get("/khao-sat/cam-on")
    assert "Đã nhận câu trả lời" in thanks.text
    (kept,) = await survey.runtime.pool.fetch("SELECT answers FROM responses")
    assert kept["answers"] == {**dict.fromkeys(CODES, 4), "FEEDBACK": None}
    changed = await send(door, token, dict.fromkeys(CODES, "1"))
    assert changed.status_code == 404
    assert await survey.count("responses") == 1


async def test_unknown_expired_and_answered_links_are_the_same_page(
    door: RunningService, survey: RunningService
) -> None:
    answered, expired = await invited(survey), await invited(survey)
    await send(door, answered, FOURS)
    survey.clock.advance(timedelta(days=30))
    tokens = (answered, expired, "khong-co", "a.b", "x" * 101)
    seen = [await door.client.get(f"/khao-sat/{token}") for token in tokens]
    seen.append(await send(door, expired, FOURS))
    assert {answer.status_code for answer in seen} == {404}
    assert len({answer.content for answer in seen}) == 1
    page = Page(seen[0].text)
    assert (page.lang, page.headings, page.alerts) == ("vi", ["h1"], 1)
    assert "đã hết hạn hoặc đã được dùng" in seen[0].text


async def test_what_is_missing_is_named_and_what_was_chosen_stays(
    door: RunningService, survey: RunningService
) -> None:
    token = await invited(survey)
    given = {code: score for code, score in FOURS.items() if code not in {"TIME", "ATTITUDE"}}
    again = await send(door, token, given)
    assert again.status_code == 422
    page = Page(again.text)
    assert page.alerts == 1
    assert sum("checked" in one for one in page.inputs) == 10
    for code in ("TIME", "ATTITUDE"):
        assert f'href="#cau-{code}"' in again.text
        assert f'aria-describedby="loi-{code}"' in again.text
    assert again.text.count("Chưa chọn mức nào") == 4
    assert await survey.count("responses") == 0
    assert (await send(door, token, FOURS)).status_code == 303


@pytest.mark.parametrize(
    "given",
    [
        {},
        {**FOURS, "TIME": "9"},
        {**FOURS, "TIME": "<b>"},
        {**FOURS, "la": "4"},
        dict.fromkeys(CODES, "none"),
    ],
)
async def test_answers_that_do_not_fit_come_back_as_the_form_with_a_reason(
    door: RunningService, survey: RunningService, given: dict[str, str]
) -> None:
    token = await invited(survey)
    sent = await door.client.post(
        f"/khao-sat/{token}", data=given, headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert sent.status_code == 422, sent.text
    assert Page(sent.text).alerts == 1
    assert re.search(r'<div class="alert".*?<li>.+?</li>', sent.text, re.DOTALL)
    assert "<b>" not in sent.text
    assert await survey.count("responses") == 0


async def test_hostile_names_are_shown_and_never_run(door: RunningService, survey: RunningService) -> None:
    evil = "<script>alert(1)</script>\"'>&{{ 7*7 }}{0}"
    token = await invited(survey, competent_agency={"code": "H99.201", "name": evil})
    await survey.runtime.pool.execute("UPDATE invitations SET procedure_name = $1", evil)
    shown = await door.client.get(f"/khao-sat/{token}")
    assert shown.status_code == 200
    assert Page(shown.text).outside == []
    assert shown.text.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2
    assert shown.text.count("{{ 7*7 }}{0}") == 2


async def test_a_body_that_is_no_form_is_refused_with_a_page(
    door: RunningService, survey: RunningService
) -> None:
    token = await invited(survey)
    for content, kind in ((b"{}", "application/json"), (b"x" * 20_000, "application/x-www-form-urlencoded")):
        sent = await door.client.post(f"/khao-sat/{token}", content=content, headers={"content-type": kind})
        assert sent.status_code in {400, 413}
        assert Page(sent.text).headings == ["h1"]


async def test_a_survey_that_is_down_is_said_on_a_page(open_door: Open, peer: Peer) -> None:
    door = await open_door(survey_url="http://127.0.0.1:9")
    shown = await door.client.get("/khao-sat/abc")
    assert (shown.status_code, Page(shown.text).alerts) == (503, 1)
    assert shown.headers["retry-after"]
    peer.status = 500
    broken = await (await open_door()).client.get("/khao-sat/abc")
    assert (broken.status_code, Page(broken.text).alerts) == (503, 1)


async def test_too_many_requests_are_refused_with_a_page_here_and_at_the_look_up(open_door: Open) -> None:
    slow = {"per_second": 0.01, "burst": 1}
    door = await open_door(rate_limits={"public": slow, "tracking": slow})
    for address in ("/khao-sat/cam-on", "/tra-cuu"):
        assert (await door.client.get(address)).status_code == 200
        refused = await door.client.get(address)
        assert refused.status_code == 429
        assert refused.headers["content-type"] == "text/html; charset=utf-8"
        assert int(refused.headers["retry-after"]) > 1
        assert refused.headers["referrer-policy"] == "no-referrer"
        assert Page(refused.text).alerts == 1
