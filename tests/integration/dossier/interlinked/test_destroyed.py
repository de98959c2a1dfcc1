"""A submission keeps its people as long as one of its dossiers is kept, and not a day longer."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.dossier.commands.figures import rebuild_figures
from services.dossier.commands.history import verify_history
from services.dossier.jobs.archive import DESTROY_RECORDS
from services.dossier.jobs.print_papers import PRINT_PAPERS
from tests.builders.dossier.archive import answer
from tests.builders.dossier.kin import BIRTH, CARD, FATHER, POLICE, RESIDENCE, Kin, a_group, staff
from tests.builders.dossier.office import COMMUNE, PDF, Office
from tests.builders.dossier.yard import Yard

FREE = {"carries": {"results": [{"component": "khai-sinh", "procedure": BIRTH}]}}
UNORDERED = [
    {"procedure": BIRTH, "after": []},
    {"procedure": RESIDENCE, "after": [], "on_refused": "GO_ON"},
    {"procedure": CARD, "after": [BIRTH, RESIDENCE], **FREE},
]
PAPERLESS = {"components": [{"code": "cu-tru", "name": "cu-tru", "mandatory": True}]}
NAMED = "Nguyễn Văn An"


async def ask(kin: Kin, path: str, by: Any, version: int | None = None, **body: Any) -> dict[str, Any]:
    """Do something with a list of records; it must succeed."""
    answer = await kin.service.post(f"/v1/archive/destruction-lists{path}", body, by, version=version)
    assert answer.status_code in {200, 201}, answer.text
    found = await kin.service.get(f"/v1/archive/destruction-lists/{answer.json()['list_id']}", by)
    return dict(found.json())


async def approved_at(kin: Kin, agency: str) -> dict[str, Any]:
    """Return an agency's list of what is over, approved."""
    clerk, signer = staff("CLERK", agency, "van-phong"), staff("SIGNER", agency, "lanh-dao")
    found = await ask(kin, "", clerk)
    path = f"/{found['list_id']}"
    lines = [{"dossier_id": one["dossier_id"], "verdict": "DESTROY"} for one in found["lines"]]
    found = await ask(kin, f"{path}/reviews", staff("SPECIALIST", agency), found["version"], lines=lines)
    decision = {
        "decision_number": "15/QĐ",
        "decided_on": kin.service.clock.now().date().isoformat(),
        "council": ["Ông A", "Bà B"],
        "document_id": await kin.upload(signer, PDF, "quyet-dinh.pdf"),
    }
    return await ask(kin, f"{path}/approval", signer, found["version"], **decision)


async def destroyed_at(kin: Kin, agency: str) -> dict[str, Any]:
    """Let an agency destroy what is over by an approved list."""
    found = await approved_at(kin, agency)
    await kin.service.run_job(DESTROY_RECORDS)
    signer = staff("SIGNER", agency, "lanh-dao")
    done = await kin.service.get(f"/v1/archive/destruction-lists/{found['list_id']}", signer)
    assert [one["outcome"] for one in done.json()["lines"]] == ["DESTROYED"], done.text
    return dict(done.json())


async def kept_in(kin: Kin, text: str) -> set[str]:
    """Return the tables of submissions that still hold a text."""
    pool = kin.service.runtime.pool
    tables = ("interlinked_parents", "interlinked_children", "interlinked_history")
    query = 'SELECT count(*) FROM "{}" t WHERE t::text LIKE $1'
    return {one for one in tables if await pool.fetchval(query.format(one), f"%{text}%")}


@pytest.fixture
async def over(empty_office: Office) -> tuple[Kin, dict[str, Any]]:
    """A submission withdrawn in time, its dossiers' periods over."""
    kin = await Kin(empty_office.service).open_kin(a_group(UNORDERED), residence=PAPERLESS)
    seen = await kin.handed_in()
    answer = await kin.on(seen, "withdrawal", reason="Tôi là An, chuyển nhà")
    assert answer.status_code == 200, answer.text
    await kin.advance()
    kin.service.clock.advance(timedelta(days=366 * 7))
    return kin, seen


async def test_the_last_dossier_takes_the_submission_with_it(over: tuple[Kin, dict[str, Any]]) -> None:
    """The first leaves the owner their submission; after the last no name, masked or not, is anywhere."""
    kin, seen = over
    await destroyed_at(kin, COMMUNE)
    assert (await kin.parent(seen))["owner_name"] == NAMED
    assert await kept_in(kin, "Nguyễn V*** A***") == {"interlinked_history"}
    assert await kin.service.published("interlinked_dossier.destroyed.v1") == []
    found = await destroyed_at(kin, POLICE)
    for text in (NAMED, "Nguyễn V***", "chuyển nhà", FATHER.subject):
        assert await kept_in(kin, text) == set(), text
    sealed = "SELECT contact_sealed || parties_sealed || form_sealed || secret_hash FROM interlinked_parents"
    assert await kin.service.runtime.pool.fetchval(sealed) == ""
    path = f"/v1/interlinked-dossiers/{seen['interlinked_dossier_id']}"
    assert (await kin.service.get(path, FATHER)).status_code == 404
    lead = await kin.parent(seen, staff("ONE_STOP_OFFICER", COMMUNE, "mot-cua"))
    assert (lead["reference"], lead["outcome"]) == (seen["reference"], "WITHDRAWN")
    (told,) = await kin.service.published("interlinked_dossier.destroyed.v1")
    assert told["data"]["change"]["list"]["number"] == found["number"]
    assert told["data"]["interlinked_dossier"]["owner_subject"] is None
    left = await kin.service.get(f"{path}/history", staff("ONE_STOP_OFFICER", COMMUNE, "mot-cua"))
    types = [one["type"].split(".")[1] for one in left.json()["items"]]
    assert types == ["submitted", "withdrawn", "ended", "destroyed"]


async def test_what_followed_in_a_submission_follows_in_figures_made_anew(
    over: tuple[Kin, dict[str, Any]],
) -> None:
    """A submission counts once, also of what was destroyed; which it was still stands with the dossier."""
    kin, seen = over
    await destroyed_at(kin, COMMUNE)
    await destroyed_at(kin, POLICE)
    assert await rebuild_figures(kin.service.runtime, ("--check",)) == 0
    pool = kin.service.runtime.pool
    followers = "SELECT procedure_code FROM figure_rows WHERE is_follower"
    assert [row[0] for row in await pool.fetch(followers)] == [RESIDENCE]
    query = "SELECT data -> 'dossier' -> 'interlinked' ->> 'reference' FROM history WHERE type = $1"
    told = await pool.fetch(query, "dossier.submitted.v1")
    assert {row[0] for row in told} == {seen["reference"]}


async def test_nothing_else_reduces_the_history_of_a_submission(over: tuple[Kin, dict[str, Any]]) -> None:
    """Not by a list of one of its dossiers while another is kept, not after the last list, never deleted."""
    kin, _ = over
    await refused(kin)
    await approved_at(kin, COMMUNE)
    await refused(kin)
    await kin.service.run_job(DESTROY_RECORDS)
    await destroyed_at(kin, POLICE)
    await refused(kin)


async def refused(kin: Kin) -> None:
    """Try what somebody with the database's password would try."""
    for deed in (
        "UPDATE interlinked_history SET data = '{}'",
        "UPDATE interlinked_history SET actor = 'x' WHERE version = 1",
        "DELETE FROM interlinked_history",
        "TRUNCATE interlinked_history",
    ):
        with pytest.raises(asyncpg.RestrictViolationError):
            await kin.service.runtime.pool.execute(deed)


async def test_the_one_slip_stays_with_the_last_dossier_and_goes_with_it(start: Any, tmp_path: Path) -> None:
    """Also its printed file; the list of the lead's own dossier does not take it."""
    folder, files = tmp_path / "luu-tru", tmp_path / "files"
    folder.mkdir()
    service = await start("dossier", files_url=files.as_uri(), archive_url=folder.as_uri())
    kin = await Kin(service).open_kin(a_group(UNORDERED), residence=PAPERLESS)
    seen = await kin.handed_in()
    await kin.accepted_child(seen, BIRTH)
    await kin.advance()
    slip = f"/v1/papers/{(await kin.parent(seen))['slip_id']}"
    assert (await kin.service.get(slip, FATHER)).status_code == 200
    assert (await kin.on(await kin.parent(seen), "withdrawal", reason="Chuyển nhà")).status_code == 200
    agreed = {"approved": True, "note": "Đồng ý", "legal_basis": "NĐ 118/2025/NĐ-CP"}
    birth = await kin.child(seen, BIRTH)
    await kin.act(birth, "withdrawal-decision", staff("SIGNER", COMMUNE, "lanh-dao"), **agreed)
    await kin.advance()
    # What was accepted goes to the archive first, though it was stopped.
    yard = Yard(Office(service), folder, files)
    await service.run_job(PRINT_PAPERS)
    clerk = staff("CLERK", COMMUNE, "van-phong")
    await yard.hear(answer(await yard.signed(await yard.packed(clerk), clerk)))
    kin.service.clock.advance(timedelta(days=366 * 11))
    await destroyed_at(kin, COMMUNE)
    pool = kin.service.runtime.pool
    assert await pool.fetchval("SELECT count(*) FROM papers") == 1
    assert (await kin.service.get(slip, FATHER)).status_code == 200
    digest = await pool.fetchval("SELECT sha256 FROM papers")
    await destroyed_at(kin, POLICE)
    assert await pool.fetchval("SELECT count(*) FROM papers") == 0
    assert await pool.fetchval("SELECT count(*) FROM archive_removals WHERE sha256 = $1", digest) == 1
    assert await verify_history(kin.service.runtime, []) == 0
