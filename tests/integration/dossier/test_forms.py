"""What a citizen fills in is held against the form in force, before anything is kept."""

from typing import Any

import pytest

from kernel.testing.running import an_event
from services.dossier.commands.history import verify_history
from tests.builders.dossier.office import GATEWAY, RECEIVER, Office, a_citizen
from tests.builders.forms import a_form, answers
from tests.integration.dossier.test_other_ways_in import a_portal_dossier


async def with_form(office: Office, *, version: int = 1, **changed: Any) -> Office:
    """Tell the office of a form."""
    data = {**a_form(**changed), "version": version}
    await office.service.receive(an_event("form.published.v1", data["code"], data, sequence=version))
    return office


async def test_right_answers_are_kept(office: Office) -> None:
    """And read back as they were."""
    await with_form(office)
    receipt = await office.submitted(form_data=answers(copies=2))
    assert receipt["state"] == "SUBMITTED"


@pytest.mark.parametrize(
    ("form_data", "path"),
    [
        ({}, "form_data.applicant"),
        (answers(purpose="OTHER"), "form_data.other_purpose"),
        (answers(marriages=[{"spouse": "B"}, {}]), "form_data.marriages.1.spouse"),
        (answers(muc_dich="kết hôn"), "form_data.muc_dich"),
    ],
)
async def test_wrong_answers_are_refused_with_every_place(
    office: Office, form_data: dict[str, Any], path: str
) -> None:
    """And nothing is kept."""
    await with_form(office)
    by = a_citizen()
    refused = await office.service.post("/v1/dossiers", await office.submission(by, form_data=form_data), by)
    assert (refused.status_code, refused.json()["code"]) == (422, "form-answers-invalid")
    assert path in [error["path"] for error in refused.json()["errors"]]
    assert await office.service.count("dossiers") == 0


async def test_a_newer_form_decides_and_an_older_one_does_not(office: Office) -> None:
    """Whatever order they come in; a process that has compiled the old one takes the new one."""
    await with_form(office)
    await office.submitted(form_data=answers())
    optional = a_form()["schema"]
    optional["required"] = ["applicant"]
    await with_form(office, version=3, schema=optional)
    await with_form(office, version=2)
    given = answers()
    del given["purpose"]
    assert (await office.submitted(form_data=given))["state"] == "SUBMITTED"


async def test_without_a_form_anything_is_taken(office: Office) -> None:
    """As before."""
    assert (await office.submitted(form_data={"muc_dich": "kết hôn"}))["state"] == "SUBMITTED"


async def asked_for_more(office: Office, **form_data: Any) -> dict[str, Any]:
    """Let a dossier with these answers come from the portal and something be asked of its applicant."""
    born = await office.service.post("/v1/portal-dossiers", a_portal_dossier(form_data=form_data), GATEWAY)
    assert born.status_code == 201, born.text
    seen = {"dossier_id": born.json()["dossier_id"], "version": 1}
    items = [{"component_code": "to-khai", "reason": "Sai số bản"}]
    return await office.act(seen, "intake-supplement-request", RECEIVER, items=items, reason="Khai sai")


async def supplemented(office: Office, **form_data: Any) -> Any:
    """Let the portal send what the applicant says now."""
    code = a_portal_dossier()["portal_code"]
    body = {"portal_code": code, "note": "Đã sửa", "form_data": form_data}
    return await office.service.post(f"/v1/portal-dossiers/{code}/supplement", body, GATEWAY)


async def test_answers_that_come_with_a_portals_supplement_are_the_dossiers(office: Office) -> None:
    """Named ones only, a blank says nothing; what stood is kept, history says which, never what."""
    await with_form(office)
    seen = await asked_for_more(office, **answers(copies=1, NguoiLienHe="Trần Thị Bình"))
    said = {"copies": 3, "purpose": "", "NguoiLienHe": "Lê Văn Cường", "SoNha": "12", "NgayKy": None}
    said |= {"applicant": {}, "other_purpose": "  "}
    answer = await supplemented(office, **said)
    assert answer.status_code == 200, answer.text
    for reader in (RECEIVER, a_citizen()):
        shown = await office.read(seen, reader)
        assert shown["form_data"] == answers(copies=3, NguoiLienHe="Lê Văn Cường", SoNha="12")
        (correction,) = shown["form_corrections"]
        assert (correction["version"], correction["before"], correction["added"]) == (
            3,
            {"copies": 1, "NguoiLienHe": "Trần Thị Bình"},
            ["SoNha"],
        )
    (told,) = await office.service.published("dossier.intake_supplement_answered.v1")
    assert told["data"]["change"]["answers"] == {"corrected": ["copies"], "others": 2}
    assert "Cường" not in str(told["data"])
    assert await verify_history(office.service.runtime, []) == 0
    forged = "UPDATE dossiers SET form_sealed = ''"
    await office.service.runtime.pool.execute(forged)
    assert await verify_history(office.service.runtime, []) == 1


async def test_what_people_wrote_as_names_is_in_no_event(office: Office) -> None:
    """However much it is: an event past what a bus takes would hold up all that comes after it."""
    seen = await asked_for_more(office, a=1)
    names = {f"{'ắ' * 2000} {place}": place for place in range(480)}
    refused = await supplemented(office, **names)
    assert (refused.status_code, refused.json()["code"]) == (422, "form-answers-invalid"), "three megabytes"
    answer = await supplemented(office, **dict(list(names.items())[:30]))
    assert answer.status_code == 200, answer.text
    (told,) = await office.service.published("dossier.intake_supplement_answered.v1")
    assert told["data"]["change"]["answers"] == {"corrected": [], "others": 30}
    assert len((await office.read(seen, RECEIVER))["form_data"]) == 31


async def test_answers_of_a_supplement_the_form_does_not_take_are_refused_whole(office: Office) -> None:
    """With each place; the dossier still waits for them."""
    await with_form(office)
    seen = await asked_for_more(office, **answers(copies=1))
    for said, path in (
        ({"copies": "ba"}, "form_data.copies"),
        ({"applicant": {"full_name": "An"}}, "form_data.applicant.identity_number"),
        ({"purpose": "OTHER"}, "form_data.other_purpose"),
    ):
        refused = await supplemented(office, **said)
        assert (refused.status_code, refused.json()["code"]) == (422, "form-answers-invalid"), said
        assert path in [error["path"] for error in refused.json()["errors"]]
    shown = await office.read(seen, RECEIVER)
    assert (shown["state"], shown["version"]) == ("INTAKE_SUPPLEMENT", seen["version"])
    assert (shown["form_data"], shown["form_corrections"]) == (answers(copies=1), [])


async def test_a_supplement_is_judged_by_the_form_the_dossier_came_under_and_for_what_it_says(
    office: Office,
) -> None:
    """A stricter form of since is not asked; what was wrong from the first holds nothing up."""
    await with_form(office)
    await asked_for_more(office, copies="ba", purpose="KHÁC")
    stricter = a_form()["schema"]
    stricter["properties"]["copies"]["maximum"] = 2
    await with_form(office, version=2, schema=stricter)
    answer = await supplemented(office, copies=3)
    assert answer.status_code == 200, answer.text
