"""Results sealed by the clerk, and what of a signature makes a result electronic."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from kernel.testing.running import RunningService
from tests.builders.dossier.office import (
    CLERK,
    COMMUNE,
    RECEIVER,
    SIGNER,
    Office,
    an_officer,
)
from tests.builders.dossier.pki import (
    PASSPHRASE,
    a_holder,
    a_signed_pdf,
)
from tests.integration.dossier.signing.signed import (
    SEAL,
    issued,
)


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
