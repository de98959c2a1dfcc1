"""The comparison itself: each way a message can go wrong is noticed."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.arrivals import Arrivals, compare


def a_mail(number: int = 1, **changed: Any) -> dict[str, Any]:
    mail = {
        "kind": "mail",
        "message_id": f"<m{number}@tinh.example>",
        "reference": None,
        "recipients": ["an@thu.example"],
        "subject": "Đã nhận hồ sơ",
        "body": "Kính gửi",
        "count": 1,
    }
    return {**mail, **changed}


def an_sms(number: int = 2, **changed: Any) -> dict[str, Any]:
    return a_mail(kind="sms", message_id="", reference=f"m{number}", **changed)


def planned(*, attempts: int = 1) -> list[dict[str, Any]]:
    return [
        {"id": "m1", "channel": "EMAIL", "attempts": attempts},
        {"id": "m2", "channel": "SMS", "attempts": attempts},
    ]


def test_what_came_once_is_counted() -> None:
    assert compare(planned(), [a_mail(), an_sms()]) == Arrivals(1, 0, 1, 0)


def test_a_second_attempt_may_bring_a_second_copy() -> None:
    caught = [a_mail(), an_sms(count=2), a_mail()]
    assert compare(planned(attempts=2), caught) == Arrivals(1, 1, 1, 1)


@pytest.mark.parametrize(
    ("caught", "said"),
    [
        (lambda: [a_mail()], "never arrived"),
        (lambda: [an_sms()], "never arrived"),
        (lambda: [a_mail(), an_sms(), a_mail(3)], "nobody planned"),
        (lambda: [a_mail(), an_sms(), a_mail()], "tried 1 times"),
        (lambda: [a_mail(), an_sms(count=2)], "tried 1 times"),
        (lambda: [a_mail(), an_sms(), a_mail(body="khác")], "different contents"),
        (lambda: [a_mail(), an_sms(), a_mail(recipients=["binh@thu.example"])], "different contents"),
    ],
)
def test_what_went_wrong_is_named(caught: Callable[[], list[dict[str, Any]]], said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        compare(planned(), caught())
