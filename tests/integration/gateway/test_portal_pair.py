"""The real dossier service, the gateway and the simulated portal: what one says the others understand."""

import base64
from datetime import timedelta

from kernel.core.event import Event
from sandbox.portal.settings import PortalSettings
from tests.builders.dossier.files import a_picture
from tests.builders.dossier.office import PDF, PROCEDURE, RECEIVER, SIGNER, SPECIALIST, Office
from tests.builders.gateway.portal import a_message
from tests.integration.gateway.portal_world import World, a_world
from tests.integration.gateway.test_portal_intake import a_supplement, send
from tests.serving import served

CODE = "G22.99-260303-000123"
NOBODY = PortalSettings(province_url="http://127.0.0.1:9", province_timeout_seconds=0.2)


async def events_of(office: Office) -> list[Event]:
    names = ("type", "key", "sequence", "data", "occurred_at")
    rows = await office.service.published()
    return [Event(id=row["event_id"], **{name: row[name] for name in names}) for row in rows]


async def _a_long_file_comes_along(office: Office, world: World) -> None:
    """Brought in parts before its message, taken once; the same message again says so."""
    picture = a_picture("PNG", 1800, 1800)
    assert len(picture) > 2_097_152, "more than one part"
    code = "G22.99-260303-000124"
    file = {
        "TenTepDinhKem": "Ảnh + bản đồ.png",
        "MaThanhPhanHoSo": "TP09",
        "Base64": base64.b64encode(picture).decode(),
    }
    message = a_message(code, MaTTHC=PROCEDURE, MaCoQuanThucHien="H99.201", TaiLieuNop=[file])
    assert (await send(world, message))["error_code"] == 0
    assert (await send(world, message))["error_code"] == 1
    rows = await office.service.runtime.pool.fetch(
        "SELECT a.file_name, a.sha256 FROM attachments a JOIN dossiers d ON d.id = a.dossier_id"
        " WHERE d.portal_code = $1",
        code,
    )
    assert [row["file_name"] for row in rows] == [file["TenTepDinhKem"]]
    assert await office.service.runtime.resources.files.get(rows[0]["sha256"]) == picture
    states = await office.service.runtime.pool.fetch("SELECT state, received, length FROM uploads")
    assert [tuple(row) for row in states] == [("DONE", len(picture), len(picture))]


async def test_a_dossier_of_the_office_and_one_of_the_portal_make_the_whole_way(start, tmp_path):
    office = await Office(await start("dossier", files_url=tmp_path.as_uri())).open()
    app = office.service.client._transport.app
    async with served(app) as dossier_url, a_world(start, dossier_url=dossier_url) as world:
        here = await office.accepted()
        message = a_message(MaTTHC=PROCEDURE, MaCoQuanThucHien="H99.201", TaiLieuNop=[])
        assert (await send(world, message))["error_code"] == 0
        assert (await send(world, message))["error_code"] == 1
        assert (await send(world, a_supplement()))["error_code"] == -1, "nothing was asked for"
        await _a_long_file_comes_along(office, world)
        await world.gateway.receive(*await events_of(office))
        await world.sends()
        assert await world.statuses(here["dossier_code"]) == ["1", "2"]
        record = (await world.portal.get(f"/sandbox/dossiers/{here['dossier_code']}")).json()["record"]
        assert (record["ChuHoSo"], record["HoSoCoThanhPhanSoHoa"]) == ("Nguyễn Văn An", "1")
        address = record["TaiLieuNop"][0]["DuongDanTaiTepTin"].removeprefix("http://127.0.0.1:8000")
        key = {"X-Adapter-Key": "khoa-adapter-thu-nghiem"}
        assert (await world.gateway.client.get(address, headers=key)).content.startswith(b"%PDF")
        asked = {"madonvi": "H99", "service": "TraCuuHoSo", "masohoso": CODE}
        found = await send(world, asked, "search/call")
        assert (found["MaHoSo"], found["TrangThaiHoSo"]) == (CODE, "1")


async def test_who_applied_there_reads_of_a_suspension_and_of_the_day_promised_anew(start, tmp_path):
    """The status stays 4 all the while: only the words can say it."""
    office = await Office(await start("dossier", files_url=tmp_path.as_uri())).open()
    async with (
        served(office.service.client._transport.app) as url,
        a_world(start, NOBODY, dossier_url=url) as world,
    ):
        owner = {"name": "Nguyễn Văn An", "identity_number": "099088000011"}
        body = {"procedure_code": PROCEDURE, "code": CODE, "owner": owner}
        assert (await world.portal.post("/sandbox/submissions", json=body)).status_code == 201
        paper = {"TenTepDinhKem": "t.pdf", "MaThanhPhanHoSo": "to-khai"}
        paper["Base64"] = base64.b64encode(PDF).decode()
        message = a_message(CODE, MaTTHC=PROCEDURE, MaCoQuanThucHien="H99.201", TaiLieuNop=[paper])
        assert (await send(world, message))["error_code"] == 0
        row = await office.service.runtime.pool.fetchrow("SELECT id, version FROM dossiers")
        seen = {"dossier_id": str(row["id"]), "version": row["version"]}
        seen = await office.act(seen, "acceptance", RECEIVER)
        seen = await office.act(seen, "handover", RECEIVER)
        held = {"reason": "Chờ tòa", "legal_basis": "BLTTDS 214", "cause": "COURT_OR_INSPECTION"}
        seen = await office.act(seen, "suspension", SIGNER, **held)
        office.service.clock.advance(timedelta(days=2))
        world.passes(days=2)
        seen = await office.act(seen, "suspension-end", SIGNER, reason="Tòa đã xong")
        why = {"reason": "Cần xác minh thêm", "cause": "COMPLEX_CASE", "new_due_on": "2026-03-16"}
        seen = await office.act(seen, "apology-draft", SPECIALIST, **why)
        await office.act(seen, "reappointment", SIGNER)
        await world.gateway.receive(*await events_of(office))
        await world.settles()
        arrivals = (await world.portal.get(f"/sandbox/arrivals?dossier={CODE}")).json()
        assert [(one["status"], one["body"]["NoiDung"]) for one in arrivals if "NoiDung" in one["body"]][
            2:
        ] == [
            ("4", "Tạm dừng giải quyết theo quy định của pháp luật - Chờ tòa. Căn cứ: BLTTDS 214"),
            ("4", "Tiếp tục giải quyết - Tòa đã xong. Ngày hẹn trả kết quả mới: 10/03/2026 17:30"),
            (
                "4",
                "Xin lỗi và hẹn lại ngày trả kết quả - Cần xác minh thêm."
                " Ngày hẹn trả kết quả mới: 16/03/2026 17:30",
            ),
        ]
