"""The portal's catalogues and other lists, in whatever container they come; mappings."""

import asyncio
import json
from dataclasses import replace
from typing import Any

from services.gateway.domain.portal.telling.codes import CodeKind
from tests.builders.gateway.portal import a_message
from tests.integration.gateway.portal_dossiers import ADossier
from tests.integration.gateway.portal_exchange.exchange import (
    JOBS,
    SYNC,
    asked_on_portal,
    bearer,
    exchange_of,
)
from tests.integration.gateway.portal_world import World
from tests.integration.gateway.test_portal_intake import send


async def test_the_portals_catalogues_are_read_and_names_find_candidates(world: World):
    read = await exchange_of(world).catalogues.run()
    assert set(read) == set(CodeKind)
    assert all(lines > 0 for lines in read.values())
    assert await exchange_of(world).catalogues.run() == {}
    listed = (await world.ask("GET", f"{SYNC}/catalogues/PROCEDURE", "giam-sat")).json()["items"]
    first = listed[0]
    asked = {"name": first["name"]}
    shown = await world.gateway.client.get(
        f"{SYNC}/mappings/PROCEDURE/BL.0001", params=asked, headers=await bearer(world, "giam-sat")
    )
    best = shown.json()["candidates"][0]
    assert (best["code"], best["likeness"], shown.headers["etag"]) == (first["code"], 100, '"0"')
    detail = await world.ask("GET", f"{SYNC}/catalogues/PROCEDURE/{first['code']}")
    assert detail.json()["detail"]["TENTTHC"] == first["name"]


async def test_a_procedures_online_service_is_the_only_one_listed_or_the_one_people_chose(world: World):
    """Of several nobody can tell which is meant, and a code that is none of the portal's is not told."""
    await exchange_of(world).catalogues.run()
    pool = world.gateway.runtime.pool
    listed = await pool.fetch(
        "SELECT owner, min(code) AS code FROM portal_codes WHERE kind = 'ONLINE_SERVICE'"
        " GROUP BY owner HAVING count(*) = 1 LIMIT 1"
    )
    procedure, only = listed[0]["owner"], listed[0]["code"]

    async def told(local: str, spoken: str) -> str:
        async with exchange_of(world).catalogues._lists.open_work() as work:
            found: str = await work.portal_codes.online_service_of(local, spoken)
            return found

    assert await told("H99.TT.01", procedure) == only
    assert await told("H99.TT.01", f"{procedure}.H99") == only, "a localised one"
    assert await told("H99.TT.01", "9.999999") == ""
    await pool.execute(
        "INSERT INTO portal_codes (kind, code, name, owner, seen_at)"
        " VALUES ('ONLINE_SERVICE', $1, 'Khác', $2, now())",
        f"{procedure}.77",
        procedure,
    )
    assert await told("H99.TT.01", procedure) == "", "one of two"
    chosen = {"portal_code": f"{procedure}.77"}
    mapped = await world.ask("PUT", f"{SYNC}/mappings/ONLINE_SERVICE/H99.TT.01", body=chosen, seen='"0"')
    assert mapped.status_code == 204, mapped.text
    assert await told("H99.TT.01", procedure) == f"{procedure}.77"


async def test_every_other_reading_service_answers(world: World):
    national = exchange_of(world).national
    assert (await national.read("LayDVC")).result["data"]
    assert (await national.read("LayDanhSachTTHCDonVi", maDonVi="G15")).code == 0
    assert (await national.read("LayQDCB", idQDCB="1")).code == 0
    for table in ("LayDanhMucDoiTuong", "LayDanhMucCapThucHien", "LayDanhMucLoaiThuTuc"):
        assert (await national.read(table)).result
    found = await national.read("TraCuuTechID", provider="wso2is", mstorcmnd="099088000011")
    assert found.result[0]["TECHNICALID"]


async def test_a_list_that_comes_back_empty_takes_nothing_away(near: World):
    await exchange_of(near).catalogues.run()
    before = await near.gateway.count("portal_codes")
    await near.portal.put("/sandbox/catalogue", json=[])
    near.passes(hours=25)
    await near.gateway.run_job(JOBS["portal_catalogues"])
    gone = "SELECT count(*) FROM portal_codes WHERE gone_at IS NOT NULL"
    assert await near.gateway.runtime.pool.fetchval(gone) == 0
    assert await near.gateway.count("portal_codes") == before


class Reshaped:
    """The portal as the sandbox answers, its lists in other containers."""

    def __init__(self, national: Any, reshaped: dict[str, Any]) -> None:
        self._national, self._reshaped = national, reshaped

    async def read(self, service: str, **asked: str) -> Any:
        answer = await self._national.read(service, **asked)
        # The online services' alone stand in an object (11.3).
        lines = answer.result["data"] if isinstance(answer.result, dict) else answer.result
        return replace(answer, result=self._reshaped["how"](lines))


async def told_of(world: World, name: str) -> dict[str, Any]:
    world._tokens.clear()
    lists = (await world.ask("GET", f"{SYNC}/figures")).json()["lists"]
    return dict(next(one for one in lists if one["name"] == name))


SHAPES: dict[str, Any] = {
    "data": lambda result: {"data": result},
    "a text": json.dumps,
    "odd numbers": lambda result: [{**one, "HOIDAPID": f"{one['HOIDAPID']}.0"} for one in result],
}


async def test_lists_are_read_in_other_containers_and_what_is_no_list_is_told(near: World):
    """Every list of the portal goes by one reader; what it cannot read stands in the figures."""
    exchange, reshaped = exchange_of(near), {"how": lambda result: result}
    for list_ in (exchange.questions, exchange.catalogues):
        list_._lists = replace(list_._lists, national=Reshaped(exchange.national, reshaped))
    for place, how in enumerate(SHAPES.values()):
        reshaped["how"] = how
        await asked_on_portal(near, text=f"Câu {place}?")
        near.passes(hours=2)
        await near.gateway.run_job(JOBS["portal_questions"])
        assert await near.gateway.count("portal_questions") == place + 1
    reshaped["how"] = lambda result: [*result, "không phải câu hỏi", {"HOIDAPID": "abc"}]
    near.passes(hours=2)
    await near.gateway.run_job(JOBS["portal_questions"])
    told = await told_of(near, "questions")
    assert (told["lines"], told["unread"], told["fault"]) == (len(SHAPES), 2, "")
    reshaped["how"] = lambda _: "hệ thống đang bảo trì"
    near.passes(hours=26)
    for job in ("portal_questions", "portal_catalogues"):
        await near.gateway.run_job(JOBS[job])
    told = await told_of(near, "questions")
    assert (told["lines"], told["fault"]) == (len(SHAPES), "không phải danh sách: str")
    assert (await told_of(near, "codes:PROCEDURE"))["read_at"] is None
    reshaped["how"] = lambda result: result
    for job in ("portal_questions", "portal_catalogues"):
        await near.gateway.run_job(JOBS[job])
    assert {(await told_of(near, name))["fault"] for name in ("questions", "codes:PROCEDURE")} == {""}


async def test_a_line_nobody_can_read_takes_no_code_away(near: World):
    exchange = exchange_of(near)
    await exchange.catalogues.run()
    gone = "SELECT count(*) FROM portal_codes WHERE kind = 'PROCEDURE' AND gone_at IS NOT NULL"
    for first, lost in ((["không đọc được"], 0), ([], 1)):
        reshaped = {"how": lambda result, first=first: [*first, *result[1:]]}
        lists = replace(exchange.catalogues._lists, national=Reshaped(exchange.national, reshaped))
        exchange.catalogues._lists = lists
        near.passes(hours=25)
        await exchange.catalogues.run()
        assert await near.gateway.runtime.pool.fetchval(gone) == lost


async def test_an_agency_is_found_in_whichever_form_people_mapped_it(near: World):
    """Both generations are on the wire: a dossier and the portal's link find it, and it is one agency."""
    address = f"{SYNC}/mappings/AGENCY"
    for ours, theirs, asked in (
        ("H99.201", "000.00.55.H99", ("000.00.55.H99", "H99.55")),
        ("H99.202", "H99.56", ("000.00.56.H99", "h99.56")),
    ):
        mapped = await near.ask("PUT", f"{address}/{ours}", body={"portal_code": theirs}, seen='"0"')
        assert mapped.status_code == 204, mapped.text
        for place, code in enumerate(asked):
            number = f"G22.99-260303-00{ours[-1]}{place}"
            answer = await send(near, a_message(number, MaCoQuanThucHien=code))
            assert answer["error_code"] == 0, answer
            assert near.dossiers.calls[-1]["body"]["agency"] == ours, code
            link = {"MaTTHC": "1.004873", "MaCoQuanThucHien": code}
            shown = await near.gateway.client.get("/nop-ho-so", params=link)
            assert f"agency={ours}" in shown.headers["location"]
    body = {"portal_code": "H99.55"}
    taken = await near.ask("PUT", f"{address}/H99.203", body=body, seen='"0"')
    assert (taken.status_code, taken.json()["code"]) == (409, "portal-code-taken")


async def test_two_who_map_one_code_in_the_same_instant_are_one_and_one_refusal(near: World):
    """Each asks and writes over a connection of their own; neither sees what the other has not committed."""
    address = f"{SYNC}/mappings/AGENCY"
    for number in range(61, 69):
        told = {f"H99.{number}1": f"H99.{number}", f"H99.{number}2": f"000.00.{number}.H99"}
        asked = [
            near.ask("PUT", f"{address}/{ours}", body={"portal_code": theirs}, seen='"0"')
            for ours, theirs in told.items()
        ]
        answers = sorted(answer.status_code for answer in await asyncio.gather(*asked))
        assert answers == [204, 409], f"H99.{number}"


async def test_a_link_with_a_localised_code_leads_to_the_procedure_people_mapped(near: World):
    body = {"portal_code": "9.999999"}
    await near.ask("PUT", f"{SYNC}/mappings/PROCEDURE/1.004873", body=body, seen='"0"')
    shown = await near.gateway.client.get("/nop-ho-so", params={"MaTTHC": "9.999999.000.00.00.H99"})
    assert shown.headers["location"] == "/bieu-mau/1.004873"


async def test_a_mapping_is_one_to_one_and_told_from_both_sides(near: World):
    address = f"{SYNC}/mappings/PROCEDURE"
    code = {"portal_code": "9.999999"}
    assert (await near.ask("PUT", f"{address}/1.004873", body=code, seen='"0"')).status_code == 204
    taken = await near.ask("PUT", f"{address}/BL.0002", body=code, seen='"0"')
    assert (taken.status_code, taken.json()["code"]) == (409, "portal-code-taken")
    wrong = await near.ask("PUT", f"{address}/BL.0002", body={"portal_code": "BL"}, seen='"0"')
    assert (wrong.status_code, wrong.json()["errors"][0]["path"]) == (422, "portal_code")
    answer = await send(near, a_message("G22.99-260303-000777", MaTTHC="9.999999"))
    assert answer["error_code"] == 0
    assert near.dossiers.calls[-1]["body"]["procedure_code"] == "1.004873"
    assert (await near.ask("DELETE", f"{address}/1.004873", seen='"7"')).status_code == 412
    assert (await near.ask("DELETE", f"{address}/1.004873", seen='"1"')).status_code == 204
    assert (await near.ask("DELETE", f"{address}/1.004873", seen='"1"')).status_code == 404


async def test_the_portals_look_up_hears_the_codes_the_dossier_was_told_under(near: World):
    for kind, ours, theirs in (("PROCEDURE", "H99.TT.01", "2.000111"), ("SECTOR", "LV-01", "G15-TP07")):
        body = {"portal_code": theirs}
        await near.ask("PUT", f"{SYNC}/mappings/{kind}/{ours}", body=body, seen='"0"')
    dossier = ADossier(procedure={"code": "H99.TT.01", "name": "Thủ tục đặc thù", "sector": "LV-01"})
    dossier.went("accepted", "ACCEPTED")
    await near.hears(dossier)
    asked = {"madonvi": "H99", "service": "TraCuuHoSo", "masohoso": dossier.code}
    found = await send(near, asked, "search/call")
    assert found["MaTTHC"] == "2.000111"
