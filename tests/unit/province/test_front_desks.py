"""The sample province's front desks are ones the dossier service takes, with people who may sit there."""

from pathlib import Path
from typing import Any

import pytest

from province.read import read, read_desks, read_points
from services.dossier.api.desk.schemas import DeskCounterIn, GroupIn, KioskSettingIn, RosterIn
from services.dossier.domain.desk.points import DESK_ROLES
from services.dossier.use_cases.desk.run_counters import _twice

STAFF = {one["subject"]: one for one in read()["staff"]}
POINTS = {one["code"]: one for one in read_points()}
DESKS = read_desks()


def _without_code(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != "code"}


@pytest.mark.parametrize("desk", DESKS, ids=lambda desk: desk["point"])
def test_a_desk_is_one_the_service_takes(desk: dict[str, Any]) -> None:
    """Letters are the groups' own, counters serve groups there are, nobody sits in two places."""
    for group in desk["groups"]:
        GroupIn.model_validate(_without_code(group))
    codes = [group["code"] for group in desk["groups"]]
    assert len({group["letter"] for group in desk["groups"]}) == len(codes) == len({*codes})
    served = set()
    for counter in desk["counters"]:
        served |= {*DeskCounterIn.model_validate(_without_code(counter)).groups}
    assert served == {*codes}
    for kiosk in desk["kiosks"]:
        KioskSettingIn(name=kiosk["name"])
    RosterIn.model_validate({"entries": desk["roster"]})
    assert _twice(desk["roster"], "counter", "") == _twice(desk["roster"], "officer", "") == []
    assert {entry["counter"] for entry in desk["roster"]} <= {one["code"] for one in desk["counters"]}


@pytest.mark.parametrize("desk", DESKS, ids=lambda desk: desk["point"])
def test_whoever_is_on_the_roster_may_sit_there(desk: dict[str, Any]) -> None:
    """Of the point's agency or one it covers, with a role of the counters; its manager leads it."""
    point = POINTS[desk["point"]]
    agencies = {point["agency"], *point["coverage"].get("agencies", ())}
    manager = STAFF[desk["manager"]]
    assert manager["agency"] == point["agency"]
    assert "ONE_STOP_MANAGER" in manager["roles"]
    for entry in desk["roster"]:
        officer = STAFF[entry["officer"]]
        assert officer["agency"] in agencies
        assert {*officer["roles"]} & {*DESK_ROLES}
        assert entry["officer_name"] == officer["name"]


def test_every_point_has_one_desk_that_takes_appointments_and_no_kiosk_stands_twice() -> None:
    """So tickets, displays, kiosks and appointments can be tried anywhere in the province."""
    assert [desk["point"] for desk in DESKS] == [*POINTS]
    assert all(any(group["slot_capacity"] for group in desk["groups"]) for desk in DESKS)
    kiosks = [kiosk["subject"] for desk in DESKS for kiosk in desk["kiosks"]]
    assert len(kiosks) == len({*kiosks}) > 0


@pytest.mark.parametrize(
    ("word", "other"), [("can-bo-mai", "can-bo-la"), ("groups: [tiep-nhan,", "groups: [la,")]
)
def test_a_stranger_on_the_roster_or_a_group_nobody_described_is_named(
    tmp_path: Path, word: str, other: str
) -> None:
    """A typing mistake is one line, not a refusal half-way through the start."""
    folder = Path("province")
    (tmp_path / "staff.yaml").write_text((folder / "staff.yaml").read_text())
    desks = (folder / "front_desks.yaml").read_text()
    assert word in desks
    (tmp_path / "front_desks.yaml").write_text(desks.replace(word, other, 1))
    with pytest.raises(ValueError, match="la is unknown"):
        read_desks(tmp_path)
