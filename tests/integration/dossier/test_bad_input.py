"""Bad input gets its own problem and changes nothing."""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.builders.dossier.office import (
    CLERK,
    COMMUNE,
    PDF,
    PROCEDURE,
    RECEIVER,
    SPECIALIST,
    STRANGER,
    Office,
    a_citizen,
    a_procedure,
)

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
TABLES = ("dossiers", "history", "components", "attachments", "papers", "outbox", "idempotency_keys")
JSON = {"Content-Type": "application/json"}
Attempt = Callable[[Office], Awaitable[Any]]


def sending(by: Any = None, **changed: Any) -> Attempt:
    """Return an attempt to submit with some members changed."""

    async def attempt(office: Office) -> Any:
        body = {
            "procedure_code": PROCEDURE,
            "owner": {"full_name": "Nguyễn Văn An", "identity_number": "099088000011"},
            "receiving_agency": COMMUNE,
            "components": [],
            **changed,
        }
        return await office.service.post("/v1/dossiers", body, by or a_citizen())

    return attempt


def uploading(content: bytes, name: str, **query: str) -> Attempt:
    """Return an attempt to upload."""

    async def attempt(office: Office) -> Any:
        headers = {**office.service.headers(a_citizen()), "X-File-Name": name}
        return await office.service.client.post(
            "/v1/attachments", content=content, headers=headers, params=query
        )

    return attempt


async def malformed(office: Office) -> Any:
    """Send half a JSON document."""
    return await office.service.post("/v1/dossiers", b'{"procedure_code": ', a_citizen(), headers=JSON)


async def oversize(office: Office) -> Any:
    """Send more than a route takes."""
    return await office.service.post("/v1/dossiers", b" " * 1_100_000, a_citizen(), headers=JSON)


async def strange_number(office: Office) -> Any:
    """Send NaN."""
    return await office.service.post("/v1/dossiers", b'{"form_data": {"x": NaN}}', a_citizen(), headers=JSON)


async def nul_in_text(office: Office) -> Any:
    """Send a NUL that PostgreSQL could not keep."""
    return await office.service.post(
        "/v1/dossiers", b'{"form_data": {"x": "a\\u0000b"}}', a_citizen(), headers=JSON
    )


async def nobody(office: Office) -> Any:
    """Send without a token."""
    return await office.service.client.post("/v1/dossiers", json={}, headers={"Idempotency-Key": "k"})


async def without_key(office: Office) -> Any:
    """Send without an idempotency key."""
    token = office.service.token(a_citizen())
    return await office.service.client.post(
        "/v1/dossiers", json={}, headers={"Authorization": f"Bearer {token}"}
    )


ATTEMPTS: list[tuple[str, Attempt, int, str]] = [
    ("half a JSON document", malformed, 400, "unreadable"),
    ("more than the route takes", oversize, 413, "too-large"),
    ("a number that is none", strange_number, 400, "unreadable"),
    ("a NUL", nul_in_text, 400, "unreadable"),
    ("no token", nobody, 401, "unauthenticated"),
    ("no idempotency key", without_key, 400, "idempotency-key-required"),
    ("a wrong type", sending(procedure_code=7), 422, "invalid"),
    ("an unknown member", sending(role="ADMIN"), 422, "invalid"),
    ("a name of the wrong type", sending(owner={"full_name": ["x"]}), 422, "invalid"),
    ("a name that leads to a page", sending(owner={"full_name": "http://lua-dao.example"}), 422, "invalid"),
    ("a name with a hidden turn", sending(owner={"full_name": "An\u202eB"}), 422, "invalid"),
    ("an unknown procedure", sending(procedure_code="9.999999"), 422, "invalid"),
    ("an unknown agency", sending(receiving_agency="H99.999"), 422, "invalid"),
    ("a missing component", sending(), 422, "invalid"),
    (
        "an unknown component",
        sending(components=[{"component_code": "la", "attachment_ids": []}]),
        422,
        "invalid",
    ),
    (
        "an unknown file",
        sending(components=[{"component_code": "to-khai", "attachment_ids": [str(uuid4())]}]),
        422,
        "invalid",
    ),
    ("an officer's token", sending(by=RECEIVER), 403, "forbidden"),
    ("another's dossier without a mandate", sending(by=STRANGER), 422, "invalid"),
    ("a text that calls itself PDF", uploading(b"hello", "a.pdf"), 415, "attachment-type"),
    ("a picture that calls itself PDF", uploading(PNG, "a.pdf"), 415, "attachment-type"),
    ("a zip that calls itself DOCX", uploading(b"PK\x03\x04xx", "a.docx"), 415, "attachment-type"),
    (
        "a picture where a PDF is asked for",
        uploading(PNG, "a.png", procedure=PROCEDURE, component="to-khai"),
        415,
        "attachment-type",
    ),
    ("an empty file", uploading(b"", "a.pdf"), 422, "invalid"),
    ("a file larger than the setting", uploading(PDF + b"0" * 20_971_520, "a.pdf"), 413, "too-large"),
]


@pytest.mark.parametrize(("what", "attempt", "status", "code"), ATTEMPTS, ids=[row[0] for row in ATTEMPTS])
async def test_bad_input_is_refused_and_changes_nothing(
    office: Office, what: str, attempt: Attempt, status: int, code: str
) -> None:
    """The right problem, nothing echoed, not a row more."""
    before = [await office.service.count(table) for table in TABLES]
    answer = await attempt(office)
    assert (answer.status_code, answer.json()["code"]) == (status, code), f"{what}: {answer.text}"
    assert answer.headers["content-type"] == "application/problem+json"
    assert "099088000011" not in answer.text
    assert [await office.service.count(table) for table in TABLES] == before


async def test_moves_need_sight_right_version_and_state_in_this_order(office: Office) -> None:
    """404 before 412 before 409 before 403; each leaves the dossier as it is."""
    seen = await office.submitted()
    before = [await office.service.count(table) for table in TABLES]
    path = f"/v1/dossiers/{seen['dossier_id']}/acceptance"
    unseen = await office.service.post(path, {}, RECEIVER)
    old = await office.service.post(path, {}, RECEIVER, version=7)
    strange = await office.service.post(path, {}, STRANGER, version=1)
    not_theirs = await office.service.post(path, {}, SPECIALIST, version=1)
    too_early = await office.tried(seen, "result", CLERK, number="1")
    missing = await office.service.post(f"/v1/dossiers/{uuid4()}/acceptance", {}, RECEIVER, version=1)
    answers = [unseen, old, strange, not_theirs, too_early, missing]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (428, "version-required"),
        (412, "stale-version"),
        (404, "not-found"),
        (403, "forbidden"),
        (409, "transition-refused"),
        (404, "not-found"),
    ]
    assert [await office.service.count(table) for table in TABLES] == before


async def test_a_key_replays_its_answer_and_refuses_another_body(office: Office) -> None:
    """One key, one dossier."""
    body = await office.submission(a_citizen())
    first = await office.service.post("/v1/dossiers", body, a_citizen(), key="k1")
    again = await office.service.post("/v1/dossiers", body, a_citizen(), key="k1")
    other = await office.service.post(
        "/v1/dossiers", {**body, "result_delivery": "POST"}, a_citizen(), key="k1"
    )
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert await office.service.count("dossiers") == 1


async def test_a_file_belongs_to_one_citizen_and_one_dossier(office: Office) -> None:
    """Neither another's file nor a used one can be handed in."""
    body = await office.submission(a_citizen())
    stolen = {**body, "owner": {"full_name": "Người Lạ", "identity_number": STRANGER.identity_number}}
    assert (await office.service.post("/v1/dossiers", stolen, STRANGER)).status_code == 422
    assert (await office.service.post("/v1/dossiers", body, a_citizen())).status_code == 201
    assert (await office.service.post("/v1/dossiers", body, a_citizen())).status_code == 422


async def test_what_is_submitted_at_the_portal_is_sent_there(office: Office) -> None:
    """The refusal says where to go; a ministry's procedure is received nowhere here."""
    await office.service.receive(a_procedure(version=2, submit_here=False))
    answer = await office.service.post("/v1/dossiers", await office.submission(a_citizen()), a_citizen())
    assert (answer.status_code, answer.json()["code"]) == (409, "submit-at-portal")
    assert answer.json()["portal_url"] == "https://dichvucong.gov.vn/"
    await office.service.receive(a_procedure(version=3, route="MINISTRY"))
    body = {
        "procedure_code": PROCEDURE,
        "owner": {"full_name": "Nguyễn Văn An"},
        "receiving_agency": COMMUNE,
        "components": [{"component_code": "to-khai", "form": "original"}],
    }
    counter = await office.service.post("/v1/counter-dossiers", body, RECEIVER)
    assert (counter.status_code, counter.json()["code"]) == (409, "worked-elsewhere")


async def test_downloads_are_logged_and_never_shown_in_the_page(office: Office) -> None:
    """Content-Disposition, a name in UTF-8, one row for each view."""
    seen = await office.submitted()
    file = (await office.read(seen, RECEIVER))["attachments"][0]["attachment_id"]
    before = await office.service.count("access_log")
    answer = await office.service.get(f"/v1/attachments/{file}/content", RECEIVER)
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert answer.content == PDF
    assert (await office.service.get(f"/v1/attachments/{file}/content", STRANGER)).status_code == 404
    assert await office.service.count("access_log") == before + 1


async def test_a_weak_tag_matches_nothing(office: Office) -> None:
    """If-Match compares strongly (RFC 9110, 13.1.1): W/"1" is not version 1."""
    seen = await office.submitted()
    path = f"/v1/dossiers/{seen['dossier_id']}/acceptance"
    for tag in ('W/"1"', "W/1", 'W/"x"'):
        weak = await office.service.post(path, {}, RECEIVER, headers={"If-Match": tag})
        assert (weak.status_code, weak.json()["code"]) == (412, "weak-etag")
    assert (await office.read(seen, RECEIVER))["state"] == "SUBMITTED"
    strong = await office.service.post(path, {}, RECEIVER, headers={"If-Match": '"1"'})
    assert strong.status_code == 200


async def test_a_number_that_would_change_is_refused_at_the_edge(office: Office) -> None:
    """With a code of its own, before anything is kept."""
    body = await office.submission(a_citizen())
    text = json.dumps({**body, "form_data": {"so": "@"}}).replace('"@"', "18446744073709551616")
    answer = await office.service.post(
        "/v1/dossiers", text.encode(), a_citizen(), headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "inexact-number")
    assert await office.service.count("dossiers") == 0
