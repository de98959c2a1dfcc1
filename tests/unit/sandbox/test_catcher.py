"""The catcher: an SMS provider's door, decoded mail, what was caught and the faults."""

from email.message import EmailMessage
from typing import Any, Self

import httpx
import pytest

from kernel.testing.fixed_clock import FixedClock
from sandbox.catcher.app import create_app
from sandbox.catcher.messages import SCHEMA, Messages, read_mail
from sandbox.catcher.settings import CatcherSettings
from sandbox.journal import Journal

SMS = {
    "to": "0900000000",
    "text": "Hồ sơ của ông/bà đã được tiếp nhận",
    "sender": "MOTCUA",
    "reference": "m-1",
}


class CatcherUnderTest:
    """A catcher in memory without its SMTP listener, and a sender who knows the key."""

    def __init__(self) -> None:
        app = create_app(CatcherSettings(sms_key="khoa", smtp_port=None))
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://catcher",
            headers={"Authorization": "Bearer khoa"},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def send(self, **changed: Any) -> httpx.Response:
        return await self.http.post("/sms", json={**SMS, **changed})

    async def caught(self, **asked: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.http.get("/messages", params=asked)).json()
        return found


async def test_an_sms_is_caught_and_answered_with_an_id() -> None:
    async with CatcherUnderTest() as catcher:
        answer = (await catcher.send()).json()
        (caught,) = await catcher.caught(to="0900000000", contains="tiếp nhận")
        assert caught["id"] == answer["id"]
        assert (caught["kind"], caught["sender"], caught["body"]) == ("sms", "MOTCUA", SMS["text"])


async def test_the_same_reference_is_one_sms_and_another_text_under_it_a_conflict() -> None:
    async with CatcherUnderTest() as catcher:
        first, again = await catcher.send(), await catcher.send()
        assert first.json() == again.json()
        assert (await catcher.send(text="khác")).status_code == 409
        (caught,) = await catcher.caught()
        assert caught["count"] == 2


@pytest.mark.parametrize("key", ["", "Bearer sai", "khoa"])
async def test_a_sender_without_the_key_is_refused(key: str) -> None:
    async with CatcherUnderTest() as catcher:
        response = await catcher.http.post("/sms", json=SMS, headers={"Authorization": key})
        assert response.status_code == 401
        assert await catcher.caught() == []


async def test_search_asks_the_whole_recipient_and_any_part_of_the_text() -> None:
    async with CatcherUnderTest() as catcher:
        await catcher.send()
        await catcher.send(to="0911111111", reference="m-2", text="Mời nhận kết quả")
        assert [one["reference"] for one in await catcher.caught(to="0911111111")] == ["m-2"]
        assert [one["reference"] for one in await catcher.caught(contains="kết quả")] == ["m-2"]
        assert await catcher.caught(to="09") == []
        assert await catcher.caught(kind="mail") == []
        assert (await catcher.http.delete("/messages")).status_code == 204
        assert await catcher.caught() == []


async def test_a_provider_fault_lasts_as_often_as_switched() -> None:
    async with CatcherUnderTest() as catcher:
        await catcher.http.put("/faults", json={"sms_status": 503, "times": 2})
        assert [(await catcher.send()).status_code for _ in range(3)] == [503, 503, 200]
        assert len(await catcher.caught()) == 1


async def test_a_lost_answer_was_kept_and_its_repetition_answers_the_same_message() -> None:
    async with CatcherUnderTest() as catcher:
        await catcher.http.put("/faults", json={"sms_lose_answer": True, "times": 1})
        assert (await catcher.send()).status_code == 504
        answer = await catcher.send()
        (caught,) = await catcher.caught()
        assert (answer.json()["id"], caught["count"]) == (caught["id"], 2)


async def test_a_recipient_can_be_refused_for_good() -> None:
    async with CatcherUnderTest() as catcher:
        await catcher.http.put("/faults", json={"refuse_recipients": ["0900000000"]})
        assert (await catcher.send()).status_code == 422
        assert (await catcher.send(to="0911111111")).status_code == 200


def test_a_mail_is_decoded_with_its_html_attachments_and_message_id() -> None:
    mail = EmailMessage()
    mail["Subject"] = "Hẹn trả kết quả hồ sơ"
    mail["Message-ID"] = "<m-1@mau.vn>"
    mail.set_content("Kính gửi ông/bà,\nMời đến nhận kết quả.\n")
    mail.add_alternative("<p>Mời đến nhận kết quả.</p>", subtype="html")
    mail.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="giấy hẹn.pdf")
    caught = read_mail(mail.as_bytes(), sender="motcua@mau.vn", recipients=["dan@example.vn"])
    assert caught.subject == "Hẹn trả kết quả hồ sơ"
    assert caught.body == "Kính gửi ông/bà,\nMời đến nhận kết quả."
    assert caught.html == "<p>Mời đến nhận kết quả.</p>"
    assert caught.attachments == ("giấy hẹn.pdf",)
    assert caught.message_id == "<m-1@mau.vn>"


async def test_the_page_shows_what_was_caught_escaped() -> None:
    async with CatcherUnderTest() as catcher:
        await catcher.send(text="<b>Hồ sơ</b>")
        page = (await catcher.http.get("/")).text
        assert "&lt;b&gt;Hồ sơ&lt;/b&gt;" in page
        assert "Tin nhắn" in page


def test_a_mail_in_an_unknown_coding_is_shown_as_it_came() -> None:
    journal = Journal(None, SCHEMA)
    messages = Messages(journal)
    content = b"Subject: x\r\nContent-Type: text/plain; charset=none-such\r\n\r\nXin chao\r\n"
    messages.keep_mail(content, sender="a@mau.vn", recipients=["b@mau.vn"], at=FixedClock().now())
    (caught,) = messages.find(to="b@mau.vn", contains="Xin chao", kind="mail", limit=5)
    assert caught["sender"] == "a@mau.vn"
    journal.close()
