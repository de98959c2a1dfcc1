"""Files of a portal-born dossier that came in parts before it: theirs once, whatever is sent again."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.dossier.jobs.files import END_UPLOADS
from tests.builders.dossier.files import a_pdf
from tests.builders.dossier.office import COMMUNE, GATEWAY, PROCEDURE, Office
from tests.builders.dossier.uploads import Sender

OTHER_MACHINE = replace(GATEWAY, subject="catalog-import", roles=frozenset({"catalog.import"}))


async def brought(office: Office, content: bytes, name: str = "lon.pdf", *, all_of_it: bool = True) -> Sender:
    """Bring a file in two parts, or only the first."""
    sender = Sender(office, GATEWAY)
    await sender.begin(len(content), name)
    half = len(content) // 2
    await sender.send(content[:half], 0)
    if all_of_it:
        await sender.send(content[half:], half)
    return sender


def born(code: str, *uploads: UUID, **changed: Any) -> dict[str, Any]:
    listed = [{"name": "lon.pdf", "component_code": "to-khai", "upload_id": str(one)} for one in uploads]
    return {
        "portal_code": code,
        "procedure_code": PROCEDURE,
        "owner": {"full_name": "Nguyễn Văn An"},
        "agency": COMMUNE,
        "submitted_at": "2026-03-03T08:00:00+07:00",
        "attachments": listed,
        **changed,
    }


async def told(office: Office, body: dict[str, Any], key: str = "") -> httpx.Response:
    return await office.service.post("/v1/portal-dossiers", body, GATEWAY, key=key or uuid4().hex)


async def test_a_file_in_parts_becomes_the_dossiers_and_a_repeat_says_the_same(office: Office) -> None:
    content = a_pdf(pages=3)
    sender = await brought(office, content)
    body = born("G22.99-1", sender.id)
    first = await told(office, body, "portal:G22.99-1")
    assert first.status_code == 201, first.text
    again = await told(office, body, "portal:G22.99-1")
    assert (again.status_code, again.json()) == (201, first.json())
    rows = await office.service.runtime.pool.fetch("SELECT dossier_id, size, sha256 FROM attachments")
    assert [(str(row["dossier_id"]), row["size"]) for row in rows] == [
        (first.json()["dossier_id"], len(content))
    ]
    assert await office.service.runtime.resources.files.get(rows[0]["sha256"]) == content
    office.service.clock.advance(timedelta(hours=2))
    for _ in range(2):
        await office.service.run_job(END_UPLOADS)
    assert await office.service.count("uploads") == 0
    assert await office.service.count("upload_parts") == 0


async def test_what_is_not_there_or_not_whole_makes_no_dossier(office: Office) -> None:
    part = await brought(office, a_pdf(), all_of_it=False)
    for wrong in (part.id, uuid4()):
        answer = await told(office, born("G22.99-1", wrong))
        assert (answer.status_code, answer.json()["errors"]) == (
            422,
            [{"path": "attachments.0.upload_id", "reason": "Không có tệp tải lên này"}],
        )
    both = {"name": "a.pdf", "upload_id": str(part.id), "content_base64": "JVBERg=="}
    for listed in ([both], [{"name": "a.pdf"}]):
        assert (await told(office, born("G22.99-1", attachments=listed))).status_code == 422
    assert await office.service.count("attachments") == 0
    assert await office.service.count("dossiers") == 0


async def test_a_file_nobody_goes_on_with_is_swept(office: Office) -> None:
    await brought(office, a_pdf(), all_of_it=False)
    folder = office.service.runtime.resources.files._folder
    assert [path for path in folder.rglob("*") if path.is_file()]
    office.service.clock.advance(timedelta(hours=25))
    await office.service.run_job(END_UPLOADS)
    office.service.clock.advance(timedelta(minutes=11))
    await office.service.run_job(END_UPLOADS)
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert await office.service.count("uploads") == 0


async def test_only_the_portals_road_brings_files_as_a_machine_and_only_with_a_dossier(
    office: Office,
) -> None:
    other = Sender(office, OTHER_MACHINE)
    assert (await other.try_begin(10, "a.pdf")).status_code == 403
    sender = await brought(office, a_pdf())
    assert (await sender.try_finish()).status_code == 403
    other.id = sender.id
    assert (await other.try_send(b"x", 0)).status_code == 404
