"""Links that open one file for a while, and files of which a newer version came."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from kernel.core.caller import Caller
from services.dossier.store.file_links import PostgresLinks
from services.dossier.store.files import StoredFiles
from tests.builders.dossier.files import a_pdf
from tests.builders.dossier.office import (
    PDF,
    RECEIVER,
    SPECIALIST,
    STRANGER,
    Office,
    a_citizen,
    an_officer,
)
from tests.builders.dossier.together import meet_at

AN = a_citizen()
ADMIN = an_officer("ADMIN", subject="quan-tri")


async def link(office: Office, attachment_id: str, by: Caller = AN, **body: Any) -> dict[str, Any]:
    answer = await office.service.post(f"/v1/attachments/{attachment_id}/links", body, by)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def opened(office: Office, made: dict[str, Any]) -> Any:
    """Open a link as a browser does: without saying who asks."""
    return await office.service.client.get(made["url"].removeprefix("http://127.0.0.1:8000/api"))


async def test_a_link_gives_the_file_to_be_saved_and_never_shown(office: Office) -> None:
    file = await office.upload(AN)
    answer = await opened(office, await link(office, file))
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["cache-control"] == "private, no-store"
    row = await office.service.runtime.pool.fetchrow("SELECT * FROM access_log ORDER BY id DESC LIMIT 1")
    assert (row["subject"], row["what"], str(row["object_id"])) == (AN.subject, "attachment-link", file)


async def test_a_link_for_one_time_opens_once_however_many_come_together(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = await link(office, await office.upload(AN), once=True)
    with monkeypatch.context() as patch:
        meet_at(patch, PostgresLinks, "use_up", 5)
        answers = await asyncio.gather(*(opened(office, once) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404, 404]
    assert (await opened(office, once)).status_code == 404


async def test_a_link_ends_by_time_and_by_its_maker(office: Office) -> None:
    file = await office.upload(AN)
    short, revoked = await link(office, file, seconds=10), await link(office, file)
    path = f"/v1/file-links/{revoked['link_id']}"
    for who in (STRANGER, RECEIVER):
        assert (await _delete(office, path, who)).status_code == 404
    assert (await opened(office, revoked)).status_code == 200
    for _ in range(2):
        assert (await _delete(office, path, AN)).status_code == 204
    assert (await opened(office, revoked)).json()["code"] == "link-dead"
    leaked = await link(office, file)
    assert (await _delete(office, f"/v1/file-links/{leaked['link_id']}", ADMIN)).status_code == 204
    assert (await opened(office, leaked)).status_code == 404
    assert (await opened(office, short)).status_code == 200
    office.service.clock.advance(timedelta(seconds=10))
    assert (await opened(office, short)).status_code == 404


async def test_no_other_token_and_no_changed_row_opens_anything(office: Office) -> None:
    """The row alone is not enough: a longer end or another file written into it makes the token worthless."""
    file, other = await office.upload(AN), await office.upload(AN, a_pdf(pages=2))
    made = await link(office, file)
    token = made["url"].rpartition("/")[2]
    wrong = token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]
    assert (await office.service.client.get(f"/v1/file-links/{wrong}")).status_code == 404
    pool = office.service.runtime.pool
    for change in ("expires_at = expires_at + interval '1 day'", f"attachment_id = '{other}'"):
        async with pool.acquire() as connection:
            await connection.execute(f"UPDATE file_links SET {change}")
        assert (await opened(office, made)).status_code == 404
        made = await link(office, file)
        await pool.execute("DELETE FROM file_links WHERE id <> $1", made["link_id"])


async def test_a_link_is_made_by_who_may_open_the_file(office: Office) -> None:
    file = await office.upload(AN)
    assert (await office.service.post(f"/v1/attachments/{file}/links", {}, STRANGER)).status_code == 404
    for wrong in ({"seconds": 9}, {"seconds": 3601}, {"for": "ever"}):
        assert (await office.service.post(f"/v1/attachments/{file}/links", wrong, AN)).status_code == 422


async def test_a_new_version_keeps_the_old_one(office: Office) -> None:
    first = await office.upload(AN)
    second = await replaced(office, first, AN, a_pdf(pages=2))
    third = await replaced(office, second["attachment_id"], AN, a_pdf(pages=3))
    for one in (first, second["attachment_id"], third["attachment_id"]):
        answer = await office.service.get(f"/v1/attachments/{one}/versions", AN)
        assert [item["attachment_id"] for item in answer.json()["items"]] == [
            first,
            second["attachment_id"],
            third["attachment_id"],
        ]
    assert (await office.service.get(f"/v1/attachments/{first}/content", AN)).content == PDF
    answer = await office.service.get(f"/v1/attachments/{first}/versions", STRANGER)
    assert answer.status_code == 404
    submission = await office.submission(AN)
    submission["components"][0]["attachment_ids"] = [first]
    assert (await office.service.post("/v1/dossiers", submission, AN)).status_code == 422
    submission["components"][0]["attachment_ids"] = [third["attachment_id"]]
    assert (await office.service.post("/v1/dossiers", submission, AN)).status_code == 201


async def replaced(office: Office, attachment_id: str, by: Caller, content: bytes) -> dict[str, Any]:
    answer = await office.service.post(f"/v1/attachments/{attachment_id}/versions", content, by)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_of_several_that_replace_one_version_one_does(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await office.upload(AN)
    meet_at(monkeypatch, StoredFiles, "put", 3)
    path = f"/v1/attachments/{first}/versions"
    answers = await asyncio.gather(*(office.service.post(path, a_pdf(pages=n), AN) for n in (2, 3, 4)))
    assert sorted(answer.status_code for answer in answers) == [201, 412, 412]


async def test_a_dossiers_file_is_replaced_by_its_people_in_its_time_and_history_says_so(
    office: Office,
) -> None:
    seen = await office.submitted()
    file = (await office.read(seen, AN))["attachments"][0]["attachment_id"]
    path = f"/v1/attachments/{file}/versions"
    for who, status in ((STRANGER, 404), (SPECIALIST, 403)):
        assert (await office.service.post(path, a_pdf(pages=2), who)).status_code == status
    second = (await replaced(office, file, AN, a_pdf(pages=2)))["attachment_id"]
    shown = await office.read(seen, AN)
    assert shown["version"] == seen["version"] + 1
    assert {item["attachment_id"]: item["replaced_by"] for item in shown["attachments"]} == {
        file: second,
        second: None,
    }
    history = (await office.service.get(f"/v1/dossiers/{seen['dossier_id']}/history", RECEIVER)).json()
    assert history["items"][-1]["change"]["noted"] == "ATTACHMENT_REPLACED"
    seen = await office.act({**seen, "version": seen["version"] + 1}, "acceptance", RECEIVER)
    refused = await office.service.post(f"/v1/attachments/{second}/versions", PDF, AN)
    assert (refused.status_code, refused.json()["code"]) == (409, "transition-refused")
    third = (await replaced(office, second, RECEIVER, a_pdf(pages=3)))["attachment_id"]
    components = (await office.read(seen, RECEIVER))["components"]
    assert components[0]["attachment_ids"] == [file]
    assert third


async def _delete(office: Office, path: str, by: Caller) -> Any:
    return await office.service.client.delete(path, headers=office.service.headers(by))
