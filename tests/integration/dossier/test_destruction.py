"""Records are destroyed by an approved list and by nothing else; what remains proves itself."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from kernel.testing.running import RunningService
from services.dossier.commands.figures import rebuild_figures
from services.dossier.commands.history import republish, verify_history
from services.dossier.jobs.archive import DESTROY_RECORDS
from services.dossier.jobs.print_papers import PRINT_PAPERS
from services.dossier.use_cases.archive import destroy_records
from tests.builders.dossier.archive import answer
from tests.builders.dossier.office import (
    CLERK,
    HANDED_OUT,
    LEAD,
    OTHER_COMMUNE,
    PDF,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    Office,
    a_citizen,
    an_officer,
)
from tests.builders.dossier.resealed import reseal
from tests.builders.dossier.yard import CITIZEN, REVIEWER, Yard
from tests.integration.dossier.test_mirrors import fed

GIVEN = HANDED_OUT


@pytest.fixture(scope="module")
async def yard(start_once: Callable[..., Awaitable[RunningService]], tmp_path_factory: Any) -> Yard:
    folder, files = tmp_path_factory.mktemp("luu-tru"), tmp_path_factory.mktemp("files")
    service = await start_once("dossier", files_url=files.as_uri(), archive_url=folder.as_uri())
    return Yard(await Office(service).open(), folder, files)


@pytest.fixture(autouse=True)
async def _nothing_waits(yard: Yard) -> None:
    """Each test begins with no record that is over; what a list destroyed stays destroyed."""
    pool = yard.service.runtime.pool
    await pool.execute("UPDATE archive_records SET kept_through = NULL WHERE state <> 'DESTROYED'")
    await reseal(yard.service, "archive_records")


async def test_nobody_is_left_in_what_a_list_destroyed(
    yard: Yard, capsys: pytest.CaptureFixture[str]
) -> None:
    """No name or word anywhere; code, figures and the chain's heads stay and prove themselves."""
    who = a_citizen("cong-dan-moc", "099088000777")
    owner = {
        "full_name": "Trần Thị Mộc Miên",
        "identity_number": who.identity_number,
        "phone": "0977123321",
        "address": "Ngõ Không Tên",
    }
    seen = await yard.office.submitted(who, owner=owner, form_data={"muc_dich": "bí mật riêng"})
    seen = await yard.office.act(seen, "cancellation", who, note="Tôi Mộc Miên nộp nhầm")
    assert {"dossiers", "history"} <= set(await yard.everywhere("Mộc Miên"))
    pool = yard.service.runtime.pool
    head = await pool.fetchval("SELECT history_hash FROM dossiers WHERE id = $1", seen["dossier_id"])
    figures = "SELECT count(*) FROM figure_rows WHERE dossier_id = $1"
    counted = await pool.fetchval(figures, seen["dossier_id"])
    with yard.years_later():
        found = await yard.destroyed()
        (line,) = [one for one in found["lines"] if one["dossier_id"] == seen["dossier_id"]]
        assert (found["state"], line["outcome"], line["history_head"]) == ("DONE", "DESTROYED", head.hex())
        assert found["protocol"]["counts"] == {"DESTROYED": len(found["lines"])}
        assert found["protocol"]["decision"]["number"] == "15/QĐ-UBND"
        for words in ("Mộc Miên", "M*** M***", "Tôi", "cong-dan-moc"):
            left = await yard.everywhere(words)
            assert set(left) <= {"access_log"}, (words, left)
        gone = await yard.service.get(f"/v1/dossiers/{seen['dossier_id']}", who)
        assert (gone.status_code, gone.json()["code"]) == (404, "archive-record-destroyed")
    assert await pool.fetchval(figures, seen["dossier_id"]) == counted
    code = await pool.fetchval("SELECT reference FROM dossiers WHERE id = $1", seen["dossier_id"])
    assert code == line["code"]
    assert await verify_history(yard.service.runtime, ()) == 0
    assert "destroyed by list" in capsys.readouterr().out
    assert await rebuild_figures(yard.service.runtime, ("--check",)) == 0
    assert await republish(yard.service.runtime, ()) == 0
    (told,) = [
        row
        for row in await yard.service.published("dossier.destroyed.v1")
        if row["key"] == seen["dossier_id"]
    ]
    assert told["data"]["dossier"]["owner_subject"] is None
    assert told["data"]["change"]["list"]["number"] == found["number"]


async def test_a_corrected_dossier_is_kept_with_the_one_that_corrects_it(yard: Yard) -> None:
    """While an error waits to be decided, while the correction is worked, as long as it is kept itself."""
    error = {"reason": "Sai năm sinh", "cause": "ERROR_WRITTEN", "found_by": "AGENCY"}
    first = await yard.archived()
    seen = await yard.office.act(first, "result-correction-draft", SPECIALIST, **error)
    with yard.years_later():
        asked = await yard.ask("destruction-lists")
        assert (asked.status_code, asked.json()["code"]) == (409, "nothing-to-destroy")
    seen = await yard.office.act(seen, "result-correction", SIGNER, approved=True)
    assert seen["state"] == "ARCHIVED"
    with yard.years_later():
        asked = await yard.ask("destruction-lists")
        assert (asked.status_code, asked.json()["code"]) == (409, "nothing-to-destroy")
    correction = {**seen["correction"], "version": 1}
    await yard.office.act(correction, "cancellation", CITIZEN, note="Không cần đính chính nữa")
    back = await yard.office.read(first, SIGNER)
    await yard.office.act(back, "result-correction", SIGNER, approved=False, note="Người dân không cần")
    with yard.years_later():
        found = await yard.destroyed()
        assert {one["dossier_id"] for one in found["lines"]} == {
            first["dossier_id"],
            correction["dossier_id"],
        }
        assert {one["outcome"] for one in found["lines"]} == {"DESTROYED"}
    assert await verify_history(yard.service.runtime, ()) == 0
    assert await rebuild_figures(yard.service.runtime, ("--check",)) == 0


async def test_an_error_recorded_after_a_list_was_approved_keeps_the_dossier(yard: Yard) -> None:
    error = {"reason": "Sai năm sinh", "cause": "ERROR_WRITTEN", "found_by": "AGENCY"}
    first = await yard.archived()
    with yard.years_later():
        approved = await yard.approved()
        await yard.office.act(first, "result-correction-draft", SPECIALIST, **error)
        await yard.service.run_job(DESTROY_RECORDS)
        (line,) = (await yard.seen(approved))["lines"]
        assert (line["dossier_id"], line["outcome"]) == (first["dossier_id"], "HELD")
    assert (await yard.office.read(first, CLERK))["state"] == "ARCHIVED"


async def test_files_go_after_a_while_and_shared_ones_stay(yard: Yard) -> None:
    own, shared = PDF + b"\n% rieng", PDF + b"\n% chung"
    paper = [await yard.office.upload(CITIZEN, own), await yard.office.upload(CITIZEN, shared)]
    await yard.cancelled(components=[{"component_code": "to-khai", "attachment_ids": paper}])
    other = await yard.office.upload(CITIZEN, shared)
    await yard.office.submitted(components=[{"component_code": "to-khai", "attachment_ids": [other]}])

    def there(content: bytes) -> bool:
        digest = hashlib.sha256(content).hexdigest()
        return (yard.files / digest[:2] / digest).exists()

    with yard.years_later():
        await yard.destroyed()
        assert (there(own), there(shared)) == (True, True)
        yard.service.clock.advance(timedelta(minutes=20))
        for _ in range(2):
            await yard.service.run_job(DESTROY_RECORDS)
        assert (there(own), there(shared)) == (False, True)
        yard.service.clock.advance(-timedelta(minutes=20))


async def test_an_archived_dossier_goes_and_its_result_names_nobody(yard: Yard) -> None:
    seen = await yard.archived()
    assert seen["state"] == "ARCHIVED"
    with yard.years_later():
        found = await yard.destroyed()
        assert [one["code"] for one in found["lines"]] == [seen["dossier_code"]]
        results = await yard.service.get("/v1/results", CITIZEN)
        assert seen["dossier_code"] not in json.dumps(results.json())
    assert await verify_history(yard.service.runtime, ()) == 0
    assert await rebuild_figures(yard.service.runtime, ("--check",)) == 0


async def test_what_was_stopped_is_handed_over_and_goes_only_when_the_archive_has_it(yard: Yard) -> None:
    """It has no result to pack and stays STOPPED; what was never taken in is not handed over."""
    seen = await yard.office.act(await yard.office.in_process(), "withdrawal", CITIZEN, note="Rút")
    settled = {"approved": True, "legal_basis": "NĐ 118/2025", "originals": ["Tờ khai"]}
    seen = await yard.office.act(seen, "withdrawal-decision", SIGNER, **settled)
    cancelled = await yard.cancelled()
    await yard.service.run_job(PRINT_PAPERS)
    with yard.years_later():
        early = await yard.prepared()
        assert [one["dossier_id"] for one in early["lines"]] == [cancelled["dossier_id"]]
        forgotten = "UPDATE destruction_lists SET state = 'REJECTED' WHERE state = 'PREPARED'"
        await yard.service.runtime.pool.execute(forgotten)
        await reseal(yard.service, "destruction_lists")
    protocol = await yard.signed(await yard.packed())
    assert [one["code"] for one in protocol["packages"]] == [seen["dossier_code"]]
    await yard.hear(answer(protocol, key="da-dung"))
    assert (await yard.office.read(seen, CLERK))["state"] == "STOPPED"
    with yard.years_later():
        found = await yard.destroyed()
        assert found["protocol"]["counts"] == {"DESTROYED": 2}
    assert await verify_history(yard.service.runtime, ()) == 0


async def test_four_eyes_and_every_line_reviewed(yard: Yard) -> None:
    await yard.cancelled()
    with yard.years_later():
        found = await yard.prepared()
        path = f"destruction-lists/{found['list_id']}"
        lines = [{"dossier_id": one["dossier_id"], "verdict": "DESTROY"} for one in found["lines"]]
        alone = await yard.ask(f"{path}/reviews", CLERK, found["version"], lines=lines)
        assert (alone.status_code, alone.json()["code"]) == (403, "four-eyes")
        early = await yard.ask(f"{path}/approval", SIGNER, found["version"], **await yard.decision())
        assert (early.json()["code"], early.json()["pending"]) == ("destruction-lines-unreviewed", 1)
        silent = [{**lines[0], "verdict": "KEEP"}]
        assert (await yard.ask(f"{path}/reviews", LEAD, found["version"], lines=silent)).status_code == 422
        strange = [{**lines[0], "dossier_id": found["list_id"]}]
        assert (await yard.ask(f"{path}/reviews", LEAD, found["version"], lines=strange)).status_code == 422
        said = await yard.ask(f"{path}/reviews", SIGNER, found["version"], lines=lines)
        version = said.json()["version"]
        same = await yard.ask(f"{path}/approval", SIGNER, version, **await yard.decision())
        assert (same.status_code, same.json()["code"]) == (403, "four-eyes")
        second = an_officer("SIGNER", subject="pho-chu-tich")
        stranger = an_officer("SIGNER", agency=OTHER_COMMUNE, subject="noi-khac")
        decision = await yard.decision(second)
        assert (await yard.ask(f"{path}/approval", stranger, version, **decision)).status_code == 404
        assert (await yard.ask(f"{path}/approval", REVIEWER, version, **decision)).status_code == 403
        assert (await yard.ask(f"{path}/approval", second, version - 1, **decision)).status_code == 412
        assert (await yard.ask(f"{path}/approval", second, **decision)).status_code == 428
        no_document = {**decision, "document_id": found["list_id"]}
        assert (await yard.ask(f"{path}/approval", second, version, **no_document)).status_code == 422
        assert (await yard.ask(f"{path}/approval", second, version, **decision)).status_code == 200
        again = await yard.ask(f"{path}/rejection", second, version + 1, reason="Thôi")
        assert again.json()["code"] == "destruction-list-state"


async def test_what_is_held_kept_or_not_over_stays(yard: Yard) -> None:
    held, kept, late = [await yard.cancelled() for _ in range(3)]
    with yard.years_later():
        codes = {one["dossier_id"]: one["code"] for one in (await yard.prepared())["lines"]}
        forgotten = "UPDATE destruction_lists SET state = 'REJECTED' WHERE state = 'PREPARED'"
        await yard.service.runtime.pool.execute(forgotten)
        await reseal(yard.service, "destruction_lists")
        found = await yard.approved(keep=codes[kept["dossier_id"]])
        why = {"kind": "LAWSUIT", "reason": "Tòa đang xét xử", "legal_basis": "Bộ luật TTDS"}
        placed = await yard.ask(f"records/{held['dossier_id']}/holds", CLERK, **why)
        assert placed.status_code == 201
        longer = "UPDATE archive_records SET kept_through = '2099-12-31' WHERE dossier_id = $1"
        await yard.service.runtime.pool.execute(longer, late["dossier_id"])
        await reseal(yard.service, "archive_records")
        await yard.service.run_job(DESTROY_RECORDS)
        found = await yard.seen(found)
        outcomes = {one["dossier_id"]: one["outcome"] for one in found["lines"]}
        assert [outcomes[one["dossier_id"]] for one in (held, kept, late)] == ["HELD", "KEPT", "NOT_DUE"]
        assert found["state"] == "DONE"
        for one in (held, kept, late):
            assert (await yard.office.read(one, RECEIVER))["state"] == "CANCELLED"
        listed = await yard.prepared()
        assert [one["dossier_id"] for one in listed["lines"]] == [kept["dossier_id"]]
        await yard.service.runtime.pool.execute(forgotten)
        await reseal(yard.service, "destruction_lists")


async def test_killed_in_the_middle_the_next_run_goes_on_and_doubles_nothing(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [await yard.cancelled() for _ in range(2)]
    whole, done = destroy_records._carry_out_line, 0

    async def dies(*given: Any) -> None:
        nonlocal done
        if done:
            raise KeyboardInterrupt
        done += 1
        await whole(*given)

    with yard.years_later():
        found = await yard.approved()
        with monkeypatch.context() as patched:
            patched.setattr(destroy_records, "_carry_out_line", dies)
            with pytest.raises(KeyboardInterrupt):
                await yard.service.run_job(DESTROY_RECORDS)
        halfway = sorted(one["outcome"] for one in (await yard.seen(found))["lines"])
        assert halfway == ["", "DESTROYED"]
        for _ in range(2):
            await yard.service.run_job(DESTROY_RECORDS)
        found = await yard.seen(found)
        assert [one["outcome"] for one in found["lines"]] == ["DESTROYED"] * 2
    keys = [row["key"] for row in await yard.service.published("dossier.destroyed.v1")]
    assert all(keys.count(one["dossier_id"]) == 1 for one in both)
    assert await verify_history(yard.service.runtime, ()) == 0


async def test_what_had_a_result_waits_for_the_archive(yard: Yard) -> None:
    seen = await yard.office.issued(number="3/XN")
    await yard.office.act(seen, "return", RECEIVER, **GIVEN)
    with yard.years_later():
        refused = await yard.ask("destruction-lists")
        assert (refused.status_code, refused.json()["code"]) == (409, "nothing-to-destroy")
        assert (await yard.ask("destruction-lists", SPECIALIST)).status_code == 403


DEEDS = {
    "a dossier is deleted": "DELETE FROM dossiers WHERE id = $1",
    "all dossiers are emptied out": "TRUNCATE dossiers",
    "a dossier is marked destroyed": "UPDATE dossiers SET destroyed_by = id WHERE id = $1",
    "an entry is reduced": "UPDATE history SET data = '{}' WHERE dossier_id = $1",
    "an entry is deleted": "DELETE FROM history WHERE dossier_id = $1",
    "components are deleted": "DELETE FROM components WHERE dossier_id = $1",
    "papers are deleted": "DELETE FROM papers WHERE dossier_id = $1",
    "files are deleted": "DELETE FROM attachments WHERE dossier_id = $1",
    "evidence is deleted": "DELETE FROM evidence WHERE dossier_id = $1",
    "a list approves itself": "UPDATE destruction_lists SET state = 'APPROVED'",
    "a line is taken out": "DELETE FROM destruction_lines",
}


@pytest.mark.parametrize("deed", DEEDS)
async def test_nothing_else_destroys(yard: Yard, deed: str) -> None:
    """The database refuses, whoever asks: the service's own role too."""
    seen = await yard.office.accepted()
    pool = yard.service.runtime.pool
    if "list" in deed or "line" in deed:
        await yard.cancelled()
        with yard.years_later():
            await yard.prepared()
    if "evidence" in deed:
        add = "INSERT INTO evidence VALUES (gen_random_uuid(), $1, $2, 'x', '', '', now(), '{}')"
        await pool.execute(add, seen["dossier_id"], "COMPONENT_REUSED")
    given = [seen["dossier_id"]] if "$1" in DEEDS[deed] else []
    with pytest.raises((asyncpg.RestrictViolationError, asyncpg.CheckViolationError)):
        await pool.execute(DEEDS[deed], *given)
    await pool.execute("UPDATE destruction_lists SET state = 'REJECTED' WHERE state = 'PREPARED'")
    await reseal(yard.service, "destruction_lists")


async def test_what_another_system_ended_is_forgotten_and_not_named_again_by_it(
    yard: Yard, capsys: pytest.CaptureFixture[str]
) -> None:
    """How it was worked and counted stays; that system's next word brings no name back."""
    code = {"source": "BNV-TTHC", "outside_code": "G05-260303-0000778"}
    seen = await yard.office.accepted()
    seen = await yard.office.act(seen, "handover", RECEIVER)
    seen = await yard.office.act(
        seen, "route-change", SIGNER, route="MINISTRY", **code, note="Bà Hạ Sen đồng ý"
    )
    yard.service.clock.advance(timedelta(minutes=1))
    said = {**code, "owner_name": "Nguyễn Thị Hạ Sen", "status": 8}
    await fed(yard.office, **said, at=yard.service.clock.now().isoformat())
    await yard.service.run_job(PRINT_PAPERS)
    await yard.hear(answer(await yard.signed(await yard.packed()), "noi-khac"))
    pool = yard.service.runtime.pool
    with yard.years_later():
        await yard.destroyed()
        await fed(yard.office, **said, at=yard.service.clock.now().isoformat())
    assert await yard.everywhere("Hạ Sen") == []
    mirror = await pool.fetchrow("SELECT * FROM mirrors WHERE outside_code = $1", code["outside_code"])
    assert (mirror["secret_hash"], mirror["version"]) == (None, 2)
    shown = (await yard.service.get(f"/v1/mirrored-dossiers/{mirror['id']}", CLERK)).json()
    assert shown["owner_name"] == ""
    row = "SELECT route, ending, ended_at IS NOT NULL FROM figure_rows WHERE dossier_id = $1"
    assert tuple(await pool.fetchrow(row, seen["dossier_id"])) == ("MINISTRY", "STOPPED", True)
    assert await rebuild_figures(yard.service.runtime, ("--check",)) == 0
    await verify_history(yard.service.runtime, ())
    assert seen["dossier_id"] not in capsys.readouterr().out


async def test_a_destroyed_dossier_moves_no_more_and_a_forged_one_is_named(
    yard: Yard, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = await yard.cancelled()
    with yard.years_later():
        await yard.destroyed()
    pool = yard.service.runtime.pool
    for deed in (
        "UPDATE dossiers SET owner_name = 'x' WHERE id = $1",
        "UPDATE history SET data = '{}' WHERE dossier_id = $1",
    ):
        with pytest.raises(asyncpg.RestrictViolationError):
            await pool.execute(deed, seen["dossier_id"])
    forged = await yard.office.accepted()
    async with pool.acquire() as connection:
        # Who owns the tables may switch the guards off; the chain then says so.
        await connection.execute("ALTER TABLE dossiers DISABLE TRIGGER USER")
        await connection.execute("UPDATE dossiers SET destroyed_by = id WHERE id = $1", forged["dossier_id"])
        await connection.execute("ALTER TABLE dossiers ENABLE TRIGGER USER")
    assert await verify_history(yard.service.runtime, ()) == 1
    assert f"{forged['dossier_id']}: destroyed, and by no list" in capsys.readouterr().out
    async with pool.acquire() as connection:
        await connection.execute("ALTER TABLE dossiers DISABLE TRIGGER USER")
        await connection.execute(
            "UPDATE dossiers SET destroyed_by = NULL WHERE id = $1", forged["dossier_id"]
        )
        await connection.execute("ALTER TABLE dossiers ENABLE TRIGGER USER")
