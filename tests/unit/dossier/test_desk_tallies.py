"""Kept counts of desks: how old they may be, and who counts again."""

from datetime import UTC, datetime, timedelta

from services.dossier.domain.work.tallies import Counted, Desk
from services.dossier.store.desk_tallies import AGE, LONGEST, MANY, DeskTallies

NOW = datetime(2026, 3, 3, 1, tzinfo=UTC)
DESK: Desk = ("H99.1", "SPECIALIST")


def tallies(count: int = MANY) -> DeskTallies:
    """Return what is kept after a desk of so many tasks was counted now."""
    kept = DeskTallies()
    kept.keep([(*DESK, "dat-dai", False, "PROCESSING", "SOON", count)], NOW)
    return kept


def shown(kept: DeskTallies, after: timedelta, own: Desk = DESK) -> list[datetime]:
    """Return since when the counts are true that somebody at that desk is shown so much later."""
    return [counted.at for counted in kept.at(NOW + after, {own}).values()]


def test_few_are_counted_each_time() -> None:
    """Only a desk where many wait is kept."""
    assert shown(tallies(MANY - 1), timedelta(0)) == []
    assert shown(tallies(), timedelta(0)) == [NOW]


def test_one_counts_again_while_the_others_are_shown_the_last() -> None:
    """Whoever comes first after two seconds; when that one fails, the first after two more."""
    kept = tallies()
    assert shown(kept, AGE - timedelta(microseconds=1)) == [NOW]
    assert shown(kept, AGE) == []
    assert shown(kept, AGE) == [NOW]
    assert shown(kept, 2 * AGE) == []
    assert shown(kept, 2 * AGE) == [NOW]


def test_who_does_not_sit_there_leaves_counting_to_those_who_do() -> None:
    """They are not shown an old count, and nobody else is for their sake."""
    kept, elsewhere = tallies(), ("H99.2", "SPECIALIST")
    assert shown(kept, timedelta(0), elsewhere) == [NOW]
    assert shown(kept, AGE, elsewhere) == []
    assert shown(kept, AGE) == []
    assert shown(kept, AGE) == [NOW]


def test_none_is_shown_that_is_too_old_or_from_the_future() -> None:
    """However long the next one takes, and when clocks are set back."""
    assert shown(tallies(), LONGEST) == []
    assert shown(tallies(), -AGE) == []


def test_what_was_just_counted_is_what_is_kept() -> None:
    """All units of a desk, and the newest in place of the old."""
    kept = tallies()
    groups = [(*DESK, unit, False, "PROCESSING", "SOON", MANY) for unit in ("dat-dai", "")]
    fresh = kept.keep(groups, NOW + AGE)
    assert fresh[DESK].total == 2 * MANY
    assert kept.at(NOW + AGE, {DESK}) == fresh == {DESK: Counted(NOW + AGE, fresh[DESK].groups)}
