"""Versions in time, by properties: never two a day, never a gap by amendment, never another past."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.core.clock import VIETNAM
from services.catalog.domain.items import Source, canonical, digest_of
from services.catalog.domain.parts import (
    NATIONAL_LINE,
    HeldPart,
    KnownProcedure,
    Line,
    PartChange,
    Publication,
)
from services.catalog.domain.timeline import NATION, Held, PartPeriod, compose_periods, extend, lines, revise

FIRST_DAY = date(2026, 1, 1)
HORIZON = 160
CODE = "1.000001"


def a_change(line: Line, serial: int, declared: date | None, *, abolished: bool) -> PartChange:
    """Return what one side says anew."""
    data: dict[str, Any] = {"code": CODE, "name": f"Tên {serial}", "sector": "A", "serial": serial}
    text = canonical(data)
    return PartChange(
        code=CODE,
        line=line,
        data=data,
        text=text,
        digest=digest_of(text),
        declared=declared,
        is_abolished=abolished,
    )


def taken(known: KnownProcedure, made: Publication, at: datetime) -> KnownProcedure:
    """Return what is held after a publication, as the store would keep it."""
    chains = {line: list(parts) for line, parts in known.chains.items()}
    for new in made.parts:
        line = new.change.line
        ends = {
            ending.number: ending.on
            for ending in made.part_endings
            if (ending.agency, ending.part) == (line.agency, line.part.value)
        }
        periods = extend([part.period for part in chains.get(line, [])], new.period, numbers=ends)
        told = {part.period.number: part for part in chains.get(line, [])}
        chains[line] = [
            replace(told[period.number], period=period)
            if period.number in told
            else HeldPart(period, new.change.digest, new.change.data)
            for period in periods
        ]
    ends = {ending.number: ending.on for ending in made.endings}
    held: dict[str, list[Held]] = {}
    for agency, versions in known.held.items():
        held[agency] = [
            replace(version, valid_to=ends[version.version]) if version.version in ends else version
            for version in versions
            if ends.get(version.version, version) is not None
        ]
    for new_version in made.versions:
        period = new_version.period
        held.setdefault(new_version.agency, []).append(
            Held(
                valid_from=period.valid_from,
                valid_to=period.valid_to,
                national=period.national,
                local=period.local,
                is_abolished=period.is_abolished,
                version=new_version.version,
                digest=new_version.digest,
            )
        )
    return KnownProcedure(
        made.heads[-1].after if made.heads else known.version, known.recorded_on or at.date(), chains, held
    )


def public_on(known: KnownProcedure, agency: str, day: date) -> list[Held]:
    """Return the versions of a line that cover a day."""
    return [
        version
        for version in known.held.get(agency, [])
        if version.valid_from <= day and (version.valid_to is None or day <= version.valid_to)
    ]


def story(known: KnownProcedure) -> dict[tuple[str, int], tuple[int, ...]]:
    """Return which versions each line shows on each day."""
    return {
        (agency, number): tuple(
            version.version for version in public_on(known, agency, FIRST_DAY + timedelta(days=number))
        )
        for agency in known.held
        for number in range(HORIZON)
    }


LINES = st.sampled_from([NATIONAL_LINE, Line("H99", Source.LOCAL), Line("H98", Source.LOCAL)])
STEPS = st.lists(
    st.tuples(
        LINES,
        st.one_of(st.none(), st.integers(-10, 30)),
        st.booleans(),
        st.integers(0, 8),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_whatever_happens_every_day_has_one_version_and_the_past_stands(steps: Any) -> None:
    """Amendments, abolitions, corrections by the nation and two agencies, ahead and late."""
    known, now = KnownProcedure(), datetime(2026, 1, 10, 8, tzinfo=VIETNAM)
    for serial, (line, ahead, abolished, wait) in enumerate(steps):
        now += timedelta(days=wait)
        today = now.date()
        before = story(known)
        declared = None if ahead is None else today + timedelta(days=ahead)
        made = Publication("somebody", now)
        made.take_all([a_change(line, serial, declared, abolished=abolished)], known, lambda _: None)
        fresh = known.recorded_on is None or known.recorded_on == today
        known = taken(known, made, now)
        after = story(known)
        _shows_what_is_said(known, today)
        assert all(len(shown) <= 1 for shown in after.values()), "two public versions a day"
        for agency, versions in known.held.items():
            _no_gap(agency, versions)
        if not fresh:
            assert all(new.period.valid_from >= today for new in made.parts), "a part began in the past"
            for (agency, number), shown in before.items():
                if FIRST_DAY + timedelta(days=number) < today:
                    assert after[agency, number] == shown, "the past was rewritten"
        _highest_number_decides(known)


def _no_gap(agency: str, versions: list[Held]) -> None:
    """Only the nation's own line may end: where an agency's begins."""
    ordered = sorted(versions, key=lambda version: version.valid_from)
    for one, other in pairwise(ordered):
        assert one.valid_to is not None
        assert one.valid_to + timedelta(days=1) == other.valid_from, "a gap"
    assert not ordered or agency == NATION or ordered[-1].valid_to is None


def _shows_what_is_said(known: KnownProcedure, today: date) -> None:
    """From today on, every line shows exactly the parts in force."""
    chains = {line: [part.period for part in parts] for line, parts in known.chains.items()}
    local = {line.agency: chain for line, chain in chains.items() if line.part is Source.LOCAL}
    for agency, wanted in lines(chains.get(NATIONAL_LINE, []), local).items():
        for number in range(HORIZON):
            day = FIRST_DAY + timedelta(days=number)
            if day < today:
                continue
            said = [one.pair for one in wanted if one.valid_from <= day <= (one.valid_to or date.max)]
            assert [version.pair for version in public_on(known, agency, day)] == said


def _highest_number_decides(known: KnownProcedure) -> None:
    """A reader that keeps versions by number and picks by day needs to know nothing of what ended."""
    for agency, versions in known.held.items():
        if agency == NATION:
            continue
        for number in range(HORIZON):
            day = FIRST_DAY + timedelta(days=number)
            begun = [version.version for version in versions if version.valid_from <= day]
            shown = [version.version for version in public_on(known, agency, day)]
            assert shown == ([max(begun)] if begun else [])


def test_a_local_change_before_a_published_national_one_is_carried_into_both() -> None:
    """The example of docs/catalog.md."""
    national = [PartPeriod(1, date(2026, 1, 1), date(2026, 3, 31)), PartPeriod(2, date(2026, 4, 1))]
    local = [PartPeriod(1, date(2026, 1, 1), date(2026, 3, 9)), PartPeriod(2, date(2026, 3, 10))]
    found = [(period.valid_from, period.pair) for period in compose_periods(national, local)]
    assert found == [(date(2026, 1, 1), (1, 1)), (date(2026, 3, 10), (1, 2)), (date(2026, 4, 1), (2, 2))]
    held = [
        Held(valid_from=date(2026, 1, 1), valid_to=date(2026, 3, 31), national=1, local=1, version=1),
        Held(valid_from=date(2026, 4, 1), national=2, local=1, version=2),
    ]
    revision = revise(held, compose_periods(national, local), floor=date(2026, 3, 5))
    assert revision.ends == {1: date(2026, 3, 9), 2: None}
    assert [(period.valid_from, period.valid_to, period.pair) for period in revision.opens] == [
        (date(2026, 3, 10), date(2026, 3, 31), (1, 2)),
        (date(2026, 4, 1), None, (2, 2)),
    ]


def test_the_nations_line_ends_where_an_agencys_begins() -> None:
    """Until then the public reads the national record alone."""
    found = lines([PartPeriod(1, date(2026, 1, 1))], {"H99": [PartPeriod(1, date(2026, 2, 1))]})
    assert [(period.valid_from, period.valid_to) for period in found[NATION]] == [
        (date(2026, 1, 1), date(2026, 1, 31))
    ]
    assert [(period.valid_from, period.pair) for period in found["H99"]] == [(date(2026, 2, 1), (1, 1))]


def test_an_abolished_national_part_ends_every_line() -> None:
    """What the nation ends, no agency keeps open."""
    national = [
        PartPeriod(1, date(2026, 1, 1), date(2026, 2, 28)),
        PartPeriod(2, date(2026, 3, 1), None, is_abolished=True),
    ]
    found = lines(national, {"H99": [PartPeriod(1, date(2026, 1, 1))]})
    assert [period.is_abolished for period in found["H99"]] == [False, True]
