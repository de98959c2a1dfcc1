"""Which events the portal must hear of, in which form, and how answers are read."""

import json
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from kernel.core.clock import VIETNAM
from kernel.core.event import ReceivedEvent
from kernel.core.ids import new_id
from services.gateway.consumers.portal import PortalFields, happened
from services.gateway.domain.portal.answers.answer import PortalSilent, read_answer
from services.gateway.domain.portal.answers.held import read_look_up
from services.gateway.domain.portal.telling.code_forms import current_agency, older_agency
from services.gateway.domain.portal.telling.ledger import Backoff, Happened, Kind, rows_of

EXAMPLES = Path(__file__).parents[3] / "contracts" / "events" / "examples"
AT = datetime(2026, 3, 3, 8, 0, tzinfo=VIETNAM)
DOSSIER = UUID("0193a5c2-7d00-7a10-8000-0000000000aa")


def what(kind: str, origin: str, state: str, before: str | None, status: int | None, **changed: object):
    values = {
        "type": f"dossier.{kind}.v1",
        "dossier_id": DOSSIER,
        "version": 3,
        "origin": origin,
        "dossier_code": "H99.201-260303-0001",
        "portal_code": "G22.99-260303-000001" if origin == "PORTAL" else None,
        "procedure_code": "1.004873",
        "state": state,
        "from_state": before,
        "portal_status": status,
        "is_accepted": True,
        "at": AT,
    }
    return Happened(**{**values, **changed})


def noted(name: str, origin: str, **changed: object) -> Happened:
    return what("work_noted", origin, "PROCESSING", "PROCESSING", 4, noted=name, **changed)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (what("accepted", "HERE", "ACCEPTED", "SUBMITTED", 2), [("HERE_CREATE", 1), ("HERE_UPDATE", 2)]),
        (what("accepted", "POST", "ACCEPTED", None, 2), [("HERE_CREATE", 1), ("HERE_UPDATE", 2)]),
        (what("stopped", "HERE", "STOPPED", "WITHDRAWAL_REQUESTED", 8, is_ours=False), []),
        (what("step_completed", "HERE", "PROCESSING", "PROCESSING", 4, is_ours=False), []),
        (what("stopped", "PORTAL", "STOPPED", "PROCESSING", 8, is_ours=False), []),
        (what("handed_over", "COUNTER", "PROCESSING", "ACCEPTED", 4), [("HERE_UPDATE", 4)]),
        (what("step_completed", "HERE", "PROCESSING", "PROCESSING", 4), [("HERE_PROGRESS", 4)]),
        (what("stopped", "HERE", "STOPPED", "PROCESSING", 8), [("HERE_UPDATE", 8)]),
        (what("reappointed", "HERE", "PROCESSING", "PROCESSING", 4), [("HERE_UPDATE", 4)]),
        (what("resumed", "HERE", "PROCESSING", "SUSPENDED", 4), [("HERE_UPDATE", 4)]),
        (what("due_recomputed", "POST", "PROCESSING", "PROCESSING", 4), [("HERE_UPDATE", 4)]),
        (what("corrected", "COUNTER", "RETURNED", "RETURNED", 10), [("HERE_UPDATE", 10)]),
        (
            what("supplement_answered", "HERE", "SUPPLEMENT_REQUESTED", "SUPPLEMENT_REQUESTED", 5),
            [("HERE_UPDATE", 5)],
        ),
        (what("suspended", "HERE", "SUSPENDED", "PROCESSING", 4), [("HERE_PROGRESS", 4)]),
        (noted("FEES_CHANGED", "COUNTER"), [("HERE_UPDATE", 4)]),
        (noted("AGENCY_CONTINUED", "HERE"), [("HERE_UPDATE", 4)]),
        (noted("AGENCY_RESUMED", "HERE"), [("HERE_UPDATE", 4)]),
        (noted("ATTACHMENT_REPLACED", "POST"), [("HERE_UPDATE", 4)]),
        (noted("FEES_CHANGED", "COUNTER", is_accepted=False), []),
        (noted("STEP_ASSIGNED", "HERE"), [("HERE_PROGRESS", 4)]),
        (noted("APOLOGY_DRAFTED", "HERE"), []),
        (noted("APOLOGY_DECLINED", "HERE"), []),
        (noted("SUPPLEMENT_DRAFTED", "COUNTER"), []),
        (noted("SUPPLEMENT_DRAFT_DECLINED", "COUNTER"), []),
        (noted("FEES_CHANGED", "PORTAL"), []),
        (what("suspended", "PORTAL", "SUSPENDED", "PROCESSING", 4), [("PORTAL_STATUS", 4)]),
        (what("resumed", "PORTAL", "PROCESSING", "SUSPENDED", 4), [("PORTAL_STATUS", 4)]),
        (what("reappointed", "PORTAL", "PROCESSING", "PROCESSING", 4), [("PORTAL_STATUS", 4)]),
        (what("due_recomputed", "PORTAL", "PROCESSING", "PROCESSING", 4), [("PORTAL_STATUS", 4)]),
        (noted("AGENCY_CONTINUED", "PORTAL", is_working_changed=True), [("PORTAL_STATUS", 4)]),
        (noted("AGENCY_CONTINUED", "PORTAL"), []),
        (noted("AGENCY_RESUMED", "PORTAL", is_working_changed=True), [("PORTAL_STATUS", 4)]),
        (noted("AGENCY_CONTINUED", "PORTAL", is_working_changed=True, is_accepted=False), []),
        (what("work_noted", "COUNTER", "RETURNED", "RETURNED", 10, noted="AGENCY_CONTINUED"), []),
        (
            what(
                "work_noted",
                "PORTAL",
                "STOPPED",
                "STOPPED",
                8,
                noted="AGENCY_RESUMED",
                is_working_changed=True,
            ),
            [],
        ),
        (what("corrected", "PORTAL", "RETURNED", "RETURNED", 10), [("PORTAL_STATUS", 10)]),
        (what("correction_opened", "PORTAL", "RETURNED", "RETURNED", 10), [("PORTAL_STATUS", 10)]),
        (what("correction_opened", "COUNTER", "RETURNED", "RETURNED", 10), [("HERE_PROGRESS", 10)]),
        (what("work_noted", "PORTAL", "RETURNED", "RETURNED", 10, noted="CORRECTION_DRAFTED"), []),
        (what("work_noted", "HERE", "RETURNED", "RETURNED", 10, noted="CORRECTION_DRAFTED"), []),
        (what("work_noted", "HERE", "RETURNED", "RETURNED", 10, noted="CORRECTION_DECLINED"), []),
        (what("work_noted", "PORTAL", "RETURNED", "RETURNED", 10, noted="CORRECTION_ENDED"), []),
        (what("corrected", "PORTAL", "SUBMITTED", "SUBMITTED", 1, is_accepted=False), []),
        (what("reappointed", "PORTAL", "PROCESSING", "PROCESSING", 4, is_ours=False), []),
        (what("intake_refused", "HERE", "INTAKE_REFUSED", "SUBMITTED", 3, is_accepted=False), []),
        (what("submitted", "HERE", "SUBMITTED", None, 1, is_accepted=False), []),
        (what("submitted", "PORTAL", "SUBMITTED", None, 1, is_accepted=False), []),
        (what("accepted", "PORTAL", "ACCEPTED", "SUBMITTED", 2), [("PORTAL_STATUS", 2)]),
        (what("intake_refused", "PORTAL", "INTAKE_REFUSED", "SUBMITTED", 3), [("PORTAL_STATUS", 3)]),
        (what("step_completed", "PORTAL", "PROCESSING", "PROCESSING", 4), []),
        (
            what("supplement_requested", "PORTAL", "SUPPLEMENT_REQUESTED", "PROCESSING", 5),
            [("PORTAL_STATUS", 5)],
        ),
        (what("accepted", "CENTRAL", "ACCEPTED", "SUBMITTED", 2), []),
        (what("accepted", "HERE", "ACCEPTED", "SUBMITTED", None), []),
    ],
)
def test_what_the_portal_is_told(given: Happened, told: list[tuple[str, int]]) -> None:
    assert [(row.kind.value, row.portal_status) for row in rows_of(given)] == told


def test_parts_of_one_version_keep_their_order() -> None:
    rows = rows_of(what("accepted", "HERE", "ACCEPTED", "SUBMITTED", 2))
    assert [(row.version, row.part, row.kind) for row in rows] == [
        (3, 0, Kind.HERE_CREATE),
        (3, 1, Kind.HERE_UPDATE),
    ]


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("dossier.*/*.json")), ids=lambda file: file.parent.name)
def test_every_example_of_a_dossiers_event_is_read(file: Path) -> None:
    data = json.loads(file.read_text(encoding="utf-8"))
    event = ReceivedEvent(
        id=new_id(),
        type=file.parent.name,
        source="dossier",
        topic="dossier",
        key=data["dossier"]["dossier_id"],
        sequence=data["dossier"]["version"],
        occurred_at=AT,
        correlation_id="",
        causation_id="",
        data=data,
    )
    plain = happened(PortalFields.model_validate(data), event)
    assert happened(PortalFields.model_validate({**data, "not_known_yet": 1}), event) == plain
    assert all(row.portal_status in range(1, 11) for row in rows_of(plain))
    assert data["dossier"].get("route", "PROVINCE") == "PROVINCE" or not rows_of(plain)


def test_waiting_doubles_and_never_passes_minutes() -> None:
    backoff = Backoff(1, 300)
    waits = [backoff.wait(attempts, 1.0).total_seconds() for attempts in (1, 2, 3, 9, 10, 5000)]
    assert waits == [1, 2, 4, 256, 300, 300]
    assert backoff.wait(3, 0.0).total_seconds() == 3


@pytest.mark.parametrize("code", [0, "0", "00", " 0 "])
def test_success_is_spelled_in_many_ways(code: object) -> None:
    assert read_answer({"error_code": code, "message": "Thành công"}).is_success


@pytest.mark.parametrize("code", [0, 3, -3, "-3"])
def test_already_there_is_known_by_its_words(code: object) -> None:
    answer = read_answer({"error_code": code, "message": "Mã hồ sơ X đã tồn tại"})
    assert answer.says_already_there


@pytest.mark.parametrize("value", [None, [], "x", {}, {"message": "x"}, {"error_code": "lỗi"}])
def test_what_is_no_answer_is_silence(value: object) -> None:
    with pytest.raises(PortalSilent):
        read_answer(value)


@pytest.mark.parametrize(
    ("result", "held"),
    [
        (None, (False, 0)),
        ([], (False, 0)),
        ([{"MaHoSo": "a"}], (True, 0)),
        ([{"MaTrangThai": "9"}], (True, 9)),
        ([{"MaTrangThai": 4}], (True, 4)),
    ],
)
def test_what_the_portal_holds(result: object, held: tuple[bool, int]) -> None:
    found = read_look_up(read_answer({"error_code": 0, "message": "", "result": result}), "a")
    assert (found.is_there, found.status) == held


@pytest.mark.parametrize(
    ("old", "new"),
    [("000.00.00.H22", "H22"), ("000.28.15.H22", "H22.15.28"), ("H99.201", "H99.201"), ("", "")],
)
def test_agencies_of_both_generations_are_one(old: str, new: str) -> None:
    assert current_agency(old) == new
    assert current_agency(older_agency(new)) == new
