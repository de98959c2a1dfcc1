"""The sample front desks are set up once: killed half-way a start goes on, an office's own work stays."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from kernel.testing.fixed_clock import FixedClock
from province.read import read, read_desks, read_points
from stack import front_desks
from stack.front_desks import load_desks, roster_days
from stack.keys import keys_of

DOCUMENT = read()
DESK = next(desk for desk in read_desks() if desk["point"] == "diem-h99-201")
DAY = date(2026, 3, 3)
ALL = [
    "kiosks/kiosk-diem-h99-201",
    *("groups/tiep-nhan", "groups/tra-ket-qua", "groups/ho-tich-chung-thuc"),
    *("counters/q1", "counters/q2"),
    f"rosters/{DAY}",
]


class KilledHere(Exception):  # noqa: N818 - the fact is the name.
    """The process ends."""


class _Point:
    """What a point holds; the process may be killed before the n-th write."""

    def __init__(self, *there: str, is_led_by_others: bool = False) -> None:
        self.there = [*there]
        self.written: list[str] = []
        self.is_led_by_others = is_led_by_others
        self.writes_left = 99

    def __call__(self, *_: Any) -> "_Point":
        return self

    def codes(self, what: str) -> set[str] | None:
        if self.is_led_by_others:
            return None
        return {one.partition("/")[2] for one in self.there if one.startswith(what)}

    def put(self, what: str, body: dict[str, Any]) -> None:
        assert body
        if not self.writes_left:
            raise KilledHere
        self.writes_left -= 1
        self.written.append(what)
        if what not in self.there:
            self.there.append(what)

    def close(self) -> None:
        pass


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Any:
    """Start on what a point holds."""

    def begin(point: _Point) -> list[str]:
        monkeypatch.setattr(front_desks, "_Manager", point)
        point.written = []
        load_desks([DESK], {DESK["point"]: [DAY]}, DOCUMENT["staff"], 1, keys_of(tmp_path), FixedClock())
        return point.written

    return begin


def test_a_first_start_sets_up_everything_and_the_next_only_tries_the_rosters(load: Any) -> None:
    point = _Point()
    assert load(point) == ALL
    assert load(point) == ALL[-1:]


@pytest.mark.parametrize("writes", range(len(ALL)))
def test_killed_before_any_write_the_next_start_makes_it_whole(load: Any, writes: int) -> None:
    """The last counter is written last, so that a desk without it is known to be unfinished."""
    point = _Point()
    point.writes_left = writes
    with pytest.raises(KilledHere):
        load(point)
    point.writes_left = 99
    load(point)
    assert point.there == ALL


@pytest.mark.parametrize("point", [_Point("groups/cua-toi"), _Point(is_led_by_others=True)])
def test_a_point_that_an_office_made_its_own_is_left_alone(load: Any, point: _Point) -> None:
    assert load(point) == []


def test_rosters_are_made_of_the_next_working_days_of_each_points_calendar() -> None:
    """From Friday over the weekend and a holiday on Tuesday."""
    friday = datetime(2026, 11, 20, 1, tzinfo=UTC)
    days = roster_days(DOCUMENT, read_points(), friday)
    assert [*days] == [point["code"] for point in read_points()]
    assert [f"{day:%d}" for day in days["trung-tam-tinh"]] == ["20", "23", "25", "26", "27"]
