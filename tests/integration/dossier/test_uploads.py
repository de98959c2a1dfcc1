"""A file is taken when it opens, asks for no password and runs nothing by itself."""

import asyncio
import base64
import time
from pathlib import Path

import pytest

from services.dossier.domain.files import Fault
from services.dossier.store.files import StoredFiles
from services.dossier.store.inspector import Inspector
from tests.builders.dossier.files import (
    a_document,
    a_pdf,
    a_pdf_with_a_launching_link,
    a_picture,
    a_pixel_bomb,
    a_template_from,
)
from tests.builders.dossier.office import COMMUNE, GATEWAY, PROCEDURE, Office, a_citizen

SOUND = {
    "don.pdf": a_pdf(pages=3),
    "mo-trang.pdf": a_pdf(open_action="/GoTo"),
    "anh.png": a_picture("PNG"),
    "anh.jpg": a_picture("JPEG", 1200, 900),
    "don.docx": a_document(),
}
REFUSED = {
    "only the first bytes of a PDF": ("a.pdf", b"%PDF-1.7\n%%EOF\n", 422, "attachment-damaged"),
    "a program behind them": ("a.pdf", b"%PDF-1.7\n" + b"MZ\x90\x00" * 500, 422, "attachment-damaged"),
    "half a PDF": ("a.pdf", a_pdf()[:150], 422, "attachment-damaged"),
    "a PDF without a page": ("a.pdf", a_pdf(pages=0), 422, "attachment-damaged"),
    "a PDF with a password": ("a.pdf", a_pdf(password="mat-khau"), 422, "attachment-encrypted"),
    "a PDF with a script": ("a.pdf", a_pdf(script=True), 422, "attachment-active-content"),
    "a PDF that starts a program": ("a.pdf", a_pdf(open_action="/Launch"), 422, "attachment-active-content"),
    "a link that does": ("a.pdf", a_pdf_with_a_launching_link(), 422, "attachment-active-content"),
    "only the first bytes of a PNG": ("a.png", b"\x89PNG\r\n\x1a\n", 422, "attachment-damaged"),
    "half a PNG": ("a.png", a_picture("PNG", 200, 200)[:9000], 422, "attachment-damaged"),
    "half a JPEG": ("a.jpg", a_picture("JPEG", 900, 900)[:5000], 422, "attachment-damaged"),
    "a pixel bomb": ("a.png", a_pixel_bomb(), 413, "attachment-too-complex"),
    "a document with macros": (
        "a.docx",
        a_document(word__vbaProject_bin="x"),
        422,
        "attachment-active-content",
    ),
    "a document that says it has macros": (
        "a.docx",
        a_document("application/vnd.ms-word.document.macroEnabled.main+xml"),
        422,
        "attachment-active-content",
    ),
    "a document of another type": ("a.docx", a_document("text/plain"), 422, "attachment-damaged"),
    "a document with a template from elsewhere": (
        "a.docx",
        a_document(**{"word___rels__settings.xml_rels": a_template_from("https://xau.example/a.dotm")}),
        422,
        "attachment-active-content",
    ),
    "a document with entities": (
        "a.docx",
        a_document(word___rels__x_rels="<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
        422,
        "attachment-damaged",
    ),
}


@pytest.mark.parametrize("name", SOUND)
async def test_a_sound_file_is_taken(office: Office, name: str) -> None:
    """Of every type this system takes."""
    assert await office.upload(a_citizen(), SOUND[name], name)


@pytest.mark.parametrize("what", REFUSED)
async def test_what_does_not_open_or_runs_something_is_refused_and_not_kept(
    office: Office, what: str
) -> None:
    """Each with its own code, and nothing is left of it."""
    name, content, status, code = REFUSED[what]
    answer = await office.service.post("/v1/attachments", content, a_citizen(), headers={"X-File-Name": name})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await office.service.count("attachments") == 0
    folder = office.service.runtime.resources.files._folder
    assert [path for path in folder.rglob("*") if path.is_file()] == []


async def test_a_portal_dossier_with_a_damaged_file_leaves_nothing_behind(office: Office) -> None:
    """Its sound file neither; each that is not taken is named with its reason."""
    files = [a_pdf(), b"%PDF-1.7\n%%EOF\n", b"MZ\x90\x00" * 500]
    body = {
        "portal_code": "G22.99-1",
        "procedure_code": PROCEDURE,
        "owner": {"full_name": "Nguyễn Văn An"},
        "agency": COMMUNE,
        "submitted_at": "2026-03-03T08:00:00+07:00",
        "attachments": [
            {"name": f"{place}.pdf", "content_base64": base64.b64encode(content).decode()}
            for place, content in enumerate(files)
        ],
    }
    answer = await office.service.post("/v1/portal-dossiers", body, GATEWAY)
    assert (answer.status_code, answer.json()["code"]) == (422, "attachment-damaged")
    assert answer.json()["errors"] == [
        {"path": "attachments.1", "reason": "Tệp bị hỏng, không mở được"},
        {"path": "attachments.2", "reason": "Loại tệp không được chấp nhận"},
    ]
    folder = office.service.runtime.resources.files._folder
    assert [path for path in folder.rglob("*") if path.is_file()] == []


async def test_a_file_that_takes_too_long_is_given_up_and_the_next_is_read() -> None:
    """Its reader is ended; meanwhile the event loop turns."""
    inspector = Inspector(seconds=0.001, readers=1)
    assert await inspector(a_picture("PNG", 3000, 3000), "image/png", caller="an") is Fault.TOO_COMPLEX
    inspector._seconds = 15
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0.001)

    turning = asyncio.create_task(turn())
    began = time.monotonic()
    assert await inspector(a_picture("PNG", 3000, 3000), "image/png", caller="an") is None
    taken = time.monotonic() - began
    turning.cancel()
    assert turns > taken * 100
    assert await inspector(a_pdf(), "application/pdf", caller="an") is None
    await inspector.close()


async def test_no_connection_is_held_while_a_file_is_opened_and_stored(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sends files that take long takes the database from nobody."""
    pool, held = office.service.runtime.pool, []

    async def watching(self: object, content: bytes, *said: object, **more: object) -> None:
        del self, content, said, more
        held.append(pool.get_size() - pool.get_idle_size())

    monkeypatch.setattr(Inspector, "__call__", watching)
    put = StoredFiles.put

    async def storing(self: StoredFiles, content: bytes) -> bytes:
        held.append(pool.get_size() - pool.get_idle_size())
        return await put(self, content)

    monkeypatch.setattr(StoredFiles, "put", storing)
    path = f"/v1/attachments?procedure={PROCEDURE}&component=to-khai"
    answer = await office.service.post(path, a_pdf(), a_citizen(), headers={"X-File-Name": "a.pdf"})
    assert answer.status_code == 201, answer.text
    assert held == [0, 0]


async def test_one_callers_many_files_leave_a_reader_to_everybody_else(office: Office) -> None:
    """Of what one caller sends at once one is opened, a few wait, the rest is told to come again."""
    greedy, slow = a_citizen("tham-lam", "099000000011"), a_picture("PNG", 3000, 3000)
    sending = [
        asyncio.create_task(
            office.service.post("/v1/attachments", slow, greedy, headers={"X-File-Name": "a.png"})
        )
        for _ in range(10)
    ]
    await asyncio.sleep(0)
    assert await office.upload(a_citizen())
    assert [one.done() and one.result().status_code == 201 for one in sending].count(True) < 6
    answers = await asyncio.gather(*sending)
    assert sorted(answer.status_code for answer in answers) == [201] * 6 + [429] * 4
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert (refused.json()["code"], "retry-after" in refused.headers) == ("too-many-files", True)


async def test_readers_are_kept_and_know_no_secret() -> None:
    """A reader is started once; it is told nothing of the service's environment."""
    inspector = Inspector(readers=1)
    assert await inspector(a_pdf(), "application/pdf", caller="an") is None
    (first,) = inspector._idle
    assert await inspector(b"%PDF-1.7", "application/pdf", caller="an") is Fault.DAMAGED
    assert inspector._idle == [first]
    told = await asyncio.to_thread(Path(f"/proc/{first.pid}/environ").read_bytes)
    assert told.strip(b"\0") in {b"", b"LC_CTYPE=C.UTF-8"}
    await inspector.close()
    assert first.returncode is not None
