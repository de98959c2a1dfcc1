"""The whole record of a procedure: each field's refusal, completeness, differences, deadlines."""

from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from services.catalog.domain.publishing.deadlines import deadlines, standing
from services.catalog.domain.publishing.differences import differences
from services.catalog.domain.publishing.fields import average_cut, completeness, read_record, shortening
from tests.builders.catalog import a_procedure
from worktime.calendar import DayException, DayKind, OfficeHours, WorkCalendar

FIVE_DAYS = {"value": 5, "unit": "WORKING_DAY"}
THREE_DAYS = {"value": 3, "unit": "WORKING_DAY"}


def a_record(**more: Any) -> dict[str, Any]:
    """Return a record with every kind of field filled."""
    record = {
        **a_procedure(competent_agency_kind="COMMUNE"),
        "copies_sets": 1,
        "cases": [{"code": "moi", "name": "Cấp mới"}, {"code": "lai", "name": "Cấp lại"}],
        "sensitive_class": "PERSONAL",
        "proactive_level": 2,
        "at_centre": True,
        "coordinating_agencies": ["H99.03"],
        "online_roadmap": {"level": "PARTIAL", "by": "2027-01-01"},
        "standard_reasons": {"supplement": ["thieu"], "refusal": [], "delay": []},
        "channels": [
            {
                "channel": "DIRECT",
                "processing_time": THREE_DAYS,
                "statutory_time": FIVE_DAYS,
                "fees": [
                    {
                        "kind": "FEE",
                        "amount": 50_000,
                        "collected": "BEFORE",
                        "payer": "ALL",
                        "exemptions": [{"who": "Hộ nghèo", "percent": 100}],
                    }
                ],
                "cases": [
                    {"case": "lai", "processing_time": {"value": 1, "unit": "WORKING_DAY"}, "fees": []}
                ],
            }
        ],
        "components": [
            {
                "code": "to-khai",
                "name": "Tờ khai",
                "case": "moi",
                "form_file": {"name": "mau.docx", "url": "https://lamgiang.example/mau.docx"},
                "reuse_source": "CSDL quốc gia về dân cư",
            }
        ],
    }
    del record["decision"]
    return deepcopy({**record, **more})


def faults(**more: Any) -> dict[str, str]:
    """Return the faults of a record by path."""
    return dict(read_record(a_record(**more))[1])


def test_a_full_record_is_sound() -> None:
    """Nothing to say against it, nothing missing."""
    assert faults() == {}
    assert completeness(a_record()) == []


@pytest.mark.parametrize("level", [None, 1, 2])
def test_a_record_says_how_surely_people_are_identified_or_leaves_it(level: int | None) -> None:
    assert faults(identification_level=level) == {}


def a_channel(**more: Any) -> list[dict[str, Any]]:
    """Return the record's channel, bent."""
    return [{**a_record()["channels"][0], **more}]


def a_component(**more: Any) -> list[dict[str, Any]]:
    """Return the record's component, bent."""
    return [{**a_record()["components"][0], **more}]


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"surprise": 1}, "surprise"),
        ({"name": ""}, "name"),
        ({"route": "MOON"}, "route"),
        ({"route": "MINISTRY"}, "route"),
        ({"process": None}, "process"),
        ({"online_level": "PARTIAL", "online_roadmap": None}, "partial_reason"),
        ({"identification_level": 3}, "identification_level"),
        ({"identification_level": 0}, "identification_level"),
        ({"identification_level": "2"}, "identification_level"),
        ({"identification_level": 1.0}, "identification_level"),
        ({"identification_level": True}, "identification_level"),
        ({"identification_level": [1]}, "identification_level"),
        ({"sensitive_class": "SECRET"}, "sensitive_class"),
        ({"sensitive_class": "STATE_SECRET"}, "online_level"),
        ({"proactive_level": 5}, "proactive_level"),
        ({"proactive_level": True}, "proactive_level"),
        ({"at_centre": False}, "off_centre_reason"),
        ({"at_centre": "yes"}, "at_centre"),
        ({"online_roadmap": {"level": "FULL", "by": "2027-01-01"}}, "online_roadmap.level"),
        ({"online_roadmap": {"level": "PARTIAL", "by": "soon"}}, "online_roadmap.by"),
        ({"competent_agency_kind": None}, "competent_agency"),
        ({"competent_agency": "nobody"}, "competent_agency"),
        ({"delegated_to": "nobody"}, "delegated_to"),
        ({"coordinating_agencies": ["nobody"]}, "coordinating_agencies"),
        ({"applicant_types": []}, "applicant_types"),
        ({"applicant_types": ["MARTIAN"]}, "applicant_types"),
        ({"components": []}, "components"),
        ({"copies_sets": 0}, "copies_sets"),
        ({"cases": [{"code": "moi", "name": "A"}, {"code": "moi", "name": "B"}]}, "cases"),
        (
            {"channels": a_channel(statutory_time={"value": 2, "unit": "WORKING_DAY"})},
            "channels[0].processing_time",
        ),
        (
            {"channels": a_channel(statutory_time={"value": 2, "unit": "FORTNIGHT"})},
            "channels[0].statutory_time.unit",
        ),
        (
            {"channels": a_channel(cases=[{"case": "khac", "processing_time": THREE_DAYS}])},
            "channels[0].cases",
        ),
        ({"channels": a_channel(cases=[{"case": "lai"}])}, "channels[0].cases[0].processing_time"),
        (
            {
                "channels": a_channel(
                    fees=[{"kind": "FEE", "amount": 1, "collected": "NONE", "payer": "CATS"}]
                )
            },
            "channels[0].fees[0].payer",
        ),
        (
            {"channels": a_channel(fees=[{"kind": "FEE", "amount": "1", "collected": "NONE"}])},
            "channels[0].fees[0].amount",
        ),
        ({"components": a_component(case="khac")}, "components[0].case"),
        ({"components": a_component(mandatory=False)}, "components[0].condition"),
        (
            {"components": a_component(form_file={"name": "a", "url": "http://x.example"})},
            "components[0].form_file.url",
        ),
        ({"components": a_component(form_file={"name": "a"})}, "components[0].form_file.url"),
        ({"components": a_component(originals=-1)}, "components[0].originals"),
        ({"components": a_component(is_earlier_result="no")}, "components[0].is_earlier_result"),
        ({"standard_reasons": {"supplement": ["!"]}}, "standard_reasons.supplement"),
        ({"standard_reasons": {"joke": []}}, "standard_reasons.joke"),
        ({"results": [{"code": "a", "name": "A", "validity": 5}]}, "results[0].validity"),
        ({"legal_bases": [{"number": None}]}, "legal_bases[0].number"),
        ({"statutory_time": {"value": -1, "unit": "MONTH"}}, "statutory_time.value"),
    ],
)
def test_each_field_says_what_is_wrong(more: dict[str, Any], path: str) -> None:
    """By its own path, with a reason in Vietnamese."""
    found = faults(**more)
    assert path in found, found
    assert found[path]


@pytest.mark.parametrize(
    ("part", "missing"),
    [
        ({"name": ""}, "Tên thủ tục"),
        ({"steps_text": []}, "Trình tự thực hiện"),
        ({"channels": []}, "Cách thức thực hiện"),
        ({"components": None}, "Thành phần, số lượng hồ sơ"),
        (
            {"channels": [{"channel": "DIRECT", "processing_time": {"unit": "UNKNOWN"}}]},
            "Thời hạn giải quyết",
        ),
        ({"applicant_types": []}, "Đối tượng thực hiện"),
        ({"competent_agency_kind": None}, "Cơ quan có thẩm quyền"),
    ],
)
def test_the_seven_obligatory_parts(part: dict[str, Any], missing: str) -> None:
    """Index 1.3 counts a record only with all seven."""
    assert missing in completeness(a_record(**part))


def test_times_shortened_against_the_law() -> None:
    """The channel shortened least is what everybody is promised; calendar days count five of seven."""
    assert shortening(a_record()) == pytest.approx(0.4)
    law = {"value": 7, "unit": "CALENDAR_DAY"}
    assert shortening(a_record(channels=a_channel(statutory_time=law))) == pytest.approx(0.4)
    assert shortening(a_record(channels=a_channel(statutory_time=None))) is None
    assert average_cut([0.4, 0.2, 0.0, None]) == {
        "procedures": 4,
        "comparable": 3,
        "shortened": 2,
        "share_shortened": 0.5,
        "average_cut": 0.3,
    }
    assert average_cut([])["average_cut"] == 0.0


def test_lists_are_matched_by_code() -> None:
    """A new first paper changes nothing of the others; an order of its own is told."""
    before = a_record(components=[{"code": "a", "name": "A", "originals": 1}, {"code": "b", "name": "B"}])
    after = a_record(
        components=[
            {"code": "c", "name": "C"},
            {"code": "a", "name": "A", "originals": 2},
            {"code": "b", "name": "B"},
        ]
    )
    found = {one["path"]: (one["kind"], one["before"], one["after"]) for one in differences(before, after)}
    assert found == {
        "components[a].originals": ("CHANGED", 1, 2),
        "components[c]": ("ADDED", None, {"code": "c", "name": "C"}),
    }
    turned = differences(a_record(), a_record(cases=a_record()["cases"][::-1]))
    assert [(one["path"], one["before"], one["after"]) for one in turned] == [
        ("cases", ["moi", "lai"], ["lai", "moi"])
    ]
    assert differences(a_record(), a_record(requirements=None, keywords=["độc thân"])) == []
    deep = differences(a_record(), a_record(channels=a_channel(processing_time=FIVE_DAYS)))
    assert [(one["path"], one["name"]) for one in deep] == [
        ("channels[DIRECT].processing_time.value", "Cách thức thực hiện: Thời hạn giải quyết")
    ]


CALENDAR = WorkCalendar(
    OfficeHours.parse("07:30-11:30;13:30-17:30"),
    [DayException(date(2026, 4, 30), DayKind.OFF), DayException(date(2026, 5, 1), DayKind.OFF)],
    covers=(date(2026, 1, 1), date(2026, 12, 31)),
)


@pytest.mark.parametrize(
    ("level", "is_short", "calendar_day", "working_day"),
    [
        ("PROVINCE", False, "2026-04-29", "2026-04-23"),
        ("MINISTRY", False, "2026-04-14", "2026-04-02"),
        ("PROVINCE", True, "2026-04-23", "2026-04-23"),
    ],
)
def test_deadlines_are_kept_by_both_counts(
    level: str, is_short: bool, calendar_day: str, working_day: str
) -> None:
    """Before the act takes effect on 4 May, over the holidays; a short procedure after 20 April."""
    found = deadlines(
        level,
        signed_on=date(2026, 4, 20),
        effective_on=date(2026, 5, 4),
        is_short=is_short,
        calendar=CALENDAR,
    )
    assert (found["by_calendar_days"], found["by_working_days"]) == (calendar_day, working_day)


def test_a_deadline_is_never_guessed() -> None:
    """A year whose holidays nobody loaded has no working-day deadline."""
    found = deadlines(
        "PROVINCE", signed_on=None, effective_on=date(2030, 1, 2), is_short=False, calendar=CALENDAR
    )
    assert (found["by_calendar_days"], found["by_working_days"]) == ("2029-12-28", None)


@pytest.mark.parametrize(
    ("today", "published", "expected"),
    [
        (date(2026, 4, 20), None, "NONE"),
        (date(2026, 4, 21), None, "DUE_SOON"),
        (date(2026, 4, 24), None, "DUE_SOON"),
        (date(2026, 4, 25), None, "OVERDUE"),
        (date(2026, 6, 1), date(2026, 4, 24), "ON_TIME"),
        (date(2026, 6, 1), date(2026, 4, 25), "LATE"),
    ],
)
def test_the_earlier_count_warns(today: date, published: date | None, expected: str) -> None:
    """Three working days before it, and after it."""
    found = {"by_calendar_days": "2026-04-29", "by_working_days": "2026-04-24"}
    assert standing(found, today=today, published_on=published, calendar=CALENDAR) == expected
