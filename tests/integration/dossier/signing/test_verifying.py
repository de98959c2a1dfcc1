"""Whoever holds a paper or a result verifies it by its code."""

import base64
import hashlib
import io
import json

from pypdf import PdfReader

from services.dossier.domain.signing.verification import Thing
from services.dossier.jobs.print_papers import PRINT_PAPERS
from tests.builders.dossier.office import (
    COMMUNE,
    LEAD,
    RECEIVER,
    SIGNER,
    Office,
)
from tests.integration.dossier.signing.signed import (
    issued,
    token_on,
    verified,
)


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
    await pool.execute("UPDATE papers SET number = '9/X' WHERE id = $1", paper["paper_id"])
    answer = await signing.service.client.get(f"/v1/verification/{token}")
    assert (answer.status_code, answer.json()["code"]) == (404, "paper-unknown")


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
