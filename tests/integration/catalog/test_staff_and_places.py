"""Delegations, leave and who sits where; one-stop points; units found by old and new names and codes."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from kernel.testing.running import RunningService, a_service, a_staff_member
from services.catalog.jobs.administration import LOAD_UNITS
from tests.builders.catalog.administration import DECISION, EDITOR, a_member, a_province

Start = Callable[..., Awaitable[RunningService]]
LOADER = a_service("catalog.import")
LEADER = a_staff_member("SIGNER", agency="H99.31", subject="lanh-dao")


async def the_catalogue(running: RunningService) -> None:
    """Fill a catalogue for every test here."""
    document = a_province()
    document["staff"].append(a_member("pho", "H99.31", "TEAM_LEAD"))
    assert (await running.post("/v1/imports", document, LOADER)).status_code == 200


@pytest.fixture
async def catalog(start: Start) -> RunningService:
    """A catalogue of the small province, with a deputy."""
    return await start("catalog", filled=the_catalogue)


def a_delegation(**more: Any) -> dict[str, Any]:
    """Return a delegation of the signature for a week."""
    return {
        "to": "pho",
        "roles": ["SIGNER"],
        "valid_from": "2026-03-03",
        "valid_to": "2026-03-09",
        "decision": DECISION,
        **more,
    }


async def entry(catalog: RunningService, subject: str, on: str = "2026-03-03") -> dict[str, Any]:
    """Read an entry of the directory as a service."""
    answer = await catalog.get(f"/v1/staff/{subject}", LOADER, params={"on": on})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_delegation_says_what_may_be_exercised_on_which_day(catalog: RunningService) -> None:
    """At the giver's place, in its days, for its procedures; readers of the directory are told."""
    made = await catalog.post("/v1/staff/lanh-dao/delegations", a_delegation(procedures=["1.004873"]), LEADER)
    assert made.status_code == 201, made.text
    own, given = (await entry(catalog, "pho"))["may_exercise"]
    assert (own["source"], own["roles"]) == ("OWN", ["TEAM_LEAD"])
    assert (given["roles"], given["unit"], given["procedures"]) == (["SIGNER"], "lanh-dao", ["1.004873"])
    assert given["on_behalf_of"]["subject"] == "lanh-dao"
    assert len((await entry(catalog, "pho", "2026-03-10"))["may_exercise"]) == 1
    told = (await catalog.published("staff.changed.v1"))[-1]
    assert (told["key"], told["data"]["delegations"][0]["roles"]) == ("pho", ["SIGNER"])
    assert "decided" not in told["data"]
    ended = await catalog.post(f"/v1/delegations/{made.json()['id']}/end", {"on": "2026-03-05"}, LEADER)
    assert ended.status_code == 200, ended.text
    assert len((await entry(catalog, "pho", "2026-03-04"))["may_exercise"]) == 2
    assert len((await entry(catalog, "pho", "2026-03-05"))["may_exercise"]) == 1


async def test_an_import_of_staff_keeps_what_was_delegated(catalog: RunningService) -> None:
    """The document knows nothing of delegations and takes none away."""
    await catalog.post("/v1/staff/lanh-dao/delegations", a_delegation(), LEADER)
    document = a_province()
    document["staff"].append({**a_member("pho", "H99.31", "TEAM_LEAD"), "position": "Phó Văn phòng"})
    assert (await catalog.post("/v1/imports", document, LOADER)).status_code == 200
    found = await entry(catalog, "pho")
    assert (found["position"], len(found["may_exercise"])) == ("Phó Văn phòng", 2)
    assert (await catalog.published("staff.changed.v1"))[-1]["data"]["delegations"]


async def test_leave_rests_ones_own_roles_and_a_stand_in_holds_them(catalog: RunningService) -> None:
    """The absent exercises nothing; back early, both are as before from that day."""
    leave = {"valid_from": "2026-03-04", "valid_to": "2026-03-20", "stand_in": "pho", "reason": "ốm"}
    made = await catalog.post("/v1/staff/lanh-dao/absences", leave, LEADER)
    assert made.status_code == 201, made.text
    away = await entry(catalog, "lanh-dao", "2026-03-04")
    assert (away["is_absent"], away["may_exercise"]) == (True, [])
    stand_in = (await entry(catalog, "pho", "2026-03-04"))["may_exercise"][-1]
    assert (stand_in["source"], stand_in["roles"]) == ("STAND_IN", ["SIGNER"])
    told = {row["key"]: row["data"] for row in await catalog.published("staff.changed.v1")}
    assert told["lanh-dao"]["leaves"][0]["valid_to"] == "2026-03-20"
    assert "ốm" not in str(told)
    await catalog.post(f"/v1/absences/{made.json()['id']}/end", {"on": "2026-03-06"}, LEADER)
    assert (await entry(catalog, "lanh-dao", "2026-03-06"))["may_exercise"]
    assert len((await entry(catalog, "pho", "2026-03-06"))["may_exercise"]) == 1


REFUSED: list[tuple[str, dict[str, Any], int, str]] = [
    ("a role not held", {"roles": ["CLERK"]}, 409, "roles-not-held"),
    ("to who drafts", {"to": "thu-ly"}, 409, "roles-conflict"),
    ("to oneself", {"to": "lanh-dao"}, 422, "change-incomplete"),
    ("to nobody known", {"to": "khong-co"}, 404, "entry-not-found"),
    ("days that have gone", {"valid_from": "2026-01-01", "valid_to": "2026-01-02"}, 422, "change-incomplete"),
    ("days the wrong way round", {"valid_to": "2026-03-01"}, 422, "change-incomplete"),
    ("for ever", {"valid_to": "2030-03-01"}, 422, "change-incomplete"),
    ("an unknown role", {"roles": ["KING"]}, 422, "invalid"),
]


@pytest.mark.parametrize(
    ("bent", "status", "code"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
async def test_what_cannot_be_delegated_is_refused(
    catalog: RunningService, bent: dict[str, Any], status: int, code: str
) -> None:
    """Each with its own code; nothing changes."""
    events = len(await catalog.published())
    answer = await catalog.post("/v1/staff/lanh-dao/delegations", a_delegation(**bent), LEADER)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert (await catalog.count("delegations"), len(await catalog.published())) == (0, events)


async def test_a_delegation_is_not_made_twice_nor_by_a_stranger(catalog: RunningService) -> None:
    """Overlapping days are refused; only the giver or the catalogue's editor records it."""
    assert (await catalog.post("/v1/staff/lanh-dao/delegations", a_delegation(), LEADER)).status_code == 201
    twice = await catalog.post("/v1/staff/lanh-dao/delegations", a_delegation(), EDITOR)
    assert (twice.status_code, twice.json()["code"]) == (409, "delegation-overlaps")
    stranger = a_staff_member("SIGNER", agency="H99.32", subject="khac")
    refused = await catalog.post("/v1/staff/lanh-dao/delegations", a_delegation(), stranger)
    assert (refused.status_code, refused.json()["code"]) == (403, "delegation-not-allowed")
    passed_on = await catalog.post(
        "/v1/staff/pho/delegations", a_delegation(to="nhan"), a_staff_member(agency="H99.31", subject="pho")
    )
    assert passed_on.json()["code"] == "roles-not-held"


POINT = {
    "name": "Trung tâm Phục vụ hành chính công khu vực Lam Hạ",
    "kind": "ONE_TIER_CENTRE",
    "agency": "000.00.31.H99",
    "is_modern": True,
    "address": "01 đường Bờ Sông",
    "latitude": 21.0,
    "longitude": 105.8,
    "coverage": {"population": 120000, "agencies": ["H99.201"], "area_km2": 12.5},
    "valid_from": "2026-01-01",
}


async def put(catalog: RunningService, code: str, body: dict[str, Any], version: int | None = None) -> Any:
    """PUT a point as the editor."""
    headers = catalog.headers(EDITOR, version=version)
    return await catalog.client.put(f"/v1/one-stop-points/{code}", json=body, headers=headers)


async def test_a_centre_is_found_by_agency_and_by_distance_with_who_sits_there(
    catalog: RunningService,
) -> None:
    """Kind, coverage and place are kept; an officer of another agency sits there and keeps their own."""
    assert (await put(catalog, "tt-lam-ha", POINT)).json()["version"] == 1
    far = {**POINT, "name": "Xa", "latitude": 10.0, "longitude": 106.0, "agency": "H99.32", "coverage": {}}
    assert (await put(catalog, "tt-xa", far)).status_code == 200
    found = await catalog.get("/v1/one-stop-points", params={"near": "21.01,105.8"})
    assert [item["code"] for item in found.json()["items"]] == ["tt-lam-ha", "tt-xa"]
    assert found.json()["items"][0]["distance_km"] == 1.11
    of_commune = await catalog.get("/v1/one-stop-points", params={"agency": "H99.201"})
    assert [item["code"] for item in of_commune.json()["items"]] == ["tt-lam-ha"]
    assert (await put(catalog, "tt-lam-ha", POINT)).status_code == 428
    assert (await put(catalog, "tt-lam-ha", POINT, version=9)).status_code == 412
    assert (await put(catalog, "tt-lam-ha", {**POINT, "is_modern": False}, version=1)).json()["version"] == 2
    body = {"point": "tt-lam-ha", "valid_from": "2026-03-01", "decision": DECISION}
    assert (await catalog.post("/v1/staff/truong-phong/secondments", body, EDITOR)).status_code == 204
    again = await catalog.post("/v1/staff/truong-phong/secondments", {**body, "point": "tt-xa"}, EDITOR)
    assert (again.status_code, again.json()["code"]) == (409, "delegation-overlaps")
    sitting = await catalog.get("/v1/one-stop-points/tt-lam-ha/officers", EDITOR)
    assert [(item["subject"], item["agency"]) for item in sitting.json()["items"]] == [
        ("truong-phong", "H99.32")
    ]


@pytest.mark.parametrize(
    ("bent", "status", "code"),
    [
        ({"agency": "H99.77"}, 422, "agency-unknown"),
        ({"longitude": None}, 422, "change-incomplete"),
        ({"valid_to": "2025-01-01"}, 422, "change-incomplete"),
        ({"latitude": 91}, 422, "invalid"),
        ({"kind": "POST_OFFICE"}, 422, "invalid"),
        ({"name": "   "}, 422, "invalid"),
        ({"valid_from": "0001-01-01"}, 422, "invalid"),
        ({"coverage": {"agencies": ["H98"]}}, 422, "agency-unknown"),
    ],
)
async def test_a_point_that_cannot_be_is_refused(
    catalog: RunningService, bent: dict[str, Any], status: int, code: str
) -> None:
    """Nothing is kept of it."""
    answer = await put(catalog, "tt-lam-ha", {**POINT, **bent})
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert await catalog.count("one_stop_points") == 0


async def units(catalog: RunningService, q: str, **more: Any) -> list[dict[str, Any]]:
    """Search units."""
    answer = await catalog.get("/v1/administrative-units", params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_former_provinces_and_districts_lead_to_the_units_of_now(catalog: RunningService) -> None:
    """By name with or without marks, or by code; twice loaded is once."""
    await catalog.run_job(LOAD_UNITS)
    before = await catalog.count("administrative_units")
    assert before >= 34 + 3321 + 63
    await catalog.run_job(LOAD_UNITS)
    assert await catalog.count("administrative_units") == before
    for old, new in (("hà giang", "08"), ("binh dinh", "52"), ("Ninh Thuận", "56"), ("Khánh Hòa", "56")):
        found = await units(catalog, old, level="PROVINCE", former=True)
        assert [item["code"] for item in found[0]["successors"]] == [new], old
        assert found[0]["source"]["document"] == "Nghị quyết 202/2025/QH15"
    gia_lai = (await catalog.get("/v1/administrative-units/52")).json()["items"]
    assert {item["code"] for item in gia_lai[0]["predecessors"]} == {"52", "64"}
    kbang = await units(catalog, "huyen kbang")
    assert (kbang[0]["level"], kbang[0]["valid_to"]) == ("DISTRICT", "2025-06-30")
    assert "Xã Kbang" in {item["name"] for item in kbang[0]["successors"]}
    by_code = (await catalog.get("/v1/administrative-units/625")).json()["items"]
    assert by_code[0]["name"] == "Huyện Kbang"
    assert (await units(catalog, "tuyen quang", level="PROVINCE", former=False))[0]["code"] == "08"


async def test_hamlets_merge_under_a_resolution(catalog: RunningService) -> None:
    """The new hamlet is there, the old names lead to it; what has ended does not merge again."""
    source = {"document": "Danh sách thôn", "signed_on": None, "url": None}
    document = [
        {
            "code": "00001",
            "level": "COMMUNE",
            "name": "Xã Lam Hạ",
            "valid_from": "2025-07-01",
            "source": source,
        }
    ] + [
        {"code": f"00001.t{n}", "level": "HAMLET", "name": f"Thôn {n}", "parent": "00001", "source": source}
        for n in (1, 2, 3)
    ]
    loaded = await catalog.post(
        "/v1/administrative-units/imports", {"administrative_units": document}, LOADER
    )
    assert (loaded.status_code, loaded.json()["new"]) == (200, 4), loaded.text
    body = {
        "commune": "00001",
        "ended": ["00001.t1", "00001.t2"],
        "code": "00001.t12",
        "name": "Thôn Đoàn Kết",
        "effective_on": "2026-03-03",
        "decision": DECISION,
    }
    assert (await catalog.post("/v1/hamlet-mergers", body, EDITOR)).status_code == 201
    found = await units(catalog, "thon 1")
    assert [item["name"] for item in found[0]["successors"]] == ["Thôn Đoàn Kết"]
    twice = await catalog.post("/v1/hamlet-mergers", body, EDITOR)
    assert (twice.status_code, twice.json()["code"]) == (409, "unit-ended")


async def test_a_bad_document_of_units_is_told_and_nothing_taken(catalog: RunningService) -> None:
    """An end without a successor, without a source, an unknown successor: each has its reason."""
    good = {"code": "95", "level": "PROVINCE", "name": "Tỉnh X", "valid_to": "2025-06-30"}
    source = {"document": "NQ", "signed_on": None, "url": None}
    document = [
        {**good, "source": source},
        {**good, "code": "94", "successors": ["95"]},
        {**good, "code": "93", "successors": ["77"], "source": source},
        "x",
    ]
    dry = await catalog.post(
        "/v1/administrative-units/imports?dry_run=true", {"administrative_units": document}, LOADER
    )
    assert len(dry.json()["refused"]) == 4, dry.text
    answer = await catalog.post(
        "/v1/administrative-units/imports", {"administrative_units": document}, LOADER
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "import-refused")
    assert await catalog.count("administrative_units") == 0
