"""The lead agency ends while a submission runs: its heir sees it, hears its children and decides."""

from dataclasses import replace
from datetime import timedelta

from services.dossier.jobs.continue_dossiers import CONTINUE_DOSSIERS
from tests.builders.dossier.kin import (
    BIRTH,
    CARD,
    FATHER,
    LEAD,
    POLICE,
    RESIDENCE,
    Kin,
    in_a_row,
    refused,
    staff,
)
from tests.builders.dossier.office import COMMUNE, Office
from tests.integration.dossier.test_agencies_that_end import HEIR, ended, heir
from tests.integration.dossier.test_papers_after_a_merger import contents

AT_HEIR = staff("ONE_STOP_OFFICER", HEIR, "mot-cua")


async def test_the_heir_of_the_lead_agency_decides_in_its_place(empty_office: Office) -> None:
    """It is in its list with all members; who received stays; the old desk sees it no more."""
    kin = await Kin(empty_office.service).open_kin(in_a_row(on_refused="ASK"))
    seen = await kin.handed_in()
    await kin.granted(seen, BIRTH)
    await kin.advance()
    await kin.service.receive(heir(COMMUNE), ended())
    for _ in range(2):
        await kin.service.run_job(CONTINUE_DOSSIERS)
    told = await kin.service.published("interlinked_dossier.advanced.v1")
    (noted,) = [one["data"]["change"]["continued"] for one in told if "continued" in one["data"]["change"]]
    assert [one["ended_agency"] for one in noted] == [COMMUNE]
    await refused(kin, seen, RESIDENCE)
    parent = await kin.parent(seen, AT_HEIR)
    assert (parent["lead_agency"]["code"], parent["continuing_agency"]["code"]) == (COMMUNE, HEIR)
    assert all(one["dossier_id"] for one in parent["members"][:2])
    assert "member-decision" in parent["actions"]
    listed = await kin.service.get("/v1/interlinked-dossiers", AT_HEIR)
    assert [one["reference"] for one in listed.json()["items"]] == [seen["reference"]]
    body = {"procedure": RESIDENCE, "choice": "GO_ON", "reason": "Trẻ đã có nơi tạm trú"}
    assert (await kin.on(parent, "member-decision", LEAD, **body)).status_code == 404
    assert (await kin.service.get("/v1/interlinked-dossiers", LEAD)).json()["items"] == []
    answer = await kin.on(parent, "member-decision", AT_HEIR, **body)
    assert answer.status_code == 200, answer.text
    assert (await kin.statuses(seen))[CARD] == "OPEN"
    asked = (await kin.service.published("interlinked_dossier.decision_needed.v1"))[-1]
    assert asked["data"]["interlinked_dossier"]["continuing_agency"]["code"] == HEIR


async def test_a_slip_issued_after_the_lead_agency_ended_is_its_heirs(empty_office: Office) -> None:
    """Headed and dated by who goes on; the one of before stays."""
    kin = await Kin(empty_office.service).open_kin(in_a_row(on_late="WAIT"))
    seen = await kin.handed_in()
    await kin.granted(seen, BIRTH)
    await kin.advance()
    await kin.accepted_child(seen, RESIDENCE)
    await kin.advance()
    new = heir(COMMUNE)
    await kin.service.receive(replace(new, data={**new.data, "place": "Tân An"}), ended())
    for _ in range(2):
        await kin.service.run_job(CONTINUE_DOSSIERS)
    kin.service.clock.advance(timedelta(days=21))
    await kin.advance()
    slips = [said for kind, said in await contents(kin) if kind == "FORM_01_GROUP"]
    assert [said["agency"] for said in slips] == [f"UBND {COMMUNE}", f"UBND {HEIR}"]
    assert slips[1]["place_and_date"] == "Tân An, ngày 24 tháng 03 năm 2026"


async def test_the_heir_of_a_members_agency_sees_its_part(kin: Kin) -> None:
    """Also of a member that has not begun; an agency that goes on later is found before it is closed."""
    seen = await kin.handed_in()
    await kin.service.receive(ended(POLICE))
    await kin.service.run_job(CONTINUE_DOSSIERS)
    kin.service.clock.advance(timedelta(hours=2))
    await kin.service.run_job(CONTINUE_DOSSIERS)
    await kin.service.receive(heir(POLICE))
    await kin.service.run_job(CONTINUE_DOSSIERS)
    parent = await kin.parent(seen, AT_HEIR)
    assert parent["continuing_agency"] is None
    assert (await kin.parent(seen, FATHER))["due_at"] == parent["due_at"]
    assert "member-decision" not in parent["actions"]


async def test_the_heir_reads_and_lists_what_had_ended_before(kin: Kin) -> None:
    """With its history and its slip, from all three offices; destroyed ones are no news; told once."""
    seen = await kin.handed_in()
    await kin.accepted_child(seen, BIRTH)
    await kin.advance()
    assert (await kin.on(await kin.parent(seen), "withdrawal", reason="Chuyển nhà")).status_code == 200
    agreed = {"approved": True, "note": "Đồng ý", "legal_basis": "NĐ 118/2025/NĐ-CP"}
    signer = staff("SIGNER", COMMUNE, "lanh-dao")
    await kin.act(await kin.child(seen, BIRTH), "withdrawal-decision", signer, **agreed)
    await kin.advance()
    before = await kin.parent(seen)
    assert before["state"] == "ENDED"
    await kin.service.receive(heir(COMMUNE, POLICE), ended(), ended(POLICE))
    for _ in range(2):
        await kin.service.run_job(CONTINUE_DOSSIERS)
    parent = await kin.parent(seen, AT_HEIR)
    assert (parent["state"], parent["continuing_agency"]["code"]) == ("ENDED", HEIR)
    assert [(one["continuing_agency"] or {}).get("code") for one in parent["members"]] == [HEIR, HEIR, None]
    assert parent["slip_id"] == before["slip_id"]
    listed = await kin.service.get("/v1/interlinked-dossiers", AT_HEIR)
    assert [one["reference"] for one in listed.json()["items"]] == [seen["reference"]]
    path = f"/v1/interlinked-dossiers/{seen['interlinked_dossier_id']}/history"
    assert (await kin.service.get(path, AT_HEIR)).status_code == 200
    assert (await kin.service.get(f"/v1/papers/{parent['slip_id']}", AT_HEIR)).status_code == 200
    assert (await kin.service.get(path, LEAD)).status_code == 404
    assert parent["version"] == before["version"] + 1
    assert (await kin.parent(seen))["state"] == "ENDED"


async def test_a_destroyed_submission_is_told_of_no_more(kin: Kin) -> None:
    """Whoever forgot it would learn its reference anew."""
    await kin.handed_in()
    await kin.service.runtime.pool.execute("UPDATE interlinked_parents SET secret_hash = ''")
    await kin.service.receive(heir(COMMUNE), ended())
    await kin.service.run_job(CONTINUE_DOSSIERS)
    assert await kin.service.published("interlinked_dossier.advanced.v1") == []
