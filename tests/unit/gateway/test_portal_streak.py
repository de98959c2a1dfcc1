"""When refusals are a streak: the same words of many dossiers of several procedures, nothing in between."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from services.gateway.domain.portal.answers.streak import LONGEST_HOLD, MANY_DOSSIERS, RefusalStreak, Turn
from services.gateway.domain.portal.telling.ledger import Claimed, Kind, LedgerRow

NOW = datetime(2026, 3, 3, 8, tzinfo=UTC)


def a_row(procedure: str) -> Claimed:
    row = LedgerRow(
        dossier_id=uuid4(),
        version=1,
        part=0,
        kind=Kind.HERE_UPDATE,
        portal_status=2,
        code="H99-260303-0001",
        procedure_code=procedure,
        occurred_at=NOW,
    )
    return Claimed(row, uuid4(), 1, is_uncertain=False, is_told=False, mapped_procedure=None)


def refused(
    streak: RefusalStreak, number: int, *, procedures: int = 3, words: str = "Lỗi ghi", at: datetime = NOW
) -> list[Turn]:
    rows = [a_row(f"1.00000{place % procedures}") for place in range(number)]
    return [streak.refuses(row, "-9", words.format(place), at) for place, row in enumerate(rows)]


def test_a_streak_begins_with_the_last_of_many_and_gives_back_those_before_it_once() -> None:
    streak = RefusalStreak()
    turns = refused(streak, MANY_DOSSIERS, words="LỖI ghi hồ sơ H99-260303-{:04d} lúc 08:00")
    assert turns == [Turn.NOTHING] * (MANY_DOSSIERS - 1) + [Turn.OPENED]
    assert len(streak.taken_back()) == MANY_DOSSIERS - 1
    assert list(streak.taken_back()) == []


def test_few_procedures_other_words_or_something_taken_are_no_streak() -> None:
    streak = RefusalStreak()
    refused(streak, 5 * MANY_DOSSIERS, procedures=2)
    assert not streak.is_open
    refused(streak, MANY_DOSSIERS - 1, words="Sai")
    assert refused(streak, 1, words="Thiếu") == [Turn.NOTHING]
    refused(streak, MANY_DOSSIERS - 1)
    streak.took(NOW)
    refused(streak, MANY_DOSSIERS - 1)
    assert not streak.is_open


def test_once_something_was_taken_the_same_words_are_meant_for_a_while() -> None:
    streak = RefusalStreak()
    refused(streak, MANY_DOSSIERS)
    assert streak.took(NOW) is Turn.CLOSED
    refused(streak, 2 * MANY_DOSSIERS)
    assert not streak.is_open
    refused(streak, MANY_DOSSIERS, at=NOW + timedelta(minutes=11))
    assert streak.is_open


def test_other_words_end_it_and_so_do_a_day_and_a_clock_set_back() -> None:
    for words, at in (("Sai", NOW), ("Lỗi ghi", NOW + LONGEST_HOLD), ("Lỗi ghi", NOW - timedelta(hours=1))):
        streak = RefusalStreak()
        refused(streak, MANY_DOSSIERS)
        assert refused(streak, 1, words=words, at=at) == [Turn.CLOSED]
        assert not streak.is_open
