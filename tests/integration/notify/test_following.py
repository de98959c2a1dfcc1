"""Mails to who follows a procedure: one to confirm, one a change, each with its way out."""

import json
from typing import Any

from kernel.core.event import Event
from kernel.testing.running import RunningService, an_event
from services.notify.store.messages import open_text
from tests.integration.notify.builders import EXAMPLES, SEALS, messages, send_due
from tests.integration.notify.catching import RunningCatcher

ENDING = "https://dichvucong.lamgiang.gov.vn/theo-doi/ngung/" + "t" * 43


def a_subscription_event(kind: str, **changed: Any) -> Event:
    """Return the catalogue's event with a contact and links that open."""
    data = json.loads((EXAMPLES / kind / "typical.json").read_text())
    contact = {"name": "", "phone": "", "email": "an@thu.example"}
    data["contact"] = SEALS.seal(contact, purpose="contact")
    for name in {"link", "unsubscribe", "unsubscribe_page"} & data.keys():
        data[name] = SEALS.seal(ENDING, purpose="contact")
    return an_event(kind, data["subscription_id"], {**data, **changed})


async def test_the_address_itself_is_asked(notify: RunningService, catcher: RunningCatcher) -> None:
    """With the link; without one to unsubscribe, because nothing is followed yet."""
    await notify.receive(a_subscription_event("subscription.requested.v1"))
    assert await send_due(notify) == 1
    [row] = await messages(notify)
    assert (row["template"], row["channel"], row["dossier_id"], row["state"]) == (
        "subscription-confirmation",
        "EMAIL",
        None,
        "SENT",
    )
    assert row["recipient_masked"] == "an***@thu.example"
    assert "an@thu" not in repr({**row, "recipient_masked": ""})


async def test_a_change_is_told_once_and_left_on_one_click(
    notify: RunningService, catcher: RunningCatcher
) -> None:
    """However often the event comes; the mail program finds where to POST (RFC 8058)."""
    event = a_subscription_event("subscription.matched.v1")
    await notify.receive(event)
    await notify.receive(event)
    assert await send_due(notify) == 1
    assert len(await messages(notify)) == 1
    [mail] = await catcher.caught("mail")
    body = mail["body"]
    [row] = await messages(notify)
    kept = open_text(SEALS, row["content"])
    assert kept.unsubscribe == ENDING, "the header's address, sealed with the text"
    assert "sửa đổi, bổ sung, áp dụng từ ngày 01/12/2026" in body
    assert ENDING in body
    assert "mã bí mật" not in body, "who follows has no dossier"
