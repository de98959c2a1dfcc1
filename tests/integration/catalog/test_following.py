"""Following a procedure: asked, confirmed by the address, told of each change once, left on one click."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from kernel.sealing import Sealer
from kernel.testing.running import TEST_PII_KEY, RunningService, a_service
from services.catalog.jobs.readers import TELL_CHANGES
from tests.builders.catalog import a_document, a_procedure

Start = Callable[..., Awaitable[RunningService]]
LOADER = a_service("catalog.import")
SEALS = Sealer(TEST_PII_KEY)
ASKED, MATCHED = "subscription.requested.v1", "subscription.matched.v1"


async def the_catalogue(running: RunningService) -> None:
    """Fill a catalogue for every test here."""
    assert (await running.post("/v1/imports", a_document(), LOADER)).status_code == 200
    await running.run_job(TELL_CHANGES)


@pytest.fixture
async def catalog(start: Start) -> RunningService:
    """A catalogue with one procedure that was told of already."""
    return await start("catalog", filled=the_catalogue, public_url="https://dichvucong.lamgiang.gov.vn")


async def told(catalog: RunningService, kind: str) -> list[dict[str, Any]]:
    """Return the data of the events of a kind."""
    found = [row["data"] for row in await catalog.published(kind)]
    return [json.loads(one) if isinstance(one, str) else one for one in found]


def opened(sealed: str) -> Any:
    """Return what notify reads of a sealed member."""
    return SEALS.open(sealed, purpose="contact")


async def ask(catalog: RunningService, email: str = "an@thu.example", procedure: str = "1.004873") -> Any:
    """Ask to follow."""
    return await catalog.post("/v1/subscriptions", {"procedure": procedure, "email": email})


async def token(catalog: RunningService) -> str:
    """Return what the last mail's link carries."""
    return str(opened((await told(catalog, ASKED))[-1]["link"])).rpartition("/")[2]


async def followed(catalog: RunningService, email: str = "an@thu.example") -> None:
    """Ask and confirm."""
    assert (await ask(catalog, email)).status_code == 202
    answer = await catalog.post("/v1/subscriptions/confirmation", {"token": await token(catalog)})
    assert answer.status_code == 200, answer.text


async def amended(catalog: RunningService, name: str) -> None:
    """Publish the procedure under another name."""
    catalog.clock.advance(timedelta(days=1))
    answer = await catalog.post("/v1/imports", {"procedures": [a_procedure(name=name)]}, LOADER)
    assert answer.status_code == 200, answer.text


async def test_nobody_is_told_who_has_not_confirmed(catalog: RunningService) -> None:
    """The address is sealed, the event names the link to confirm; a change meanwhile is told to nobody."""
    answer = await ask(catalog, " An@Thu.Example ")
    assert (answer.status_code, answer.json()["state"]) == (202, "ASKED")
    [asked] = await told(catalog, ASKED)
    assert opened(asked["contact"]) == {"name": "", "phone": "", "email": "an@thu.example"}
    assert str(opened(asked["link"])).startswith("https://dichvucong.lamgiang.gov.vn/theo-doi/xac-nhan/")
    row = await catalog.runtime.pool.fetchrow("SELECT * FROM subscriptions")
    assert "an@thu" not in repr(dict(row))
    await amended(catalog, "Tên mới")
    await catalog.run_job(TELL_CHANGES)
    assert await told(catalog, MATCHED) == []


async def test_a_follower_is_told_of_each_change_once(catalog: RunningService) -> None:
    """Not of what was published before; not twice, however often the job runs; with a link that ends it."""
    await followed(catalog)
    await catalog.run_job(TELL_CHANGES)
    assert await told(catalog, MATCHED) == []
    await amended(catalog, "Tên mới")
    for _ in range(3):
        await catalog.run_job(TELL_CHANGES)
    [matched] = await told(catalog, MATCHED)
    assert matched["procedure"] == {"code": "1.004873", "name": "Tên mới"}
    assert matched["valid_from"] == str(catalog.clock.now().date())
    assert matched["page"] == "https://dichvucong.lamgiang.gov.vn/thu-tuc/1.004873"
    await amended(catalog, "Tên mới nữa")
    await catalog.run_job(TELL_CHANGES)
    assert [one["procedure"]["name"] for one in await told(catalog, MATCHED)] == ["Tên mới", "Tên mới nữa"]
    rows = await catalog.published(MATCHED)
    assert [row["sequence"] for row in rows] == sorted({row["sequence"] for row in rows})


async def test_one_click_ends_it_and_forgets_the_address(catalog: RunningService) -> None:
    """A second click, a scanner's or an impatient hand's, changes nothing."""
    await followed(catalog)
    await amended(catalog, "Tên mới")
    await catalog.run_job(TELL_CHANGES)
    [matched] = await told(catalog, MATCHED)
    ending = str(opened(matched["unsubscribe"])).rpartition("/")[2]
    for _ in range(2):
        assert (await catalog.post("/v1/subscriptions/ending", {"token": ending})).json() == {
            "state": "ENDED"
        }
    assert await catalog.count("subscriptions") == 0
    await amended(catalog, "Tên mới nữa")
    await catalog.run_job(TELL_CHANGES)
    assert len(await told(catalog, MATCHED)) == 1


async def test_a_link_does_only_what_it_is_for(catalog: RunningService) -> None:
    """A link to confirm does not end; a changed one does nothing; an old one has lapsed and is forgotten."""
    await ask(catalog)
    good = await token(catalog)
    for path, bad in (
        ("ending", good),
        ("confirmation", good[:-2] + ("AA" if good[-2:] != "AA" else "BB")),
        ("confirmation", "x"),
        ("confirmation", "A" * 43),
    ):
        refused = await catalog.post(f"/v1/subscriptions/{path}", {"token": bad})
        assert (refused.status_code, refused.json()["code"]) == (404, "subscription-link-unknown"), path
    catalog.clock.advance(timedelta(hours=49))
    assert (await catalog.post("/v1/subscriptions/confirmation", {"token": good})).status_code == 404
    await catalog.run_job(TELL_CHANGES)
    assert await catalog.count("subscriptions") == 0


async def test_nobodys_mailbox_is_filled_by_somebody_else(catalog: RunningService) -> None:
    """Within the hour and for who follows already nothing is sent, and the answer is the same."""
    first = await ask(catalog)
    for _ in range(3):
        assert (await ask(catalog)).json() == first.json()
    assert len(await told(catalog, ASKED)) == 1
    catalog.clock.advance(timedelta(hours=1))
    await ask(catalog)
    assert len(await told(catalog, ASKED)) == 2
    await catalog.post("/v1/subscriptions/confirmation", {"token": await token(catalog)})
    catalog.clock.advance(timedelta(hours=2))
    assert (await ask(catalog)).json() == first.json()
    assert len(await told(catalog, ASKED)) == 2


async def test_an_address_is_asked_five_times_a_day_at_most(catalog: RunningService) -> None:
    """Over all procedures."""
    more = [a_procedure(f"1.10000{number}") for number in range(8)]
    assert (await catalog.post("/v1/imports", {"procedures": more}, LOADER)).status_code == 200
    for number in range(8):
        assert (await ask(catalog, procedure=f"1.10000{number}")).status_code == 202
    assert len(await told(catalog, ASKED)) == 5
    assert (await ask(catalog, email="binh@thu.example", procedure="1.100000")).status_code == 202
    assert len(await told(catalog, ASKED)) == 6


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"procedure": "1.004873", "email": "an"}, 422, "address-unusable"),
        ({"procedure": "1.004873", "email": "an@thu.example\r\nBcc: b@c.vn"}, 422, "address-unusable"),
        ({"procedure": "1.004873", "email": "a" * 400 + "@thu.example"}, 422, "invalid"),
        ({"procedure": "9.999999", "email": "an@thu.example"}, 404, "procedure-not-found"),
        ({"procedure": "x", "email": "an@thu.example"}, 404, "procedure-not-found"),
        ({"procedure": "1.004873"}, 422, "invalid"),
    ],
)
async def test_what_cannot_be_followed_is_refused(
    catalog: RunningService, body: dict[str, Any], status: int, code: str
) -> None:
    """And nothing is kept."""
    refused = await catalog.post("/v1/subscriptions", body)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert await catalog.count("subscriptions") == 0
