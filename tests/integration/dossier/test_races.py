"""Two at the same moment: one wins, the other is told, nothing is done twice."""

import asyncio
from typing import Any

import pytest

from services.dossier.store.results import PostgresResults
from tests.builders.dossier.office import CLERK, GATEWAY, PDF, RECEIVER, SPECIALIST, Office, a_citizen
from tests.integration.dossier.test_other_ways_in import a_portal_dossier


async def test_a_portal_dossier_that_comes_twenty_times_at_once_is_one_dossier(office: Office) -> None:
    """Twenty different requests, each with its own key."""
    path = "/v1/portal-dossiers"
    sent = (office.service.post(path, a_portal_dossier(), GATEWAY) for _ in range(20))
    answers = await asyncio.gather(*sent)
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.json()["dossier_id"] for answer in answers}) == 1
    assert await office.service.count("dossiers") == 1
    assert len(await office.service.published()) == 1


async def test_of_two_officers_one_accepts(office: Office) -> None:
    """The other saw an old version; one code, one slip, one event."""
    seen = await office.submitted()
    answers = await asyncio.gather(*(office.tried(seen, "acceptance", RECEIVER) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7
    assert await office.service.count("papers") == 1
    assert await office.service.runtime.pool.fetchval("SELECT last FROM code_counters") == 1
    assert len(await office.service.published("dossier.accepted.v1")) == 1


async def test_of_two_clerks_one_issues_the_result(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have read all they read before either commits; the register's own index may speak first."""
    seen = await office.at_issue()
    files = [await office.upload(CLERK) for _ in range(2)]
    at_issue, both = PostgresResults.at_issue, asyncio.Barrier(2)

    async def with_the_other(self: Any, *given: Any, **named: Any) -> Any:
        found = await at_issue(self, *given, **named)
        await both.wait()
        return found

    monkeypatch.setattr(PostgresResults, "at_issue", with_the_other)
    answers = await asyncio.gather(
        *(
            office.tried(seen, "result", CLERK, number=f"{file[:4]}/XN", attachment_ids=[file])
            for file in files
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert await office.service.count("result_register") == 1


async def test_who_comes_second_with_the_same_file_is_told_the_result_is_there(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read before the first commit, the file looked for after it: stale, not a file that is missing."""
    seen = await office.at_issue()
    told = {"number": "1/XN", "attachment_ids": [await office.upload(CLERK)]}
    at_issue = PostgresResults.at_issue

    async def after_the_first(self: Any, *given: Any, **named: Any) -> Any:
        monkeypatch.undo()
        await office.act(seen, "result", CLERK, **told)
        return await at_issue(self, *given, **named)

    monkeypatch.setattr(PostgresResults, "at_issue", after_the_first)
    assert (await office.tried(seen, "result", CLERK, **told)).status_code == 412
    # Files that are nobody's are still that.
    other = await office.at_issue()
    assert (await office.tried(other, "result", CLERK, **told)).status_code == 422


async def test_one_request_sent_eight_times_at_once_is_one_dossier(office: Office) -> None:
    """One key: the first is done, all get its answer."""
    body = await office.submission(a_citizen())
    answers = await asyncio.gather(
        *(office.service.post("/v1/dossiers", body, a_citizen(), key="once") for _ in range(8))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["dossier_id"] for answer in answers}) == 1
    assert await office.service.count("dossiers") == 1


async def test_one_paper_read_by_many_at_once_is_one_file(office: Office) -> None:
    """Whoever printed first, all read the same bytes."""
    seen = await office.accepted()
    listed = await office.service.get(f"/v1/dossiers/{seen['dossier_id']}/papers", RECEIVER)
    path = f"/v1/papers/{listed.json()['items'][0]['paper_id']}"
    answers = await asyncio.gather(*(office.service.get(path, RECEIVER) for _ in range(6)))
    assert len({answer.content for answer in answers}) == 1


async def test_one_file_cannot_go_to_two_dossiers(office: Office) -> None:
    """Of two submissions that name it at the same moment, one is kept."""
    body = await office.submission(a_citizen())
    answers = await asyncio.gather(
        *(office.service.post("/v1/dossiers", body, a_citizen()) for _ in range(6))
    )
    assert [answer.status_code for answer in answers].count(201) == 1
    assert {answer.status_code for answer in answers} <= {201, 412, 422}
    assert await office.service.count("dossiers") == 1


async def test_a_kept_file_is_on_disk_under_its_digest(office: Office) -> None:
    """The same content twice is one file; a damaged one is noticed, never served."""
    first = await office.upload(a_citizen())
    await office.upload(a_citizen())
    folder = office.service.runtime.resources.files._folder
    kept = [path for path in folder.rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in kept] == [PDF]
    kept[0].write_bytes(b"%PDF-1.7 changed")
    answer = await office.service.get(f"/v1/attachments/{first}/content", a_citizen())
    assert answer.status_code == 500
    assert SPECIALIST.subject not in answer.text
