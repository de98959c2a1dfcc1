"""Supplements of the real dossier service as the portal, and who applied there, is told of them."""

from datetime import timedelta
from typing import Any

from tests.builders.dossier.office import (
    LEAD,
    PDF,
    PROCEDURE,
    RECEIVER,
    SPECIALIST,
    Office,
    a_citizen,
)
from tests.builders.gateway.portal import a_message
from tests.integration.gateway.portal_world import World, a_world
from tests.integration.gateway.test_portal_intake import send
from tests.integration.gateway.test_portal_pair import CODE, events_of
from tests.serving import served

ITEMS = [{"component_code": "to-khai", "reason": "Chưa ký"}]


async def _answered_and_resumed(office: Office, seen: dict[str, Any], file: str) -> dict[str, Any]:
    """Let the office ask while the clock runs, the citizen bring a file, the office confirm it."""
    seen = await office.act(seen, "handover", RECEIVER)
    seen = await office.act(seen, "supplement-request", SPECIALIST, items=ITEMS, reason="Thiếu chữ ký")
    seen = await office.act(seen, "supplement-request-approval", LEAD)
    seen = await office.act(seen, "supplement-answer", a_citizen(), attachment_ids=[file])
    return await office.act(seen, "resumption", RECEIVER)


async def _supplements(world: World, code: str) -> list[dict[str, Any]]:
    record = (await world.portal.get(f"/sandbox/dossiers/{code}")).json()["record"]
    return list(record["DanhSachHoSoBoSung"])


async def _status_told(world: World, status: str) -> str:
    bodies = [call.body if hasattr(call, "body") else call for call in world.wire.calls]
    (told,) = [
        body["data"]
        for body in bodies
        if isinstance(body.get("data"), dict) and body["data"].get("TrangThai") == status
    ]
    return str(told["NoiDung"])


async def _born(office: Office, world: World, code: str) -> dict[str, Any]:
    """Let a dossier come through the portal; return it as the office sees it."""
    message = a_message(code, MaTTHC=PROCEDURE, MaCoQuanThucHien="H99.201", TaiLieuNop=[])
    assert (await send(world, message))["error_code"] == 0
    row = await office.service.runtime.pool.fetchrow(
        "SELECT id, version FROM dossiers WHERE portal_code = $1", code
    )
    return {"dossier_id": str(row["id"]), "version": row["version"]}


async def test_the_portal_is_told_of_answers_files_and_new_dates_and_who_applied_there_of_the_gaps(
    start, tmp_path
):
    office = await Office(await start("dossier", files_url=tmp_path.as_uri())).open()
    app = office.service.client._transport.app
    async with served(app) as dossier_url, a_world(start, dossier_url=dossier_url) as world:
        seen = await office.submitted()
        seen = await office.act(seen, "intake-supplement-request", RECEIVER, items=ITEMS, reason="Thiếu")
        # Uploaded before the first answer, and handed in with the second.
        file = await office.upload(a_citizen(), name="to-khai-da-ky.pdf")
        first_file = await office.upload(a_citizen(), name="to-khai-2.pdf")
        seen = await office.act(seen, "intake-supplement-answer", a_citizen(), attachment_ids=[first_file])
        for one in (office.service, world.gateway):
            one.clock.advance(timedelta(hours=1))
        accepted = await office.act(seen, "acceptance", RECEIVER)
        await _answered_and_resumed(office, accepted, file)
        born = await _born(office, world, CODE)
        await office.act(born, "intake-supplement-request", RECEIVER, items=ITEMS, reason="Hồ sơ chưa đủ")
        turned_away = await _born(office, world, "G22.99-260303-000124")
        basis = {"reason": "Không thuộc thẩm quyền", "legal_basis": "Đ.17 NĐ 118/2025/NĐ-CP"}
        await office.act(turned_away, "refusal", RECEIVER, **basis)
        await world.gateway.receive(*await events_of(office))
        await world.sends()

        intake, later = await _supplements(world, accepted["dossier_code"])
        assert (intake["TrangThaiBoSung"], later["TrangThaiBoSung"]) == ("True", "True")
        assert [one["TepDinhKemId"] for one in intake["DanhSachGiayToBoSung"]] == [first_file]
        assert (intake["NgayHenTraTruoc"], intake["NgayHenTraMoi"]) == ("", "")
        (paper,) = later["DanhSachGiayToBoSung"]
        assert (paper["TepDinhKemId"], paper["TenTepDinhKem"]) == (file, "to-khai-da-ky.pdf")
        address = paper["DuongDanTaiTepTin"].removeprefix("http://127.0.0.1:8000")
        key = {"X-Adapter-Key": "khoa-adapter-thu-nghiem"}
        assert (await world.gateway.client.get(address, headers=key)).content == PDF
        assert later["NoiDungBoSung"] == "Tờ khai: Chưa ký"
        assert (later["NguoiTiepNhanBoSung"], later["NgayTiepNhanBoSung"]) == (
            RECEIVER.name,
            "20260303090000",
        )
        assert [later[name][:8] for name in ("NgayHenTraTruoc", "NgayHenTraMoi")] == ["20260306"] * 2

        assert await _status_told(world, "5") == "Hồ sơ chưa đủ. Giấy tờ cần bổ sung: Tờ khai: Chưa ký"
        refused = "Không thuộc thẩm quyền. Căn cứ: Đ.17 NĐ 118/2025/NĐ-CP"
        assert await _status_told(world, "11") == refused
