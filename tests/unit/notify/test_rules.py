"""Contacts, quiet hours, waiting after failures."""

from datetime import datetime, time, timedelta

import pytest

from kernel.core.clock import VIETNAM
from services.notify.domain.contacts import Contact, first_open, mail_address, masked, mobile_number
from services.notify.domain.messages import Channel, Skip
from services.notify.domain.notices import desk_keys
from services.notify.domain.timing import MAX_ATTEMPTS, QuietHours, wait_after

NIGHT = QuietHours(time(21), time(7))


def at(hour: int, minute: int = 0, day: int = 17) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ("0912345678", "0912345678"),
        ("+84 912 345 678", "0912345678"),
        ("84.912.345.678", "0912345678"),
        ("0243 123 4567", ""),
        ("912345678", ""),
        ("", ""),
        ("0912345678; 0987654321", ""),
    ],
)
def test_only_a_mobile_number_takes_text_messages(given: str, number: str) -> None:
    assert mobile_number(given) == number


@pytest.mark.parametrize(
    ("given", "address"),
    [
        (" an@thu.example ", "an@thu.example"),
        ("an", ""),
        ("an@thu", ""),
        ("ân@thu.example", ""),
        ("an@thu.example\nBcc: x@y.zz", ""),
        ("an@thu.example,b@c.dd", ""),
        ("a" * 250 + "@thu.example", ""),
    ],
)
def test_only_one_plain_address_takes_mail(given: str, address: str) -> None:
    assert mail_address(given) == address


def test_the_first_channel_with_an_address_is_used_and_the_others_say_why_not() -> None:
    order = (Channel.SMS, Channel.EMAIL)
    both = first_open(Contact("An", "0912345678", "an@thu.example"), order)
    assert (both.channel, both.skipped) == (Channel.SMS, ())
    landline = first_open(Contact("An", "02431234567", "an@thu.example"), order)
    assert (landline.channel, landline.address) == (Channel.EMAIL, "an@thu.example")
    assert landline.skipped == (Skip(Channel.SMS, "UNUSABLE_MOBILE"),)
    nobody = first_open(Contact("An"), order)
    assert nobody.channel is None
    assert [skip.reason for skip in nobody.skipped] == ["NO_MOBILE", "NO_EMAIL"]


def test_addresses_are_masked_for_staff() -> None:
    assert masked(Channel.SMS, "0901234123") == "090****123"
    assert masked(Channel.EMAIL, "nguyen@thu.example") == "ng***@thu.example"


@pytest.mark.parametrize(
    ("moment", "earliest"),
    [
        (at(20, 59), at(20, 59)),
        (at(21), at(7, day=18)),
        (at(23, 30), at(7, day=18)),
        (at(0, day=18), at(7, day=18)),
        (at(6, 59), at(7)),
        (at(7), at(7)),
    ],
)
def test_no_telephone_rings_at_night(moment: datetime, earliest: datetime) -> None:
    assert NIGHT.earliest(Channel.SMS, moment) == earliest
    assert NIGHT.earliest(Channel.EMAIL, moment) == moment


def test_the_night_is_vietnams_wherever_the_moment_was_told() -> None:
    from datetime import UTC

    assert NIGHT.earliest(Channel.SMS, at(22).astimezone(UTC)) == at(7, day=18)


def test_quiet_hours_may_lie_within_a_day() -> None:
    noon = QuietHours(time(11, 30), time(13))
    assert noon.earliest(Channel.SMS, at(12)) == at(13)
    assert noon.earliest(Channel.SMS, at(22)) == at(22)


def test_waiting_grows_to_five_minutes_and_ends_after_48_attempts() -> None:
    waits = [wait_after(attempt) for attempt in range(1, MAX_ATTEMPTS + 1)]
    assert waits[:3] == [timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20)]
    assert set(waits[7:-1]) == {timedelta(minutes=5)}
    assert waits[-1] is None
    assert wait_after(MAX_ATTEMPTS + 5) is None


def test_an_officer_reads_the_desks_of_own_unit_and_role_only() -> None:
    keys = desk_keys("H99.201", "chuyen-mon", ["SPECIALIST"])
    assert "desk:H99.201/chuyen-mon/SPECIALIST" in keys
    assert "desk:H99.201//SPECIALIST" in keys
    assert "desk:H99.201/chuyen-mon/SIGNER" not in keys
    assert "desk:H99.201/lanh-dao/SPECIALIST" not in keys
    assert desk_keys("", "x", ["SPECIALIST"]) == []
