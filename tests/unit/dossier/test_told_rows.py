"""What the log of readings tells of a row: it is there, as it was told last, and nobody else told of it."""

from base64 import b64encode
from uuid import UUID

from kernel.core.ids import new_id
from services.dossier.domain.history import HistoryKeys
from services.dossier.use_cases.told_rows import GONE, word_of, wrong_with

KEYS = HistoryKeys.of(f"a:{b64encode(b'k' * 32).decode()}")
OTHERS = HistoryKeys.of(f"a:{b64encode(b'x' * 32).decode()}")
ROW = new_id()
FIRST, SECOND = "a:111", "a:222"


def told(*seals: str, keys: HistoryKeys = KEYS) -> list[str]:
    return [word_of("late_entries", ROW, one, keys) for one in seals]


def wrong(words: list[str], now: str | None) -> list[str]:
    rows: dict[UUID, str] = {} if now is None else {ROW: now}
    return wrong_with(ROW, words, {"late_entries": rows}, KEYS)


def test_a_row_as_it_was_told_last_is_sound() -> None:
    assert wrong(told(FIRST), FIRST) == []
    assert wrong(told(FIRST, SECOND), SECOND) == []


def test_a_row_whose_newer_state_a_process_of_before_wrote_is_sound() -> None:
    assert wrong(told(FIRST), SECOND) == []


def test_a_row_that_was_taken_out_is_missed_and_one_that_went_with_its_dossier_is_not() -> None:
    assert wrong(told(FIRST), None) == [f"late_entries {ROW}: it was kept, it is missing"]
    assert wrong(told(FIRST, GONE), None) == []


def test_a_row_set_back_with_its_old_seals_is_named() -> None:
    assert wrong(told(FIRST, SECOND), FIRST) == [f"late_entries {ROW}: it was set back to what it was before"]


def test_an_old_line_written_again_hides_nothing() -> None:
    words = told(FIRST, SECOND)
    assert wrong([*words, words[0]], FIRST) == [f"late_entries {ROW}: it was set back to what it was before"]


def test_a_line_somebody_made_up_or_of_another_row_is_named_and_hides_nothing() -> None:
    forged = f"readings: a line that tells of {ROW} was not written by the service"
    missing = f"late_entries {ROW}: it was kept, it is missing"
    other = word_of("late_entries", new_id(), GONE, KEYS)
    for line in (*told(GONE, keys=OTHERS), other, "row_kept ", "row_kept late_entries gone x y z"):
        assert wrong([*told(FIRST), line], None) == [forged, missing], line
