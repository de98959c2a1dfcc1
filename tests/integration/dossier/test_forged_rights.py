"""A right forged by hand opens nothing and moves nothing: drafts, exports, commands, packages, holds."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from kernel.testing.running import RunningService
from services.dossier.commands.seal_rows import seal_rows
from services.dossier.jobs.archive import DESTROY_RECORDS, HAND_OVER_ARCHIVE
from services.dossier.jobs.print_papers import PRINT_PAPERS
from services.dossier.jobs.recompute_due import RECOMPUTE_DUE
from services.dossier.jobs.write_exports import WRITE_EXPORTS
from tests.builders.dossier.archive import answer
from tests.builders.dossier.lives import SAID
from tests.builders.dossier.office import (
    CLERK,
    HANDED_OUT,
    LEAD,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    Office,
    a_citizen,
)
from tests.builders.dossier.resealed import as_of_before
from tests.builders.dossier.yard import Yard
from tests.integration.dossier.test_drafts import begun
from tests.integration.dossier.test_exports import ASKED
from tests.integration.dossier.test_history_is_clean import verified
from tests.integration.dossier.test_results import issued
from tests.integration.dossier.test_whole_rows import by_hand
from tests.integration.dossier.test_working_time import a_changed_year

BINH = a_citizen("cong-dan-binh", "099088000999")


async def test_a_draft_given_to_another_or_filled_from_anothers_is_shown_to_nobody(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    draft = await begun(office, {"owner": {"full_name": "Nguyễn Văn An"}})
    path = f"/v1/drafts/{draft['draft_id']}"
    assert (await office.service.get(path, a_citizen())).status_code == 200
    await by_hand(office, "UPDATE drafts SET subject = 'cong-dan-binh'")
    assert (await office.service.get(path, BINH)).status_code == 404
    assert (await office.service.get("/v1/drafts", BINH)).json()["items"] == []
    assert f"drafts {draft['draft_id']}: whose changed by hand" in await verified(office, capsys)
    await by_hand(office, "UPDATE drafts SET subject = 'cong-dan-an'")
    other = {"procedure_code": draft["procedure_code"], "content": {}}
    own = (await office.service.post("/v1/drafts", other, BINH)).json()
    await by_hand(
        office,
        "UPDATE drafts SET content_sealed = (SELECT max(content_sealed) FROM drafts) WHERE id = $1",
        own["draft_id"],
    )
    assert (await office.service.get(f"/v1/drafts/{own['draft_id']}", BINH)).status_code == 404
    assert f"drafts {own['draft_id']}: content changed by hand" in await verified(office, capsys)


async def test_an_export_given_to_another_is_fetched_by_nobody(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    service = office.service
    export = (await service.post("/v1/exports", ASKED, SIGNER)).json()
    await service.run_job(WRITE_EXPORTS)
    path = f"/v1/exports/{export['export_id']}/content"
    assert (await service.get(path, SIGNER)).status_code == 200
    await by_hand(office, "UPDATE exports SET asked_by = $1", CLERK.subject)
    assert [(await service.get(path, by)).status_code for by in (CLERK, SIGNER)] == [404, 404]
    assert f"exports {export['export_id']}: asked changed by hand" in await verified(office, capsys)


FORGED = """
    WITH c AS (
        INSERT INTO due_commands (id, version, calendar, agency, reason, legal_basis, state, asked_by,
            asked_by_name, approved_by, approved_by_name, asked_at, approved_at, reached)
        VALUES (gen_random_uuid(), 3, 'default', '', 'x', 'x', 'APPROVED', 'x', 'x', 'y', 'Chủ tịch', now(),
            now(), gen_random_uuid()) RETURNING id)
    INSERT INTO due_moves (command_id, dossier_id, dossier_code, previous_due_at, due_at, outcome)
    SELECT c.id, d.id, d.dossier_code, d.due_at, d.due_at, 'WAITING' FROM c, dossiers d
"""


async def test_a_command_nobody_approved_moves_no_promise(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = await office.accepted()
    storm = [{"day": "2026-03-05", "status": "OFF", "reason": "Bão"}]
    await office.service.receive(a_changed_year(2, exceptions=storm))
    await office.service.runtime.pool.execute(FORGED)
    await office.service.run_job(RECOMPUTE_DUE)
    assert (await office.read(seen, RECEIVER))["due_at"] == seen["due_at"]
    told = await verified(office, capsys)
    assert "due_commands " in told
    assert "due_moves " in told


@pytest.fixture
async def yard(start: Callable[..., Awaitable[RunningService]], tmp_path: Path) -> Yard:
    folder, files = tmp_path / "archive", tmp_path / "files"
    folder.mkdir()
    files.mkdir()
    service = await start("dossier", files_url=files.as_uri(), archive_url=folder.as_uri())
    return Yard(await Office(service).open(), folder, files)


async def test_a_package_the_archive_said_nothing_of_archives_no_dossier(
    yard: Yard, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it says for itself afterwards counts; until then the dossier waits, whoever changed the row."""
    office = yard.office
    seen = await office.act(await issued(office), "return", RECEIVER, **HANDED_OUT)
    await office.service.run_job(PRINT_PAPERS)
    protocol = await yard.signed(await yard.packed())
    (row,) = await office.service.runtime.pool.fetch("SELECT * FROM archive_packages")
    forge = "UPDATE archive_packages SET state = $1, archive_code = $2"
    await by_hand(office, forge, "ACCEPTED", "GIA-1")
    await office.service.run_job(HAND_OVER_ARCHIVE)
    assert (await office.read(seen, CLERK))["state"] == "RETURNED"
    told = await verified(office, capsys)
    assert f"archive_packages {row['id']}: course changed by hand" in told
    assert f"package {row['id']}: accepted by no message of the archive" in told
    await by_hand(office, forge, row["state"], "")
    await yard.hear(answer(protocol))
    assert (await office.read(seen, CLERK))["state"] == "ARCHIVED"
    assert "0 broken" in await verified(office, capsys)


async def test_nothing_is_destroyed_while_a_hold_is_missing(yard: Yard) -> None:
    """Neither listed nor approved nor carried out, until the hold is back."""
    service, pool = yard.service, yard.service.runtime.pool
    seen = await yard.cancelled()
    held = await yard.ask(f"records/{seen['dossier_id']}/holds", kind="COMPLAINT", **SAID)
    other = await yard.cancelled()
    (row,) = await pool.fetch("SELECT * FROM archive_holds")
    with yard.years_later():
        listed = await yard.approved()
        await by_hand(yard.office, "DELETE FROM archive_holds")
        refused = await yard.ask("destruction-lists")
        assert (refused.status_code, refused.json()["code"]) == (409, "holds-not-as-told")
        await service.run_job(DESTROY_RECORDS)
        states = "SELECT DISTINCT state FROM archive_records"
        assert [one["state"] for one in await pool.fetch(states)] == ["KEPT"]
        names = ", ".join(row.keys())
        places = ", ".join(f"${place}" for place in range(1, len(row) + 1))
        await pool.execute(f"INSERT INTO archive_holds ({names}) VALUES ({places})", *row.values())
        await service.run_job(DESTROY_RECORDS)
        kept = await pool.fetchval("SELECT dossier_id FROM archive_records WHERE state = 'KEPT'")
        assert str(kept) == seen["dossier_id"]
    assert held.status_code == 201
    assert [one["dossier_id"] for one in listed["lines"]] == [other["dossier_id"]]


async def test_confirmations_of_a_slip_do_not_change_places(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each is bound to its row: another's of the same dossier fits on none."""
    seen = await office.in_process()
    seen = await office.act(seen, "step-completion", SPECIALIST, step="tham-dinh")
    await office.act(seen, "step-completion", LEAD, step="soat-xet")
    assert "0 broken" in await verified(office, capsys)
    pool = office.service.runtime.pool
    confirmed = "SELECT * FROM control_slip WHERE received_at IS NOT NULL ORDER BY version"
    first, second = await pool.fetch(confirmed)
    names = ("received_at", "receiver_subject", "receiver_name")
    forge = ", ".join(f"{name} = ${place}" for place, name in enumerate(names, 3))
    for row, of in ((first, second), (second, first)):
        seals = row["seals"] | {name: of["seals"][name] for name in ("course", "receiver")}
        values: list[Any] = [of[name] for name in names]
        await by_hand(
            office, f"UPDATE control_slip SET seals = $2, {forge} WHERE id = $1", row["id"], seals, *values
        )
    told = await verified(office, capsys)
    assert f"control_slip {first['id']}: course, receiver changed by hand" in told
    assert f"control_slip {second['id']}: course, receiver changed by hand" in told


async def test_a_new_installation_is_never_from_before(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """A row stripped of its seals is shown to nobody, and `seal-rows` does not vouch for it."""
    service = office.service
    await issued(office)
    await by_hand(office, "UPDATE result_register SET holder_subject = 'cong-dan-binh', seals = '{}'")
    assert (await service.get("/v1/results", BINH)).json()["items"] == []
    assert await seal_rows(service.runtime, ()) == 1
    assert (await service.get("/v1/results", BINH)).json()["items"] == []
    assert "changed by hand" in await verified(office, capsys)


async def test_a_missing_mark_is_named_where_rows_are_sealed(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where the log tells of none: an installation on which `seal-rows` is still to be run."""
    await issued(office)
    await as_of_before(office.service)
    told = await verified(office, capsys)
    assert "seal_marks result_register: it is missing, though rows are sealed: run seal-rows" in told
    assert await seal_rows(office.service.runtime, ()) == 0
    assert "0 broken" in await verified(office, capsys)
