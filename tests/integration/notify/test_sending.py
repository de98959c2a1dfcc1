"""From an event to a message in the real catcher."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from kernel.core.event import Event
from kernel.postgres.migrations import differences
from kernel.sealing import Sealer
from kernel.service import JobTick
from kernel.testing.running import TEST_PII_KEY, RunningService, an_event
from services.notify.app import pace_of
from services.notify.domain.messages import Channel
from services.notify.jobs.send_messages import Lane
from services.notify.store.tables import metadata
from tests.integration.notify.catching import RunningCatcher, a_catcher

EXAMPLES = Path(__file__).parents[3] / "contracts" / "events" / "examples"
Start = Callable[..., Awaitable[RunningService]]


def a_change(name: str, *, phone: str = "0912345678", email: str = "an@thu.example", **dossier: Any) -> Event:
    """Return an example of a dossier event with a contact that can be opened."""
    data = json.loads((EXAMPLES / f"dossier.{name}.v1" / "typical.json").read_text())
    contact = {"name": "Nguyễn Văn An", "phone": phone, "email": email}
    data["dossier"]["contact"] = Sealer(TEST_PII_KEY).seal(contact, purpose="contact")
    data["dossier"].update(dossier)
    return an_event(f"dossier.{name}.v1", data["dossier"]["dossier_id"], data)


@pytest.fixture
async def catcher() -> AsyncIterator[RunningCatcher]:
    async with a_catcher() as running_catcher:
        yield running_catcher


@pytest.fixture
async def notify(start: Start, catcher: RunningCatcher) -> RunningService:
    return await start("notify", **catcher.settings, provider_timeout_seconds=2)


async def send_due(notify: RunningService) -> int:
    """Send everything that is due at this moment, as the worker does; return how many were claimed."""
    tick = JobTick(notify.runtime, notify.clock.now())
    claimed = 0
    for channel in (Channel.EMAIL, Channel.SMS):
        lane = Lane(channel, tick, pace_of(notify.runtime.settings))
        while found := await lane.claim():
            claimed += found
            await lane.finish()
    return claimed


async def messages(notify: RunningService, channel: str = "") -> list[Any]:
    rows = await notify.runtime.pool.fetch("SELECT * FROM messages ORDER BY id")
    return [row for row in rows if not channel or row["channel"] == channel]


async def test_the_migration_makes_the_tables_the_code_declares(notify: RunningService) -> None:
    assert await differences(notify.runtime.settings.database_url.get_secret_value(), metadata) == []


async def test_an_accepted_dossier_is_one_text_message_and_one_message_in_app(
    notify: RunningService, catcher: RunningCatcher
) -> None:
    await notify.receive(a_change("accepted"))
    assert await send_due(notify) == 1
    (caught,) = await catcher.caught()
    (row,) = await messages(notify, "SMS")
    assert (caught["kind"], caught["recipients"], caught["reference"]) == (
        "sms",
        ["0912345678"],
        str(row["id"]),
    )
    assert "H99.201-261117-0001" in caught["body"]
    assert "17:30 20/11/2026" in caught["body"]
    assert (row["state"], row["provider_id"], row["attempts"]) == ("SENT", caught["id"], 1)
    (in_app,) = await messages(notify, "IN_APP")
    assert (in_app["recipient_key"], in_app["state"]) == ("person:cong-dan-an", "SENT")
    (sent,) = await notify.published("message.sent.v1")
    assert (sent["key"], sent["sequence"]) == (str(row["id"]), row["version"])


async def test_the_same_event_twice_is_one_message(notify: RunningService, catcher: RunningCatcher) -> None:
    change = a_change("accepted")
    await notify.receive(change)
    await notify.receive(change)
    await send_due(notify)
    assert len(await catcher.caught()) == 1


async def test_a_refusal_goes_by_mail_with_its_message_id(
    notify: RunningService, catcher: RunningCatcher
) -> None:
    await notify.receive(a_change("intake_refused"))
    await send_due(notify)
    (caught,) = await catcher.caught("mail")
    (row,) = await messages(notify, "EMAIL")
    assert str(row["id"]) in caught["message_id"]
    assert caught["recipients"] == ["an@thu.example"]
    assert "Kính gửi Ông/Bà Nguyễn Văn An" in caught["body"]
    assert "Không thuộc thẩm quyền" in caught["body"]
