"""One receipt slip for the citizen: form 01 of the whole group, kept when it is issued and served again."""

import io
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from pypdf import PdfReader

from services.dossier.commands.history import verify_history
from services.dossier.domain.signing.verification import Thing
from services.dossier.jobs.print_papers import PRINT_PAPERS
from services.dossier.store.interlinked.parents import PostgresInterlinked
from services.dossier.use_cases.files.verify_paper import verification_token
from tests.builders.dossier.kin import BIRTH, FATHER, INSURANCE, POLICE, Kin, staff
from tests.builders.dossier.office import COMMUNE, STRANGER
from tests.integration.dossier.interlinked.test_once import Killed

DESK = staff("ONE_STOP_OFFICER", COMMUNE, "mot-cua")
APPOINTED = "17:30 13/03/2026"


async def at_the_counter(kin: Kin) -> dict[str, Any]:
    """Hand the group in at the lead agency's counter."""
    body = await kin.submission_of_group(DESK)
    body["owner"] |= {"full_name": "Nguyễn Văn An", "identity_number": "099088000011"}
    answer = await kin.service.post("/v1/counter-interlinked-dossiers", {**body, "channel": "DIRECT"}, DESK)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def slip_of(kin: Kin, slip_id: str, by: Any = FATHER) -> bytes:
    """Fetch a slip."""
    answer = await kin.service.get(f"/v1/papers/{slip_id}", by)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), answer.text
    return bytes(answer.content)


def words(pdf: bytes) -> str:
    """Return what a slip says, on one line."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


async def test_the_counter_answers_with_one_slip_that_names_the_whole_group(kin: Kin) -> None:
    """Reference, appointment, every member with its office, the lead's code; the same file for ever."""
    seen = await at_the_counter(kin)
    first = await slip_of(kin, seen["slip_id"], DESK)
    text = words(first)
    assert "Mẫu số 01 (TT 03/2025/TT-VPCP)" in text
    for said in (seen["reference"], APPOINTED, seen["secret"], "Nguyễn Văn An", "Cán bộ", BIRTH):
        assert said in text, (said, text)
    for member in seen["members"]:
        assert member["procedure"]["name"] in text
    assert seen["members"][0]["dossier_code"] in text.replace(" ", "")
    assert text.count("Cấp khi đến lượt") == 2
    await kin.service.run_job(PRINT_PAPERS)
    assert await slip_of(kin, seen["slip_id"], DESK) == first
    assert (await kin.parent(seen, DESK))["slip_id"] == seen["slip_id"]
    for nobody in (STRANGER, staff("SPECIALIST", POLICE), staff("SPECIALIST", INSURANCE)):
        assert (await kin.service.get(f"/v1/papers/{seen['slip_id']}", nobody)).status_code == 404
    await kin.advance()
    assert await kin.service.count("papers") == 2
    assert await verify_history(kin.service.runtime, []) == 0


async def test_handed_in_online_the_slip_comes_once_the_lead_has_accepted(
    kin: Kin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the one appointment, in its commit; killed before it nothing is there, afterwards one is."""
    seen = await kin.handed_in()
    assert seen["slip_id"] is None
    await kin.accepted_child(seen, BIRTH)
    save = PostgresInterlinked.save

    def killed(self: PostgresInterlinked, *told: Any) -> None:
        save(self, *told)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(PostgresInterlinked, "save", killed)
        with pytest.raises(Killed):
            await kin.advance()
    assert await kin.service.count("papers") == 1
    for _ in range(2):
        await kin.advance()
    parent = await kin.parent(seen)
    text = words(await slip_of(kin, parent["slip_id"]))
    assert (APPOINTED in text, parent["secret"] in text, "Cán bộ" in text) == (True, True, True)
    (told,) = await kin.service.published("interlinked_dossier.appointed.v1")
    papers = [{"kind": "FORM_01_GROUP", "paper_id": parent["slip_id"]}]
    assert told["data"]["change"]["papers"] == papers
    assert (await kin.parent(seen, staff("SPECIALIST", POLICE)))["slip_id"] is None
    assert await kin.service.count("papers") == 2


async def test_whoever_holds_the_slip_may_have_it_verified(kin: Kin) -> None:
    """By its QR code, without an account: whose it is and that it counts; no name."""
    seen = await at_the_counter(kin)
    await slip_of(kin, seen["slip_id"], DESK)
    token = await printed_token(kin, seen["slip_id"])
    answer = await kin.service.get(f"/v1/verification/{token}", STRANGER)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["kind"], told["number"], told["is_superseded"]) == (
        "FORM_01_GROUP",
        seen["reference"],
        False,
    )
    assert "Nguyễn" not in answer.text


async def printed_token(kin: Kin, paper_id: str) -> str:
    """Return the token printed on a paper."""
    runtime = kin.service.runtime
    async with runtime.unit_of_work() as unit:
        return verification_token(Thing.PAPER, UUID(paper_id), runtime.open_work(unit))


BY_HAND = (
    ("UPDATE papers SET issued_by = issued_by || 'x'", "UPDATE papers SET issued_by = 'Cán bộ'"),
    ("UPDATE papers SET superseded_by = id", "UPDATE papers SET superseded_by = NULL"),
    ("UPDATE papers SET dossier_id = gen_random_uuid()", ""),
)


async def test_a_slip_changed_by_hand_is_found(kin: Kin) -> None:
    """Changed, put aside or taken away, each as somebody with the database's password would."""
    await at_the_counter(kin)
    pool, where = kin.service.runtime.pool, " WHERE kind = 'FORM_01_GROUP'"
    for deed, back in BY_HAND:
        assert await verify_history(kin.service.runtime, []) == 0, deed
        await pool.execute(deed + where)
        assert await verify_history(kin.service.runtime, []) == 1, deed
        if back:
            await pool.execute(back + where)
    with pytest.raises(asyncpg.RestrictViolationError):
        await pool.execute("DELETE FROM papers" + where)
