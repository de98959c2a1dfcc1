"""How long records are kept: which row decides, what it counts from, what never ends."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dossier.domain.archive.retention import (
    DaysRule,
    Ended,
    Ending,
    HandoverRule,
    RetentionRule,
    RetentionRules,
)
from services.dossier.store.archive.work import read_retention

OLD, NEW = date(2010, 1, 1), date(2026, 7, 1)
DAYS = (DaysRule(days=365, valid_from=OLD, source="x"),)
PLAIN = RetentionRule(retention="Y20", valid_from=OLD, source="chung")
RULES = (
    PLAIN,
    replace(PLAIN, retention="Y5", endings=frozenset({Ending.STOPPED}), source="dừng"),
    replace(PLAIN, retention="Y10", sector="G15", source="lĩnh vực"),
    replace(PLAIN, retention="PERMANENT", sector="G15-TP01", source="lĩnh vực hẹp"),
    replace(PLAIN, retention="Y5", result="giay", source="kết quả"),
    replace(PLAIN, retention="Y70", procedure="1.1", source="thủ tục"),
    replace(PLAIN, retention="Y5", agency="H99.9", source="bảng của cơ quan"),
    replace(PLAIN, retention="Y10", valid_from=NEW, source="mới"),
    replace(PLAIN, retention="Y70", valid_from=OLD, valid_to=date(2010, 12, 31), source="hết hiệu lực"),
)
SCHEDULE = RetentionRules(
    classes={"Y5": 5, "Y10": 10, "Y20": 20, "Y70": 70, "PERMANENT": None},
    rules=RULES,
    handover=(HandoverRule(endings=frozenset({Ending.GRANTED}), valid_from=OLD, source="x"),),
    submission=DAYS,
    acknowledgement=DAYS,
)
ENDED = Ended(
    agency="H99.1",
    procedure="2.2",
    result="",
    sector="G08",
    ending=Ending.GRANTED,
    ended_on=date(2026, 3, 3),
)


@pytest.mark.parametrize(
    ("changed", "source"),
    [
        ({}, "chung"),
        ({"ending": Ending.STOPPED}, "dừng"),
        ({"sector": "G15-TP03"}, "lĩnh vực"),
        ({"sector": "G15-TP01"}, "lĩnh vực hẹp"),
        ({"sector": "G15-TP01", "result": "giay"}, "kết quả"),
        ({"sector": "G15-TP01", "result": "giay", "procedure": "1.1"}, "thủ tục"),
        ({"procedure": "1.1", "agency": "H99.9"}, "bảng của cơ quan"),
        ({"ended_on": NEW}, "mới"),
        ({"ended_on": NEW - timedelta(days=1)}, "chung"),
    ],
)
def test_the_row_that_says_most_decides(changed: dict[str, object], source: str) -> None:
    assert SCHEDULE.of(replace(ENDED, **changed)).source == source  # type: ignore[arg-type] - a table of cases.


@given(st.dates(min_value=date(2011, 1, 1), max_value=date(2100, 12, 31)), st.sampled_from(Ending))
def test_years_count_from_the_end_of_the_year_and_are_whole(day: date, ending: Ending) -> None:
    found = SCHEDULE.of(replace(ENDED, ended_on=day, ending=ending))
    years = SCHEDULE.classes[found.retention]
    assert years is not None
    assert found.kept_through == date(day.year + years, 12, 31)
    assert not found.is_over(found.kept_through)
    assert found.is_over(date(day.year + years + 1, 1, 1))


def test_what_is_kept_for_ever_is_never_over() -> None:
    found = SCHEDULE.of(replace(ENDED, sector="G15-TP01"))
    assert (found.kept_through, found.is_over(date(9999, 12, 31))) == (None, False)


def test_a_row_of_no_known_class_is_refused() -> None:
    with pytest.raises(ValueError, match="Y15"):
        replace(SCHEDULE, rules=(replace(PLAIN, retention="Y15"),))


@pytest.mark.parametrize("ending", Ending)
def test_the_shipped_schedule_knows_every_ending(ending: Ending) -> None:
    rules = read_retention()
    assert rules.of(replace(ENDED, ending=ending)).retention in rules.classes
    assert all(rule.check for rule in rules.rules), "nobody has compared these with the source's text"


def test_what_was_accepted_is_handed_over_however_it_ended() -> None:
    """T21 and, as files of the agency's work, T11 and T17; what was never taken in is not."""
    taken_in = {Ending.GRANTED, Ending.REFUSED, Ending.STOPPED}
    assert read_retention().handed_over(NEW) == taken_in


def test_a_row_to_be_checked_says_what_is_known_and_what_is_to_be_decided() -> None:
    for said in ({}, {"known": "x"}, {"decide": "x"}):
        with pytest.raises(ValueError, match="what to decide"):
            replace(SCHEDULE, rules=(replace(PLAIN, check=True, **said),))


def test_the_province_brings_its_own_schedule(tmp_path: Path) -> None:
    own = tmp_path / "thoi-han.yaml"
    shipped = "services/dossier/data/retention.yaml"
    text = Path(shipped).read_text(encoding="utf-8")
    own.write_text(text.replace("retention: Y20", "retention: Y70"), encoding="utf-8")
    assert (read_retention(str(own)).of(ENDED).retention, read_retention().of(ENDED).retention) == (
        "Y70",
        "Y20",
    )
