"""With a scanner clean files are open, harmful ones refused; what nobody has looked at is nobody's yet."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from kernel.testing.running import RunningService
from services.dossier.commands.history import verify_history
from services.dossier.jobs.files import SCAN_QUARANTINED
from tests.builders.dossier.clamd import HARMFUL, THREAT, ClamdPeer, a_clamd
from tests.builders.dossier.files import a_pdf_written
from tests.builders.dossier.office import GATEWAY, RECEIVER, Office, a_citizen

AN = a_citizen()
HARM = a_pdf_written() + b"% " + HARMFUL


@pytest.fixture
async def clamd(tmp_path: Path) -> AsyncIterator[ClamdPeer]:
    """A scanner beside the service."""
    async with a_clamd(tmp_path / "clamd.sock") as peer:
        yield peer


@pytest.fixture
async def guarded(
    start: Callable[..., Awaitable[RunningService]], tmp_path: Path, clamd: ClamdPeer
) -> Office:
    """An office whose files are scanned."""
    started = await start("dossier", files_url=(tmp_path / "files").as_uri(), scanner_url=clamd.url)
    return await Office(started).open()


async def send(office: Office, content: bytes) -> Any:
    return await office.service.post("/v1/attachments", content, AN, headers={"X-File-Name": "a.pdf"})


async def opened(office: Office, attachment_id: str, by: Any = AN) -> tuple[int, str]:
    answer = await office.service.get(f"/v1/attachments/{attachment_id}/content", by)
    return answer.status_code, "" if answer.status_code == 200 else answer.json()["code"]


async def test_a_clean_file_is_taken_and_a_harmful_one_refused(guarded: Office, clamd: ClamdPeer) -> None:
    kept = (await send(guarded, a_pdf_written())).json()
    assert kept["scan"] == "CLEAN"
    assert await opened(guarded, kept["attachment_id"]) == (200, "")
    answer = await send(guarded, HARM)
    assert (answer.status_code, answer.json()["code"]) == (422, "attachment-infected")
    assert THREAT not in answer.text
    assert await guarded.service.count("attachments") == 1
    assert len(clamd.seen) == 2


async def test_while_the_scanner_is_silent_a_file_waits_and_is_looked_at_later(
    guarded: Office, clamd: ClamdPeer
) -> None:
    """It may be handed in: a silent scanner takes nobody's right. Nobody opens it until it is clean."""
    clamd.error = "Can't allocate memory"
    clean = (await send(guarded, a_pdf_written())).json()
    harmful = (await send(guarded, HARM)).json()
    assert (clean["scan"], harmful["scan"]) == ("WAITING", "WAITING")
    files = [clean["attachment_id"], harmful["attachment_id"]]
    submission = await guarded.submission(AN)
    submission["components"][0]["attachment_ids"] = files
    answer = await guarded.service.post("/v1/dossiers", submission, AN)
    assert answer.status_code == 201, answer.text
    for who in (AN, RECEIVER, GATEWAY):
        assert {await opened(guarded, one, who) for one in files} == {(409, "attachment-quarantined")}
    link = await guarded.service.post(f"/v1/attachments/{files[0]}/links", {}, AN)
    assert (link.status_code, link.json()["code"]) == (409, "attachment-quarantined")

    await guarded.service.run_job(SCAN_QUARANTINED)
    assert await opened(guarded, files[0]) == (409, "attachment-quarantined")
    clamd.error = ""
    guarded.service.clock.advance(timedelta(seconds=14))
    asked = len(clamd.seen)
    await guarded.service.run_job(SCAN_QUARANTINED)
    guarded.service.clock.advance(timedelta(minutes=1))
    await guarded.service.run_job(SCAN_QUARANTINED)
    assert len(clamd.seen) > asked

    for who in (AN, RECEIVER, GATEWAY):
        assert await opened(guarded, files[0], who) == (200, "")
        assert await opened(guarded, files[1], who) == (404, "attachment-withheld")
    shown = await guarded.read(answer.json(), RECEIVER)
    assert {item["attachment_id"]: item["scan"] for item in shown["attachments"]} | {
        files[0]: "CLEAN",
        files[1]: "INFECTED",
    } == {item["attachment_id"]: item["scan"] for item in shown["attachments"]}
    portal = await guarded.service.get(f"/v1/portal-views/{answer.json()['dossier_id']}", GATEWAY)
    told = {item["attachment_id"] for item in portal.json()["attachments"]}
    assert files[0] in told
    assert files[1] not in told
    assert await guarded.service.runtime.pool.fetchval("SELECT threat FROM attachments WHERE threat <> ''")


async def test_what_the_scanner_says_is_sealed_with_it_and_a_kill_leaves_both_or_neither(
    guarded: Office, clamd: ClamdPeer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Waiting, put off, clean, harmful: each sound as it stands; a unit that dies uncommitted is none."""
    runtime = guarded.service.runtime
    clamd.error = "Can't allocate memory"
    clean, harmful = [(await send(guarded, one)).json()["attachment_id"] for one in (a_pdf_written(), HARM)]
    submission = await guarded.submission(AN)
    submission["components"][0]["attachment_ids"] = [clean, harmful]
    seen = (await guarded.service.post("/v1/dossiers", submission, AN)).json()
    await guarded.service.run_job(SCAN_QUARANTINED)
    assert await verify_history(runtime, []) == 0
    async with runtime.unit_of_work() as unit:
        work = runtime.open_work(unit)
        waiting = await work.attachments.find(UUID(harmful))
        assert waiting is not None
        work.attachments.settle_scan(waiting, is_clean=True, threat="", at=guarded.service.clock.now())
    clamd.error = ""
    guarded.service.clock.advance(timedelta(minutes=1))
    await guarded.service.run_job(SCAN_QUARANTINED)
    assert await verify_history(runtime, []) == 0
    await runtime.pool.execute("UPDATE attachments SET scan = 'CLEAN', threat = '' WHERE scan = 'INFECTED'")
    assert await verify_history(runtime, []) == 1
    assert f"{seen['dossier_id']}: what the scanner said" in capsys.readouterr().out


async def test_what_turned_out_harmful_is_given_to_no_dossier(guarded: Office, clamd: ClamdPeer) -> None:
    clamd.hangs_up = True
    harmful = (await send(guarded, HARM)).json()["attachment_id"]
    clamd.hangs_up = False
    await guarded.service.run_job(SCAN_QUARANTINED)
    submission = await guarded.submission(AN)
    submission["components"][0]["attachment_ids"] = [harmful]
    answer = await guarded.service.post("/v1/dossiers", submission, AN)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_a_file_that_cannot_be_read_holds_no_other_up(guarded: Office, clamd: ClamdPeer) -> None:
    clamd.hangs_up = True
    lost, clean = [(await send(guarded, a_pdf_written(f"/X {n}"))).json() for n in (1, 2)]
    clamd.hangs_up = False
    folder = guarded.service.runtime.resources.files._folder
    next(folder.rglob(lost["sha256"])).unlink()
    await guarded.service.run_job(SCAN_QUARANTINED)
    assert await opened(guarded, clean["attachment_id"]) == (200, "")
    assert await opened(guarded, lost["attachment_id"]) == (409, "attachment-quarantined")
