"""A result that was taken back: the portal is told so once, its address is dead, the right one's is alive."""

from typing import Any
from uuid import uuid4

import pytest

from sandbox.portal.settings import PortalSettings
from tests.integration.gateway.portal_dossiers import ADossier
from tests.integration.gateway.portal_wire import faults_of_call
from tests.integration.gateway.portal_world import World, a_world
from tests.integration.gateway.test_portal_intake import FORWARD, KEY
from tests.integration.gateway.test_portal_pair import CODE

Json = dict[str, Any]
ROADS = {
    "direct, 2024": ({}, "2024"),
    "gateway, 2020": ({"portal_driver": "gateway"}, "2020"),
}
NOBODY = {"province_url": "http://127.0.0.1:9", "province_timeout_seconds": 0.2}
FIRST, SECOND = str(uuid4()), str(uuid4())


def a_paper(file: str, number: str = "1/GP") -> Json:
    listed = [{"attachment_id": file, "file_name": f"{number}.pdf"}]
    return {"name": "Giấy phép", "number": number, "code": "KQ1", "attachments": listed}


def recalled(dossier: ADossier) -> ADossier:
    """Take its result back, as the dossier service tells it."""
    (paper,) = dossier.results
    dossier.results = []
    dossier.recalled.append(paper)
    dossier.went("result_recalled", "PROCESSING")
    paper |= {"recalled_at": dossier.at.isoformat(), "recalled_in": dossier.version}
    return dossier


def issued(dossier: ADossier, file: str, number: str) -> ADossier:
    dossier.results = [a_paper(file, number)]
    return dossier.went("result_issued", "RESULT_READY")


def documents(world: World) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return each status told of a dossier born there, with its documents and whether they are deleted."""
    bodies = [call.body for call in world.wire.calls if call.service == "DongBoTrangThaiHoSo"]
    told = [body.get("data", body) for body in bodies]
    return [
        (one["TrangThai"], [(item["TepDinhKemId"], item["IsDeleted"]) for item in one["TaiLieuXuLy"]])
        for one in told
    ]


async def fetched(world: World, file: str) -> int:
    """Ask for a file by its id and by the address told of it last; return the answer of both."""
    tellings = [call.asked.decode() for call in world.wire.calls if file in call.asked.decode()]
    address = (
        "/portal-files/" + tellings[-1].partition(file)[2].partition("/portal-files/")[2].partition('"')[0]
    )
    answers = {
        (await world.gateway.client.get(one, headers=KEY)).status_code
        for one in (address, f"{FORWARD}/downloadfile/{file}")
    }
    (status,) = answers
    return status


async def told_anew(world: World, dossier: ADossier) -> None:
    await world.hears_on(dossier)
    await world.settles()


@pytest.fixture(params=ROADS)
async def world(start, request):
    settings, mode = ROADS[request.param]
    async with a_world(start, PortalSettings(mode=mode, **NOBODY), portal_mode=mode, **settings) as found:
        found.dossiers.files |= {FIRST: b"%PDF-1.4 sai", SECOND: b"%PDF-1.4 dung"}
        yield found
        told = [call for call in found.wire.calls if call.service == "DongBoTrangThaiHoSo"]
        assert [fault for call in told for fault in faults_of_call(call, mode)[1]] == []


async def born_there(world: World) -> ADossier:
    owner = {"name": "Nguyễn Văn An", "identity_number": "099088000011"}
    body = {"procedure_code": "1.004873", "code": CODE, "owner": owner}
    assert (await world.portal.post("/sandbox/submissions", json=body)).status_code == 201
    return ADossier(origin="PORTAL", portal_code=CODE).went("accepted", "ACCEPTED")


async def test_a_result_taken_back_is_told_as_deleted_once_and_the_same_file_lives_when_it_is_one_again(
    world: World,
):
    dossier = await born_there(world)
    await told_anew(world, issued(dossier, FIRST, "1/GP"))
    assert await fetched(world, FIRST) == 200
    await told_anew(world, recalled(dossier))
    assert await fetched(world, FIRST) == 404
    await told_anew(world, issued(dossier, FIRST, "2/GP"))
    assert await fetched(world, FIRST) == 200
    await told_anew(world, recalled(dossier))
    await told_anew(world, issued(dossier, SECOND, "3/GP").went("returned", "RETURNED"))
    assert (await fetched(world, FIRST), await fetched(world, SECOND)) == (404, 200)
    assert documents(world) == [
        ("2", []),
        ("9", [(FIRST, "False")]),
        ("4", [(FIRST, "True")]),
        ("9", [(FIRST, "False")]),
        ("4", [(FIRST, "True")]),
        ("9", [(SECOND, "False")]),
        ("10", [(SECOND, "False")]),
    ]


async def test_changes_that_share_the_moment_of_a_recall_do_not_tell_of_it_again(world: World):
    dossier = await born_there(world)
    await told_anew(world, issued(dossier, FIRST, "1/GP"))
    recalled(dossier).went("payment_requested", "AWAITING_FINANCIAL", after_minutes=0)
    await told_anew(world, dossier.went("resumed", "PROCESSING", after_minutes=0))
    assert documents(world)[2:] == [("4", [(FIRST, "True")]), ("6", []), ("4", [])]


async def test_of_a_dossier_born_here_the_list_of_results_is_told_without_it(world: World):
    dossier = ADossier().went("accepted", "ACCEPTED")
    papers = []
    for change in (lambda one: issued(one, FIRST, "1/GP"), recalled, lambda one: issued(one, FIRST, "2/GP")):
        await told_anew(world, change(dossier))
        record = (await world.portal.get(f"/sandbox/dossiers/{dossier.code}")).json()["record"]
        alive = await fetched(world, FIRST)
        papers.append(([one["GiayToId"] for one in record["DanhSachGiayToKetQua"]], alive))
    assert papers == [([FIRST], 200), ([], 404), ([FIRST], 200)]


async def test_what_the_portal_never_heard_of_is_not_told_as_deleted(start):
    async with a_world(start, PortalSettings(**NOBODY)) as world:
        dossier = await born_there(world)
        await told_anew(world, dossier)
        await world.faults(down=True)
        issued(dossier, FIRST, "1/GP")
        recalled(dossier)
        # The dossier service tells late readers nothing of what was recalled since.
        dossier.views[dossier.version - 1]["results"] = []
        await world.hears_on(dossier)
        await world.sends()
        await world.faults(down=False)
        world.wire.calls.clear()
        await world.settles()
        assert documents(world) == [("9", []), ("4", [])]
        assert await world.gateway.count("portal_files") == 0


async def test_an_address_given_while_the_recall_was_on_its_way_dies_when_the_recall_is_told(start):
    async with a_world(start, PortalSettings(**NOBODY)) as world:
        world.dossiers.files[FIRST] = b"%PDF-1.4 sai"
        dossier = await born_there(world)
        issued(dossier, FIRST, "1/GP")
        recalled(dossier)
        await told_anew(world, dossier)
        assert documents(world)[1:] == [("9", [(FIRST, "False")]), ("4", [(FIRST, "True")])]
        assert await fetched(world, FIRST) == 404


async def test_what_people_revoked_by_hand_no_later_result_brings_back(start):
    async with a_world(start, PortalSettings(**NOBODY)) as world:
        world.dossiers.files[FIRST] = b"%PDF-1.4"
        dossier = await born_there(world)
        await told_anew(world, issued(dossier, FIRST, "1/GP"))
        await told_anew(world, recalled(dossier))
        revoked = await world.ask("POST", f"/api/v1/portal-sync/files/{dossier.id}/revocation")
        assert revoked.status_code < 300, revoked.text
        await told_anew(world, issued(dossier, FIRST, "2/GP"))
        assert await fetched(world, FIRST) == 404
