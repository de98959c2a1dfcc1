"""What a citizen fills in is held against the form in force, before anything is kept."""

from typing import Any

import pytest

from kernel.testing.running import an_event
from tests.builders.dossier.office import Office, a_citizen
from tests.builders.forms import a_form, answers


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
