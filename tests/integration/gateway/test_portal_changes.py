"""A change the portal tells of is handed in as one, wherever it says so; what may be one is kept."""

from typing import Any

import pytest

from services.gateway.jobs.portal.intake import PORTAL_INTAKE
from tests.builders.gateway.portal import CODE, PDF, a_message
from tests.integration.gateway.portal_world import World, a_world
from tests.integration.gateway.test_portal_corrections import correct, the_line
from tests.integration.gateway.test_portal_intake import FORWARD, KEY, inbox, send


@pytest.fixture
async def world(start):
    async with a_world(start) as found:
        yield found


@pytest.mark.parametrize("path", ["nhanhsdvcqg?isUpdating=True", "nhanhsdvcqg?IsUpdating=1&dstcode=VN"])
async def test_the_address_may_say_it_is_a_change(world: World, path: str):
    await send(world, a_message())
    changed = a_message(LyDoDieuChinh="đổi địa chỉ", TaiLieuNop=[])
    for message in (changed, {"data": changed["data"]}, changed["data"]):
        answer = await world.gateway.client.post(f"{FORWARD}/{path}", json=message, headers=KEY)
        assert answer.json()["error_code"] == 0
        assert world.dossiers.calls[-1]["supplement"] == CODE
        assert world.dossiers.calls[-1]["body"]["note"] == "đổi địa chỉ"


async def test_a_change_of_a_dossier_with_a_slash_in_its_code_reaches_it(world: World):
    code = "H99/201-260303-0001"
    await send(world, a_message(code))
    supplement = {"MaHoSoQG": code, "NgayNopHoSo": "20260304081500", "LyDoDieuChinh": "đổi địa chỉ"}
    assert (await send(world, {"isUpdating": "True", "data": supplement}))["error_code"] == 0
    assert world.dossiers.calls[-1]["supplement"] == code
    assert [state for state, _, _ in await inbox(world)] == ["DONE", "DONE"]


async def test_a_dossier_created_again_with_other_words_is_kept_for_people_who_may_take_it_as_a_change(
    world: World,
):
    await send(world, a_message())
    repeat = {"error_code": 1, "message": f"{CODE}| mã hồ sơ đã tồn tại"}
    assert await send(world, a_message()) == repeat
    assert await send(world, a_message(LyDoDieuChinh="đổi địa chỉ", Email="moi@example.vn")) == repeat
    assert [state for state, _, _ in await inbox(world)] == ["DONE", "DONE", "PARKED"]
    line = await the_line(world)
    assert line["reason"] == "cần sửa: isUpdating (tạo lại với nội dung khác bản tin trước)"
    assert (await correct(world, line, isUpdating="True")).status_code == 200
    await world.gateway.run_job(PORTAL_INTAKE)
    assert world.dossiers.calls[-1]["supplement"] == CODE
    assert [state for state, _, _ in await inbox(world)] == ["DONE"] * 3


def a_round(asked_on: str, *names: str, **told: Any) -> dict[str, Any]:
    papers = [{"TenTepDinhKem": name, "MaThanhPhanHoSo": "TP02", "Base64": PDF} for name in names]
    return {"NgayBoSung": f"{asked_on}081500", "DanhSachGiayToBoSung": papers, **told}


async def asks_for_papers(world: World, asked_on: str) -> None:
    """Let the ledger know that the dossier of this code asked for papers."""
    pool = world.gateway.runtime.pool
    dossier = await pool.fetchval("SELECT gen_random_uuid()")
    await pool.execute("INSERT INTO tracking_codes (code, dossier_id) VALUES ($1, $2)", CODE, dossier)
    await pool.execute(
        "INSERT INTO portal_ledger (dossier_id, version, part, kind, portal_status, code, procedure_code,"
        " occurred_at, state, next_attempt_at) VALUES ($1, 4, 0, 'PORTAL_STATUS', 5, $2, '1.004873',"
        " $3::text::timestamptz, 'CONFIRMED', now())",
        dossier,
        CODE,
        asked_on,
    )


async def test_papers_of_rounds_of_supplements_answer_the_request_that_is_open(world: World):
    await send(world, a_message())
    await asks_for_papers(world, "2026-03-03T08:00:00+07:00")
    rounds = [a_round("20260301", "cu.pdf", NoiDungBoSung="ảnh"), a_round("20260303", "moi.pdf")]
    supplement = {"MaHoSoQG": CODE, "DanhSachHoSoBoSung": rounds}
    assert (await send(world, {"isUpdating": "True", "data": supplement}))["error_code"] == 0
    told = world.dossiers.calls[-1]
    assert told["supplement"] == CODE
    papers = [(one["name"], one["component_code"]) for one in told["body"]["attachments"]]
    assert papers == [("cu.pdf", "TP02"), ("moi.pdf", "TP02")]
    assert told["body"]["form_data"]["DanhSachHoSoBoSung.0.NoiDungBoSung"] == "ảnh"


async def test_papers_of_rounds_before_the_open_request_wait_for_people_who_say_that_they_answer_it(
    world: World,
):
    await send(world, a_message())
    await asks_for_papers(world, "2026-03-03T08:00:00+07:00")
    rounds = [a_round("20260301", "cu.pdf")]
    supplement = {"MaHoSoQG": CODE, "DanhSachHoSoBoSung": rounds}
    assert (await send(world, {"isUpdating": "True", "data": supplement}))["error_code"] == 0
    line = await the_line(world)
    assert line["reason"].startswith("cần sửa: DanhSachHoSoBoSung.0.NgayBoSung ")
    corrections = {"DanhSachHoSoBoSung.0.NgayBoSung": "20260303090000"}
    assert (await correct(world, line, **corrections)).status_code == 200
    await world.gateway.run_job(PORTAL_INTAKE)
    assert [one["name"] for one in world.dossiers.calls[-1]["body"]["attachments"]] == ["cu.pdf"]
    assert [state for state, _, _ in await inbox(world)] == ["DONE", "DONE"]


async def test_an_echo_of_rounds_without_papers_answers_nothing(world: World):
    await send(world, a_message())
    supplement = {"MaHoSoQG": CODE, "DanhSachHoSoBoSung": [a_round("20260303", NoiDungBoSung="ảnh")]}
    assert (await send(world, {"isUpdating": "True", "data": supplement}))["error_code"] == 0
    assert [state for state, _, _ in await inbox(world)] == ["DONE", "PARKED"]
