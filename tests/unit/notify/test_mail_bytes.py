"""A mail as bytes, read back by the email package's own parser."""

from email import policy
from email.parser import BytesParser
from uuid import UUID

import pytest

from kernel.testing.fixed_clock import TUESDAY_MORNING as NOW
from services.notify.clients.mail_bytes import MailForm
from services.notify.domain.messages import Text

FORM = MailForm(sender="mot-cua@tinh.example", sender_name="Cổng dịch vụ công")
LONG = "Hồ sơ H99.201-261117-0001 đã được tiếp nhận, hẹn trả 17:30 20/11/2026, " * 4


def written(subject: str = "Đã nhận", body: str = "Kính gửi\n", to: str = "an@thu.example") -> bytes:
    return FORM.write(message_id=UUID(int=1), to=to, text=Text(subject, body), at=NOW)


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Đã nhận hồ sơ", "Kính gửi Ông/Bà,\n\nđã nhận.\n"),
        ("Plain", "plain\n"),
        (LONG.strip(), LONG * 30 + "\n"),
        ("=?utf-8?q?gi=E1=BA=A3?=", "dấu chấm đầu dòng:\n.\n..\n"),
        ("𝔘 ký tự ngoài BMP", "=\x0bx\n"),
    ],
)
def test_what_was_written_is_what_is_read(subject: str, body: str) -> None:
    mail = BytesParser(policy=policy.SMTP).parsebytes(written(subject, body))
    assert not mail.defects
    assert not [defect for _, header in mail.items() for defect in header.defects]
    assert str(mail["subject"]) == " ".join(subject.split())
    assert mail.get_content().splitlines() == body.splitlines()
    assert mail["from"].addresses[0].display_name == "Cổng dịch vụ công"
    assert mail["from"].addresses[0].addr_spec == "mot-cua@tinh.example"
    assert mail["to"].addresses[0].addr_spec == "an@thu.example"
    assert mail["date"].datetime == NOW
    assert mail["message-id"] == f"<{UUID(int=1)}@tinh.example>"
    assert mail["auto-submitted"] == "auto-generated"


def test_lines_are_short_ascii_and_end_as_smtp_wants() -> None:
    lines = written(LONG, LONG * 30).split(b"\r\n")
    assert max(map(len, lines)) <= 78
    assert not [line for line in lines if b"\n" in line or b"\r" in line or not line.isascii()]


def test_a_subject_with_a_line_break_adds_no_header() -> None:
    mail = BytesParser(policy=policy.SMTP).parsebytes(written("a\r\nBcc: b@c.dd"))
    assert mail["bcc"] is None
    assert mail["subject"] == "a Bcc: b@c.dd"


@pytest.mark.parametrize("to", ["an@thu.example\r\nBcc: b@c.dd", "ân@thu.example", "an@thu.example b@c.dd"])
def test_an_address_that_is_more_than_one_is_refused(to: str) -> None:
    with pytest.raises(ValueError, match="one plain address"):
        written(to=to)


def test_one_click_ends_what_the_mail_is_sent_for() -> None:
    """RFC 8058: both headers, each on its own; a mail about a dossier has neither."""
    address = "https://dichvucong.lamgiang.gov.vn/theo-doi/ngung/" + "t" * 60
    text = Text("Thủ tục thay đổi", "Kính gửi\n", address)
    mail = BytesParser(policy=policy.SMTP).parsebytes(
        FORM.write(message_id=UUID(int=1), to="an@thu.example", text=text, at=NOW)
    )
    assert mail["list-unsubscribe"] == f"<{address}>"
    assert mail["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert "list-unsubscribe" not in BytesParser(policy=policy.SMTP).parsebytes(written())


@pytest.mark.parametrize("address", ["https://a.vn/x\r\nBcc: b@c.vn", "https://a.vn/ x", "https://a.vn/>"])
def test_an_address_that_would_be_another_header_is_not_written(address: str) -> None:
    with pytest.raises(ValueError, match="one plain address"):
        FORM.write(message_id=UUID(int=1), to="an@thu.example", text=Text("a", "b", address), at=NOW)
