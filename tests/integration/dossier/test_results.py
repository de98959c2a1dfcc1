"""Results as data: registered with the result, read by their holder, looked up instead of asked for."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from kernel.core.clock import VIETNAM
from kernel.testing.running import a_staff_member
from services.dossier.commands.history import verify_history
from services.dossier.domain.results.register import Numbering, folded
from services.dossier.store.tables.results import FOLDED
from tests.builders.dossier.office import (
    CLERK,
    GATEWAY,
    HANDED_OUT,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    STRANGER,
    Office,
    a_citizen,
)

WHY = {"reason": "Cấp sai đối tượng", "legal_basis": "Luật Hộ tịch Điều 70"}
REUSE = "SELECT reuse FROM components WHERE dossier_id = $1"
SUPERVISOR = a_staff_member("SUPERVISOR", agency="H99")


async def issued(office: Office, **more: Any) -> dict[str, Any]:
    """Return a dossier whose result was issued."""
    return await office.issued(number="12/XN", **more)


async def own(office: Office, **query: Any) -> list[dict[str, Any]]:
    """Return what the citizen holds."""
    answer = await office.service.get("/v1/results", a_citizen(), params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_a_result_is_data_as_soon_as_it_is_issued(office: Office) -> None:
    seen = await issued(office, valid_to="2031-03-02")
    (entry,) = await own(office)
    assert (entry["number"], entry["dossier_code"]) == ("12/XN", seen["dossier_code"])
    assert (entry["valid_from"], entry["valid_to"]) == ("2026-03-03", "2031-03-02")
    assert entry["is_valid_today"] is True


async def test_a_refusal_grants_nothing(office: Office) -> None:
    refused = await office.at_issue(decision="REFUSED")
    await office.issued(refused, outcome="REFUSED", reason="Không đủ điều kiện")
    assert await own(office) == []


async def test_a_recalled_result_makes_room_for_the_right_one(office: Office) -> None:
    seen = await issued(office)
    seen = await office.act(seen, "result-recall", SIGNER, reason="Sai tên")
    (entry,) = await own(office)
    assert (entry["state"], entry["is_valid_today"], entry["reason"]) == ("RECALLED", False, "Sai tên")
    seen = await office.act(seen, "step-completion", SIGNER, step="ky")
    await office.issued(seen, number="13/XN")
    assert [entry["state"] for entry in await own(office)] == ["VALID", "RECALLED"]


async def test_the_portal_is_told_version_by_version_what_stands_and_what_was_taken_back(
    office: Office,
) -> None:
    """Who is told late of a version of before the recall is not handed the wrong result."""
    first = await issued(office)
    path = f"/v1/portal-views/{first['dossier_id']}"

    recalled_in = 0

    async def told(version: int) -> tuple[list[str], list[str]]:
        view = (await office.service.get(path, GATEWAY, params={"version": version})).json()
        gone = [one["number"] for one in view["recalled_results"]]
        assert all(one["recalled_at"] and one["attachments"] for one in view["recalled_results"])
        assert [one["recalled_in"] for one in view["recalled_results"]] == [recalled_in] * len(gone)
        return [one["number"] for one in view["results"]], gone

    assert await told(first["version"]) == (["12/XN"], [])
    recall = await office.act(first, "result-recall", SIGNER, reason="Sai tên")
    recalled_in = recall["version"]
    assert await told(recall["version"]) == ([], ["12/XN"])
    assert await told(first["version"]) == ([], [])
    office.service.clock.advance(timedelta(minutes=1))
    second = await office.issued(
        await office.act(recall, "step-completion", SIGNER, step="ky"), number="13/XN"
    )
    assert await told(second["version"]) == (["13/XN"], ["12/XN"])
    assert await told(recall["version"]) == ([], ["12/XN"])


async def test_the_portal_gets_what_the_applicant_brought_and_no_paper_of_the_counter(office: Office) -> None:
    """The slip with the receiver's signature and card stays inside, also from an address given out before."""
    seen = await issued(office)
    path = f"/v1/portal-views/{seen['dossier_id']}"
    before = (await office.service.get(path, GATEWAY)).json()["attachments"]
    slip = await office.upload(RECEIVER, name="chu-ky-va-can-cuoc.pdf")
    signed = {name: told for name, told in HANDED_OUT.items() if name != "no_receipt_reason"}
    handed_out = {**signed, "receipt_attachment_id": slip}
    await office.act(seen, "return", RECEIVER, delivery="COUNTER", **handed_out)
    after = (await office.service.get(path, GATEWAY)).json()
    assert after["attachments"] == before
    read = {
        one: (await office.service.get(f"/v1/attachments/{one}/content", GATEWAY)).status_code
        for one in (slip, before[0]["attachment_id"], after["results"][0]["attachments"][0]["attachment_id"])
    }
    assert list(read.values()) == [404, 200, 200]
    assert (await office.service.get(f"/v1/attachments/{slip}/content", RECEIVER)).status_code == 200


async def test_a_number_given_before_is_warned_of_and_no_refusal(office: Office) -> None:
    first = await issued(office)
    seen = await issued(office)
    assert seen["state"] == "RESULT_READY"
    (warning,) = seen["warnings"]
    assert warning["code"] == "result-number-used"
    assert warning["details"] == {"number": "12/XN", "dossier_codes": [first["dossier_code"]]}


async def test_a_number_written_otherwise_is_the_same_number(office: Office) -> None:
    """By zeros, spaces, capitals, long dashes and old eths alone no number is another; the index is asked."""
    pool = office.service.runtime.pool
    await office.issued(number="01/QĐ-XN")
    seen = await office.issued(number="001 / qđ-Xn")
    assert [one["details"]["number"] for one in seen["warnings"]] == ["001 / qđ-Xn"]
    assert (await office.issued(number="10/QĐ-XN"))["warnings"] == []
    seen = await office.issued(number="1/Q\u00d0\u2013XN")
    assert [one["code"] for one in seen["warnings"]] == ["result-number-used"]
    for asked in ("1/qđ-xn", "01 / QĐ\u2014XN", "1/q\u00f0\u2011xn"):
        body = {"number": asked, "purpose": "Đối chiếu"}
        found = await office.service.post("/v1/result-look-ups", body, RECEIVER)
        assert [one["number"] for one in found.json()["items"]] == [
            "1/Q\u00d0\u2013XN",
            "001 / qđ-Xn",
            "01/QĐ-XN",
        ], asked
    dashes = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u00d0\u00f0"
    for number in ("01/QĐ-XN", "100/0/x", "00/XN", "a01b\u00a0 002", " 7\t/Ố", dashes):
        assert await pool.fetchval(f"SELECT {FOLDED} FROM (SELECT $1::text AS number) g", number) == folded(
            number
        )
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL enable_seqscan = off")
        query = f"SELECT id FROM result_register WHERE agency = 'H99.201' AND {FOLDED} = '1/xn'"
        plan = str(await connection.fetch(f"EXPLAIN {query} ORDER BY id DESC LIMIT 5"))
        query = f"SELECT id FROM result_register WHERE {FOLDED} = '1/xn'"
        found = str(await connection.fetch(f"EXPLAIN {query} ORDER BY id DESC LIMIT 5"))
    # In a small table either of them serves who names the agency.
    assert "ix_result_register_agency_folded" in plan or "ix_result_register_folded_id" in plan
    assert "ix_result_register_folded_id" in found


async def test_a_number_is_the_agencys_own_in_its_own_year(office: Office) -> None:
    seen = await issued(office)
    other = await office.issued(number="13/XN")
    assert (seen["warnings"], other["warnings"]) == ([], [])
    # Taken back and issued anew under its own number: the dossier's own is nobody else's.
    seen = await office.act(seen, "result-recall", SIGNER, reason="Sai tên")
    seen = await office.act(seen, "step-completion", SIGNER, step="ky")
    assert (await office.issued(seen, number="12/XN"))["warnings"] == []
    # The same number is a new one at another agency, and from the next first of January in Viet Nam on.
    new_year = datetime(2027, 1, 1, tzinfo=VIETNAM)
    async with office.service.runtime.unit_of_work() as unit:
        work = office.service.runtime.open_work(unit)
        kept = await work.results.find(UUID((await own(office))[0]["result_id"]))
        assert kept is not None
        this = Numbering(kept.number, kept.agency, kept.id, kept.issued_at)
        asked = {
            "this": this,
            "other agency": replace(this, agency="H99.202"),
            "last moment": replace(this, at=new_year - timedelta(seconds=1)),
            "next year": replace(this, at=new_year),
            "last year": replace(this, at=new_year - timedelta(days=400)),
        }
        told = {name: await work.results.at_issue(one, [], [], limit=5) for name, one in asked.items()}
    found = {name: len(same) for name, (_, same) in told.items()}
    assert found == {"this": 2, "other agency": 0, "last moment": 2, "next year": 0, "last year": 0}


async def test_what_is_over_is_still_told_and_no_longer_relied_on(office: Office) -> None:
    await issued(office, valid_from="2026-01-01", valid_to="2026-03-02")
    (entry,) = await own(office)
    assert (entry["state"], entry["is_valid_today"]) == ("VALID", False)


async def test_an_officer_looks_up_instead_of_asking(office: Office) -> None:
    await issued(office)
    citizen = a_citizen()
    body = {"identity_number": citizen.identity_number, "purpose": "Tiếp nhận hồ sơ mới"}
    answer = await office.service.post("/v1/result-look-ups", body, SPECIALIST)
    assert [one["number"] for one in answer.json()["items"]] == ["12/XN"]
    by_number = await office.service.post(
        "/v1/result-look-ups", {"number": "12/XN", "purpose": "Đối chiếu"}, RECEIVER
    )
    assert len(by_number.json()["items"]) == 1
    query = "SELECT what FROM access_log WHERE subject = $1 AND what LIKE 'results:%'"
    assert (
        await office.service.runtime.pool.fetchval(query, SPECIALIST.subject)
        == "results: Tiếp nhận hồ sơ mới"
    )


async def test_a_signer_of_the_agency_takes_its_force_away_once(office: Office) -> None:
    await issued(office)
    (entry,) = await own(office)
    path = f"/v1/results/{entry['result_id']}"
    assert (await office.service.post(f"{path}/revocation", WHY, SIGNER)).status_code == 428
    assert (await office.service.post(f"{path}/revocation", WHY, SIGNER, version=7)).status_code == 412
    assert (await office.service.post(f"{path}/revocation", WHY, CLERK, version=1)).status_code == 403
    assert (await office.service.post(f"{path}/revocation", WHY, SIGNER, version=1)).status_code == 204
    again = await office.service.post(f"{path}/revocation", WHY, SIGNER, version=2)
    assert (again.status_code, again.json()["code"]) == (409, "result-not-valid")
    found = await office.service.get(path, a_citizen())
    assert (found.json()["state"], found.json()["legal_basis"]) == ("REVOKED", WHY["legal_basis"])
    assert found.headers["etag"] == '"2"'


@pytest.mark.parametrize(
    ("who", "body", "status", "code"),
    [
        (SPECIALIST, {"purpose": "x"}, 422, "invalid"),
        (SPECIALIST, {"purpose": "x", "number": "1", "identity_number": "2"}, 422, "invalid"),
        (SPECIALIST, {"number": "1"}, 422, "invalid"),
        (SUPERVISOR, {"purpose": "x", "number": "1"}, 403, "forbidden"),
        (a_citizen(), {"purpose": "x", "number": "1"}, 403, "forbidden"),
    ],
    ids=["nothing asked", "two things asked", "without a purpose", "a supervisor", "a citizen"],
)
async def test_who_may_not_look_up_is_refused(
    office: Office, who: Any, body: dict[str, str], status: int, code: str
) -> None:
    answer = await office.service.post("/v1/result-look-ups", body, who)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_strangers_do_not_see_it_and_days_do_not_go_backwards(office: Office) -> None:
    seen = await office.at_issue()
    told = {"number": "1", "attachment_ids": [await office.upload(CLERK)]}
    backwards = {"valid_from": "2026-03-03", "valid_to": "2026-03-01"}
    wrong = await office.tried(seen, "result", CLERK, **told, **backwards)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "result-validity-invalid")
    await office.issued(seen, number="12/XN")
    (entry,) = await own(office)
    assert (await office.service.get(f"/v1/results/{entry['result_id']}", STRANGER)).status_code == 404
    assert (await office.service.get("/v1/results", SPECIALIST)).status_code == 403


async def reusing(office: Office, result_id: str) -> dict[str, Any]:
    """Return a submission whose declaration is a result the owner holds."""
    component = {"component_code": "to-khai", "result_id": result_id}
    return await office.submission(a_citizen(), components=[component])


async def submit(office: Office, body: dict[str, Any]) -> Any:
    return await office.service.post("/v1/dossiers", body, a_citizen())


async def test_a_result_stands_for_a_component_by_its_entry(office: Office) -> None:
    await issued(office)
    (entry,) = await own(office)
    seen = (await submit(office, await reusing(office, entry["result_id"]))).json()
    row = await office.service.runtime.pool.fetchrow("SELECT * FROM result_uses")
    assert (str(row["dossier_id"]), row["component_code"]) == (seen["dossier_id"], "to-khai")
    assert (str(row["result_id"]), row["result_version"]) == (entry["result_id"], entry["version"])
    view = await office.read(await office.act(seen, "acceptance", RECEIVER), SPECIALIST)
    assert view["warnings"] == []
    assert await office.service.runtime.pool.fetchval(REUSE, seen["dossier_id"]) == 2


async def test_the_portal_is_told_which_result_stands_for_a_component_with_its_file(office: Office) -> None:
    await issued(office)
    (entry,) = await own(office)
    body = await reusing(office, entry["result_id"])
    body["components"][0]["attachment_ids"] = [await office.upload(a_citizen())]
    path = f"/v1/portal-views/{(await submit(office, body)).json()['dossier_id']}"
    (told,) = (await office.service.get(path, GATEWAY)).json()["attachments"]
    assert entry["type"] != entry["procedure_code"]
    assert (told["reuse"], told["replaced_by"]) == (2, entry["type"])


async def test_a_result_that_is_another_s_over_or_unknown_stands_for_nothing(office: Office) -> None:
    await issued(office, valid_from="2026-01-01", valid_to="2026-03-02")
    (entry,) = await own(office)
    over = await submit(office, await reusing(office, entry["result_id"]))
    unknown = await submit(office, await reusing(office, "0193a5c2-7d00-7a10-8000-0000000000aa"))
    pool = office.service.runtime.pool
    await pool.execute("ALTER TABLE result_register DISABLE TRIGGER USER")
    await pool.execute("UPDATE result_register SET holder_index = 'khac', valid_to = NULL")
    another = await submit(office, await reusing(office, entry["result_id"]))
    told = [answer.json()["errors"][0] for answer in (over, unknown, another)]
    assert {one["path"] for one in told} == {"components.0.result_id"}
    assert [answer.status_code for answer in (over, unknown, another)] == [422] * 3
    assert told[1] == told[2] != told[0]
    assert await office.service.count("result_uses") == 0


async def test_a_result_revoked_since_is_refused_at_acceptance_and_shown_on_open_dossiers(
    office: Office,
) -> None:
    await issued(office)
    (entry,) = await own(office)
    waiting = (await submit(office, await reusing(office, entry["result_id"]))).json()
    taken = (await submit(office, await reusing(office, entry["result_id"]))).json()
    taken = await office.act(taken, "acceptance", RECEIVER)
    path = f"/v1/results/{entry['result_id']}/revocation"
    assert (await office.service.post(path, WHY, SIGNER, version=1)).status_code == 204
    detail = await office.read(waiting, RECEIVER)
    assert "acceptance" not in detail["actions"]
    told = {one["action"]: (one["code"], one["details"]) for one in detail["blocked_actions"]}
    refused = await office.tried(waiting, "acceptance", RECEIVER)
    assert (refused.status_code, refused.json()["code"]) == (409, "result-not-valid")
    assert told["acceptance"] == ("result-not-valid", {"results": refused.json()["results"]})
    assert refused.json()["results"] == [{"component_code": "to-khai", "number": "12/XN", "state": "REVOKED"}]
    (warning,) = (await office.read(taken, SPECIALIST))["warnings"]
    assert (warning["code"], warning["details"]["reason"]) == ("reused-result-ended", WHY["reason"])


async def test_a_result_that_stood_for_a_component_and_was_taken_out_is_missed(
    office: Office, capsys: Any
) -> None:
    """Revoked and its use taken out by hand, the dossier was accepted on nothing."""
    await issued(office)
    (entry,) = await own(office)
    waiting = (await submit(office, await reusing(office, entry["result_id"]))).json()
    taken_out = "DELETE FROM result_uses WHERE dossier_id = $1"
    await office.service.runtime.pool.execute(taken_out, UUID(waiting["dossier_id"]))
    refused = await office.tried(waiting, "acceptance", RECEIVER)
    assert (refused.status_code, refused.json()["code"]) == (503, "row-changed")
    assert (await office.read(waiting, RECEIVER))["state"] == "SUBMITTED"
    assert await verify_history(office.service.runtime, ()) == 1
    assert "results of the register stood for more of its components" in capsys.readouterr().out


@pytest.mark.parametrize("component", ["to-khai", ""])
async def test_another_paper_handed_in_for_it_stands_in_the_place_of_a_result_that_ended(
    office: Office, component: str, capsys: Any
) -> None:
    """Otherwise nothing could let the dossier be accepted; a file of no component is for what was asked."""
    await issued(office)
    (entry,) = await own(office)
    waiting = (await submit(office, await reusing(office, entry["result_id"]))).json()
    path = f"/v1/results/{entry['result_id']}/revocation"
    assert (await office.service.post(path, WHY, SIGNER, version=1)).status_code == 204
    asked = {"items": [{"component_code": "to-khai", "reason": "Kết quả đã bị hủy"}], "reason": "Hủy"}
    waiting = await office.act(waiting, "intake-supplement-request", RECEIVER, **asked)
    file = await office.upload(a_citizen(), component=component)
    waiting = await office.act(waiting, "intake-supplement-answer", a_citizen(), attachment_ids=[file])
    detail = await office.read(waiting, RECEIVER)
    assert ("acceptance" in detail["actions"], detail["warnings"]) == (True, [])
    accepted = await office.act(waiting, "acceptance", RECEIVER)
    assert (accepted["state"], accepted["warnings"]) == ("ACCEPTED", [])
    history = await office.service.get(f"/v1/dossiers/{accepted['dossier_id']}/history", RECEIVER)
    told = [one["change"].get("lifted_results") for one in history.json()["items"]]
    assert told == [None, None, ["to-khai"], None]
    assert await verify_history(office.service.runtime, ()) == 0
    lifted = """jsonb_set(work::jsonb, '{brought,lifted_results}', '["to-khai", "ly-hon"]')::json"""
    await office.service.runtime.pool.execute(
        f"UPDATE dossiers SET work = {lifted} WHERE id = $1::uuid", accepted["dossier_id"]
    )
    assert await verify_history(office.service.runtime, ()) == 1
    assert accepted["dossier_id"] in capsys.readouterr().out


async def test_words_alone_lift_no_result(office: Office) -> None:
    await issued(office)
    (entry,) = await own(office)
    waiting = (await submit(office, await reusing(office, entry["result_id"]))).json()
    path = f"/v1/results/{entry['result_id']}/revocation"
    assert (await office.service.post(path, WHY, SIGNER, version=1)).status_code == 204
    asked = {"items": [{"component_code": "to-khai", "reason": "Kết quả đã bị hủy"}], "reason": "Hủy"}
    waiting = await office.act(waiting, "intake-supplement-request", RECEIVER, **asked)
    other = await office.upload(a_citizen(), component="ly-hon")
    words = {"note": "Đã nộp rồi", "attachment_ids": [other]}
    waiting = await office.act(waiting, "intake-supplement-answer", a_citizen(), **words)
    refused = await office.tried(waiting, "acceptance", RECEIVER)
    assert (refused.status_code, refused.json()["code"]) == (409, "result-not-valid")


async def test_a_result_is_a_document_and_says_what_the_signer_decided(office: Office) -> None:
    """No file, no result; and the clerk makes no refusal of what was granted, nor the other way round."""
    seen = await office.at_issue()
    bare = await office.tried(seen, "result", CLERK, number="2/QĐ")
    assert (bare.status_code, bare.json()["errors"][0]["path"]) == (422, "attachment_ids")
    file = await office.upload(CLERK)
    turned = {"number": "2/QĐ", "outcome": "REFUSED", "reason": "không", "attachment_ids": [file]}
    answer = await office.tried(seen, "result", CLERK, **turned)
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "outcome")
    refused = await office.at_issue(decision="REFUSED")
    granted = await office.tried(refused, "result", CLERK, number="2/QĐ", attachment_ids=[file])
    assert granted.json()["errors"][0]["path"] == "outcome"
    assert (await office.act(refused, "result", CLERK, **turned))["state"] == "RESULT_READY"


async def test_only_a_signer_decides(office: Office) -> None:
    """A specialist's word on the result is refused, not forgotten."""
    seen = await office.in_process()
    answer = await office.tried(seen, "step-completion", SPECIALIST, step="tham-dinh", decision="GRANTED")
    assert answer.json()["errors"][0]["path"] == "decision"
