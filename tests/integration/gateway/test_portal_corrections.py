"""A message declined for the form of a field is people's to settle, and nothing of it is lost."""

from typing import Any

import pytest

from kernel.testing.running import an_event
from kernel.web.paging import encode_cursor
from services.gateway.jobs.portal.intake import PORTAL_INTAKE
from tests.builders.dossier.office import PROCEDURE, RECEIVER, Office
from tests.builders.forms import a_form
from tests.builders.gateway.portal import CODE, a_message
from tests.integration.gateway.portal_world import World, a_world
from tests.integration.gateway.test_portal_intake import a_supplement, inbox, send
from tests.serving import served

ODD = "Công ty Sao Mai – Chi nhánh 2+"
PLAIN = "Công ty Sao Mai - Chi nhánh 2"
INBOUND = "/api/v1/portal-sync/inbound"


@pytest.fixture
async def world(start, tmp_path):
    """The gateway before the real dossier service."""
    office = await Office(await start("dossier", files_url=tmp_path.as_uri())).open()
    async with served(office.service.client._transport.app) as url, a_world(start, dossier_url=url) as found:
        yield found


def from_a_company(**changed: Any) -> dict[str, Any]:
    plain = {"MaTTHC": PROCEDURE, "MaCoQuanThucHien": "H99.201", "TaiLieuNop": [], "ChuHoSo": ODD}
    return a_message(**{**plain, **changed})


async def the_line(world: World, state: str = "PARKED") -> dict[str, Any]:
    (line,) = (await world.ask("GET", f"{INBOUND}?state={state}")).json()["items"]
    return dict(line)


async def correct(world: World, line: dict[str, Any], who: str = "quan-tri", **fields: str) -> Any:
    body = {"fields": fields, "reason": "Theo giấy chứng nhận đăng ký doanh nghiệp"}
    seen = await world.gateway.runtime.pool.fetchval(
        "SELECT version FROM portal_inbound WHERE id = $1", line["id"]
    )
    return await world.ask("POST", f"{INBOUND}/{line['id']}/correction", who, body, seen=f'"{seen}"')


async def owner_on_portal(world: World) -> str:
    found = await world.gateway.runtime.resources.portal.dossiers.view(await the_dossier(world), None)
    return str(found["owner"]["full_name"])


async def the_dossier(world: World) -> Any:
    return await world.gateway.runtime.pool.fetchval(
        "SELECT dossier_id FROM portal_inbound WHERE state = 'DONE'"
    )


async def test_a_name_with_unusual_signs_waits_for_people_who_are_told_why(world: World):
    answer = await send(world, from_a_company())
    assert answer == {"error_code": 0, "message": f"{CODE}| đã tiếp nhận, chờ xử lý"}
    line = await the_line(world)
    assert line["portal_code"] == CODE
    assert line["reason"] == "cần sửa: ChuHoSo (Giá trị chưa hợp lệ)"
    assert ODD not in line["reason"]


async def test_an_administrator_corrects_the_field_and_it_goes_on_with_what_came_kept(world: World):
    await send(world, from_a_company())
    line = await the_line(world)
    shown = (await world.ask("GET", f"{INBOUND}/{line['id']}")).json()
    assert {item["name"]: item["value"] for item in shown["fields"]}["ChuHoSo"] == ODD
    answer = await correct(world, line, ChuHoSo=PLAIN)
    assert (answer.status_code, answer.json()["state"]) == (200, "RECEIVED"), answer.text
    await world.gateway.run_job(PORTAL_INTAKE)
    assert [state for state, _, _ in await inbox(world)] == ["DONE"]
    assert await owner_on_portal(world) == PLAIN
    kept = await world.gateway.runtime.pool.fetchrow("SELECT id, body FROM portal_inbound")
    seals = world.gateway.runtime.resources.portal.seals
    raw = seals.open_body(kept["body"], kept["id"])
    assert ODD in raw.decode(), "what the portal sent stays as it came"
    async with world.gateway.runtime.unit_of_work() as unit:
        acts = await world.gateway.runtime.open_work(unit).portal_inbox.acts(kept["id"])
    assert [(act["action"], act["subject"], act["fields"], act["reason"]) for act in acts] == [
        ("READ", "quan-tri", {}, ""),
        ("CORRECTED", "quan-tri", {"ChuHoSo": PLAIN}, "Theo giấy chứng nhận đăng ký doanh nghiệp"),
    ]


async def test_a_correction_that_does_not_help_leaves_it_on_the_list(world: World):
    await send(world, from_a_company())
    line = await the_line(world)
    await correct(world, line, ChuHoSo="Vẫn + sai")
    await world.gateway.run_job(PORTAL_INTAKE)
    again = await the_line(world)
    assert (again["id"], again["attempts"] > line["attempts"]) == (line["id"], True)
    await correct(world, line, ChuHoSo=PLAIN)
    await world.gateway.run_job(PORTAL_INTAKE)
    assert await owner_on_portal(world) == PLAIN


async def test_what_was_refused_at_once_is_correctable_too(world: World):
    assert (await send(world, from_a_company(ChuHoSo="")))["error_code"] == -1
    await correct(world, await the_line(world, "REFUSED"), ChuHoSo=PLAIN)
    await world.gateway.run_job(PORTAL_INTAKE)
    assert await owner_on_portal(world) == PLAIN


async def test_a_correction_during_a_delivery_is_not_lost(world: World):
    await send(world, from_a_company())
    line = await the_line(world)
    intake = world.gateway.runtime.resources.portal.intake
    take_in = intake._dossiers.take_in

    async def slow(*given: Any, **named: Any) -> Any:
        answer = await take_in(*given, **named)
        intake._dossiers.take_in = take_in
        assert (await correct(world, line, ChuHoSo=PLAIN)).status_code == 200
        return answer

    intake._dossiers.take_in = slow
    await intake.deliver_again(line["id"])
    await world.gateway.run_job(PORTAL_INTAKE)
    assert await owner_on_portal(world) == PLAIN


async def test_only_administrators_read_and_correct_and_only_what_may_be_corrected(world: World):
    await send(world, from_a_company())
    line = await the_line(world)
    for who in ("giam-sat", "can-bo"):
        assert (await world.ask("GET", f"{INBOUND}/{line['id']}", who)).status_code == 403
        assert (await correct(world, line, who, ChuHoSo=PLAIN)).status_code == 403
    other = await correct(world, line, MaHoSo="G22.99-260303-000999")
    assert (other.status_code, other.json()["errors"][0]["path"]) == (422, "fields.MaHoSo")
    assert (await correct(world, line)).status_code == 422
    assert (await the_line(world))["state"] == "PARKED"


async def test_what_is_done_is_not_corrected_any_more(world: World):
    await send(world, from_a_company(ChuHoSo=PLAIN))
    done = await world.gateway.runtime.pool.fetchval("SELECT id FROM portal_inbound")
    assert (await correct(world, {"id": done}, ChuHoSo="Khác")).status_code == 404


async def test_a_correction_says_which_version_it_corrects(world: World):
    await send(world, from_a_company())
    one = f"{INBOUND}/{(await the_line(world))['id']}"
    body = {"fields": {"ChuHoSo": PLAIN}, "reason": "Theo giấy tờ"}
    seen = (await world.ask("GET", one)).headers["etag"]
    assert (await world.ask("POST", f"{one}/correction", body=body)).status_code == 428
    assert (await world.ask("POST", f"{one}/correction", body=body, seen=seen)).status_code == 200
    late = await world.ask("POST", f"{one}/correction", body=body, seen=seen)
    assert (late.status_code, late.json()["code"]) == (412, "stale-version")


async def test_nobody_alone_says_whose_dossier_it_is(world: World):
    await send(world, from_a_company())
    line = await the_line(world)
    shown = (await world.ask("GET", f"{INBOUND}/{line['id']}")).json()
    assert "SoGiayToChuHoSo" not in {item["name"] for item in shown["fields"]}
    answer = await correct(world, line, SoGiayToChuHoSo="099192000022")
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "fields.SoGiayToChuHoSo")


@pytest.mark.parametrize(
    ("name", "values"),
    [("inbound", ("x",)), ("ledger", ("x", "y", 1, 1)), ("ledger", ("2026-03-03", "y", 1, 1))],
)
async def test_a_made_up_cursor_is_a_wrong_field_and_no_defect(
    world: World, name: str, values: tuple[Any, ...]
):
    answer = await world.ask("GET", f"/api/v1/portal-sync/{name}?cursor={encode_cursor(*values)}")
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "cursor")


async def test_answers_of_a_supplement_our_form_does_not_take_wait_for_people_who_may_leave_them_out(
    start, tmp_path
):
    """The reason names the answer; its papers go in without it, and the dossier tells of that."""
    office = await Office(await start("dossier", files_url=tmp_path.as_uri())).open()
    await office.service.receive(an_event("form.published.v1", PROCEDURE, {**a_form(), "version": 1}))
    app = office.service.client._transport.app
    async with served(app) as url, a_world(start, dossier_url=url) as world:
        await send(world, from_a_company(ChuHoSo="Nguyễn Văn An"))
        born = {"dossier_id": str(await the_dossier(world)), "version": 1}
        items = [{"component_code": "to-khai", "reason": "Sai số bản"}]
        await office.act(born, "intake-supplement-request", RECEIVER, items=items, reason="Khai sai")
        sent = await send(world, a_supplement(DuLieuEForm={"copies": "ba"}))
        assert sent == {"error_code": 0, "message": f"{CODE}| đã tiếp nhận, chờ xử lý"}
        line = await the_line(world)
        assert line["reason"].startswith("cần sửa: DuLieuEForm.copies (")
        assert (await correct(world, line, DuLieuEForm="")).status_code == 200
        await world.gateway.run_job(PORTAL_INTAKE)
        shown = await office.read(born, RECEIVER)
        answers = {"ho_ten": "Nguyễn Văn An", "DiaChi": a_message()["data"]["DiaChi"]}
        assert (shown["state"], shown["form_data"]) == ("SUBMITTED", answers)
        (told,) = await office.service.published("dossier.intake_supplement_answered.v1")
        assert "biểu mẫu điện tử" in told["data"]["change"]["note"]
