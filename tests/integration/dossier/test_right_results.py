"""What takes a wrong result's place: in the register, in figures, in searches."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from kernel.testing.running import a_staff_member
from services.dossier.commands.figures import rebuild_figures
from services.dossier.commands.history import verify_history
from tests.builders.dossier.office import (
    COMMUNE,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    Office,
    a_citizen,
    an_agency,
)
from tests.builders.dossier.wrong_results import (
    ERROR,
    OWNER,
    as_now,
    give,
    give_to,
    opened,
    register_of,
    returned,
    worked,
)

PROVINCE = a_staff_member("SUPERVISOR", agency="H99", unit="giam-sat", name="Giám sát tỉnh", subject="tinh")


@pytest.fixture(scope="module")
async def office(shared_office: Office) -> Office:
    """One office for all: each test has dossiers of its own."""
    await shared_office.service.receive(an_agency("H99", kind="PEOPLES_COMMITTEE", level="PROVINCE"))
    return shared_office


async def test_the_right_result_takes_the_wrong_ones_place_when_it_is_handed_out(office: Office) -> None:
    first = await returned(office)
    _, correction = await opened(office, first)
    ready = await worked(office, correction)
    assert [one[0] for one in await register_of(office, first)] == ["VALID"]
    await give(office, ready)
    ((state, replaced_by, _),) = await register_of(office, first)
    ((now, _, number),) = await register_of(office, correction)
    assert (state, now, number) == ("SUPERSEDED", "VALID", "12a/XN")
    own = (await office.service.get("/v1/results", a_citizen())).json()["items"]
    (wrong,) = [one for one in own if one["dossier_code"] == first["dossier_code"]]
    assert wrong["replaced_by"] == str(replaced_by)
    assert (wrong["is_valid_today"], wrong["state"]) == (False, "SUPERSEDED")
    body = await office.submission(a_citizen())
    body["components"][0] = {"component_code": "to-khai", "result_id": wrong["result_id"]}
    refused = await office.service.post("/v1/dossiers", body, a_citizen())
    assert refused.status_code == 422, refused.text
    body["components"][0]["result_id"] = str(replaced_by)
    assert (await office.service.post("/v1/dossiers", body, a_citizen())).status_code == 201
    assert await verify_history(office.service.runtime, ()) == 0


async def test_a_superseded_result_put_back_by_hand_is_found(office: Office, capsys: Any) -> None:
    first = await returned(office)
    _, correction = await opened(office, first)
    await give(office, await worked(office, correction))
    pool = office.service.runtime.pool
    kept = await pool.fetchrow(
        "SELECT * FROM result_register WHERE dossier_id = $1", UUID(first["dossier_id"])
    )
    put = "UPDATE result_register SET state = $2, ended_at = $3, replaced_by = $4 WHERE id = $1"
    await pool.execute(put, kept["id"], "VALID", None, None)
    assert await verify_history(office.service.runtime, ()) == 1
    assert f"result {kept['id']}: a correction took its place, or did not" in capsys.readouterr().out
    await pool.execute(put, kept["id"], "SUPERSEDED", kept["ended_at"], kept["replaced_by"])
    assert await verify_history(office.service.runtime, ()) == 0


async def test_a_refused_correction_takes_nothings_place_and_another_may_be_opened(office: Office) -> None:
    first = await returned(office)
    _, correction = await opened(office, first)
    accepted = await office.act(correction, "acceptance", RECEIVER)
    refused = await office.at_issue(accepted, decision="REFUSED")
    ready = await office.issued(refused, number="9/TB", outcome="REFUSED", reason="Không có sai sót")
    await give(office, ready)
    assert [one[0] for one in await register_of(office, first)] == ["VALID"]
    _, again = await opened(office, await as_now(office, first))
    assert again["dossier_id"] != correction["dossier_id"]


async def test_one_correction_at_a_time_and_a_corrected_one_is_corrected_where_the_right_one_is(
    office: Office,
) -> None:
    first = await returned(office)
    seen, correction = await opened(office, first)
    answer = await office.tried(seen, "result-correction-draft", SPECIALIST, **ERROR)
    assert (answer.status_code, answer.json()["code"]) == (409, "correction-open")
    assert answer.json()["dossier_id"] == correction["dossier_id"]
    corrected = await give(office, await worked(office, correction))
    answer = await office.tried(seen, "result-correction-draft", SPECIALIST, **ERROR)
    assert (answer.status_code, answer.json()["code"]) == (409, "result-corrected-already")
    _, second = await opened(office, corrected)
    assert (await office.read(second, SPECIALIST))["corrects"]["dossier_id"] == correction["dossier_id"]
    await give(office, await worked(office, second, number="12b/XN"))
    assert [one[0] for one in await register_of(office, correction)] == ["SUPERSEDED"]
    assert [one[0] for one in await register_of(office, first)] == ["SUPERSEDED"]


async def test_a_result_nobody_was_given_is_mended_in_its_own_dossier(office: Office) -> None:
    signed = await office.at_issue()
    ready = await office.issued(signed)
    for seen in (signed, ready):
        answer = await office.tried({**ready, **seen}, "result-correction-draft", SPECIALIST, **ERROR)
        code = "version-stale" if seen is signed else "transition-refused"
        assert answer.json()["code"] == code or answer.status_code == 412
    answer = await office.tried(ready, "result-correction-draft", SPECIALIST, **ERROR)
    assert answer.status_code == 409
    assert "thu hồi kết quả" in answer.json()["detail"]
    stopped = await office.in_process()
    answer = await office.tried(stopped, "result-correction-draft", SPECIALIST, **ERROR)
    assert (answer.status_code, answer.json()["code"]) == (409, "transition-refused")


async def figures(office: Office) -> tuple[dict[str, int], list[str]]:
    """Return this month's numbers and the dossiers behind its corrections."""
    period = {"from": "2026-03-01", "to": "2026-03-31"}
    table = (await office.service.get("/v1/statistics", PROVINCE, params=period)).json()
    listed = await office.service.get(
        "/v1/statistics/dossiers", PROVINCE, params={**period, "number": "received_corrections"}
    )
    assert listed.status_code == 200, listed.text
    return table["items"][0]["numbers"], [one["dossier_id"] for one in listed.json()["items"]]


async def test_the_first_ones_figures_stay_and_the_correction_has_its_mark(
    office: Office,
) -> None:
    first = await returned(office)
    pool = office.service.runtime.pool
    row = "SELECT * FROM figure_rows WHERE dossier_id = $1"
    was = dict(await pool.fetchrow(row, UUID(first["dossier_id"])))
    before, known = await figures(office)
    _, correction = await opened(office, first)
    accepted = await office.act(correction, "acceptance", RECEIVER)
    now = dict(await pool.fetchrow(row, UUID(first["dossier_id"])))
    assert {**now, "version": 0} == {**was, "version": 0}
    after, listed = await figures(office)
    assert after["received"] == before["received"] + 1
    assert after["submissions"] == before["submissions"]
    assert after["received_online"] == before["received_online"]
    assert after["received_corrections"] == before["received_corrections"] + 1
    assert set(listed) - set(known) == {accepted["dossier_id"]}
    assert await rebuild_figures(office.service.runtime, ("--check",)) == 0


async def test_the_pair_is_no_duplicate_and_both_are_found(office: Office) -> None:
    person = replace(a_citizen("cong-dan-binh", "099188000099"), name="Trần Thị Bình")
    first = await give_to(office, person)
    _, correction = await opened(office, first)
    accepted = await office.act(correction, "acceptance", RECEIVER)
    assert accepted["warnings"] == []
    found = await office.service.get("/v1/dossier-search", RECEIVER, params={"q": "tran thi binh"})
    assert {one["dossier_id"] for one in found.json()["items"]} >= {
        first["dossier_id"],
        correction["dossier_id"],
    }


async def test_the_register_says_which_corrects_which(office: Office) -> None:
    first = await returned(office)
    _, correction = await opened(office, first)
    accepted = await office.act(correction, "acceptance", RECEIVER)
    notes: dict[str, str] = {}
    asked: dict[str, Any] | None = {"from": "2026-03-03", "to": "2026-03-03", "agency": COMMUNE, "limit": 100}
    while asked:
        page = await office.service.get("/v1/register", RECEIVER, params=asked)
        assert page.status_code == 200, page.text
        notes |= {one["dossier_code"]: one["note"] for one in page.json()["items"]}
        cursor = page.json()["next_cursor"]
        asked = {**asked, "cursor": cursor} if cursor else None
    assert notes[accepted["dossier_code"]] == f"Đính chính kết quả hồ sơ {first['dossier_code']}"
    named = f"Kết quả được đính chính bằng hồ sơ {correction['reference']}"
    assert notes[first["dossier_code"]] == named


async def test_what_the_head_of_the_agency_opened_no_counter_ends_alone(office: Office) -> None:
    ends: dict[str, dict[str, Any]] = {
        "cancellation": {"note": "Không cần nữa"},
        "refusal": {"reason": "Không có sai sót", "legal_basis": "Điều 18"},
    }
    seen = await returned(office)
    for action, body in ends.items():
        seen, correction = await opened(office, await as_now(office, seen))
        assert action not in (await office.read(correction, RECEIVER))["actions"]
        answer = await office.tried(correction, action, RECEIVER, **body)
        assert (answer.status_code, answer.json().get("code")) == (403, "forbidden")
        assert action in (await office.read(correction, SIGNER))["actions"]
        ended = await office.act(correction, action, SIGNER, **body)
        assert ended["state"] in {"CANCELLED", "INTAKE_REFUSED"}
    _, correction = await opened(office, await as_now(office, seen))
    assert "cancellation" in (await office.read(correction, a_citizen()))["actions"]
    # By number alone, without the account it was handed in with, it is the owner's as well.
    same = replace(a_citizen("tai-khoan-khac", OWNER["identity_number"]), name=OWNER["full_name"])
    assert (await office.act(correction, "cancellation", same, note=""))["state"] == "CANCELLED"


async def test_what_the_owner_takes_back_is_decided_by_the_head_of_the_agency_again(office: Office) -> None:
    """The wrong result still counts: the record comes back with the owner's words."""
    first = await returned(office)
    _, correction = await opened(office, first)
    await office.act(correction, "cancellation", a_citizen(), note="Tôi không cần nữa")
    told = await office.read(first, SIGNER)
    draft = told["correction_draft"]
    assert (draft["reason"], draft["taken_back"]) == (ERROR["reason"], "Tôi không cần nữa")
    assert "result-correction" in told["actions"]
    tasks = (await office.service.get("/v1/inbox", SIGNER)).json()["items"]
    (task,) = [one for one in tasks if one["dossier_id"] == first["dossier_id"]]
    assert task["task_due_at"] == draft["decide_by"]
    (change,) = [
        one["data"]["change"]
        for one in await office.service.published("dossier.work_noted.v1")
        if one["key"] == first["dossier_id"] and one["data"]["change"]["noted"] == "CORRECTION_ENDED"
    ]
    assert (change["waits_again"], change["correction"]["reference"]) == (True, correction["reference"])
    seen = {**first, "version": told["version"]}
    again = await office.act(seen, "result-correction", SIGNER, approved=True)
    assert again["correction"]["dossier_id"] != correction["dossier_id"]
    assert await verify_history(office.service.runtime, ()) == 0


async def test_what_the_head_of_the_agency_takes_back_comes_back_to_nobody(office: Office) -> None:
    first = await returned(office)
    _, correction = await opened(office, first)
    await office.act(correction, "cancellation", SIGNER, note="Người dân đề nghị qua điện thoại")
    told = await office.read(first, SIGNER)
    assert told["correction_draft"] is None
    history = await office.service.get(f"/v1/dossiers/{first['dossier_id']}/history", SIGNER)
    change = history.json()["items"][-1]["change"]
    assert (change["noted"], change["waits_again"]) == ("CORRECTION_ENDED", False)
    assert change["note"] == "Người dân đề nghị qua điện thoại"


WITHDRAWN = {"approved": True, "note": "Theo đơn của chủ hồ sơ", "legal_basis": "NĐ 118/2025/NĐ-CP"}


async def refused_by_the_head(office: Office, correction: dict[str, Any]) -> str:
    """Refuse to receive it; return why."""
    why = "Kết quả không sai"
    await office.act(correction, "refusal", SIGNER, reason=why, legal_basis="Điều 18")
    return why


async def withdrawn_with_the_heads_word(office: Office, correction: dict[str, Any]) -> str:
    """Let its owner withdraw it once it is worked; return why."""
    seen = await office.act(correction, "acceptance", RECEIVER)
    seen = await office.act(seen, "withdrawal", a_citizen(), note="Tôi không cần nữa")
    await office.act(seen, "withdrawal-decision", SIGNER, **WITHDRAWN)
    return str(WITHDRAWN["note"])


async def refused_by_its_result(office: Office, correction: dict[str, Any]) -> str:
    """Hand out a result that refuses it; return why."""
    why = "Sổ gốc ghi đúng như kết quả"
    accepted = await office.act(correction, "acceptance", RECEIVER)
    refused = await office.at_issue(accepted, decision="REFUSED")
    await give(office, await office.issued(refused, number="9/TB", outcome="REFUSED", reason=why))
    return why


@pytest.mark.parametrize(
    ("ended", "state"),
    [
        (refused_by_the_head, "INTAKE_REFUSED"),
        (withdrawn_with_the_heads_word, "STOPPED"),
        (refused_by_its_result, "RETURNED"),
    ],
)
async def test_how_a_correction_ended_stands_in_the_dossier_it_was_to_correct(
    office: Office, ended: Any, state: str
) -> None:
    """Its clerk reads why, its citizen that it has; the head decided it and has nothing more to decide."""
    first = await returned(office)
    _, correction = await opened(office, first)
    why = await ended(office, correction)
    told = await office.read(first, SIGNER)
    assert (told["correction_draft"], told["corrections"][-1]["state"]) == (None, state)
    for reader, words in ((SIGNER, why), (a_citizen(), "")):
        history = await office.service.get(f"/v1/dossiers/{first['dossier_id']}/history", reader)
        change = history.json()["items"][-1]["change"]
        assert (change["noted"], change["note"]) == ("CORRECTION_ENDED", words)
        assert (change["correction"]["state"], change["waits_again"]) == (state, False)
    again = await office.act(await as_now(office, first), "result-correction-draft", SPECIALIST, **ERROR)
    assert again["version"] == told["version"] + 1
