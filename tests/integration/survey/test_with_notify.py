"""Survey's invitation as notify reads it: the link that arrives is the link that can be answered."""

import re
from collections.abc import Awaitable, Callable

from kernel.core.event import Event
from kernel.testing.running import RunningService
from tests.integration.notify.builders import a_change, send_due
from tests.integration.notify.catching import a_catcher
from tests.integration.survey.test_petitions import ANSWER, BODY, MANAGER, an_agency, does
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


async def test_the_sender_of_a_petition_hears_that_it_is_answered_and_the_agency_that_one_came(
    start: Start,
) -> None:
    """What is told names the petition and the agency; the words stay where they are looked up."""
    async with a_catcher() as catcher:
        survey = await start("survey")
        notify = await start("notify", **catcher.settings)
        await survey.receive(an_agency("H99.201"))
        one = (await survey.post("/v1/open-petitions", BODY)).json()
        taken = (await does(survey, one, "classification", {"kind": "CONDUCT"})).json()
        assert (await does(survey, taken, "answer", ANSWER)).status_code == 200
        events = [as_event(row) for row in await survey.published()]
        await notify.receive(*events)
        await notify.receive(*events)
        await send_due(notify)
        mails = await catcher.caught("mail")
        assert sorted(mail["subject"] for mail in mails) == [
            f"Đã có trả lời cho phản ánh, kiến nghị {one['reference']}",
            f"Đã nhận phản ánh, kiến nghị {one['reference']}",
        ]
        assert not any(ANSWER["text"] in mail["body"] or BODY["text"] in mail["body"] for mail in mails)
        assert not any(one["code"] in mail["body"] for mail in mails)
        inbox = (await notify.get("/v1/inbox", MANAGER)).json()["items"]
        assert [item["subject"] for item in inbox] == [f"Phản ánh, kiến nghị {one['reference']}"]
