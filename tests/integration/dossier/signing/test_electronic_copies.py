"""Electronic certified copies: in one book with those on paper, signed, sealed, their owner's."""

import asyncio
import io
from typing import Any

import pytest
from pypdf import PdfReader

from services.dossier.commands.history import verify_history
from services.dossier.domain.signing.verification import Thing
from tests.builders.dossier.colleagues import in_the_directory
from tests.builders.dossier.files import a_pdf
from tests.builders.dossier.office import (
    CLERK,
    OTHER_COMMUNE,
    RECEIVER,
    SIGNER,
    Office,
    a_citizen,
    an_officer,
)
from tests.builders.dossier.pki import Holder, a_holder, a_signed_pdf
from tests.integration.dossier.signing.signed import finished, prepared, signed_by, token_on, verified

AN = a_citizen()
LEADER = in_the_directory(SIGNER.subject, "SIGNER", unit="lanh-dao")
COUNTER = an_officer("ONE_STOP_OFFICER", "CASHIER", unit="mot-cua", subject=RECEIVER.subject)
MARCH = {"from": "2026-03-01", "to": "2026-03-31"}
OWNER = {"full_name": "Nguyễn Văn An", "identity_number": AN.identity_number}


async def asked(office: Office, scan: str, requester: Any = OWNER, **changed: Any) -> Any:
    """Ask at the counter for an electronic copy and one on paper."""
    documents = [
        {"document_name": "Bằng tốt nghiệp", "pages": 2, "copies": 1, "scan_id": scan, **changed},
        {"document_name": "Học bạ", "pages": 2, "copies": 3},
    ]
    body = {"requester": requester, "documents": documents, "signer": SIGNER.subject}
    return await office.service.post("/v1/certified-copies", {**body, "payment": {"method": "CASH"}}, COUNTER)


async def certified(office: Office) -> tuple[str, str]:
    """Return the lines of the book: of the electronic copy, and of the one on paper."""
    await office.service.receive(LEADER)
    answer = await asked(office, await office.upload(COUNTER, a_pdf(pages=2)))
    assert answer.status_code == 201, answer.text
    ids = [one["request_id"] for one in answer.json()["items"]]
    body = {"request_ids": ids, "signer_title": "Chủ tịch"}
    done = await office.service.post("/v1/copy-confirmations", body, SIGNER)
    assert [one["is_electronic"] for one in done.json()["items"]] == [True, False], done.text
    return ids[0], ids[1]


async def drafted(office: Office, copy: str, by: Any = SIGNER) -> Any:
    """Have the draft made."""
    return await office.service.post(f"/v1/certified-copies/{copy}/draft", {}, by)


async def signed(office: Office, draft: str, holder: Holder | None = None) -> dict[str, Any]:
    """Sign the draft with the signer's token, as any file."""
    token = holder or a_holder("Lê Văn Sơn")
    (item,) = await prepared(office, SIGNER, token, draft, stamp="person")
    (done,) = await finished(office, SIGNER, [signed_by(token, item)])
    return dict(done["attachment"])


async def sealed(office: Office, copy: str, by: Any = CLERK) -> Any:
    """Have it sealed and issued."""
    return await office.service.post(f"/v1/certified-copies/{copy}/issuance", {}, by)


async def test_an_electronic_copy_is_a_line_of_the_same_book_signed_sealed_and_its_owners(
    signing: Office,
) -> None:
    """Scan, words with the number, the signer's signature, the agency's seal; checked by its QR code."""
    copy, _ = await certified(signing)
    draft = (await drafted(signing, copy)).json()
    assert (await drafted(signing, copy)).json()["attachment_id"] == draft["attachment_id"]
    await signed(signing, draft["attachment_id"])
    issued = (await sealed(signing, copy)).json()
    assert [one["signer"] for one in issued["signatures"]] == ["Lê Văn Sơn", "Ủy ban nhân dân xã Bến Đò"]
    assert all(one["intact"] and one["trusted"] and one["changes_allowed"] for one in issued["signatures"])
    (mine,) = (await signing.service.get("/v1/electronic-copies", AN)).json()["items"]
    assert (mine["copy_id"], mine["number"], mine["attachment_id"]) == (
        copy,
        "0001/2026",
        issued["attachment_id"],
    )
    content = await signing.service.get(f"/v1/electronic-copies/{copy}/content", AN)
    pages = PdfReader(io.BytesIO(content.content)).pages
    words = " ".join(pages[-1].extract_text().split())
    assert len(pages) == 3
    assert all(one in words for one in ("ĐÚNG VỚI BẢN CHÍNH", "0001/2026 - SCT/BS", "Chủ tịch", SIGNER.name))
    token = await token_on(signing, Thing.FILE, issued["attachment_id"])
    assert mine["verification_url"].endswith(token)
    told = await verified(signing, token, sha256=issued["sha256"])
    assert (told["kind"], told["number"], told["is_valid"]) == ("CERTIFIED_COPY", "0001/2026", True)
    assert told["agency"] == mine["agency_name"]
    book = (await signing.service.get("/v1/certified-copies?year=2026", RECEIVER)).json()["items"]
    assert [(one["number"], one["is_electronic"]) for one in book] == [
        ("0001/2026", True),
        ("0002/2026", False),
    ]
    assert book[0]["note"] == "Bản sao điện tử"
    assert await verify_history(signing.service.runtime, ()) == 0


async def test_nobody_else_is_given_an_electronic_copy(signing: Office) -> None:
    """Another person, another agency: not there; who keeps the book reads it and is written down."""
    copy, paper = await certified(signing)
    draft = (await drafted(signing, copy)).json()["attachment_id"]
    await signed(signing, draft)
    path = f"/v1/electronic-copies/{copy}/content"
    assert (await signing.service.get(path, AN)).status_code == 404
    assert (await sealed(signing, copy)).status_code == 201
    elsewhere = an_officer("ONE_STOP_OFFICER", agency=OTHER_COMMUNE, subject="giup")
    for nobody in (a_citizen("cong-dan-khac", "001090000999"), elsewhere):
        assert (await signing.service.get(path, nobody)).status_code == 404
    stranger = a_citizen("cong-dan-khac", "001090000999")
    assert (await signing.service.get("/v1/electronic-copies", stranger)).json()["items"] == []
    assert (await signing.service.get(path, RECEIVER)).status_code == 200
    logged = "SELECT count(*) FROM access_log WHERE what = 'electronic-copy'"
    assert await signing.service.runtime.pool.fetchval(logged) == 1
    assert (await signing.service.get(f"/v1/electronic-copies/{paper}/content", AN)).status_code == 404


async def test_only_what_the_certifier_signed_is_sealed(signing: Office) -> None:
    """Unsigned, signed by nobody we trust, another file in its place: no seal."""
    copy, paper = await certified(signing)
    assert (await drafted(signing, copy, CLERK)).json()["code"] == "not-the-signer"
    assert (await drafted(signing, paper)).json()["code"] == "copy-not-electronic"
    assert (await sealed(signing, copy)).json()["code"] == "copy-not-electronic"
    draft = (await drafted(signing, copy)).json()["attachment_id"]
    assert (await sealed(signing, copy)).json()["code"] == "copy-unsigned"
    stranger = await signed(signing, draft, a_holder("Kẻ Mạo Danh", root="Gốc lạ"))
    assert (await sealed(signing, copy)).json()["code"] == "copy-unsigned"
    other = await asyncio.to_thread(a_signed_pdf, a_holder("Lê Văn Sơn"))
    path = f"/v1/attachments/{stranger['attachment_id']}/versions"
    answer = await signing.service.post(path, other, SIGNER)
    assert answer.status_code == 201, answer.text
    assert answer.json()["signatures"][0]["trusted"]
    assert (await sealed(signing, copy)).json()["code"] == "copy-unsigned"


@pytest.mark.parametrize("what", ["no number", "two copies", "another's scan", "no pdf"])
async def test_a_copy_that_could_not_be_issued_is_not_asked_for(signing: Office, what: str) -> None:
    """Nothing is entered, no money taken."""
    await signing.service.receive(LEADER)
    scan = await signing.upload(CLERK if what == "another's scan" else COUNTER, a_pdf())
    if what == "no pdf":
        scan = "0" * 32
    requester = {"full_name": "Nguyễn Văn An"} if what == "no number" else OWNER
    answer = await asked(signing, scan, requester, copies=2 if what == "two copies" else 1)
    assert answer.status_code == 422, answer.text
    assert await signing.service.count("copy_requests") == await signing.service.count("receipts") == 0


async def test_electronic_copies_are_counted_by_the_month_they_were_issued(signing: Office) -> None:
    """Index 4.6: how many of those that certify do so electronically; a draft is no copy yet."""
    copy, _ = await certified(signing)
    await signed(signing, (await drafted(signing, copy)).json()["attachment_id"])
    for issued in (0, 1):
        figures = await signing.service.get("/v1/statistics/certified-copies", SIGNER, params=MARCH)
        told = figures.json()
        assert (told["items"][0]["documents"], told["items"][0]["electronic"]) == (2, issued)
        assert (told["certifying_agencies"], told["electronic_agencies"]) == (1, issued)
        await sealed(signing, copy)
    again = await sealed(signing, copy)
    assert (again.status_code, again.json()["code"]) == (409, "copy-not-electronic")
