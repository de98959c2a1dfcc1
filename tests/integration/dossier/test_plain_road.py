"""A dossier's ordinary life, from the citizen's browser to the result in the hand."""

from kernel.postgres.migrations import differences
from services.dossier.app import service as dossier_service
from tests.builders.dossier.office import (
    CLERK,
    HANDED_OUT,
    LEAD,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    STRANGER,
    Office,
    a_citizen,
    a_step,
)


async def test_migrations_make_the_declared_tables(office: Office) -> None:
    """What the code declares is what the migrations make."""
    dsn = office.service.runtime.settings.database_url.get_secret_value()
    assert await differences(dsn, dossier_service.tables) == []


async def test_a_dossier_goes_from_submission_to_the_result_in_the_hand(office: Office) -> None:
    """Submit, accept, hand over, appraise, review, sign, issue, return: each a version, a state, an event."""
    seen = await office.at_issue()
    seen = await office.issued(seen, number="12/XN")
    assert seen["state"] == "RESULT_READY"
    seen = await office.act(seen, "return", RECEIVER, **HANDED_OUT)
    assert seen["state"] == "RETURNED"
    types = [row["type"].split(".")[1] for row in await office.service.published()]
    assert types == [
        "submitted",
        "accepted",
        "handed_over",
        "step_completed",
        "step_completed",
        "step_completed",
        "result_issued",
        "returned",
    ]


async def test_acceptance_gives_code_due_moment_and_receipt_slip(office: Office) -> None:
    """Three working days from Tuesday 08:00 end on Friday 17:30; the slip is the same file for ever."""
    seen = await office.accepted()
    assert seen["dossier_code"] == "H99.201-260303-0001"
    assert seen["due_at"] == "2026-03-06T17:30:00+07:00"
    assert len(seen["secret"]) == 8
    papers = (await office.service.get(f"/v1/dossiers/{seen['dossier_id']}/papers", RECEIVER)).json()["items"]
    assert [paper["kind"] for paper in papers] == ["FORM_01"]
    path = f"/v1/papers/{papers[0]['paper_id']}"
    first = await office.service.get(path, RECEIVER)
    assert first.status_code == 200, first.text
    assert first.content.startswith(b"%PDF-")
    assert (await office.service.get(path, a_citizen())).content == first.content
    assert (await office.service.get(path, STRANGER)).status_code == 404


async def test_a_stranger_learns_nothing(office: Office) -> None:
    """Another citizen gets the same answer as for a dossier that does not exist."""
    seen = await office.submitted()
    answer = await office.service.get(f"/v1/dossiers/{seen['dossier_id']}", STRANGER)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    listed = await office.service.get("/v1/dossiers", STRANGER)
    assert listed.json()["items"] == []
    own = await office.service.get("/v1/dossiers", a_citizen())
    assert [item["dossier_id"] for item in own.json()["items"]] == [seen["dossier_id"]]


async def test_the_inbox_follows_the_dossier(office: Office) -> None:
    """Whoever has to act next finds it, and nobody else."""
    seen = await office.submitted()
    assert len((await office.service.get("/v1/inbox", RECEIVER)).json()["items"]) == 1
    seen = await office.act(seen, "acceptance", RECEIVER)
    seen = await office.act(seen, "handover", RECEIVER)
    assert (await office.service.get("/v1/inbox", RECEIVER)).json()["items"] == []
    inbox = (await office.service.get("/v1/inbox", SPECIALIST)).json()["items"]
    assert [item["step"]["code"] for item in inbox] == ["tham-dinh"]
    assert (await office.service.get("/v1/inbox", LEAD)).json()["items"] == []
    detail = await office.read(seen, SPECIALIST)
    office_acts = ["step-completion", "supplement-request", "payment-notice", "apology-draft"]
    assert detail["actions"] == [*office_acts, "claim", "consultation-request"]


async def test_the_signer_is_who_signed(office: Office) -> None:
    """The clerk who issues cannot put another name under a result; repeating the right one does no harm."""
    seen = await office.at_issue()
    file = await office.upload(CLERK)
    told = {"number": "12/XN", "attachment_ids": [file]}
    refused = await office.tried(seen, "result", CLERK, **told, signed_by="Người Khác")
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert [error["path"] for error in refused.json()["errors"]] == ["signed_by"]
    seen = await office.issued(seen, number="12/XN", signed_by=SIGNER.name)
    assert (await office.read(seen, CLERK))["result"]["signed_by"] == SIGNER.name


async def test_a_signature_outside_the_process_is_named_by_the_clerk(empty_office: Office) -> None:
    """Where no signer signed here, the clerk says who did.

    Also where one sent it back unsigned, or the dossier went back from the signature and on without one.
    """
    steps = [
        a_step("tham-dinh", "SPECIALIST", "chuyen-mon")
        | {"next": [{"to": "ky", "when": "asks_signer"}, {"to": "phat-hanh", "when": ""}]},
        a_step("ky", "SIGNER", "lanh-dao", to="phat-hanh", back="tham-dinh"),
        a_step("phat-hanh", "CLERK", "van-phong", back="tham-dinh", issues_result=True),
    ]
    office = await empty_office.open(steps=steps)
    facts = {"asks_signer": True}
    seen = await office.act(
        await office.in_process(), "step-completion", SPECIALIST, step="tham-dinh", facts=facts
    )
    seen = await office.act(seen, "step-completion", SIGNER, step="ky", outcome="RETURNED", note="Sai mẫu")
    seen = await office.act(seen, "step-completion", SPECIALIST, step="tham-dinh", facts=facts)
    seen = await office.act(seen, "step-completion", SIGNER, step="ky", decision="REFUSED")
    seen = await office.act(
        seen, "step-completion", CLERK, step="phat-hanh", outcome="RETURNED", note="Nhầm quy trình"
    )
    facts = {"asks_signer": False}
    seen = await office.act(seen, "step-completion", SPECIALIST, step="tham-dinh", facts=facts)
    told = {"number": "12/XN", "attachment_ids": [await office.upload(CLERK)]}
    unsigned = await office.tried(seen, "result", CLERK, **told)
    assert (unsigned.status_code, unsigned.json()["code"]) == (409, "not-signed")
    seen = await office.issued(seen, number="12/XN", signed_by="Trần Văn Ký")
    assert (await office.read(seen, CLERK))["result"]["signed_by"] == "Trần Văn Ký"
