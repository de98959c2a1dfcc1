"""Dossier events with a contact that opens, and a worker that sends what is due now."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from kernel.core.event import Event
from kernel.core.ids import new_id
from kernel.sealing import Sealer
from kernel.service import JobTick
from kernel.testing.running import TEST_PII_KEY, RunningService, an_event
from services.notify.app import pace_of
from services.notify.domain.messages import Channel
from services.notify.jobs.send_messages import Lane

EXAMPLES = Path(__file__).parents[3] / "contracts" / "events" / "examples"
SEALS = Sealer(TEST_PII_KEY)


def a_change(
    name: str, *, phone: str | None = "0912345678", email: str | None = "an@thu.example", **dossier: Any
) -> Event:
    """Return an example of a dossier event, of a dossier of its own unless one is named."""
    data = json.loads((EXAMPLES / f"dossier.{name}.v1" / "typical.json").read_text())
    contact = {"name": "Nguyễn Văn An", "phone": phone, "email": email}
    data["dossier"]["contact"] = SEALS.seal(contact, purpose="contact")
    data["dossier"]["dossier_id"] = str(new_id())
    data["dossier"].update(dossier)
    return an_event(f"dossier.{name}.v1", data["dossier"]["dossier_id"], data)


def an_invitation(**changed: Any) -> Event:
    """Return survey's invitation with a link that opens."""
    data = json.loads((EXAMPLES / "invitation.issued.v1" / "typical.json").read_text())
    contact = {"name": "Nguyễn Văn An", "phone": "0912345678", "email": "an@thu.example"}
    data["contact"] = SEALS.seal(contact, purpose="contact")
    data["link"] = SEALS.seal("http://127.0.0.1:8000/api/v1/invitations/bi-mat", purpose="contact")
    data.update(changed)
    return an_event("invitation.issued.v1", data["invitation_id"], data)


def aged(event: Event, age: timedelta) -> Event:
    """Return the event as it would be, had it happened that much earlier."""
    return replace(event, occurred_at=event.occurred_at - age)


async def forget_everything(notify: RunningService) -> None:
    """Empty the service's database, as before a rebuild from republished events."""
    await notify.runtime.pool.execute("TRUNCATE messages, readings, opt_outs, inbox, outbox")


async def send_due(notify: RunningService) -> int:
    """Send everything that is due at this moment, as the worker does; return how many were claimed."""
    tick = JobTick(notify.runtime, notify.clock.now())
    claimed = 0
    for channel in (Channel.EMAIL, Channel.SMS):
        lane = Lane(channel, tick, pace_of(notify.runtime.settings))  # type: ignore[arg-type]  # notify's own
        while found := await lane.claim():
            claimed += found
            await lane.finish()
    return claimed


async def messages(notify: RunningService, channel: str = "") -> list[Any]:
    """Return the message rows, oldest first."""
    rows = await notify.runtime.pool.fetch("SELECT * FROM messages ORDER BY event_id, id")
    return [row for row in rows if not channel or row["channel"] == channel]
