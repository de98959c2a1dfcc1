"""A file comes in parts, through breaks and rivals, and is taken like one that came at once."""

import asyncio
import base64
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

from kernel.testing.running import running
from services.dossier.app import service
from services.dossier.jobs.files import END_UPLOADS
from services.dossier.store.files import StoredFiles
from tests.builders.dossier.files import a_pdf, a_picture
from tests.builders.dossier.office import PDF, RECEIVER, STRANGER, Office, a_citizen
from tests.builders.dossier.together import meet_at
from tests.builders.dossier.uploads import Sender

AN = a_citizen()


def files_under(office: Office) -> list[Path]:
    folder = office.service.runtime.resources.files._folder
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_a_file_in_three_parts_is_the_file(office: Office) -> None:
    """Each part with its checksum; the end result is an attachment like any other."""
    content = a_picture("PNG", 300, 300)
    sender = Sender(office, AN)
    await sender.begin(len(content), "ảnh thẻ.png")
    third = len(content) // 3 + 1
    for start in range(0, len(content), third):
        await sender.send(content[start : start + third], start)
    kept = await sender.finish()
    assert kept["sha256"] == hashlib.sha256(content).hexdigest()
    assert (kept["file_name"], kept["media_type"]) == ("ảnh thẻ.png", "image/png")
    answer = await office.service.get(f"/v1/attachments/{kept['attachment_id']}/content", AN)
    assert answer.content == content
    assert (await sender.shown())["attachment_id"] == kept["attachment_id"]


async def test_the_server_says_what_it_speaks(office: Office) -> None:
    answer = await office.service.client.options("/v1/uploads")
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == answer.headers["tus-resumable"] == "1.0.0"
    assert answer.headers["tus-extension"] == "creation,checksum,expiration,termination"
    assert "sha1" in answer.headers["tus-checksum-algorithm"].split(",")
    assert answer.headers["tus-max-size"] == "20971520"


async def test_after_a_kill_the_client_goes_on_where_the_last_part_ended(
    office: Office, tmp_path: Path
) -> None:
    """The part that was under way is sent again; nothing acknowledged is."""
    content = a_picture("PNG", 200, 200)
    sender = Sender(office, AN)
    await sender.begin(len(content), "a.png")
    await sender.send(content[:5000], 0)
    # The content was durable, its row never came: the process died between the two.
    files: StoredFiles = office.service.runtime.resources.files
    await files.put_part(sender.id, 5000, content[5000:9000])
    dsn = office.service.runtime.settings.database_url.get_secret_value()
    bus = office.service.runtime.bus
    async with running(service, dsn, bus, {"files_url": tmp_path.as_uri()}) as second:
        again = Sender(Office(second), AN)
        again.id = sender.id
        assert await again.offset() == 5000
        await again.send(content[5000:], 5000)
        kept = await again.finish()
    assert kept["sha256"] == hashlib.sha256(content).hexdigest()


async def test_of_two_parts_at_one_place_one_is_kept(office: Office, monkeypatch: Any) -> None:
    """The other is told where the file stands; the file is whole."""
    sender = Sender(office, AN)
    content = PDF
    await sender.begin(len(content), "a.pdf")
    half = len(content) // 2
    with monkeypatch.context() as patch:
        meet_at(patch, StoredFiles, "put_part", 6)
        answers = await asyncio.gather(*(sender.try_send(content[:half], 0) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [204] + [409] * 5
    refused = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert refused <= {"upload-offset", "upload-being-written"}
    await sender.send(content[half:], half)
    assert (await sender.finish())["sha256"] == hashlib.sha256(content).hexdigest()


async def test_a_part_being_written_keeps_others_out(office: Office) -> None:
    sender = Sender(office, AN)
    await sender.begin(100, "a.pdf")
    async with office.service.runtime.pool.acquire() as other, other.transaction():
        await other.execute("SELECT 1 FROM uploads FOR UPDATE")
        answer = await sender.try_send(b"x" * 10, 0)
    assert (answer.status_code, answer.json()["code"]) == (409, "upload-being-written")
    assert await sender.offset() == 0


async def test_a_mangled_part_is_not_kept(office: Office) -> None:
    sender = Sender(office, AN)
    await sender.begin(100, "a.pdf")
    digest = base64.b64encode(hashlib.sha1(b"y" * 10, usedforsecurity=False).digest()).decode()
    answer = await sender.try_send(b"x" * 10, 0, **{"Upload-Checksum": f"sha1 {digest}"})
    assert (answer.status_code, answer.json()["code"]) == (460, "upload-checksum")
    assert answer.headers["tus-resumable"] == "1.0.0"
    assert await sender.offset() == 0
    assert files_under(office) == []


async def test_what_is_wrong_with_the_words_is_told(office: Office) -> None:
    """A table of what no client should say, each with its own answer; nothing is kept of it."""
    sender = Sender(office, AN)
    await sender.begin(100, "a.pdf")
    path, part = sender.path, {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
    told: list[tuple[str, str, dict[str, str], int, str]] = [
        ("PATCH", path, {**part, "Tus-Resumable": "0.2.2"}, 412, "tus-version"),
        ("PATCH", path, {**part, "Content-Type": "application/json"}, 415, "attachment-type"),
        ("PATCH", path, {**part, "Upload-Offset": "x"}, 422, "invalid"),
        ("PATCH", path, {**part, "Upload-Offset": "-1"}, 422, "invalid"),
        ("PATCH", path, {**part, "Upload-Checksum": "md5 AA=="}, 400, "upload-checksum-algorithm"),
        ("POST", "/v1/uploads", {}, 422, "invalid"),
        ("POST", "/v1/uploads", {"Upload-Length": "0"}, 422, "invalid"),
        ("POST", "/v1/uploads", {"Upload-Length": "20971521"}, 413, "too-large"),
        ("POST", "/v1/uploads", {"Upload-Length": "1", "Upload-Metadata": "filename ?"}, 422, "invalid"),
        ("POST", f"{path}/attachment", {"Idempotency-Key": "k"}, 409, "upload-incomplete"),
    ]
    for method, where, headers, status, code in told:
        answer = await sender.say(method, where, b"x" if method == "PATCH" else b"", **headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code), (method, where, headers)
    answer = await sender.try_send(b"x" * (8_388_608 + 1), 0)
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert await sender.offset() == 0
    assert await office.service.count("uploads") == 1


async def test_an_upload_is_its_senders_alone(office: Office) -> None:
    sender = Sender(office, AN)
    await sender.begin(10, "a.pdf")
    for other in (STRANGER, RECEIVER):
        rival = Sender(office, other)
        rival.id = sender.id
        for answer in (
            await rival.try_send(b"x", 0),
            await rival.say("DELETE", rival.path),
            await office.service.get(rival.path, other),
        ):
            assert answer.status_code == 404


async def test_the_finished_file_is_inspected_like_any_other(office: Office) -> None:
    """What is refused leaves no attachment; the upload stays for its time and may be given up."""
    content = a_pdf(script=True)
    sender = Sender(office, AN)
    await sender.begin(len(content), "a.pdf")
    await sender.send(content, 0)
    answer = await sender.try_finish()
    assert (answer.status_code, answer.json()["code"]) == (422, "attachment-active-content")
    assert await office.service.count("attachments") == 0
    assert (await sender.say("DELETE", sender.path)).status_code == 204
    assert (await sender.try_finish()).status_code == 404


async def test_finishing_twice_is_one_attachment(office: Office) -> None:
    """The same key gets the same answer; another key finds the upload finished."""
    sender = Sender(office, AN)
    await sender.begin(len(PDF), "a.pdf")
    await sender.send(PDF, 0)
    first, second = await sender.finish("mot"), await sender.finish("mot")
    assert first == second
    answer = await sender.try_finish("hai")
    assert (answer.status_code, answer.json()["code"]) == (404, "upload-gone")
    assert await office.service.count("attachments") == 1


async def test_what_nobody_goes_on_with_is_given_up_and_its_parts_forgotten(office: Office) -> None:
    """In two steps, so that a part just under way is not written after its upload's end."""
    forgotten, going_on = Sender(office, AN), Sender(office, AN)
    for sender in (forgotten, going_on):
        await sender.begin(100, "a.pdf")
        await sender.send(b"x" * 10, 0)
    office.service.clock.advance(timedelta(hours=23))
    await going_on.send(b"x" * 10, 10)
    office.service.clock.advance(timedelta(hours=2))
    await office.service.run_job(END_UPLOADS)
    answer = await forgotten.try_send(b"x" * 10, 10)
    assert (answer.status_code, answer.json()["code"]) == (404, "upload-gone")
    assert len(files_under(office)) == 3
    office.service.clock.advance(timedelta(minutes=11))
    await office.service.run_job(END_UPLOADS)
    assert (await office.service.get(forgotten.path, AN)).status_code == 404
    assert len(files_under(office)) == 2
    assert await going_on.offset() == 20


async def test_a_callers_unfinished_uploads_are_counted(office: Office) -> None:
    senders = [Sender(office, AN) for _ in range(20)]
    for sender in senders:
        await sender.begin(100, "a.pdf")
    answer = await Sender(office, AN).try_begin(100, "a.pdf")
    assert (answer.status_code, answer.json()["code"]) == (429, "too-many-uploads")
    await senders[0].say("DELETE", senders[0].path)
    assert (await Sender(office, AN).try_begin(100, "a.pdf")).status_code == 201


async def test_no_connection_is_held_while_a_part_is_stored(office: Office, monkeypatch: Any) -> None:
    pool, held = office.service.runtime.pool, []
    put = StoredFiles.put_part

    async def storing(self: StoredFiles, *told: Any) -> bytes:
        held.append(pool.get_size() - pool.get_idle_size())
        return await put(self, *told)

    monkeypatch.setattr(StoredFiles, "put_part", storing)
    sender = Sender(office, AN)
    await sender.begin(100, "a.pdf")
    await sender.send(b"x" * 10, 0)
    assert held == [0]
