"""The real dossier service, the gateway and the simulated portal: what one says the others understand."""

import base64
from dataclasses import replace
from datetime import timedelta
from typing import Any

from kernel.core.event import Event
from sandbox.portal.settings import PortalSettings
from services.dossier.jobs.realign_dossiers import REALIGN_DOSSIERS
from services.gateway.jobs.portal.intake import PORTAL_INTAKE
from tests.builders.dossier.files import a_picture
from tests.builders.dossier.office import (
    COMMUNE,
    PDF,
    PROCEDURE,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    Office,
    an_agency,
)
from tests.builders.gateway.portal import a_message
from tests.integration.dossier.test_agencies_that_end import HEIR, UNITS, at_heir, merged
from tests.integration.gateway.portal_world import World, a_world
from tests.integration.gateway.test_portal_corrections import INBOUND, correct
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


async def _damaged_files_wait_for_people(world: World) -> None:
    """A short one inside the message and a long one brought before it; each by the name people leave out."""
    contents = [PDF, b"%PDF-1.7\n%%EOF\n", b"%PDF-1.7\n" + b"x" * 300_000]
    files = [
        {"TenTepDinhKem": f"{n}.pdf", "Base64": base64.b64encode(one).decode()}
        for n, one in enumerate(contents)
    ]
    code = "G22.99-260303-000126"
    message = a_message(code, MaTTHC=PROCEDURE, MaCoQuanThucHien="H99.201", TaiLieuNop=files)
    assert await send(world, message) == {"error_code": 0, "message": f"{code}| đã tiếp nhận, chờ xử lý"}
    line = (await world.ask("GET", f"{INBOUND}?code={code}")).json()["items"][0]
    assert line["reason"] == (
        "tệp không nhận được: TaiLieuNop.1.Base64 (Tệp bị hỏng, không mở được);"
        " TaiLieuNop.2.Base64 (Tệp bị hỏng, không mở được)"
    )
    gone = {f"TaiLieuNop.{n}.Base64": "" for n in (1, 2)}
    assert (await correct(world, line, **gone)).status_code == 200
    await world.gateway.run_job(PORTAL_INTAKE)
    assert (await world.ask("GET", f"{INBOUND}?code={code}")).json()["items"] == []


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
        await _damaged_files_wait_for_people(world)
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


async def _submitted(office: Office, world: World, code: str) -> dict[str, Any]:
    owner = {"name": "Nguyễn Văn An", "identity_number": "099088000011"}
    body = {"procedure_code": PROCEDURE, "code": code, "owner": owner}
    assert (await world.portal.post("/sandbox/submissions", json=body)).status_code == 201
    paper = {"TenTepDinhKem": "t.pdf", "MaThanhPhanHoSo": "to-khai", "Base64": base64.b64encode(PDF).decode()}
    message = a_message(code, MaTTHC=PROCEDURE, MaCoQuanThucHien="H99.201", TaiLieuNop=[paper])
    assert (await send(world, message))["error_code"] == 0
    find = "SELECT id, version FROM dossiers WHERE portal_code = $1"
    row = await office.service.runtime.pool.fetchrow(find, code)
    return {"dossier_id": str(row["id"]), "version": row["version"]}


async def _words(world: World, code: str) -> list[tuple[str, str]]:
    arrivals = (await world.portal.get(f"/sandbox/arrivals?code={code}")).json()
    bodies = [one["body"] for one in arrivals if one["body"].get("MaHoSo") == code]
    return [(body["TrangThai"], body["NoiDung"]) for body in bodies if "NoiDung" in body]


async def test_who_applied_there_reads_which_agency_works_it_and_which_goes_on_with_it(start, tmp_path):
    """The message has no field for an agency; one that waits for reception is told who took it."""
    office = await Office(await start("dossier", files_url=tmp_path.as_uri())).open()
    other = "G22.99-260303-000125"
    async with (
        served(office.service.client._transport.app) as url,
        a_world(start, NOBODY, dossier_url=url) as world,
    ):
        seen = await _submitted(office, world, CODE)
        waiting = await _submitted(office, world, other)
        seen = await office.act(seen, "acceptance", RECEIVER)
        await office.act(seen, "handover", RECEIVER)
        await merged(office)
        find = "SELECT version FROM dossiers WHERE portal_code = $1"
        waiting["version"] = await office.service.runtime.pool.fetchval(find, other)
        await office.act(waiting, "acceptance", at_heir(RECEIVER))
        await world.gateway.receive(*await events_of(office))
        await world.settles()
        assert await _words(world, CODE) == [
            ("2", f"Tiếp nhận hồ sơ. Cơ quan giải quyết: UBND {COMMUNE}"),
            ("4", "Chuyển hồ sơ đến bộ phận xử lý"),
            ("4", f"Cơ quan tiếp tục giải quyết hồ sơ: UBND {HEIR}"),
        ]
        assert await _words(world, other) == [("2", f"Tiếp nhận hồ sơ. Cơ quan giải quyết: UBND {HEIR}")]
        await office.service.receive(replace(an_agency(COMMUNE, units=UNITS), sequence=3))
        await office.service.run_job(REALIGN_DOSSIERS)
        await world.gateway.receive(*await events_of(office))
        await world.settles()
        assert (await _words(world, CODE))[3:] == [
            ("4", f"Cơ quan tiếp tục giải quyết hồ sơ: UBND {COMMUNE}")
        ]


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
        arrivals = (await world.portal.get(f"/sandbox/arrivals?code={CODE}")).json()
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
