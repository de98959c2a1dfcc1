"""Shared databases are asked for a purpose, on record, for the least; the silent were not consulted."""

import base64
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest

from kernel.testing.running import RunningService, a_service
from services.gateway.clients import shared_databases
from services.gateway.domain.portal.wire.json_text import parsed
from tests.builders.dossier.office import COMMUNE, GATEWAY, PROCEDURE, RECEIVER, SPECIALIST, Office, a_citizen
from tests.integration.gateway.ministry_world import Ministries, a_ministry

Start = Callable[..., Awaitable[RunningService]]
MACHINE = a_service("look-up.answer", subject="gateway")
NUMBER = "099088000011"
KNOWN = {
    "full_name": "Nguyễn Văn An",
    "birth_date": "1988-05-01",
    "gender": "Nam",
    "nationality": "VN",
    "permanent_address": "12 ngõ Bến Đò",
    "religion": "không ai hỏi",
}
CONSENT = {"given_by": "OWNER", "how": "SIGNED_FORM", "given_at": "2026-03-03T07:30:00+07:00"}
WHO = "XAC_DINH_NHAN_THAN"


@pytest.fixture(scope="module")
async def shared(start_once: Start) -> AsyncIterator[Ministries]:
    with TemporaryDirectory() as folder:
        async with a_ministry(start_once, Path(folder)) as world:
            answer = await world.ministry.put("/sandbox/citizens", json={"number": NUMBER, "data": KNOWN})
            assert answer.status_code == 204
            yield world


@pytest.fixture
async def world(shared: Ministries) -> AsyncIterator[Ministries]:
    yield shared
    await shared.faults()
    for breaker in shared.gateway.runtime.resources.look_ups._breakers.values():
        breaker.succeeded()


async def look_up(world: Ministries, seen: dict[str, Any], **body: Any) -> httpx.Response:
    asked = {"database": "POPULATION", "purpose": WHO, "birth_date": "1988-05-01", **body}
    path = f"/api/v1/dossiers/{seen['dossier_id']}/look-ups"
    return await world.calls("POST", path, SPECIALIST.subject, json=asked)


async def evidence(office: Office, seen: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await office.service.get(f"/v1/dossiers/{seen['dossier_id']}/evidence", SPECIALIST)
    items: list[dict[str, Any]] = answer.json()["items"]
    return [one for one in items if one["kind"] in {"DATABASE_CONSULTED", "FROM_PERSONAL_STORE"}]


async def view(office: Office, seen: dict[str, Any]) -> dict[str, Any]:
    answer = await office.service.get(f"/v1/portal-views/{seen['dossier_id']}", GATEWAY)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_nobody_is_asked_about_the_owner_of_a_dossier_that_ended(world: Ministries) -> None:
    """The purpose is over with it: whoever once handed something in cannot be looked up for ever."""
    office = world.office
    seen = await office.act(await office.submitted(), "cancellation", a_citizen(), note="Nộp nhầm")
    refused = await look_up(world, seen)
    assert (refused.status_code, refused.json()["code"]) == (409, "transition-refused")
    assert await evidence(office, seen) == []


async def test_the_population_database_answers_for_a_purpose_and_leaves_evidence(world: Ministries) -> None:
    """Only the purpose's fields come back, are kept sealed with their hash; who asked is in the log."""
    seen = await world.office.in_process()
    assert (await view(world.office, seen))["databases"] == []
    answer = await look_up(world, seen)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    wanted = {name: KNOWN[name] for name in ("full_name", "birth_date", "gender", "nationality")}
    assert (said["outcome"], said["evidence"], said["data"]) == ("MATCHED", "kept", wanted)
    (kept,) = await evidence(world.office, seen)
    details = kept["details"]
    assert (kept["source"], kept["by"], details["purpose"]) == ("POPULATION", SPECIALIST.subject, WHO)
    text = json.dumps(wanted, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert details["sha256"] == hashlib.sha256(text).hexdigest()
    assert "snapshot" not in details
    pool = world.office.service.runtime.pool
    row = await pool.fetchrow("SELECT details FROM evidence WHERE id = $1", kept["evidence_id"])
    sealed = row["details"]["snapshot"]
    assert "Nguyễn" not in str(row["details"])
    purpose = f"look-up {said['look_up_id']}"
    assert world.office.service.runtime.seals.open(sealed, purpose=purpose) == wanted
    logged = await pool.fetch("SELECT subject, what FROM access_log WHERE object_id = $1", said["look_up_id"])
    assert [(one["subject"], one["what"]) for one in logged] == [(SPECIALIST.subject, "look-up: POPULATION")]
    assert (await view(world.office, seen))["databases"] == ["POPULATION"]
    asked = (await world.ministry.get("/sandbox/asked")).json()[-1]["body"]
    assert asked["truong"] == ["full_name", "birth_date", "gender", "nationality"]


TAX_CODE = "0109998805"
REGISTERED = {
    "name": "Công ty TNHH Bến Lam",
    "status": "Đang hoạt động",
    "legal_representative": "Nguyễn Văn An",
    "address": "12 ngõ Bến Đò",
    "bank_account": "không ai hỏi",
}


async def of_an_enterprise(office: Office, number: str = TAX_CODE) -> dict[str, Any]:
    """Return a dossier in process whose owner is an enterprise, brought to the counter."""
    owner = {"full_name": REGISTERED["name"], "identity_number": number, "identity_type": "TAX_CODE"}
    body = {
        "procedure_code": PROCEDURE,
        "owner": {**owner, "applicant_type": "BUSINESS", "phone": "0900000011"},
        "receiving_agency": COMMUNE,
        "components": [{"component_code": "to-khai", "form": "original"}],
    }
    answer = await office.service.post("/v1/counter-dossiers", body, RECEIVER)
    assert answer.status_code == 201, answer.text
    return await office.act(answer.json(), "handover", RECEIVER)


async def test_the_business_register_answers_by_tax_code_for_its_purpose_only(world: Ministries) -> None:
    """Asked by the code alone, without a birth date; the least comes back and is evidence."""
    known = {"number": TAX_CODE, "data": REGISTERED}
    assert (await world.ministry.put("/sandbox/businesses", json=known)).status_code == 204
    seen = await of_an_enterprise(world.office)
    wanted = {"database": "BUSINESS", "purpose": "XAC_DINH_DOANH_NGHIEP", "birth_date": None}
    answer = await look_up(world, seen, **wanted)
    assert answer.status_code == 200, answer.text
    said, fields = answer.json(), ["name", "status", "legal_representative", "address"]
    assert (said["outcome"], said["evidence"]) == ("MATCHED", "kept")
    assert said["data"] == {name: REGISTERED[name] for name in fields}
    asked = (await world.ministry.get("/sandbox/asked")).json()[-1]["body"]
    assert (asked["maSoDoanhNghiep"], asked["truong"]) == (TAX_CODE, fields)
    assert not {"soDinhDanh", "hoTen", "ngaySinh"} & set(asked)
    (kept,) = await evidence(world.office, seen)
    assert (kept["source"], kept["details"]["purpose"]) == ("BUSINESS", "XAC_DINH_DOANH_NGHIEP")
    text = json.dumps(said["data"], ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert kept["details"]["sha256"] == hashlib.sha256(text).hexdigest()
    assert (await view(world.office, seen))["databases"] == ["BUSINESS"]
    person = await look_up(world, seen)
    assert (person.status_code, person.json()["code"]) == (409, "nobody-to-ask-for")


async def test_an_enterprise_nobody_registered_is_not_found_and_that_is_evidence_too(
    world: Ministries,
) -> None:
    seen = await of_an_enterprise(world.office, "0109998812")
    wanted = {"database": "BUSINESS", "purpose": "XAC_DINH_DOANH_NGHIEP", "birth_date": None}
    said = (await look_up(world, seen, **wanted)).json()
    assert (said["outcome"], said["evidence"], said["data"]) == ("NOT_FOUND", "kept", {})
    (kept,) = await evidence(world.office, seen)
    assert kept["details"]["outcome"] == "NOT_FOUND"


async def test_another_birth_date_is_different_and_tells_nothing_of_the_person(world: Ministries) -> None:
    seen = await world.office.in_process()
    said = (await look_up(world, seen, birth_date="1988-05-02")).json()
    assert (said["outcome"], said["data"]) == ("DIFFERENT", {})


# The slow one is last: nobody waits for it, and it would take the next one's fault when it is done.
@pytest.mark.parametrize("fault", [{"down": 1}, {"html_5xx": 1}, {"slow": 1, "slow_ms": 800}], ids=str)
async def test_a_database_that_does_not_answer_was_not_consulted_and_blocks_nothing(
    world: Ministries, fault: dict[str, int]
) -> None:
    """No evidence, no code for the portal; the dossier goes on; that somebody asked stays in the log."""
    seen = await world.office.in_process()
    await world.faults(**fault)
    said = (await look_up(world, seen)).json()
    assert (said["outcome"], said["evidence"], said["data"]) == ("UNAVAILABLE", "not-consulted", {})
    assert await evidence(world.office, seen) == []
    told = await view(world.office, seen)
    assert (told["databases"], told["evidence"]["has_consulted_database"]) == ([], False)


FAMILY = {"soDinhDanh": "099192000022", "full_name": "Trần Thị Bình", "birth_date": "1992-01-01"}
MATCH: dict[str, Any] = {"ketQua": "KHOP", "maGiaoDich": "1", "duLieu": KNOWN}


def answering(monkeypatch: pytest.MonkeyPatch, said: Any) -> None:
    """Let the population database answer this, whatever it is asked."""

    async def posted(*_: Any, **__: Any) -> Any:
        return said

    monkeypatch.setattr(shared_databases, "posted", posted)


@pytest.mark.parametrize(
    "said",
    [
        {**MATCH, "duLieu": FAMILY},
        {**MATCH, "duLieu": {**KNOWN, "so_dinh_danh": {"#text": "099192000022"}}},
        {**MATCH, "duLieu": {**KNOWN, "birth_date": "02/05/1988"}},
        {**MATCH, "duLieu": {**KNOWN, "birth_date": "1990"}},
        {**MATCH, "soDinhDanh": "099192000022"},
        {**MATCH, "maYeuCau": "of another question"},
        {**MATCH, "duLieu": [KNOWN]},
        {**MATCH, "duLieu": json.dumps(KNOWN)},
        {**MATCH, "duLieu": {"hoTen": "Nguyễn Văn An"}},
        {**MATCH, "duLieu": {**KNOWN, "full_name": {"ho": "Nguyễn"}}},
        {**MATCH, "duLieu": {**KNOWN, "full_name": "x" * 2001}},
        {**MATCH, "maGiaoDich": {"a": 1}},
        parsed(json.dumps(MATCH).replace('"gender":', '"gender": "Nữ", "gender":').encode()),
        parsed(json.dumps(MATCH).replace('"KHOP"', '"KHOP", "ketQua": "KHONG_KHOP"').encode()),
        {**MATCH, "ketQua": ["KHOP"]},
        {**MATCH, "ketQua": {"ma": "KHOP"}},
    ],
    ids=lambda said: str(said)[:90].replace("\x00", ""),
)
async def test_an_answer_of_somebody_else_or_that_nobody_reads_is_no_consultation(
    world: Ministries, monkeypatch: pytest.MonkeyPatch, said: Any
) -> None:
    """A stranger's data is no evidence of this dossier, and a bad answer is no fault of who asked."""
    seen = await world.office.in_process()
    answering(monkeypatch, said)
    answer = await look_up(world, seen)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["outcome"], told["evidence"], told["data"]) == ("UNAVAILABLE", "not-consulted", {})
    assert await evidence(world.office, seen) == []


@pytest.mark.parametrize(
    "more",
    [
        {"soDinhDanh": int(NUMBER)},
        {"ngaySinh": "01/05/1988"},
        {"birth_date": "1988"},
        {"gender": None},
        {"full_name": "Nguyễn\u0000 Văn\u0001 An"},
    ],
    ids=["a number", "another writing", "the year", "nothing told", "control signs"],
)
async def test_who_was_asked_about_is_known_again_in_other_writings(
    world: Ministries, monkeypatch: pytest.MonkeyPatch, more: dict[str, Any]
) -> None:
    seen = await world.office.in_process()
    answering(monkeypatch, {**MATCH, "maGiaoDich": "1\u0000", "duLieu": {**KNOWN, **more}})
    told = (await look_up(world, seen)).json()
    assert (told["outcome"], told["evidence"], told["data"]["full_name"]) == (
        "MATCHED",
        "kept",
        KNOWN["full_name"],
    )


async def test_a_slow_database_is_asked_no_more_until_its_breaker_lets_one_try(world: Ministries) -> None:
    """Three time-outs in a row; then officers are answered at once and nothing is sent."""
    seen = await world.office.in_process()
    await world.faults(slow=10, slow_ms=700)
    for _ in range(3):
        assert (await look_up(world, seen)).json()["outcome"] == "UNAVAILABLE"
    await world.faults()
    before = len((await world.ministry.get("/sandbox/asked")).json())
    assert (await look_up(world, seen)).json()["outcome"] == "UNAVAILABLE"
    assert len((await world.ministry.get("/sandbox/asked")).json()) == before
    breaker = world.gateway.runtime.resources.look_ups._breakers["POPULATION"]
    breaker._open_until = 0
    assert (await look_up(world, seen)).json()["outcome"] == "MATCHED"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"purpose": "TO_MO"}, 422, "invalid"),
        ({"purpose": "XAC_DINH_DOANH_NGHIEP"}, 422, "invalid"),
        ({"birth_date": None}, 422, "invalid"),
        ({"component_code": "khong-co"}, 422, "invalid"),
        ({"database": "BUSINESS", "purpose": "XAC_DINH_DOANH_NGHIEP"}, 409, "nobody-to-ask-for"),
        ({"database": "PERSONAL_PAPERS", "purpose": "THAY_THE_GIAY_TO"}, 422, "consent-required"),
        (
            {
                "database": "PERSONAL_PAPERS",
                "purpose": "THAY_THE_GIAY_TO",
                "consent": {**CONSENT, "given_at": "2027-01-01T00:00:00+07:00"},
            },
            422,
            "invalid",
        ),
    ],
)
async def test_without_purpose_person_or_consent_nobody_is_asked(
    world: Ministries, body: dict[str, Any], status: int, code: str
) -> None:
    seen = await world.office.in_process()
    before = len((await world.ministry.get("/sandbox/asked")).json())
    answer = await look_up(world, seen, **body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert len((await world.ministry.get("/sandbox/asked")).json()) == before
    assert await evidence(world.office, seen) == []


async def test_only_who_works_the_dossier_looks_up_and_only_the_gateway_answers(world: Ministries) -> None:
    """A permit is sealed: made up, of another purpose or too old it keeps nothing."""
    seen = await world.office.in_process()
    path = f"/api/v1/dossiers/{seen['dossier_id']}/look-ups"
    body = {"database": "POPULATION", "purpose": WHO, "birth_date": "1988-05-01"}
    assert (await world.calls("POST", path, "giam-sat", json=body)).status_code in {403, 404}
    service = world.office.service
    permit = await service.post(f"/v1/dossiers/{seen['dossier_id']}/look-up-permits", body, SPECIALIST)
    answer = {
        "permit": permit.json()["permit"],
        "outcome": "MATCHED",
        "source": "POPULATION",
        "answered_at": service.clock.now().isoformat(),
        "data": {"full_name": "Nguyễn Văn An", "religion": "x"},
    }
    assert (await service.post("/v1/look-up-answers", answer, SPECIALIST)).status_code == 403
    assert (await service.post("/v1/look-up-answers", answer, a_service("portal.read"))).status_code == 403
    forged = await service.post("/v1/look-up-answers", {**answer, "permit": "x" * 80}, MACHINE)
    assert (forged.status_code, forged.json()["code"]) == (409, "permit-over")
    first = await service.post("/v1/look-up-answers", answer, MACHINE)
    again = await service.post("/v1/look-up-answers", {**answer, "outcome": "DIFFERENT"}, MACHINE)
    assert (first.json()["outcome"], again.json()["outcome"]) == ("kept", "repeated")
    (kept,) = await evidence(world.office, seen)
    assert kept["details"]["outcome"] == "MATCHED"
    world.passes(601)
    late = await service.post(f"/v1/dossiers/{seen['dossier_id']}/look-up-permits", body, SPECIALIST)
    world.passes(601)
    over = await service.post("/v1/look-up-answers", {**answer, "permit": late.json()["permit"]}, MACHINE)
    assert over.json()["code"] == "permit-over"


async def test_personal_papers_come_with_consent_and_their_files_stand_for_a_component(
    world: Ministries,
) -> None:
    """Section 20 to the letter; an expired session signs in once more; the portal's flag follows."""
    content = b"%PDF-1.7 ket qua"
    paper = {
        "owner": NUMBER,
        "code": "KQ.G15.000001",
        "name": "Giấy xác nhận",
        "number": "12/XN",
        "agency": "H99",
        "content_base64": base64.b64encode(content).decode(),
    }
    assert (await world.ministry.put("/sandbox/papers", json=paper)).status_code == 204
    seen = await world.office.in_process()
    asked = {
        "database": "PERSONAL_PAPERS",
        "purpose": "THAY_THE_GIAY_TO",
        "component_code": "to-khai",
        "consent": {**CONSENT, "given_at": "2026-03-03T07:30:00+07:00"},
        "procedure": "1.004873",
        "results": [{"code": "KQ.G15.000001"}],
        "files": True,
    }
    first = await look_up(world, seen, **asked)
    assert first.status_code == 200, first.text
    world.passes(3600)
    said = (await look_up(world, seen, **asked)).json()
    assert said["outcome"] == "MATCHED"
    (held,) = said["data"]["papers"]
    assert (held["code"], held["number"], held["files"]) == ("KQ.G15.000001", "12/XN", ["Giấy xác nhận.pdf"])
    (file,) = said["files"]
    assert base64.b64decode(file["content_base64"]) == content
    assert file["sha256"] == hashlib.sha256(content).hexdigest()
    kept = await evidence(world.office, seen)
    assert [one["kind"] for one in kept] == ["DATABASE_CONSULTED", "FROM_PERSONAL_STORE"] * 2
    assert kept[0]["details"]["consent"]["given_by"] == "OWNER"
    assert kept[1]["component_code"] == "to-khai"
    told = await view(world.office, seen)
    assert told["evidence"]["has_component_from_personal_store"] is True
    bodies = [one["body"] for one in (await world.ministry.get("/sandbox/asked")).json()]
    listed = next(one for one in bodies if "SoDinhDanhChuSoHuu" in one)
    assert set(listed) == {
        "session",
        "SoDinhDanhChuSoHuu",
        "SoDinhDanhNguoiYeuCau",
        "HoTenNguoiYeuCau",
        "KenhThucHien",
        "MaThuTuc",
        "DanhSachDanhMucKetQua",
    }
    assert listed["DanhSachDanhMucKetQua"] == [{"MaKetQua": "KQ.G15.000001", "SoKyHieu": ""}]
    assert set(next(one for one in bodies if "DuongDan" in one)) == {"session", "CoQuanChuQuan", "DuongDan"}


async def test_a_paper_the_store_says_is_somebody_elses_is_shown_to_no_officer(world: Ministries) -> None:
    """Neither its name nor its file reaches the dossier's evidence."""
    paper = {
        "owner": NUMBER,
        "code": "KQ.G15.000009",
        "name": "Giấy của người khác",
        "number": "99/XN",
        "agency": "H99",
        "content_base64": base64.b64encode(b"%PDF-1.7 cua nguoi khac").decode(),
        "more": {"MaChuGiayTo": {"SoDinhDanh": "099192000022"}},
    }
    assert (await world.ministry.put("/sandbox/papers", json=paper)).status_code == 204
    seen = await world.office.in_process()
    asked = {
        "database": "PERSONAL_PAPERS",
        "purpose": "THAY_THE_GIAY_TO",
        "component_code": "to-khai",
        "consent": CONSENT,
        "procedure": "1.004873",
        "results": [{"code": "KQ.G15.000009"}],
        "files": True,
    }
    said = (await look_up(world, seen, **asked)).json()
    assert (said["outcome"], said["data"], said["files"]) == ("NOT_FOUND", {"papers": []}, [])
