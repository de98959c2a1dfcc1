"""An answered supplement: the applicant's time until the answer, then the office's; counted as one stop."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dossier.domain.course import CONFIRMING, ON_ITS_WAY, PAPERS_MISSING
from services.dossier.domain.deadlines import confirming, running_again
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.figures.fact import told_by
from services.dossier.domain.limits import GENERAL
from services.dossier.domain.moves import pauses, supplements
from services.dossier.domain.registers import slip_lines
from services.dossier.domain.states import Move
from services.dossier.domain.stops import ClockStop
from services.dossier.domain.supplements import Supplement, given_before
from services.dossier.store.limits import read_limits
from tests.unit.dossier.test_stops import ACCEPTED, CALENDAR, LIMITS, accepted
from worktime.term import ClockPolicy

ASKED = ACCEPTED + timedelta(hours=1)


def asked(dossier: Dossier) -> Dossier:
    """Ask for papers once."""
    request = Supplement(({},), "x", ASKED, "x", ASKED, is_intake=False, basis=GENERAL)
    supplements.ask(dossier, request, limit=9, total=9, cause=PAPERS_MISSING)
    return dossier


def whose(dossier: Dossier) -> list[tuple[datetime, datetime | None, str]]:
    """Return the stretches in which the clock stood, with whose time each was."""
    return [(one.stopped_at, one.resumed_at, one.belongs_to) for one in dossier.stretches]


@given(brought=st.integers(0, 9000), let_lie=st.integers(0, 9000), policy=st.sampled_from(ClockPolicy))
def test_whose_time_it_is_moves_no_due_moment(brought: int, let_lie: int, policy: ClockPolicy) -> None:
    """The same as if nobody knew when the answer came; the parts are the stop, without gap or overlap."""
    dossier, procedure = accepted(5, policy)
    other, _ = accepted(5, policy)
    answered, confirmed = ASKED + timedelta(minutes=brought), ASKED + timedelta(minutes=brought + let_lie)
    for one, at in ((dossier, answered), (other, confirmed)):
        supplements.answer(asked(one), Move.ANSWER_SUPPLEMENT, at=at)
        pauses.resume(one, Move.RESUME, running_again(one, procedure, CALENDAR, LIMITS, at=confirmed))
    assert (dossier.due_at, dossier.stops) == (other.due_at, other.stops)
    assert len(other.stretches) == 1
    parts = dossier.stretches
    assert (parts[0].stopped_at, parts[-1].resumed_at) == (ASKED, confirmed)
    assert [one.resumed_at for one in parts[:-1]] == [one.stopped_at for one in parts[1:]]
    assert [one.belongs_to for one in parts] == (["APPLICANT", "AGENCY"] if let_lie else ["APPLICANT"])


def test_while_the_office_has_not_said_a_word_the_time_is_its_own() -> None:
    dossier = asked(accepted(5, ClockPolicy.PAUSE)[0])
    assert whose(dossier) == [(ASKED, None, "APPLICANT")]
    answered = ASKED + timedelta(days=2)
    supplements.answer(dossier, Move.ANSWER_SUPPLEMENT, at=answered)
    assert whose(dossier) == [(ASKED, answered, "APPLICANT"), (answered, None, "AGENCY")]
    assert dossier.stretches[-1].cause == CONFIRMING.code
    # The clock stands since it was stopped, whoever's time it is now.
    assert dossier.stopped_at == ASKED


def test_what_the_portal_took_to_bring_an_answer_is_neither_the_applicants_nor_the_offices() -> None:
    dossier = asked(accepted(5, ClockPolicy.PAUSE)[0])
    given_at, came_at = ASKED + timedelta(hours=3), ASKED + timedelta(days=2)
    supplements.answer(dossier, Move.ANSWER_SUPPLEMENT, at=came_at, given_at=given_at)
    assert whose(dossier) == [
        (ASKED, given_at, "APPLICANT"),
        (given_at, came_at, "SYSTEM"),
        (came_at, None, "AGENCY"),
    ]
    waited = confirming(dossier, CALENDAR, LIMITS, at=came_at)
    assert waited is not None
    assert (waited.answered_at, waited.minutes) == (came_at, 0)
    assert LIMITS.cause_name(ON_ITS_WAY.code) == "Nội dung bổ sung đã nộp trên Cổng đang được chuyển đến"


@pytest.mark.parametrize(
    ("told", "given_at"),
    [
        ([None, 60], 60),
        ([-60, 60], 60),
        ([-60], None),
        ([2881, 60], 60),
        ([2879, 60], 2879),
        ([2880], None),
        ([0], 0),
        ([], None),
    ],
    ids=[
        "the portal does not say",
        "the dossier's own submission",
        "and nothing else",
        "the clock of the portal",
        "of two the surest",
        "less than a minute before it came",
        "as it was asked",
        "nothing",
    ],
)
def test_an_answer_was_given_between_the_request_and_its_coming(
    told: list[int | None], given_at: int | None
) -> None:
    moments = [None if one is None else ASKED + timedelta(minutes=one) for one in told]
    found = given_before(ASKED + timedelta(days=2), moments, asked_at=ASKED)
    assert found == (None if given_at is None else ASKED + timedelta(minutes=given_at))


@pytest.mark.parametrize(
    ("hours", "minutes", "is_late"),
    [(0, 0, False), (10, 8 * 60, False), (11, 8 * 60, False), (24, 8 * 60 + 30, True)],
    ids=["at once", "in eight office hours", "the evening counts for nothing", "past them"],
)
def test_late_is_more_than_eight_office_hours(hours: int, minutes: int, is_late: bool) -> None:
    dossier = asked(accepted(5, ClockPolicy.PAUSE)[0])
    assert confirming(dossier, CALENDAR, LIMITS, at=ASKED) is None
    opening = datetime(2026, 3, 4, 0, 30, tzinfo=UTC)
    supplements.answer(dossier, Move.ANSWER_SUPPLEMENT, at=opening)
    at = opening + timedelta(hours=hours, minutes=30 if is_late else 0)
    waited = confirming(dossier, CALENDAR, LIMITS, at=at)
    assert waited is not None
    assert (waited.answered_at, waited.minutes, waited.is_late) == (opening, minutes, is_late)


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"confirming": {"is_late": True, "cause": {"code": "AGENCY_CONFIRMING"}}}, "AGENCY_CONFIRMING"),
        ({"confirming": {"is_late": False, "cause": {"code": "AGENCY_CONFIRMING"}}}, ""),
        ({}, ""),
    ],
    ids=["let lie", "in time", "an event of before"],
)
def test_statistics_take_the_offices_cause_only_where_it_was_late(change: dict[str, Any], cause: str) -> None:
    """In time, and in events that told nothing of it, the cause stays what it was."""
    agency = {"code": "H99.201"}
    state = {
        **dict.fromkeys(("competent_agency", "receiving_agency", "helping_agency"), agency),
        "dossier_id": "00000000-0000-0000-0000-000000000001",
        "version": 7,
        "procedure": {"code": "1.004873", "sector": "s"},
        "channel": "ONLINE",
        "state": "PROCESSING",
        "accepted_at": ACCEPTED.isoformat(),
        "due_at": None,
        "ended_at": None,
    }
    told = {"cause": {"code": "APPLICANT_PAPERS"}, "from_state": "SUPPLEMENT_REQUESTED", **change}
    fact = told_by("dossier.resumed.v1", {"dossier": state, "change": told})
    assert fact is not None
    assert fact.cause == cause


def test_the_cause_has_a_name_and_is_the_agencys() -> None:
    assert read_limits().cause(CONFIRMING.code, "STOP", ACCEPTED.date()) == CONFIRMING
    assert LIMITS.cause_name(CONFIRMING.code) == "Chờ cơ quan xác nhận nội dung bổ sung"
    assert LIMITS.cause_name("OF_LONG_AGO") == "OF_LONG_AGO"


def test_the_control_slip_notes_each_stretch_on_the_hand_over_it_fell_in() -> None:
    day = timedelta(days=1)
    parties = {
        f"{side}_{name}": "" for side in ("giver", "receiver") for name in ("name", "role", "unit_name")
    }
    row = {
        **parties,
        "giver_agency_name": "A",
        "receiver_agency_name": "A",
        "received_at": None,
        "punctuality": "",
        "taken_back_at": None,
        "note": "",
    }
    rows = [{**row, "given_at": ASKED - day, "note": "Gấp"}, {**row, "given_at": ASKED + 9 * day}]
    stop = ClockStop(ASKED, ASKED + 5 * day).cut_at(ASKED + 2 * day)
    later = ClockStop(ASKED + 9 * day, cause="DISPUTE")
    first, second = (line[-1] for line in slip_lines(rows, [*stop, later], LIMITS.cause_name))
    assert first == (
        "Gấp; Không tính thời hạn từ 09:00 03/03/2026 đến 09:00 05/03/2026: Chờ người nộp bổ sung giấy tờ"
        " (người nộp hồ sơ); Không tính thời hạn từ 09:00 05/03/2026 đến 09:00 08/03/2026:"
        " Chờ cơ quan xác nhận nội dung bổ sung (cơ quan giải quyết)"
    )
    assert second.startswith("Không tính thời hạn từ 09:00 12/03/2026: Có tranh chấp")
