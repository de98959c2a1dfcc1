"""The heir of an agency that ended lists and works the records it left; who was there sees them no more."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from kernel.testing.running import RunningService
from services.dossier.jobs.archive import DESTROY_RECORDS
from services.dossier.jobs.print_papers import PRINT_PAPERS
from tests.builders.dossier.archive import answer
from tests.builders.dossier.office import CLERK, HANDED_OUT, PDF, RECEIVER, SIGNER, Office, an_agency
from tests.builders.dossier.yard import CITIZEN, COUNCIL, REVIEWER, Yard
from tests.integration.dossier.test_agencies_that_end import HEIR, at_heir, ended, heir

CLERK_THERE, SIGNER_THERE = at_heir(CLERK), at_heir(SIGNER)


@pytest.fixture(scope="module")
async def yard(start_once: Callable[..., Awaitable[RunningService]], tmp_path_factory: Any) -> Yard:
    """An office that left a returned dossier and a cancelled one, and ended."""
    folder, files = tmp_path_factory.mktemp("luu-tru"), tmp_path_factory.mktemp("files")
    service = await start_once("dossier", files_url=files.as_uri(), archive_url=folder.as_uri())
    yard = Yard(await Office(service).open(), folder, files)
    await yard.office.act(await yard.office.issued(number="1/XN"), "return", RECEIVER, **HANDED_OUT)
    await service.run_job(PRINT_PAPERS)
    await yard.cancelled()
    await service.receive(heir("H99.201"), ended())
    return yard


async def kept(yard: Yard, by: Any, state: str = "KEPT") -> list[str]:
    """Return the endings of what somebody is shown."""
    found = await yard.service.get(f"/v1/archive/records?state={state}", by)
    return [one["ending"] for one in found.json()["items"]]


async def test_the_heir_lists_holds_packs_and_has_archived_what_was_left(yard: Yard) -> None:
    assert await kept(yard, CLERK_THERE) == ["GRANTED", "CANCELLED"]
    assert await kept(yard, CLERK) == []
    records = await yard.service.get("/v1/archive/records", CLERK_THERE)
    record = records.json()["items"][0]
    assert record["agency"] == "H99.201"
    path = f"records/{record['dossier_id']}/holds"
    why = {"kind": "INSPECTION", "reason": "Kiểm tra", "legal_basis": "Luật Thanh tra"}
    assert (await yard.ask(path, CLERK, **why)).status_code == 404
    hold = (await yard.ask(path, CLERK_THERE, **why)).json()
    freed = await yard.ask(f"holds/{hold['hold_id']}/release", SIGNER_THERE, version=1, reason="Xong")
    assert freed.status_code == 200
    assert (await yard.ask("batches", CLERK, until="2027-12-31")).json()["code"] == "nothing-to-archive"
    batch = await yard.packed(CLERK_THERE)
    protocol = await yard.signed(batch, CLERK_THERE)
    assert (protocol["agency"]["code"], protocol["count"]) == (HEIR, 1)
    await yard.hear(answer(protocol))
    assert await kept(yard, CLERK_THERE, "ARCHIVED") == ["GRANTED"]


async def test_the_heir_goes_on_with_a_list_the_old_office_had_begun(yard: Yard) -> None:
    """Prepared there before the end, reviewed and approved by the heir's people, then carried out."""
    await yard.service.receive(replace(an_agency(), sequence=3))
    with yard.years_later():
        begun = await yard.prepared()
        await yard.service.receive(replace(ended(), sequence=4))
        path = f"destruction-lists/{begun['list_id']}"
        lines = [{"dossier_id": one["dossier_id"], "verdict": "DESTROY"} for one in begun["lines"]]
        assert (await yard.ask(f"{path}/reviews", REVIEWER, 1, lines=lines)).status_code == 404
        said = await yard.ask(f"{path}/reviews", at_heir(REVIEWER), 1, lines=lines)
        assert said.status_code == 200, said.text
        listed = await yard.service.get("/v1/archive/destruction-lists", SIGNER_THERE)
        assert [one["list_id"] for one in listed.json()["items"]] == [begun["list_id"]]
        assert (await yard.service.get(f"/v1/archive/{path}", SIGNER)).status_code == 404
        decision = {
            "decision_number": "9/QĐ-UBND",
            "decided_on": yard.service.clock.now().date().isoformat(),
            "council": COUNCIL,
            "document_id": await yard.office.upload(SIGNER_THERE, PDF, "quyet-dinh.pdf"),
        }
        done = await yard.ask(f"{path}/approval", SIGNER_THERE, said.json()["version"], **decision)
        assert done.status_code == 200, done.text
        await yard.service.run_job(DESTROY_RECORDS)
    assert await kept(yard, CLERK_THERE, "DESTROYED") == ["GRANTED", "CANCELLED"]
    results = await yard.service.get("/v1/results", CITIZEN)
    assert results.json()["items"] == []
