"""A paper of one's own store becomes a component by one's choice: fetched by us, kept once."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import httpx
import pytest

from kernel.core.errors import Unavailable
from kernel.testing.running import RunningService, a_service
from services.dossier.commands.history import verify_history
from services.dossier.use_cases.row_seals import FILE, UNORDERED_FILE_KIND, seal
from tests.builders.dossier.files import a_pdf_written
from tests.builders.dossier.office import (
    GATEWAY,
    PROCEDURE,
    RECEIVER,
    SPECIALIST,
    Office,
    a_citizen,
)
from tests.integration.gateway.ministry_world import Ministries, a_ministry

Start = Callable[..., Awaitable[RunningService]]
AN, BINH = "cong-dan-an", "cong-dan-binh"
NUMBER = "099088000011"
PAPER = a_pdf_written("/Lang (vi-kho)")
HASH = hashlib.sha256(PAPER).hexdigest()
OF_COMPONENT = {"procedure_code": PROCEDURE, "component_code": "to-khai", "consent": True}
MACHINE = a_service("look-up.answer", subject="gateway")


@pytest.fixture(scope="module")
async def shared(start_once: Start) -> AsyncIterator[Ministries]:
    with TemporaryDirectory() as folder:
        async with a_ministry(start_once, Path(folder)) as world:
            yield world


@pytest.fixture
async def world(shared: Ministries) -> AsyncIterator[Ministries]:
    await holds(shared)
    yield shared
    await shared.faults()
    shared.gateway.runtime.resources.papers.breaker.succeeded()


async def holds(world: Ministries, content: bytes = PAPER, **more: Any) -> None:
    """Let the store hold An's paper, and tell more of it."""
    paper = {
        "owner": NUMBER,
        "code": "KQ.G15.000001",
        "name": "Giấy xác nhận",
        "number": "12/XN",
        "agency": "H99",
        "content_base64": base64.b64encode(content).decode(),
        "more": more,
    }
    assert (await world.ministry.put("/sandbox/papers", json=paper)).status_code == 204


async def drops(world: Ministries) -> None:
    query = {"owner": NUMBER, "number": "12/XN"}
    assert (await world.ministry.delete("/sandbox/papers", params=query)).status_code == 204


async def looked(world: Ministries, who: str = AN, **changed: Any) -> httpx.Response:
    body = {**OF_COMPONENT, **changed}
    return await world.calls("POST", "/api/v1/personal-paper-looks", who, json=body)


async def chosen(world: Ministries, **changed: Any) -> str:
    """Return what hands the paper's file back."""
    answer = await looked(world, **changed)
    assert answer.status_code == 200, answer.text
    (paper,) = answer.json()["papers"]
    (file,) = paper["files"]
    assert file["sha256"] == HASH
    return str(file["choice"])


async def taken(world: Ministries, choice: str, who: str = AN, **changed: Any) -> httpx.Response:
    body = {**OF_COMPONENT, "choice": choice, **changed}
    return await world.calls("POST", "/api/v1/personal-papers", who, json=body)


async def a_taken_file(world: Ministries, **changed: Any) -> dict[str, Any]:
    answer = await taken(world, await chosen(world, **changed), **changed)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def asked(world: Ministries) -> int:
    return len((await world.ministry.get("/sandbox/asked")).json())


async def evidence(office: Office, seen: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await office.service.get(f"/v1/dossiers/{seen['dossier_id']}/evidence", RECEIVER)
    items: list[dict[str, Any]] = answer.json()["items"]
    return [one for one in items if one["kind"] == "FROM_PERSONAL_STORE"]


async def told_portal(office: Office, seen: dict[str, Any]) -> dict[str, Any]:
    answer = await office.service.get(f"/v1/portal-views/{seen['dossier_id']}", GATEWAY)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_draft_with_a_paper_of_the_store_is_handed_in_and_officers_see_where_it_came_from(
    world: Ministries,
) -> None:
    """Consent, hash and the store's words are evidence; the portal's flag is of this file and no other."""
    office = world.office
    file = await a_taken_file(world)
    assert (file["sha256"], file["media_type"], file["scan"]) == (HASH, "application/pdf", "OFF")
    an = a_citizen()
    components = [
        {"component_code": "to-khai", "attachment_ids": [file["attachment_id"]]},
        {"component_code": "ly-hon", "attachment_ids": [await office.upload(an)]},
    ]
    content = await office.submission(an, components=components)
    del content["procedure_code"]
    draft = await office.service.post("/v1/drafts", {"procedure_code": PROCEDURE, "content": content}, an)
    path = f"/v1/drafts/{draft.json()['draft_id']}/submission"
    answer = await office.service.post(path, {}, an, version=1)
    assert answer.status_code == 201, answer.text
    seen = answer.json()
    detail = (await office.service.get(f"/v1/dossiers/{seen['dossier_id']}", RECEIVER)).json()
    origins = {one["component_code"]: one["taken_from"] for one in detail["attachments"]}
    assert [one["attachment_id"] for one in detail["attachments"] if one["taken_from"]] == [
        file["attachment_id"]
    ]
    origin = origins["to-khai"]
    assert (origin["store"], origin["number"], origin["sha256"]) == ("PERSONAL_STORE", "12/XN", HASH)
    assert (origin["consent"]["given_by"], origin["consent"]["level"]) == ("OWNER", 2)
    assert origin["consent"]["subject"] == AN
    assert "snapshot" not in origin
    (kept,) = await evidence(office, seen)
    assert (kept["source"], kept["component_code"], kept["by"]) == ("PERSONAL_STORE", "to-khai", AN)
    assert kept["details"]["attachment_id"] == file["attachment_id"]
    assert kept["details"]["sha256"] == HASH
    row = await office.service.runtime.pool.fetchrow(
        "SELECT details FROM evidence WHERE id = $1", kept["evidence_id"]
    )
    purpose = f"personal paper {kept['details']['look_up_id']}"
    snapshot = office.service.runtime.seals.open(row["details"]["snapshot"], purpose=purpose)
    assert isinstance(snapshot, dict)
    assert snapshot["told"]["SoKyHieu"] == "12/XN"
    told = await told_portal(office, seen)
    flags = {one["component_code"]: one["is_from_personal_store"] for one in told["attachments"]}
    assert flags == {"to-khai": True, "ly-hon": False}
    assert told["evidence"]["has_component_from_personal_store"] is True
    logged = await office.service.runtime.pool.fetch(
        "SELECT subject, what FROM access_log WHERE object_id = $1::uuid", kept["details"]["look_up_id"]
    )
    assert [(one["subject"], one["what"]) for one in logged] == [(AN, "personal-store")]


async def test_it_answers_a_supplement_request_and_only_its_own_file_is_told_so(
    world: Ministries, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before acceptance and after it; every row holds against its seal."""
    office, an = world.office, a_citizen()
    seen = await office.submitted()
    ask = {"items": [{"component_code": "to-khai", "reason": "mờ"}], "reason": "Bản chụp mờ"}
    seen = await office.act(seen, "intake-supplement-request", RECEIVER, **ask)
    file = await a_taken_file(world)
    body = {"attachment_ids": [file["attachment_id"]], "note": "từ kho"}
    seen = await office.act(seen, "intake-supplement-answer", an, **body)
    (kept,) = await evidence(office, seen)
    assert kept["details"]["attachment_id"] == file["attachment_id"]
    told = await told_portal(office, seen)
    flags = {one["attachment_id"]: one["is_from_personal_store"] for one in told["attachments"]}
    assert flags.pop(file["attachment_id"]) is True
    assert set(flags.values()) == {False}
    await verify_history(office.service.runtime, [])
    assert seen["dossier_id"] not in capsys.readouterr().out


async def test_what_is_said_of_a_file_by_hand_is_found(
    world: Ministries, capsys: pytest.CaptureFixture[str]
) -> None:
    """An upload made a paper of the store in the table, and a paper of the store made an upload."""
    office = world.office
    uploaded = await office.submitted()
    file = await a_taken_file(world)
    given = [{"component_code": "to-khai", "attachment_ids": [file["attachment_id"]]}]
    store = await office.submitted(components=given)
    pool = office.service.runtime.pool
    said = await pool.fetchval("SELECT taken::text FROM attachments WHERE id = $1", file["attachment_id"])
    forging = "UPDATE attachments SET taken = $2::text::json WHERE dossier_id = $1"
    older = await office.submitted()
    row = await pool.fetchrow("SELECT * FROM attachments WHERE dossier_id = $1", older["dossier_id"])
    async with office.service.runtime.unit_of_work() as unit:
        keys = office.service.runtime.open_work(unit).history_keys
    of_before = seal(UNORDERED_FILE_KIND, FILE, row, keys)
    await pool.execute("UPDATE attachments SET seal = $2 WHERE id = $1", row["id"], of_before)
    await pool.execute(forging, older["dossier_id"], said)
    await pool.execute(forging, uploaded["dossier_id"], said)
    await pool.execute(forging, store["dossier_id"], None)
    await verify_history(office.service.runtime, [])
    found = capsys.readouterr().out
    for seen in (uploaded, store, older):
        assert f"{seen['dossier_id']}: a file's record was changed" in found
    for seen in (uploaded, older):
        await pool.execute(forging, seen["dossier_id"], None)
    await pool.execute(forging, store["dossier_id"], said)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"content": a_pdf_written("/Lang (vi-khac)")}, "personal-paper-changed"),
        ({"TrangThai": "THU_HOI"}, "personal-paper-revoked"),
        ({"ThoiHanHieuLuc": "02/03/2026"}, "personal-paper-expired"),
        ({"MaChuGiayTo": "099192000022"}, "personal-paper-of-another"),
        (None, "personal-paper-gone"),
    ],
    ids=["changed", "revoked", "expired", "another's", "gone"],
)
async def test_what_changed_between_look_and_taking_is_refused_and_nothing_is_kept(
    world: Ministries, change: dict[str, Any] | None, code: str
) -> None:
    choice = await chosen(world)
    before = await world.office.service.count("attachments")
    await (drops(world) if change is None else holds(world, **change))
    answer = await taken(world, choice)
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert await world.office.service.count("attachments") == before


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"TrangThai": "DA_HUY"}, "personal-paper-revoked"),
        ({"ThoiHanHieuLuc": "20260301"}, "personal-paper-expired"),
        ({"MaChuGiayTo": True}, "personal-paper-unread"),
        ({"TrangThai": "Đã thu hồi"}, "personal-paper-revoked"),
        ({"TrangThai": {"#text": "THU_HOI"}}, "personal-paper-revoked"),
        ({"TrangThai": {"Ma": 3, "Ten": "Hết hiệu lực từ 2020"}}, "personal-paper-revoked"),
        ({"TrangThai": "CON_HIEU_LUC", "trangthai": "HUY"}, "personal-paper-revoked"),
        ({"TrangThai": False}, "personal-paper-unread"),
        ({"ThoiHanHieuLuc": {"#text": "20200101"}}, "personal-paper-expired"),
        ({"ThoiHanHieuLuc": "12/2020"}, "personal-paper-unread"),
        ({"ThoiHanHieuLuc": "Jan 1, 2020 12:00:00 AM"}, "personal-paper-expired"),
        ({"ThoiHanHieuLuc": ["01/01/2020", "01/01/2030"]}, "personal-paper-unread"),
    ],
    ids=str,
)
async def test_a_paper_that_cannot_be_used_is_shown_with_the_reason_and_no_choice(
    world: Ministries, more: dict[str, Any], code: str
) -> None:
    """What is said of it and cannot be read stands against it too; it does not count as nothing said."""
    choice = await chosen(world)
    await holds(world, **more)
    (paper,) = (await looked(world)).json()["papers"]
    assert (paper["reason"]["code"], paper["files"]) == (code, [])
    answer = await taken(world, choice)
    assert (answer.status_code, answer.json()["code"]) == (409, code)


@pytest.mark.parametrize(
    "holder",
    [
        "099192000022",
        {"#text": "099192000022"},
        {"SoDinhDanh": "099192000022", "HoVaTen": "Trần B"},
        ["099192000022", "099192000033"],
        '{"so":"099192000022"}',
        {"SoDinhDanh": "099192000022", "SoDinhDanhNguoiYeuCau": NUMBER},
    ],
    ids=str,
)
async def test_of_papers_the_store_says_are_somebody_elses_nothing_is_shown_but_how_many(
    world: Ministries, holder: Any
) -> None:
    """A paper's name has people's names in it, its number leads to more; who asks is told why it is short."""
    choice = await chosen(world)
    await holds(world, MaChuGiayTo=holder)
    answer = await looked(world)
    assert (answer.json()["papers"], answer.json()["of_others"]) == ([], 1)
    for word in ("KQ.G15.000001", "Giấy xác nhận", "12/XN", "099192000022"):
        assert word not in answer.text
    refused = await taken(world, choice)
    assert (refused.status_code, refused.json()["code"]) == (409, "personal-paper-of-another")


@pytest.mark.parametrize(
    "more",
    [
        {"MaChuGiayTo": {"SoDinhDanh": int(NUMBER), "HoVaTen": "Nguyễn Văn An"}},
        {"MaChuGiayTo": ["099192000022", NUMBER]},
        {"MaChuGiayTo": {"#text": NUMBER}, "TrangThai": "Chưa bị thu hồi"},
        {"TrangThai": ["CON_HIEU_LUC"], "ThoiHanHieuLuc": "Vô thời hạn"},
        {"TrangThai": "", "ThoiHanHieuLuc": "31/12/9999"},
        {"ThoiHanHieuLuc": "0001-01-01T00:00:00"},
        {"ThoiHanHieuLuc": {"#text": "03/03/2026"}},
        {"TenGiayTo": "Giấy\u0000 xác nhận", "GhiChu": {"a\u0001": "b\u0000"}},
    ],
    ids=str,
)
async def test_a_paper_of_ones_own_that_stands_is_taken_however_that_is_written(
    world: Ministries, more: dict[str, Any]
) -> None:
    await holds(world, **more)
    await a_taken_file(world)


async def test_without_consent_level_or_number_the_store_hears_of_nobody(world: Ministries) -> None:
    """Nor does it of a component the procedure has not, nor when an officer asks."""
    before = await asked(world)
    for status, code, who, changed in (
        (422, "consent-required", AN, {"consent": False}),
        (422, "invalid", AN, {"component_code": "khong-co"}),
        (403, "forbidden", SPECIALIST.subject, {}),
    ):
        answer = await looked(world, who, **changed)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    permits = "/v1/personal-paper-permits"
    service = world.office.service
    for level, number, status, code in (
        (1, NUMBER, 403, "assurance-too-low"),
        (2, "", 409, "nobody-to-ask-for"),
    ):
        person = replace(a_citizen(number=number), assurance_level=level)
        answer = await service.post(permits, OF_COMPONENT, person)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await asked(world) == before


async def test_a_choice_is_its_persons_its_components_and_its_half_hours(world: Ministries) -> None:
    choice = await chosen(world)
    other = {"component_code": "ly-hon"}
    for one, who, changed in ((choice, BINH, {}), (choice, AN, other), ("x" * 60, AN, {})):
        answer = await taken(world, one, who, **changed)
        assert (answer.status_code, answer.json()["code"]) == (409, "personal-paper-choice-over")
    assert (await taken(world, choice, consent=False)).json()["code"] == "consent-required"
    world.passes(1801)
    assert (await taken(world, choice)).json()["code"] == "personal-paper-choice-over"


@pytest.mark.parametrize("fault", [{"down": 9}, {"slow": 9, "slow_ms": 800}, {"html_5xx": 9}], ids=str)
async def test_a_store_that_is_away_is_said_so_and_leaves_nothing(
    world: Ministries, fault: dict[str, int]
) -> None:
    """Also when it goes away between look and taking; a try afterwards takes it."""
    choice = await chosen(world)
    before = await world.office.service.count("attachments")
    await world.faults(**fault)
    for answer in (await looked(world), await taken(world, choice)):
        assert (answer.status_code, answer.json()["code"]) == (503, "personal-store-away")
    assert await world.office.service.count("attachments") == before
    await world.faults()
    world.gateway.runtime.resources.papers.breaker.succeeded()
    assert (await taken(world, choice)).status_code == 201


async def test_a_process_killed_before_or_after_the_file_is_kept_keeps_it_once(
    world: Ministries, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A choice leads to one file however often it is handed in, under whichever key, also twice at once."""
    choice, other = await chosen(world), await chosen(world)
    desk = world.gateway.runtime.resources.papers._desk
    real = desk.keep
    before = await world.office.service.count("attachments")

    async def dies_before(path: str, body: Any) -> Any:
        raise Unavailable("killed")

    async def dies_after(path: str, body: Any) -> Any:
        await real(path, body)
        raise Unavailable("killed")

    for dying, kept in ((dies_before, 0), (dies_after, 1), (dies_after, 1)):
        monkeypatch.setattr(desk, "keep", dying)
        assert (await taken(world, choice)).status_code == 503
        assert await world.office.service.count("attachments") == before + kept
    monkeypatch.setattr(desk, "keep", real)
    first, again = await asyncio.gather(taken(world, choice), taken(world, choice))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["attachment_id"] == again.json()["attachment_id"]
    both = await asyncio.gather(taken(world, other), taken(world, other))
    assert [one.status_code for one in both] == [201, 201]
    assert await world.office.service.count("attachments") == before + 2


async def test_only_the_platform_says_that_a_file_is_of_the_store(world: Ministries) -> None:
    """A permit in a citizen's hands keeps nothing; made up, changed, or too old neither."""
    service, an = world.office.service, a_citizen()
    permit = (await service.post("/v1/personal-paper-permits", OF_COMPONENT, an)).json()["permit"]
    body = {
        "permit": permit,
        "taken_id": str(uuid4()),
        "code": "KQ",
        "name": "Giấy",
        "number": "1",
        "agency": "H99",
        "file_name": "a.pdf",
        "sha256": HASH,
        "content_base64": base64.b64encode(PAPER).decode(),
    }
    path = "/v1/taken-papers"
    assert (await service.post(path, body, an)).status_code == 403
    assert (await service.post(path, body, a_service("portal.read"))).status_code == 403
    forged = await service.post(path, {**body, "permit": permit[:-4] + "AAAA"}, MACHINE)
    assert (forged.status_code, forged.json()["code"]) == (409, "permit-over")
    other = await service.post(path, {**body, "sha256": "0" * 64}, MACHINE)
    assert (other.status_code, other.json()["code"]) == (422, "invalid")
    over = await service.post(path, {**body, "valid_to": "2026-03-01"}, MACHINE)
    assert (over.status_code, over.json()["code"]) == (409, "personal-paper-expired")
    text = base64.b64encode(b"plain text").decode()
    wrong = {**body, "content_base64": text, "sha256": hashlib.sha256(b"plain text").hexdigest()}
    assert (await service.post(path, wrong, MACHINE)).status_code == 415
    kept = await service.post(path, body, MACHINE)
    assert (kept.status_code, kept.json()["outcome"]) == (201, "kept")
    world.passes(601)
    again = await service.post(path, body, MACHINE)
    assert (again.status_code, again.json()["outcome"]) == (200, "repeated")
    binh = a_citizen(BINH, "099192000022")
    others = (await service.post("/v1/personal-paper-permits", OF_COMPONENT, binh)).json()["permit"]
    stolen = await service.post(path, {**body, "permit": others}, MACHINE)
    assert (stolen.status_code, stolen.json()["code"]) == (409, "permit-over")
    late = (await service.post("/v1/personal-paper-permits", OF_COMPONENT, an)).json()["permit"]
    world.passes(601)
    fresh = {"taken_id": str(uuid4())}
    assert (await service.post(path, {**body, **fresh, "permit": late}, MACHINE)).json()[
        "code"
    ] == "permit-over"


async def test_it_is_used_for_what_it_was_taken_for_while_it_holds_and_never_replaced(
    world: Ministries,
) -> None:
    """Another component, another person, a day after its last, an upload in its place: refused by name."""
    office, an = world.office, a_citizen()
    today = office.service.clock.now()
    await holds(world, ThoiHanHieuLuc=f"{today:%d/%m/%Y}")
    file = await a_taken_file(world)
    named = [file["attachment_id"]]
    elsewhere = [
        {"component_code": "to-khai", "attachment_ids": [await office.upload(an)]},
        {"component_code": "ly-hon", "attachment_ids": named},
    ]
    answer = await office.service.post("/v1/dossiers", await office.submission(an, components=elsewhere), an)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == "components.1.attachment_ids.0"
    path = f"/v1/attachments/{file['attachment_id']}/versions"
    replaced = await office.service.post(
        path, a_pdf_written("/Lang (vi-khac)"), an, headers={"X-File-Name": "a.pdf"}
    )
    assert (replaced.status_code, replaced.json()["code"]) == (409, "personal-paper-not-replaced")
    binh = a_citizen(BINH, "099192000022")
    given = [{"component_code": "to-khai", "attachment_ids": named}]
    stolen = await office.service.post("/v1/dossiers", await office.submission(binh, components=given), binh)
    assert (stolen.status_code, stolen.json()["errors"][0]["path"]) == (
        422,
        "components.0.attachment_ids.0",
    )
    world.passes(86_400)
    late = await office.service.post("/v1/dossiers", await office.submission(an, components=given), an)
    assert (late.status_code, late.json()["code"]) == (409, "personal-paper-expired")
