"""Files signed in tokens, sealed by the clerk, verified when they come in and by whoever holds the paper."""

import asyncio
import base64
import hashlib
import io
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader

from kernel.core.caller import Caller
from kernel.testing.running import RunningService
from services.dossier.commands.history import verify_history
from services.dossier.domain.signing.verification import Thing
from services.dossier.jobs.files import FORGET_SIGNINGS
from services.dossier.jobs.print_papers import PRINT_PAPERS
from services.dossier.use_cases.files.verify_paper import verification_token
from tests.builders.dossier.files import a_pdf, a_picture
from tests.builders.dossier.office import (
    CLERK,
    COMMUNE,
    LEAD,
    PDF,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    Office,
    a_citizen,
    an_officer,
)
from tests.builders.dossier.pki import (
    PASSPHRASE,
    Holder,
    a_holder,
    a_root,
    a_signed_pdf,
    a_trust_folder,
)

AN = a_citizen()
SEAL = a_holder("Ủy ban nhân dân xã Bến Đò", "UBND xã Bến Đò")


@pytest.fixture
async def signing(
    start: Callable[..., Awaitable[RunningService]],
    tmp_path: Path,
    shared_workshop: None,
) -> Office:
    """An office that trusts one root and has the commune's seal as a file."""
    del shared_workshop
    (tmp_path / "dau.p12").write_bytes(SEAL.pkcs12())
    seals = {COMMUNE: {"file": str(tmp_path / "dau.p12"), "passphrase": PASSPHRASE}}
    started = await start(
        "dossier",
        files_url=(tmp_path / "files").as_uri(),
        trust_folder=str(a_trust_folder(tmp_path / "trust", a_root())),
        seals=json.dumps(seals),
    )
    return await Office(started).open()


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


async def prepared(
    office: Office, by: Caller, holder: Holder, *files: str, **more: Any
) -> list[dict[str, Any]]:
    body = {
        "certificates": [b64(one) for one in holder.ders],
        "items": [{"attachment_id": file, **more} for file in files],
    }
    answer = await office.service.post("/v1/signings", body, by)
    assert answer.status_code == 201, answer.text
    return list(answer.json()["items"])


async def finished(
    office: Office, by: Caller, signed: list[tuple[str, bytes]], key: str = ""
) -> list[dict[str, Any]]:
    body = {"items": [{"signing_id": one, "signature": b64(raw)} for one, raw in signed]}
    answer = await office.service.post("/v1/signings/completion", body, by, key=key)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def signed_by(holder: Holder, item: dict[str, Any]) -> tuple[str, bytes]:
    """Sign outside: what the token gets is the bytes, or the digest it is told."""
    to_sign = base64.b64decode(item["to_sign"])
    assert hashlib.sha256(to_sign).hexdigest() == item["digest_sha256"]
    return item["signing_id"], holder.sign(to_sign)


async def content_of(office: Office, attachment_id: str, by: Caller) -> bytes:
    answer = await office.service.get(f"/v1/attachments/{attachment_id}/content", by)
    assert answer.status_code == 200, answer.text
    return answer.content


async def test_a_signed_file_is_verified_when_it_comes_in_and_shown_with_the_dossier(
    signing: Office,
) -> None:
    content = await asyncio.to_thread(a_signed_pdf, a_holder())
    submission = await signing.submission(AN)
    submission["components"][0]["attachment_ids"] = [await signing.upload(AN, content)]
    answer = await signing.service.post("/v1/dossiers", submission, AN)
    shown = await signing.read(answer.json(), RECEIVER)
    (file,) = shown["attachments"]
    (found,) = file["signatures"]
    assert (found["signer"], found["intact"], found["trusted"]) == ("Trần Thị Bình", True, True)
    strange = await asyncio.to_thread(a_signed_pdf, a_holder(root="Gốc lạ"))
    answer = await signing.service.post("/v1/attachments", strange, AN, headers={"X-File-Name": "a.pdf"})
    (found,) = answer.json()["signatures"]
    assert (found["intact"], found["trusted"]) == (True, False)
    answer = await signing.service.post("/v1/attachments", PDF, AN, headers={"X-File-Name": "a.pdf"})
    assert answer.json()["signatures"] == []


@pytest.mark.parametrize("is_rsa", [False, True], ids=["ec", "rsa"])
async def test_what_is_signed_in_a_token_becomes_the_next_version(signing: Office, is_rsa: bool) -> None:
    """Prepared here, signed outside, attached: a PAdES signature over the whole document, with a stamp."""
    holder = a_holder("Nguyễn Văn An", "", is_rsa=is_rsa)
    file = await signing.upload(AN)
    (item,) = await prepared(signing, AN, holder, file, stamp="person", reason="Nộp hồ sơ")
    (done,) = await finished(signing, AN, [signed_by(holder, item)])
    new = done["attachment"]
    (found,) = new["signatures"]
    assert (found["signer"], found["intact"], found["covers_whole_document"], found["trusted"]) == (
        "Nguyễn Văn An",
        True,
        True,
        True,
    )
    assert found["signed_at"] == signing.service.clock.now().isoformat()
    assert new["replaces"] == file
    content = await content_of(signing, new["attachment_id"], AN)
    assert hashlib.sha256(content).hexdigest() == new["sha256"]
    reader = PdfReader(io.BytesIO(content))
    field = reader.trailer["/Root"]["/AcroForm"]["/Fields"][0].get_object()
    assert field["/V"]["/SubFilter"] == "/ETSI.CAdES.detached"
    assert [float(one) for one in field["/Rect"]] == [57.0, 85.0, 283.0, 164.0]
    assert await content_of(signing, file, AN) == PDF


async def test_fifty_at_once_have_a_result_each(signing: Office) -> None:
    """One that is no PDF, one named twice, one unknown and one badly signed take nothing from the others."""
    holder = a_holder("Nguyễn Văn An", "")
    sound = [await signing.upload(AN, a_pdf(pages=n)) for n in (1, 2, 3)]
    picture = await signing.upload(AN, a_picture(), "a.png")
    unknown = "01900000-0000-7000-8000-000000000000"
    foreign = await signing.upload(SPECIALIST)
    items = await prepared(signing, AN, holder, *sound, picture, sound[0], unknown, foreign)
    assert [item["problem"] and item["problem"]["code"] for item in items] == [
        None,
        None,
        None,
        "not-signable",
        "signing-named-twice",
        "not-found",
        "not-found",
    ]
    first, second, third = (signed_by(holder, item) for item in items[:3])
    wrong = (second[0], a_holder("Kẻ giả mạo").sign(base64.b64decode(items[1]["to_sign"])))
    done = await finished(signing, AN, [first, wrong, third, third, (unknown, b"xxxx")])
    assert [item["problem"] and item["problem"]["code"] for item in done] == [
        None,
        "signature-mismatch",
        None,
        "signing-named-twice",
        "signing-gone",
    ]
    # What was badly signed may still be signed well; what was signed is no more to be signed.
    again = await finished(signing, AN, [second, first])
    assert [item["problem"] and item["problem"]["code"] for item in again] == [None, "signing-gone"]
    assert await signing.service.count("attachments") == 8
    too_many = {"certificates": [b64(holder.ders[0])], "items": [{"attachment_id": sound[0]}] * 51}
    assert (await signing.service.post("/v1/signings", too_many, AN)).status_code == 422


async def test_a_signing_is_its_preparers_alone_and_ends(signing: Office) -> None:
    holder = a_holder("Nguyễn Văn An", "")
    file = await signing.upload(AN)
    (item,) = await prepared(signing, AN, holder, file)
    (other,) = await finished(signing, a_citizen("khac", "099088000099"), [signed_by(holder, item)])
    assert other["problem"]["code"] == "signing-gone"
    signing.service.clock.advance(timedelta(minutes=30))
    (late,) = await finished(signing, AN, [signed_by(holder, item)])
    assert late["problem"]["code"] == "signing-gone"
    await signing.service.run_job(FORGET_SIGNINGS)
    assert await signing.service.count("signings") == 0
    folder = signing.service.runtime.resources.files._folder
    assert [path for path in (folder / "parts").rglob("*") if path.is_file()] == []


async def test_two_clicks_on_one_completion_make_one_version(signing: Office) -> None:
    """The second, with a key of its own, is told that it is too late; nothing is made twice."""
    holder = a_holder("Nguyễn Văn An", "")
    file = await signing.upload(AN)
    (item,) = await prepared(signing, AN, holder, file)
    signing_id, signature = signed_by(holder, item)
    body = {"items": [{"signing_id": signing_id, "signature": b64(signature)}]}
    answers = await asyncio.gather(
        *(signing.service.post("/v1/signings/completion", body, AN) for _ in range(3))
    )
    late = [one.json() for one in answers if one.status_code != 200]
    assert {one["code"] for one in late} <= {"stale-version", "signing-gone"}
    made = await signing.service.runtime.pool.fetchval(
        "SELECT count(*) FROM attachments WHERE replaces = $1", file
    )
    assert made == 1


async def test_a_certificate_that_may_not_sign_prepares_nothing(signing: Office) -> None:
    file = await signing.upload(AN)
    ended = a_holder("Hết hạn", valid_to=signing.service.clock.now() - timedelta(days=1))
    for chain, code in (([b64(b"xxxx")], "certificate-unusable"), (["????"], "invalid")):
        body = {"certificates": chain, "items": [{"attachment_id": file}]}
        answer = await signing.service.post("/v1/signings", body, AN)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    body = {"certificates": [b64(ended.ders[0])], "items": [{"attachment_id": file}]}
    answer = await signing.service.post("/v1/signings", body, AN)
    assert answer.json()["code"] == "certificate-unusable"
    holder = a_holder("Nguyễn Văn An", "")
    (item,) = await prepared(signing, AN, holder, file, stamp="khong-co")
    assert item["problem"]["code"] == "invalid"


async def issued(office: Office) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a dossier whose result was sealed and issued, and the sealed file."""
    seen = await office.at_issue()
    draft = await office.upload(CLERK, a_pdf(pages=2), "giay-xac-nhan.pdf")
    answer = await office.service.post(f"/v1/attachments/{draft}/seal", {}, CLERK)
    assert answer.status_code == 201, answer.text
    sealed = answer.json()
    result = {"number": "12/GXN", "name": "Giấy xác nhận", "outcome": "GRANTED"}
    seen = await office.act(seen, "result", CLERK, **result, attachment_ids=[sealed["attachment_id"]])
    return seen, sealed


async def test_a_result_is_sealed_by_the_clerk_with_the_agencys_key(signing: Office) -> None:
    """Only by the clerk, only of an agency that has a seal; the sealed file is what is issued."""
    _, sealed = await issued(signing)
    (found,) = sealed["signatures"]
    assert (found["signer"], found["organization"]) == ("Ủy ban nhân dân xã Bến Đò", "UBND xã Bến Đò")
    assert (found["intact"], found["covers_whole_document"], found["trusted"]) == (True, True, True)
    own = await signing.upload(SIGNER)
    answer = await signing.service.post(f"/v1/attachments/{own}/seal", {}, SIGNER)
    assert (answer.status_code, answer.json()["code"]) == (403, "not-the-clerk")
    elsewhere = an_officer("CLERK", agency="H99.202", subject="van-thu-khac")
    own = await signing.upload(elsewhere)
    answer = await signing.service.post(f"/v1/attachments/{own}/seal", {}, elsewhere)
    assert (answer.status_code, answer.json()["code"]) == (409, "agency-has-no-seal")
    answer = await signing.service.post(f"/v1/attachments/{own}/seal", {}, CLERK)
    assert answer.status_code == 404


async def verified(office: Office, token: str, **query: str) -> dict[str, Any]:
    """Ask as anybody."""
    answer = await office.service.client.get(f"/v1/verification/{token}", params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def token_on(office: Office, thing: Thing, one: str) -> str:
    async with office.service.runtime.unit_of_work() as unit:
        work = office.service.runtime.open_work(unit)
        return verification_token(thing, UUID(one), work)


async def test_anybody_verifies_a_sealed_result_and_learns_when_it_was_recalled(signing: Office) -> None:
    seen, sealed = await issued(signing)
    token = await token_on(signing, Thing.FILE, sealed["attachment_id"])
    told = await verified(signing, token, sha256=sealed["sha256"])
    assert told["kind"] == "RESULT"
    assert told["agency"] == f"UBND {COMMUNE}"
    assert told["issued_by"] == "Ủy ban nhân dân xã Bến Đò"
    assert (told["sha256"], told["matches"], told["is_valid"]) == (sealed["sha256"], True, True)
    code = (await signing.read(seen, RECEIVER))["dossier_code"]
    assert told["dossier_code"] == f"{COMMUNE}-26****-***{code[-1]}"
    assert code not in json.dumps(told)
    assert not (await verified(signing, token, sha256="0" * 64))["is_valid"]
    await signing.act(seen, "result-recall", SIGNER, reason="Sai họ tên")
    told = await verified(signing, token, sha256=sealed["sha256"])
    assert (told["is_recalled"], told["is_valid"]) == (True, False)


async def test_a_paper_carries_a_code_that_verifies_it(signing: Office) -> None:
    """The token printed is the token answered; a paper that another took the place of is said to be one."""
    seen = await signing.accepted()
    await signing.service.run_job(PRINT_PAPERS)
    paper = (await signing.service.get(f"/v1/dossiers/{seen['dossier_id']}/papers", RECEIVER)).json()[
        "items"
    ][0]
    pdf = (await signing.service.get(f"/v1/papers/{paper['paper_id']}", RECEIVER)).content
    token = await token_on(signing, Thing.PAPER, paper["paper_id"])
    told = await verified(signing, token, sha256=hashlib.sha256(pdf).hexdigest())
    assert (told["kind"], told["matches"], told["is_valid"]) == ("FORM_01", True, True)
    assert (told["number"], told["issued_by"]) == (paper["number"], RECEIVER.name)
    text = PdfReader(io.BytesIO(pdf)).pages[-1].extract_text()
    assert "Quét mã để kiểm tra" in text
    pool = signing.service.runtime.pool
    await pool.execute("UPDATE papers SET superseded_by = id WHERE id = $1", paper["paper_id"])
    told = await verified(signing, token)
    assert (told["is_superseded"], told["is_valid"], told["matches"]) == (True, False, None)


async def test_no_other_code_verifies_anything(signing: Office) -> None:
    seen = await signing.accepted()
    paper = (await signing.service.get(f"/v1/dossiers/{seen['dossier_id']}/papers", RECEIVER)).json()[
        "items"
    ][0]
    token = await token_on(signing, Thing.PAPER, paper["paper_id"])
    free = await token_on(signing, Thing.FILE, await signing.upload(LEAD))
    as_file = base64.urlsafe_b64encode(b"F" + base64.urlsafe_b64decode(token)[1:]).decode()
    for wrong in (token[:-1] + ("A" if token[-1] != "A" else "B"), "x", "A" * 36, as_file, free):
        answer = await signing.service.client.get(f"/v1/verification/{wrong}")
        assert (answer.status_code, answer.json()["code"]) == (404, "paper-unknown"), wrong


def broken(content: bytes) -> bytes:
    """Return a signed PDF with one signed byte changed."""
    place = content.index(b"/MediaBox")
    return content[:place] + b"/MediaBoX" + content[place + 9 :]


async def test_a_result_whose_signature_does_not_hold_is_not_issued(signing: Office) -> None:
    """One changed byte: the upload says so, and the clerk cannot issue it, alone or beside a sound file."""
    content = broken(await asyncio.to_thread(a_signed_pdf, a_holder()))
    file, sound = await signing.upload(CLERK, content), await signing.upload(CLERK)
    seen = await signing.at_issue()
    for files, place in (([file], 0), ([sound, file], 1)):
        answer = await signing.tried(seen, "result", CLERK, number="77/QĐ", attachment_ids=files)
        assert (answer.status_code, answer.json()["code"]) == (422, "signature-broken"), answer.text
        assert answer.json()["errors"][0]["path"] == f"attachment_ids.{place}"


async def test_only_what_is_signed_digitally_is_delivered_and_counted_as_electronic(signing: Office) -> None:
    """A sealed file is; the scan of a paper is issued, but handed out at the counter only."""
    scanned = await signing.issued()
    refused = await signing.tried(scanned, "return", RECEIVER, delivery="ELECTRONIC")
    assert (refused.status_code, refused.json()["code"]) == (409, "no-electronic-result")
    sealed, _ = await issued(signing)
    told = await signing.service.published("dossier.result_issued.v1")
    assert [row["data"]["change"]["result"]["electronic"] for row in told] == [False, True]
    done = await signing.act(sealed, "return", RECEIVER, delivery="ELECTRONIC")
    assert done["state"] == "RETURNED"


async def test_a_signature_of_nobody_we_trust_makes_a_paper_result(signing: Office) -> None:
    """A stranger's, or one whose certificate has ended: a scan, said by name, never sent or counted."""
    ended = a_holder("Đã hết hạn", valid_to=signing.service.clock.now() - timedelta(days=1))
    strangers = [
        (a_holder("Kẻ Mạo Danh", root="Gốc lạ"), {}),
        (ended, {"at": ended.chain[0].not_valid_before_utc}),
    ]
    for place, (holder, told) in enumerate(strangers):
        content = await asyncio.to_thread(a_signed_pdf, holder, **told)
        seen = await signing.at_issue(await signing.accepted())
        files = [await signing.upload(CLERK, content)]
        seen = await signing.issued(seen, number=f"{place}/XN", attachment_ids=files)
        (warning,) = seen["warnings"]
        assert warning["code"] == "signature-untrusted"
        assert warning["details"] == {
            "signers": [holder.chain[0].subject.rfc4514_string().split("CN=")[1].split(",")[0]]
        }
        assert (await signing.read(seen, CLERK))["result"]["electronic"] is False
        refused = await signing.tried(seen, "return", RECEIVER, delivery="ELECTRONIC")
        assert (refused.status_code, refused.json()["code"]) == (409, "no-electronic-result")
    told = await signing.service.published("dossier.result_issued.v1")
    assert [row["data"]["change"]["result"]["electronic"] for row in told] == [False, False]


async def test_without_roots_only_the_houses_own_seal_makes_an_official_result(
    start: Callable[..., Awaitable[RunningService]], tmp_path: Path, shared_workshop: None
) -> None:
    """What nobody could verify is said to be that; the seal is known by its own certificate."""
    del shared_workshop
    (tmp_path / "dau.p12").write_bytes(SEAL.pkcs12())
    seals = {COMMUNE: {"file": str(tmp_path / "dau.p12"), "passphrase": PASSPHRASE}}
    started = await start("dossier", files_url=(tmp_path / "files").as_uri(), seals=json.dumps(seals))
    office = await Office(started).open()
    content = await asyncio.to_thread(a_signed_pdf, a_holder())
    seen = await office.at_issue()
    seen = await office.issued(seen, attachment_ids=[await office.upload(CLERK, content)])
    assert [one["code"] for one in seen["warnings"]] == ["signature-unverified"]
    assert (await office.read(seen, CLERK))["result"]["electronic"] is False
    seen, sealed = await issued(office)
    assert (sealed["signatures"][0]["trusted"], sealed["signatures"][0]["own_seal"]) == (False, True)
    assert seen["warnings"] == []
    done = await office.act(seen, "return", RECEIVER, delivery="ELECTRONIC")
    assert done["state"] == "RETURNED"


async def test_nobody_gets_electronically_what_they_asked_for_on_paper(signing: Office) -> None:
    """Unless the officer writes who agreed."""
    accepted = await signing.accepted(result_delivery="COUNTER")
    seen = await signing.at_issue(accepted)
    content = await asyncio.to_thread(a_signed_pdf, a_holder())
    seen = await signing.issued(seen, attachment_ids=[await signing.upload(CLERK, content)])
    refused = await signing.tried(seen, "return", RECEIVER, delivery="ELECTRONIC")
    assert refused.json()["errors"][0]["path"] == "delivery_reason"
    agreed = {"delivery": "ELECTRONIC", "delivery_reason": "Chủ hồ sơ đồng ý qua điện thoại 9:00"}
    assert (await signing.act(seen, "return", RECEIVER, **agreed))["state"] == "RETURNED"


async def sessions(office: Office, holder: Holder, *groups: list[str]) -> list[list[tuple[str, bytes]]]:
    """Prepare and sign each group of files in a session of its own, none of them completed."""
    made = []
    for files in groups:
        items = await prepared(office, AN, holder, *files)
        assert [item["problem"] for item in items] == [None] * len(files)
        made.append([signed_by(holder, item) for item in items])
    return made


async def test_two_sessions_over_the_same_dossiers_at_once_make_one_version_of_each_file(
    signing: Office,
) -> None:
    """Two windows, four dossiers, two of them in both: each file has one next version, nothing is lost."""
    holder = a_holder("Nguyễn Văn An", "")
    seen = [await signing.submitted(AN) for _ in range(4)]
    files = [(await signing.read(one, AN))["attachments"][0]["attachment_id"] for one in seen]
    # In opposite orders: two commits that wait for each other would be a deadlock.
    first, second = await sessions(signing, holder, files[:3], files[:0:-1])
    bodies = [
        {"items": [{"signing_id": one, "signature": b64(raw)} for one, raw in made]}
        for made in (first, second)
    ]
    answers = await asyncio.gather(
        *(signing.service.post("/v1/signings/completion", body, AN) for body in bodies)
    )
    for answer, body in zip(answers, bodies, strict=True):
        if answer.status_code != 200:
            # Who was slower lost nothing: sent again, what the other left is signed.
            assert answer.json()["code"] == "stale-version"
            again = await signing.service.post("/v1/signings/completion", body, AN)
            assert again.status_code == 200, again.text
            codes = {one["problem"]["code"] for one in again.json()["items"] if one["problem"]}
            assert codes == {"attachment-replaced"}
    pool = signing.service.runtime.pool
    made = await pool.fetch("SELECT replaces FROM attachments WHERE replaces IS NOT NULL")
    assert sorted(str(row["replaces"]) for row in made) == sorted(files)
    for one in seen:
        history = (await signing.service.get(f"/v1/dossiers/{one['dossier_id']}/history", AN)).json()
        assert [item["version"] for item in history["items"]] == [1, 2]
        shown = (await signing.read(one, AN))["attachments"]
        assert sorted([found["intact"] for found in file["signatures"]] for file in shown) == [[], [True]]
    assert await verify_history(signing.service.runtime, []) == 0
