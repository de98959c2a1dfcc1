"""What dossier really published of a whole submission and its end by an approved list: notify forgets it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from kernel.core.event import Event
from kernel.testing.running import RunningService
from tests.builders.dossier.kin import FATHER, POLICE, Kin, a_group, staff
from tests.builders.dossier.office import COMMUNE
from tests.integration.dossier.interlinked.test_destroyed import PAPERLESS, UNORDERED, destroyed_at
from tests.integration.notify.builders import messages, send_due

Start = Callable[..., Awaitable[RunningService]]
DESK = staff("ONE_STOP_OFFICER", COMMUNE, "mot-cua")


def _as_sent(row: Any) -> Event:
    """Return what the outbox holds as the event it is."""
    names = ("type", "key", "sequence", "data", "occurred_at")
    return Event(id=row["event_id"], **{name: row[name] for name in names})


async def _told(kin: Kin, notify: RunningService) -> None:
    """Let notify read everything once more: what it has read already changes nothing."""
    rows = await kin.service.published()
    told = [_as_sent(row) for row in rows if row["topic"] in {"dossier", "interlinked_dossier"}]
    await notify.receive(*told, source="dossier")


async def test_the_last_dossiers_destruction_takes_every_message_about_the_whole(
    notify: RunningService, start: Start
) -> None:
    """Sent ones, an officer's reading too; those of a child kept longer and of another submission stay."""
    kin = await Kin(await start("dossier")).open_kin(a_group(UNORDERED), residence=PAPERLESS)
    seen, other = await kin.handed_in(), await kin.handed_in()
    assert (await kin.on(seen, "withdrawal", reason="Chuyển nhà")).status_code == 200
    await kin.advance()
    await _told(kin, notify)
    await send_due(notify)
    (item, *_) = [
        one
        for one in (await notify.get("/v1/inbox", FATHER)).json()["items"]
        if one["dossier_id"] == seen["interlinked_dossier_id"]
    ]
    assert (await notify.post(f"/v1/inbox/{item['id']}/reading", caller=FATHER)).status_code == 200
    assert await about(notify, seen) > 0
    kept = await about(notify, other)
    kin.service.clock.advance(timedelta(days=366 * 7))
    await destroyed_at(kin, COMMUNE)
    await _told(kin, notify)
    assert await about(notify, seen) > 0
    await destroyed_at(kin, POLICE)
    for _ in range(2):
        await _told(kin, notify)
        assert (await about(notify, seen), await notify.count("readings")) == (0, 0)
    assert await about(notify, other) == kept > 0


async def about(notify: RunningService, seen: dict[str, Any]) -> int:
    """Return how many messages notify keeps about a submission."""
    rows = await messages(notify)
    return sum(str(row["dossier_id"]) == seen["interlinked_dossier_id"] for row in rows)
