"""Survey's invitation as notify reads it: the link that arrives is the link that can be answered."""

import re
from collections.abc import Awaitable, Callable

from kernel.core.event import Event
from kernel.testing.running import RunningService
from tests.integration.notify.builders import a_change, send_due
from tests.integration.notify.catching import a_catcher
from tests.integration.survey.test_surveys import all_scored

Start = Callable[..., Awaitable[RunningService]]


def as_event(row: object) -> Event:
    """Return an outbox row as the event it becomes."""
    names = ("type", "key", "sequence", "data", "occurred_at")
    return Event(id=row["event_id"], **{name: row[name] for name in names})  # type: ignore[index]  # a row


async def test_the_link_in_the_mail_takes_one_response(start: Start) -> None:
    async with a_catcher() as catcher:
        survey = await start("survey", public_url="http://cong.example")
        notify = await start("notify", **catcher.settings)
        await survey.receive(a_change("returned"))
        await notify.receive(*[as_event(row) for row in await survey.published("invitation.issued.v1")])
        await send_due(notify)
        (mail,) = await catcher.caught("mail")
        found = re.search(r"http://cong\.example/khao-sat/([\w-]{22})\s", mail["body"])
        assert found, mail["body"]
        shown = await survey.get(f"/v1/invitations/{found[1]}")
        assert shown.status_code == 200, shown.text
        taken = await survey.post(f"/v1/invitations/{found[1]}/response", all_scored(5))
        assert taken.status_code == 201, taken.text
        assert taken.json() == {"received_on": survey.clock.now().date().isoformat()}
