"""Published petitions are read by anybody, in any browser, and tell nobody's name."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from kernel.testing.running import RunningService
from tests.integration.gateway.conftest import Open
from tests.integration.survey.test_petitions import (
    ANSWER,
    BODY,
    an_agency,
    answered,
    does,
)
from tests.serving import served

Start = Callable[..., Awaitable[RunningService]]
PAGE = "/phan-anh"


@pytest.fixture
async def survey(start: Start) -> RunningService:
    running = await start("survey", petitions_a_day=100)
    await running.receive(an_agency("H99.201"))
    return running


@pytest.fixture
async def door(open_door: Open, survey: RunningService) -> AsyncIterator[RunningService]:
    async with served(survey.client._transport.app) as url:
        yield await open_door(survey_url=url)


async def published(survey: RunningService, title: str, text: str = "Phải đến nhiều lần.") -> str:
    one = await answered(survey)
    body = {"title": title, "text": text + " " * 10, "answer": ANSWER["text"]}
    answer = await does(survey, one, "publication", {**body, "text": text + " Chưa có kết quả."})
    assert answer.status_code == 200, answer.text
    return str(one["id"])


async def test_the_pages_list_search_and_show_without_a_script(
    door: RunningService, survey: RunningService
) -> None:
    """Newest first; words without accents; what people wrote is text, never markup; nobody is named."""
    first = await published(survey, "Hẹn trả nhiều lần")
    await published(survey, "Thu phí <b>sai</b>", "Thu phí không có biên lai.")
    page = await door.client.get(PAGE)
    assert page.status_code == 200, page.text
    assert page.text.index("Thu phí &lt;b&gt;sai&lt;/b&gt;") < page.text.index("Hẹn trả nhiều lần")
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for known in (BODY["name"], BODY["phone"], BODY["address"], "PA-26"):
        assert known not in page.text
    found = await door.client.get(PAGE, params={"q": "bien LAI"})
    assert ("Thu phí" in found.text, "Hẹn trả" in found.text) == (True, False)
    assert 'value="bien LAI"' in found.text
    none = await door.client.get(PAGE, params={"q": '"><script>'})
    assert ("Không có phản ánh" in none.text, "<script>" in none.text) == (True, False)
    one = await door.client.get(f"{PAGE}/{first}")
    assert (one.status_code, "Hẹn trả nhiều lần" in one.text, ANSWER["text"] in one.text) == (200, True, True)


async def test_what_is_not_public_is_one_page_and_a_survey_that_is_away_another(
    door: RunningService, survey: RunningService
) -> None:
    """Unanswered, unknown and no number at all look the same."""
    hidden = await answered(survey)
    pages = [
        await door.client.get(f"{PAGE}/{number}")
        for number in (hidden["id"], "0193a5c2-7d00-7a10-8000-0000000000aa", "khong-phai-so")
    ]
    assert {page.status_code for page in pages} == {404}
    assert len({page.text for page in pages}) == 1
    assert "Không có nội dung công khai này" in pages[0].text


async def test_a_long_list_goes_on_with_the_words_and_a_broken_place_begins_anew(
    door: RunningService, survey: RunningService
) -> None:
    for number in range(22):
        await published(survey, f"Việc thứ {number:02d}")
    page = await door.client.get(PAGE, params={"q": "viec"})
    assert page.text.count("Việc thứ") == 20
    following = page.text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    more = await door.client.get(following)
    assert more.text.count("Việc thứ") == 2
    assert 'value="viec"' in more.text
    again = await door.client.get(PAGE, params={"cursor": "x" * 30})
    assert again.text.count("Việc thứ") == 20
