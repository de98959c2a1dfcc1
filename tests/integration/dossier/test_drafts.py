"""Drafts: kept for the person alone, handed in once with their files, forgotten after their time."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from kernel.core.clock import VIETNAM
from services.dossier.domain.intake.limits import limit
from services.dossier.jobs.keep_drafts import KEEP_DRAFTS
from services.dossier.store.definitions import PostgresCatalogue
from tests.builders.dossier.office import PROCEDURE, RECEIVER, STRANGER, Office, a_citizen

AN = a_citizen()


async def content_of(office: Office) -> dict[str, Any]:
    """Return a complete submission but for its procedure."""
    body = await office.submission(AN)
    del body["procedure_code"]
    return body


async def begun(office: Office, content: dict[str, Any] | None = None) -> dict[str, Any]:
    """Begin a draft; it must succeed."""
    body = {"procedure_code": PROCEDURE, "content": content or {}}
    answer = await office.service.post("/v1/drafts", body, AN)
    assert answer.status_code == 201, answer.text
    assert answer.headers["etag"] == '"1"'
    return dict(answer.json())


async def sent(office: Office, method: str, draft: dict[str, Any], body: Any = None, **who: Any) -> Any:
    """Send a change of a draft as last seen."""
    service = office.service
    headers = service.headers(who.get("by", AN), version=who.get("version", draft["version"]))
    url = f"/v1/drafts/{draft['draft_id']}{who.get('path', '')}"
    answer: httpx.Response = await service.client.request(method, url, json=body, headers=headers)
    return answer


async def test_a_draft_is_kept_changed_and_handed_in_once(office: Office) -> None:
    """An older version is stale, an incomplete one named; ten at the same moment are one dossier."""
    draft = await begun(office, {"owner": {"full_name": "Nguyễn Văn An"}})
    early = await sent(office, "POST", draft, path="/submission")
    assert early.status_code == 422
    assert "receiving_agency" in [item["path"] for item in early.json()["errors"]]
    changed = await sent(office, "PUT", draft, {"content": await content_of(office)})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert (await sent(office, "PUT", draft, {"content": {}})).status_code == 412
    headers = office.service.headers(AN)
    url = f"/v1/drafts/{draft['draft_id']}"
    assert (await office.service.client.put(url, json={"content": {}}, headers=headers)).status_code == 428
    draft = changed.json()
    answers = await asyncio.gather(*(sent(office, "POST", draft, path="/submission") for _ in range(10)))
    assert min(one.status_code for one in answers) == 201
    assert [one.status_code for one in answers].count(201) == 1
    assert {one.status_code for one in answers} == {201, 412}
    assert await office.service.count("dossiers") == 1
    (receipt,) = [one.json() for one in answers if one.status_code == 201]
    detail = await office.read(receipt, RECEIVER)
    assert len(detail["attachments"]) == 1
    kept = (await office.service.get(url, AN)).json()
    assert (kept["state"], kept["dossier_id"], kept["content"]) == ("SUBMITTED", receipt["dossier_id"], {})
    again = await sent(office, "POST", kept, path="/submission")
    assert again.status_code in {409, 422}
    assert (await sent(office, "PUT", kept, {"content": {}})).json()["code"] == "draft-closed"


async def test_a_draft_is_its_persons_alone_and_sealed(office: Office) -> None:
    """Neither another citizen nor an officer knows of it; nothing of it is readable at rest."""
    draft = await begun(office, {"owner": {"full_name": "Nguyễn Văn Bí Mật"}})
    url = f"/v1/drafts/{draft['draft_id']}"
    assert (await office.service.get(url, STRANGER)).status_code == 404
    assert (await office.service.get(url, RECEIVER)).status_code == 403
    assert (await sent(office, "DELETE", draft, by=STRANGER)).status_code == 404
    row = await office.service.runtime.pool.fetchrow("SELECT * FROM drafts")
    assert "Bí Mật" not in str(dict(row))
    listed = (await office.service.get("/v1/drafts", AN)).json()["items"]
    assert [item["content"]["owner"]["full_name"] for item in listed] == ["Nguyễn Văn Bí Mật"]
    wrong = {"procedure_code": PROCEDURE, "content": {"la": 1}}
    assert (await office.service.post("/v1/drafts", wrong, AN)).status_code == 422
    long = {"procedure_code": PROCEDURE, "content": {"form_data": {"x": "y" * 70_000}}}
    assert (await office.service.post("/v1/drafts", long, AN)).status_code == 422


async def test_a_person_keeps_so_many_and_no_more_also_at_once(office: Office) -> None:
    """Of thirty at the same moment the limit is kept; one thrown away makes room for one."""
    most = limit("drafts_of_a_person", datetime(2026, 3, 3, tzinfo=VIETNAM).date())
    body = {"procedure_code": PROCEDURE, "content": {}}
    made = await asyncio.gather(*(office.service.post("/v1/drafts", body, AN) for _ in range(most + 10)))
    assert [one.status_code for one in made].count(201) == most
    assert {one.json()["code"] for one in made if one.status_code != 201} == {"too-many-drafts"}
    first = next(one.json() for one in made if one.status_code == 201)
    gone = await sent(office, "DELETE", first)
    assert (gone.status_code, gone.json()["state"]) == (200, "DISCARDED")
    assert (await office.service.post("/v1/drafts", body, AN)).status_code == 201


async def test_a_draft_is_noticed_then_forgotten_and_a_change_gives_time_again(office: Office) -> None:
    """Noticed once in its last days; after midnight of the last its content is gone from the database."""
    draft = await begun(office, {"owner": {"full_name": "An"}})
    assert draft["expires_at"] == "2026-04-03T00:00:00+07:00"
    clock = office.service.clock
    url = f"/v1/drafts/{draft['draft_id']}"
    ends = datetime(2026, 4, 3, tzinfo=VIETNAM)
    clock.set(ends - timedelta(days=3, seconds=1))
    await office.service.run_job(KEEP_DRAFTS)
    assert not (await office.service.get(url, AN)).json()["expires_soon"]
    clock.set(ends - timedelta(days=3))
    await office.service.run_job(KEEP_DRAFTS)
    assert (await office.service.get(url, AN)).json()["expires_soon"]
    await office.service.run_job(KEEP_DRAFTS)
    (event,) = await office.service.published("draft.reminded.v1")
    assert event["data"]["subject"] == AN.subject
    assert event["data"]["expires_at"] == draft["expires_at"]
    sealed = office.service.runtime.seals.open(event["data"]["contact"], purpose="contact")
    assert sealed == {"name": "An", "phone": None, "email": None}
    renewed = (await sent(office, "PUT", draft, {"content": {"owner": {"full_name": "An"}}})).json()
    assert not renewed["expires_soon"]
    assert renewed["expires_at"] == "2026-05-01T00:00:00+07:00"
    clock.set(datetime(2026, 4, 30, 23, 59, 59, tzinfo=VIETNAM))
    await office.service.run_job(KEEP_DRAFTS)
    assert (await office.service.get(url, AN)).json()["state"] == "OPEN"
    clock.set(datetime(2026, 5, 1, tzinfo=VIETNAM))
    late = await sent(office, "PUT", renewed, {"content": {}})
    assert late.json()["code"] == "draft-closed"
    await office.service.run_job(KEEP_DRAFTS)
    kept = (await office.service.get(url, AN)).json()
    assert (kept["state"], kept["content"]) == ("EXPIRED", {})
    assert await office.service.runtime.pool.fetchval("SELECT content_sealed FROM drafts") == ""
    assert (await sent(office, "PUT", kept, {"content": {}})).json()["code"] == "draft-closed"


async def test_who_comes_second_is_told_the_draft_was_handed_in(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read before the first commit, its files looked for after it: stale, not files that are missing."""
    draft = await begun(office, await content_of(office))
    intake = PostgresCatalogue.intake

    async def after_the_first(self: Any, *given: Any, **told: Any) -> Any:
        monkeypatch.undo()
        assert (await sent(office, "POST", draft, path="/submission")).status_code == 201
        return await intake(self, *given, **told)

    monkeypatch.setattr(PostgresCatalogue, "intake", after_the_first)
    assert (await sent(office, "POST", draft, path="/submission")).status_code == 412
    assert await office.service.count("dossiers") == 1
