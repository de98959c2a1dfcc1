"""A dossier is received under the version in force on its day, whatever the catalogue publishes ahead."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from kernel.core.clock import VIETNAM
from kernel.testing.running import an_event
from services.dossier.commands.history import verify_history
from tests.builders.dossier.files import a_pdf
from tests.builders.dossier.office import (
    COMMUNE,
    PLAIN_STEPS,
    PROCEDURE,
    RECEIVER,
    Office,
    a_citizen,
    a_procedure,
    a_process,
    an_agency,
)
from tests.builders.forms import a_form, answers

APRIL = datetime(2026, 4, 1, 8, tzinfo=VIETNAM)


async def received(office: Office, **changed: Any) -> tuple[int, dict[str, Any]]:
    """Submit a dossier; return the version it was received under."""
    receipt = await office.submitted(**changed)
    seen = await office.read(receipt, a_citizen())
    return int(seen["procedure_version"]), receipt


async def test_a_version_published_ahead_waits_for_its_day(office: Office) -> None:
    """Before its day nothing of it holds, not even for an upload; an accepted dossier keeps the old one."""
    later = [{"code": "mau-moi", "name": "Mẫu mới", "mandatory": True, "allowed_types": ["application/pdf"]}]
    await office.service.receive(a_procedure(version=2, valid_from="2026-04-01", components=later))
    version, waiting = await received(office)
    assert version == 1
    running = await office.accepted()
    citizen = a_citizen()
    url = f"/v1/attachments?procedure={PROCEDURE}&component="
    headers = {"X-File-Name": "a.pdf"}
    early = await office.service.post(f"{url}mau-moi", a_pdf(), citizen, headers=headers)
    assert early.status_code == 422, early.text
    assert (await office.service.post(f"{url}to-khai", a_pdf(), citizen, headers=headers)).status_code == 201
    office.service.clock.set(APRIL)
    papers = [{"component_code": "mau-moi", "attachment_ids": [await office.upload(citizen)]}]
    version, _ = await received(office, components=papers)
    assert version == 2
    assert (await office.act(running, "handover", RECEIVER))["warnings"] == []
    assert (await office.read(running, RECEIVER))["procedure_version"] == 1
    accepted = await office.act(waiting, "acceptance", RECEIVER)
    changed = {
        "submitted_version": 1,
        "accepted_version": 2,
        "missing": [{"component_code": "mau-moi", "name": "Mẫu mới"}],
    }
    assert [(one["code"], one["details"]) for one in accepted["warnings"]] == [("procedure-changed", changed)]
    seen = await office.read(accepted, RECEIVER)
    assert (seen["procedure_version"], seen["pins"]["submitted_version"]) == (2, 1)
    history = await office.service.get(f"/v1/dossiers/{accepted['dossier_id']}/history", RECEIVER)
    assert history.json()["items"][-1]["change"]["procedure_changed"] == changed
    assert await verify_history(office.service.runtime, []) == 0


async def test_acceptance_pins_the_fee_the_process_and_the_calendar(office: Office) -> None:
    """What is published between acceptance and handover, changes nothing."""
    fee = {"code": "LP", "name": "Lệ phí", "kind": "CHARGE", "amount": 9000, "collected": "AFTER"}
    term = {"value": 1, "unit": "WORKING_DAY"}
    waiting = await office.submitted()
    online = [{"channel": "ONLINE", "processing_time": term, "fees": [fee]}]
    await office.service.receive(a_procedure(version=2, channels=online))
    accepted = await office.act(waiting, "acceptance", RECEIVER)
    before = await office.read(accepted, RECEIVER)
    assert [one["amount"] for one in before["fees"]] == [9000]
    money = await office.service.get(f"/v1/dossiers/{accepted['dossier_id']}/payments", RECEIVER)
    assert money.json()["outstanding"] == 9000
    assert accepted["due_at"] == "2026-03-04T17:30:00+07:00"
    assert (before["pins"]["process"], before["pins"]["process_version"]) == ("QT-1", 1)
    assert before["pins"]["calendar"] == "default"
    await office.service.receive(
        a_procedure(version=3, process="QT-2"),
        a_process(code="QT-2"),
        a_process(PLAIN_STEPS[1:], version=2),
        replace(an_agency(calendar="khac"), sequence=2),
    )
    worked = await office.act(accepted, "handover", RECEIVER)
    assert worked["step"]["code"] == "tham-dinh"
    assert worked["step"]["due_at"] == "2026-03-03T14:00:00+07:00"


async def test_the_form_is_the_one_handed_in_by_and_everything_else_the_one_accepted_under(
    office: Office,
) -> None:
    """Fee, term, process, calendar and form all change while it waits: the form alone stays."""
    for version in (1, 2):
        data = {**a_form(), "version": version}
        await office.service.receive(an_event("form.published.v1", PROCEDURE, data, sequence=version))
        if version == 1:
            waiting = await office.submitted(form_data=answers(copies=2))
    fee = {"code": "LP", "name": "Lệ phí", "kind": "CHARGE", "amount": 7000, "collected": "AFTER"}
    online = [{"channel": "ONLINE", "processing_time": {"value": 2, "unit": "WORKING_DAY"}, "fees": [fee]}]
    closed = {"day": "2026-03-04", "status": "OFF"}
    year = {"code": "khac", "year": 2026, "office_hours": "08:00-12:00;13:00-17:00", "exceptions": [closed]}
    await office.service.receive(
        a_process(PLAIN_STEPS[2:], code="QT-2"),
        a_procedure(version=2, channels=online, process="QT-2"),
        an_event("calendar.changed.v1", "khac:2026", year),
        replace(an_agency(calendar="khac"), sequence=2),
    )
    accepted = await office.act(waiting, "acceptance", RECEIVER)
    seen = await office.read(accepted, RECEIVER)
    pins = seen["pins"]
    assert (pins["form"], pins["submitted_version"]) == (1, 1)
    assert (seen["procedure_version"], pins["process"], pins["calendar"]) == (2, "QT-2", "khac")
    assert [one["amount"] for one in seen["fees"]] == [7000]
    assert accepted["due_at"] == "2026-03-06T17:00:00+07:00"
    worked = await office.act(accepted, "handover", RECEIVER)
    assert worked["step"]["code"] == "soat-xet"


async def test_a_version_of_a_central_system_is_not_accepted_under(office: Office) -> None:
    """What was handed in here before the procedure moved to a ministry's system goes on under its version."""
    waiting = await office.submitted()
    await office.service.receive(a_procedure(version=2, route="MINISTRY"))
    accepted = await office.act(waiting, "acceptance", RECEIVER)
    assert accepted["warnings"] == []
    assert (await office.read(accepted, RECEIVER))["procedure_version"] == 1


async def test_a_superseded_version_never_applies(office: Office) -> None:
    """A version ahead replaced by a later number of an earlier day: the highest number begun decides."""
    await office.service.receive(
        a_procedure(version=2, valid_from="2026-05-01"), a_procedure(version=3, valid_from="2026-04-01")
    )
    assert (await received(office))[0] == 1
    office.service.clock.set(APRIL)
    assert (await received(office))[0] == 3
    office.service.clock.set(datetime(2026, 5, 4, 8, tzinfo=VIETNAM))
    assert (await received(office))[0] == 3


async def test_an_abolished_procedure_takes_no_new_dossier_and_finishes_running_ones(office: Office) -> None:
    """From its day on; until then everything goes on."""
    await office.service.receive(a_procedure(version=2, valid_from="2026-04-01", visibility="ABOLISHED"))
    version, running = await received(office)
    assert version == 1
    office.service.clock.set(APRIL)
    citizen = a_citizen()
    answer = await office.service.post("/v1/dossiers", await office.submission(citizen), citizen)
    assert answer.status_code == 409, answer.text
    assert (await office.act(running, "acceptance", RECEIVER))["version"] > running["version"]


async def test_of_two_publishing_agencies_the_receivers_own_decides(office: Office) -> None:
    """Another province's line of the same code, published later, is not ours; nor is the nation's."""
    await office.service.receive(
        a_procedure(version=2, agency="QG"),
        a_procedure(version=3, agency="H99"),
        a_procedure(version=4, agency="H98", performing_agencies=["H98.201"]),
    )
    assert (await received(office))[0] == 3
    assert COMMUNE.startswith("H99")
    await office.service.receive(a_procedure(version=5, agency="H99"))
    assert (await received(office))[0] == 5
