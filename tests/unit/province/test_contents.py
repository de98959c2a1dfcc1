"""What the sample province must offer the rest of the system, and the facts it took from outside."""

import calendar
import datetime as dt
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from province.read import HERE, read

DOCUMENT = read()
PUBLIC = HERE.parents[1] / "shared" / "data" / "procedures-public.jsonl"
ROLES = {
    "ONE_STOP_OFFICER",
    "ONE_STOP_MANAGER",
    "SPECIALIST",
    "TEAM_LEAD",
    "SIGNER",
    "CLERK",
    "CASHIER",
    "SUPERVISOR",
    "POSTAL_AGENT",
    "CATALOG_EDITOR",
    "CATALOG_APPROVER",
    "SURVEY_ANALYST",
    "ADMIN",
}


def procedure(code: str) -> dict[str, Any]:
    return next(one for one in DOCUMENT["procedures"] if one["code"] == code)


def working_days(code: str, year: int) -> list[int]:
    """Count each month's working days: exceptions first, then Monday to Friday."""
    chosen = next(one for one in DOCUMENT["calendars"] if (one["code"], one["year"]) == (code, year))
    status = {exception["day"]: exception["status"] for exception in chosen["exceptions"]}
    months = [0] * 12
    for ordinal in range(dt.date(year, 1, 1).toordinal(), dt.date(year + 1, 1, 1).toordinal()):
        day = dt.date.fromordinal(ordinal)
        usual = "WORK" if day.weekday() < calendar.SATURDAY else "OFF"
        months[day.month - 1] += status.get(day.isoformat(), usual) != "OFF"
    return months


def test_the_year_2026_has_the_announced_working_days() -> None:
    assert working_days("default", 2026) == [21, 15, 22, 20, 20, 22, 23, 21, 20, 22, 20, 23]


def test_a_half_day_still_counts_as_a_working_day() -> None:
    assert working_days("som", 2026) == working_days("default", 2026)


def test_the_year_2027_is_marked_as_proposed() -> None:
    marks = {one["year"]: one["status_of_source"] for one in DOCUMENT["calendars"]}
    assert marks == {2026: "ANNOUNCED", 2027: "PROPOSED"}


def test_no_day_off_falls_on_a_day_that_is_off_anyway() -> None:
    days = [
        dt.date.fromisoformat(exception["day"])
        for one in DOCUMENT["calendars"]
        for exception in one["exceptions"]
        if exception["status"] == "OFF"
    ]
    assert [day for day in days if day.weekday() >= calendar.SATURDAY] == []


def test_somebody_holds_every_role() -> None:
    assert {role for person in DOCUMENT["staff"] for role in person["roles"]} == ROLES


def test_every_agency_with_a_one_stop_unit_has_an_officer_there() -> None:
    seats = {one["agency"] for one in DOCUMENT["staff"] if "ONE_STOP_OFFICER" in one["roles"]}
    assert seats == {one["code"] for one in DOCUMENT["agencies"] if one["one_stop_unit"]["kind"] != "NONE"}


def test_one_commune_has_two_predecessors_and_one_district_two_successors() -> None:
    ended = [set(one["successors"]) for one in DOCUMENT["agencies"] if one["valid_to"]]
    assert sum("H99.204" in successors for successors in ended) == 2
    assert any(len(successors) > 1 for successors in ended)


def test_legacy_identifiers_are_the_new_ones_reversed() -> None:
    for agency in DOCUMENT["agencies"]:
        if agency["legacy_code"] is not None:
            groups = [group for group in agency["legacy_code"].split(".") if group.strip("0")]
            assert ".".join(reversed(groups)) == agency["code"]


def test_no_sample_person_can_be_real() -> None:
    for person in DOCUMENT["people"]:
        assert re.fullmatch(r"099\d{9}", person["identity_number"])
        assert person["email"].endswith("@nguoidan.example")
    assert all(one["email"].endswith("@lamgiang.example") for one in DOCUMENT["staff"])


def test_birth_registration_is_born_on_the_portal_and_waits_for_the_shared_register() -> None:
    birth = procedure("1.001193")
    steps = next(one for one in DOCUMENT["processes"] if one["code"] == birth["process"])["steps"]
    assert (birth["route"], birth["submit_here"]) == ("PROVINCE", False)
    assert [one["system"] for one in steps if one["kind"] == "OUTSIDE"] == ["HO_TICH_DUNG_CHUNG"]


def test_what_is_submitted_here_asks_for_at_least_two_components() -> None:
    here = [one for one in DOCUMENT["procedures"] if one["submit_here"]]
    assert len(here) >= 20
    assert [one["code"] for one in here if len(one["components"]) < 2] == []


def test_all_three_routes_and_shapes_of_time_occur() -> None:
    procedures = DOCUMENT["procedures"]
    times = {channel["processing_time"]["unit"] for one in procedures for channel in one["channels"]}
    assert {one["route"] for one in procedures} == {"PROVINCE", "MINISTRY", "SECTOR"}
    assert times == {"WORKING_DAY", "WORKING_HOUR", "SAME_DAY", "CALENDAR_DAY", "MONTH"}
    assert {one["clock_policy"] for one in procedures} == {"PAUSE", "RESTART"}


def test_every_process_is_used() -> None:
    used = {one["process"] for one in DOCUMENT["procedures"]} - {None}
    assert used == {one["code"].partition("@")[0] for one in DOCUMENT["processes"]}


def test_every_step_has_the_same_members() -> None:
    said_where_it_matters = {"confirms", "join", "may_skip"}
    steps = [step for process in DOCUMENT["processes"] for step in process["steps"]]
    assert len({frozenset(step) - said_where_it_matters for step in steps}) == 1
    for name in ("confirms", "join"):
        assert any(name in step for step in steps), f"{name} occurs nowhere"


def test_every_law_listed_is_named_by_a_procedure() -> None:
    listed = re.findall(r"number: (\S+?),", (HERE / "legal_documents.yaml").read_text(encoding="utf-8"))
    assert set(listed) == {law["number"] for one in DOCUMENT["procedures"] for law in one["legal_bases"]}


@pytest.mark.shared_data
@pytest.mark.skipif(not PUBLIC.exists(), reason="the public catalogue data is not beside the checkout")
def test_codes_said_to_be_public_carry_the_catalogue_s_names() -> None:
    """Names are facts: they are compared letter by letter, but for spaces and a closing mark."""

    def plain(text: str) -> str:
        return " ".join(unicodedata.normalize("NFC", text).split()).rstrip(" .:")

    lines = Path(PUBLIC).read_text(encoding="utf-8").splitlines()
    names = {record["code"]: plain(record["name"]) for record in map(json.loads, lines)}
    ours = {
        one["code"]: plain(one["name"])
        for one in DOCUMENT["procedures"]
        if one["code_source"] == "PUBLIC_CATALOGUE"
    }
    assert {code: names.get(code) for code in ours} == ours
