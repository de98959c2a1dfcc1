"""A change the portal tells of is handed in as one, wherever it says so; what may be one is kept."""

import pytest

from services.gateway.jobs.portal.intake import PORTAL_INTAKE
from tests.builders.gateway.portal import CODE, a_message
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
