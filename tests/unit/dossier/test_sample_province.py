"""What the catalogue publishes can be worked: every example is read, every process of the province walked."""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from province.read import read
from services.dossier.consumers.catalog import (
    AgencyFields,
    CalendarFields,
    ProcedureFields,
    ProcessFields,
)
from services.dossier.domain.deadlines import dossier_due
from services.dossier.domain.definitions import Procedure, Process, calendar_of
from services.dossier.domain.states import State
from services.dossier.domain.workflow import complete, hand_over
from tests.unit.dossier.test_states import a_dossier

MODELS = {
    "procedure.published.v1": ProcedureFields,
    "process.approved.v1": ProcessFields,
    "agency.changed.v1": AgencyFields,
    "calendar.changed.v1": CalendarFields,
}
EXAMPLES = Path("contracts/events/examples")
DOCUMENT: dict[str, Any] = read()
ANYBODY = Caller(subject="x", kind=CallerKind.STAFF, name="Cán bộ")
NOW = datetime(2026, 11, 17, 8, tzinfo=VIETNAM)


@pytest.mark.parametrize("event_type", sorted(MODELS))
def test_each_published_example_is_read_also_with_more_in_it(event_type: str) -> None:
    """A field added tomorrow does not stop us."""
    for path in sorted((EXAMPLES / event_type).glob("*.json")):
        data = json.loads(path.read_text())
        MODELS[event_type].model_validate({**data, "tomorrow": {"x": 1}})


@pytest.mark.parametrize("data", DOCUMENT["processes"], ids=lambda data: data["code"])
@pytest.mark.parametrize("is_long", [False, True])
def test_each_process_leads_to_the_step_that_issues_the_result(
    data: dict[str, Any], *, is_long: bool
) -> None:
    """By the short road and by the one where every condition holds."""
    fields = ProcessFields.model_validate({**data, "version": 1})
    process = Process.of(fields.model_dump(mode="json"))
    facts = {when: is_long for step in process.steps.values() for _, when in step.next if when}
    dossier = a_dossier(State.ACCEPTED)

    def due_of(at: datetime, hours: Decimal) -> datetime:
        assert hours >= 0
        return at

    hand_over(dossier, process, at=NOW, due_of=due_of)
    for number in range(len(process.steps)):
        assert dossier.step is not None
        if dossier.step.issues_result:
            break
        by = Caller(subject=f"s{number}", kind=CallerKind.STAFF)
        complete(dossier, process, by=by, at=NOW, due_of=due_of, note="", facts=facts)
    assert dossier.step is not None
    assert dossier.step.issues_result
    beside = {step.code for step in process.steps.values() if step.consultation_of}
    assert {item.code for item in dossier.consultations} <= beside


@pytest.mark.parametrize("data", DOCUMENT["procedures"], ids=lambda data: data["code"])
def test_each_procedure_has_a_due_moment_by_each_channel(data: dict[str, Any]) -> None:
    """Two years of calendar are enough for every term."""
    years = [
        CalendarFields.model_validate(item).model_dump(mode="json")
        for item in DOCUMENT["calendars"]
        if item["code"] == "default"
    ]
    calendar = calendar_of(years)
    copy = ProcedureFields.model_validate({**data, "version": 1}).model_dump(mode="json")
    procedure = Procedure.of({**copy, "open": True, "portal_url": ""})
    for channel in procedure.channels.values():
        assert dossier_due(procedure, channel.term, calendar, NOW) > NOW
