"""One submission through three services: what dossier really publishes, the others really read."""

from collections.abc import Awaitable, Callable
from typing import Any

from kernel.bus.memory import MemoryBus
from kernel.core.event import Event
from kernel.testing.running import RunningService
from services.dossier.commands.history import republish
from tests.builders.dossier.kin import BIRTH, CARD, RESIDENCE, Kin

Start = Callable[..., Awaitable[RunningService]]


def _again(row: Any) -> Event:
    """Return what the outbox holds as the event it is."""
    return Event(
        id=row["event_id"],
        type=row["type"],
        key=row["key"],
        sequence=row["sequence"],
        data=row["data"],
        occurred_at=row["occurred_at"],
    )


async def test_the_citizen_is_told_once_and_tracks_one_reference(door: RunningService, start: Start) -> None:
    """Birth granted, the others begun: one receipt, one appointment; three steps behind one reference."""
    kin = await Kin(await start("dossier")).open_kin()
    seen = await kin.handed_in()
    await kin.accepted_child(seen, BIRTH)
    await kin.advance()
    child = await kin.child(seen, BIRTH)
    assert child["state"] == "ACCEPTED"
    published = await kin.service.published()
    events = [_again(row) for row in published]
    await door.receive(*events, source="dossier")
    notify = await start("notify")
    told = [event for event in events if event.topic in {"dossier", "interlinked_dossier"}]
    await notify.receive(*told, source="dossier")

    answer = await door.client.get(
        "/api/v1/tracking", params={"code": seen["reference"], "secret": seen["secret"]}
    )
    assert answer.status_code == 200, answer.text
    members = {one["procedure"]["code"]: one for one in answer.json()["members"]}
    assert members[BIRTH]["code"] == child["dossier_code"]
    assert (members[RESIDENCE]["status"], members[CARD]["code"]) == ("WAITING", None)
    assert answer.json()["due_at"].startswith("2026-03-13T17:30:00")
    rows = await notify.runtime.pool.fetch(
        "SELECT template, count(*) FROM messages WHERE recipient_key LIKE 'contact:%' GROUP BY 1"
    )
    assert {row["template"]: row["count"] for row in rows} == {
        "interlinked-submitted": 1,
        "interlinked-appointed": 1,
    }

    bus = kin.service.runtime.bus
    assert isinstance(bus, MemoryBus)
    await bus.ensure_topics(kin.service.runtime.service.topics)
    subscription = await bus.subscribe("new", ["interlinked_dossier"])
    assert await republish(kin.service.runtime, []) == 0
    messages = await subscription.fetch(max_messages=100, timeout_seconds=1)
    whole = [str(event.id) for event in events if event.topic == "interlinked_dossier"]
    assert [message.headers["ce_id"] for message in messages] == whole
