"""What was done through the service alone is never called broken: ordinary lives that once were."""

import asyncio
import json

import pytest

from services.dossier.commands.history import verify_history
from services.dossier.commands.seal_rows import seal_rows
from services.dossier.store.workshop.verifying import verify
from services.dossier.use_cases.row_seals import FILE, UNORDERED_FILE_KIND, seal
from tests.builders.dossier.kin import Kin
from tests.builders.dossier.office import SIGNER, Office, a_citizen
from tests.builders.dossier.pki import a_holder, a_signed_pdf
from tests.integration.dossier.test_whole_rows import by_hand

AN = a_citizen()


async def verified(office: Office, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    await verify_history(office.service.runtime, ())
    return capsys.readouterr().out


async def a_signed_dossier(office: Office) -> tuple[str, bytes]:
    """Return the id of a dossier with a signed component, and the content of that."""
    content = await asyncio.to_thread(a_signed_pdf, a_holder())
    submission = await office.submission(AN)
    submission["components"][0]["attachment_ids"] = [await office.upload(AN, content)]
    answer = await office.service.post("/v1/dossiers", submission, AN)
    assert answer.status_code == 201, answer.text
    return answer.json()["dossier_id"], content


async def test_a_signed_file_is_what_was_sealed_and_a_changed_finding_is_not(
    office: Office, capsys: pytest.CaptureFixture[str], shared_workshop: None
) -> None:
    """The database gives the names of a document back in an order of its own."""
    del shared_workshop
    dossier_id, _ = await a_signed_dossier(office)
    assert "0 broken" in await verified(office, capsys)
    await office.service.runtime.pool.execute(
        "UPDATE attachments SET signatures = replace(signatures::text, 'Bình', 'Cường')::json"
    )
    assert f"{dossier_id}: a file's record was changed" in await verified(office, capsys)


async def test_a_signed_file_sealed_as_it_was_written_still_fits(
    office: Office, capsys: pytest.CaptureFixture[str], shared_workshop: None
) -> None:
    """From before documents were put in order: sound as it is, and nothing for `seal-rows` to vouch for."""
    del shared_workshop
    dossier_id, content = await a_signed_dossier(office)
    runtime = office.service.runtime
    row = await runtime.pool.fetchrow("SELECT * FROM attachments WHERE signatures::text <> '[]'")
    now = office.service.clock.now().isoformat()
    found, _ = await asyncio.to_thread(verify, content, at=now, trust="")
    assert found["found"] == row["signatures"]
    assert json.dumps(found["found"]) != json.dumps(row["signatures"])
    async with runtime.unit_of_work() as unit:
        keys = runtime.open_work(unit).history_keys
    # Levels of signatures are newer than the order.
    written, kept = (
        [{name: value for name, value in one.items() if name != "level"} for one in of]
        for of in (found["found"], row["signatures"])
    )
    told = seal(UNORDERED_FILE_KIND, FILE, {**dict(row), "signatures": written}, keys)
    change = "UPDATE attachments SET seal = $2, signatures = $3 WHERE id = $1"
    await runtime.pool.execute(change, row["id"], told, kept)
    assert "0 broken" in await verified(office, capsys)
    await runtime.pool.execute("UPDATE attachments SET scan_seal = '' WHERE id = $1", row["id"])
    await seal_rows(runtime, [])
    assert f"{dossier_id}: what the scanner said of a file was changed" in await verified(office, capsys)


async def test_a_recalled_refusal_is_no_result_in_force(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """A refusal is in no register, so nothing of it has to end there."""
    refused = await office.at_issue(decision="REFUSED")
    seen = await office.issued(refused, outcome="REFUSED", reason="Không đủ điều kiện")
    await office.act(seen, "result-recall", SIGNER, reason="Sai tên")
    assert "0 broken" in await verified(office, capsys)


async def test_papers_of_another_systems_member_are_the_leads(
    empty_office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are given to the lead with the submission, and missed where one is taken out."""
    kin = await Kin(empty_office.service).open_kin(card={"route": "SECTOR"})
    await kin.handed_in()
    assert "0 broken" in await verified(empty_office, capsys)
    pool = empty_office.service.runtime.pool
    given = await pool.fetchval("SELECT given_files FROM dossiers")
    papers = await pool.fetch("SELECT id FROM attachments WHERE purpose = 'INTERLINKED'")
    assert papers
    assert {one["id"] for one in papers} <= set(given)
    await by_hand(empty_office, "DELETE FROM attachments WHERE id = $1", papers[0]["id"])
    assert "its files are not those that were given to it" in await verified(empty_office, capsys)
