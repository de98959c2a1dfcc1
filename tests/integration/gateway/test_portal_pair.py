"""The real dossier service, the gateway and the simulated portal: what one says the others understand."""

from kernel.core.event import Event
from tests.builders.dossier.office import PROCEDURE, Office
from tests.integration.gateway.portal_world import a_world, served
from tests.integration.gateway.test_portal_intake import a_message, a_supplement, send

CODE = "G22.99-260303-000123"


async def events_of(office: Office) -> list[Event]:
    names = ("type", "key", "sequence", "data", "occurred_at")
    rows = await office.service.published()
    return [Event(id=row["event_id"], **{name: row[name] for name in names}) for row in rows]


async def test_a_dossier_of_the_office_and_one_of_the_portal_make_the_whole_way(start, tmp_path):
    office = await Office(await start("dossier", files_url=tmp_path.as_uri())).open()
    app = office.service.client._transport.app
    async with served(app) as dossier_url, a_world(start, dossier_url=dossier_url) as world:
        here = await office.accepted()
        message = a_message(MaTTHC=PROCEDURE, MaCoQuanThucHien="H99.201", TaiLieuNop=[])
        assert (await send(world, message))["error_code"] == 0
        assert (await send(world, message))["error_code"] == 1
        assert (await send(world, a_supplement()))["error_code"] == -1, "nothing was asked for"
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
