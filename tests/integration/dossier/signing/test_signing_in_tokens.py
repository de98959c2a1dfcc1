"""Files signed in tokens outside, verified when they come in, attached as the next version."""

import asyncio
import base64
import hashlib
import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from services.dossier.commands.history import verify_history
from services.dossier.jobs.files import FORGET_SIGNINGS
from tests.builders.dossier.files import a_pdf, a_picture
from tests.builders.dossier.office import (
    PDF,
    RECEIVER,
    SPECIALIST,
    Office,
    a_citizen,
)
from tests.builders.dossier.pki import (
    Holder,
    a_holder,
    a_signed_pdf,
)
from tests.integration.dossier.signing.signed import (
    AN,
    b64,
    content_of,
    finished,
    prepared,
    signed_by,
)


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
