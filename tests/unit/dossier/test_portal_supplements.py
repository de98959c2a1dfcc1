"""What the portal is told of supplements: each answer beside its request, from the record alone."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from kernel.core.clock import VIETNAM
from services.dossier.use_cases.portal_supplements import told_supplements
from services.dossier.use_cases.ports import Attachment

MONDAY = datetime(2026, 3, 2, 8, tzinfo=VIETNAM)
OFFICER = {"kind": "staff", "name": "Bùi Thị Lan"}
CITIZEN = {"kind": "citizen", "name": "Nguyễn V*** A***"}
ASKING = {"items": [{"name": "Tờ khai", "reason": "Chưa ký"}], "answer_by": None, "legal_basis": ""}


def an_entry(name: str, hours: int, actor: dict[str, str] = OFFICER, **change: Any) -> dict[str, Any]:
    at = (MONDAY + timedelta(hours=hours)).isoformat()
    told = {"at": at, "actor": actor, "note": "", "from_state": None, **change}
    return {"type": f"dossier.{name}.v1", "data": {"change": told, "dossier": {"due_at": "later"}}}


def a_file(hours: int, *, purpose: str = "SUPPLEMENT", **known: Any) -> Attachment:
    at = MONDAY + timedelta(hours=hours)
    made = {"id": uuid4(), "uploader": "an", "component_code": "", "file_name": "a.pdf", "size": 1}
    return Attachment(
        **{**made, "media_type": "", "sha256": b"", "created_at": at, "purpose": purpose, **known}
    )


def shown(*files: Attachment) -> list[dict[str, Any]]:
    return [{"attachment_id": one.id, "file_name": one.file_name} for one in files]


def ids(told: dict[str, Any]) -> list[UUID]:
    return [one["attachment_id"] for one in told["files"]]


HISTORY = [
    an_entry("submitted", 0, CITIZEN),
    an_entry("intake_supplement_requested", 1, supplement=ASKING, note="Thiếu"),
    an_entry("intake_supplement_answered", 3, CITIZEN, note="Đây"),
    an_entry("accepted", 4),
    an_entry("supplement_requested", 5, supplement=ASKING, note="Thiếu nữa"),
    an_entry("supplement_answered", 7, CITIZEN),
    an_entry("resumed", 8, previous_due_at="sooner", from_state="SUPPLEMENT_REQUESTED"),
    an_entry("resumed", 9, {"kind": "staff", "name": "Khác"}, previous_due_at="x", from_state="SUSPENDED"),
]


def test_two_supplements_are_each_told_with_their_own_answer_files_and_officer() -> None:
    handed, first, second = a_file(0, purpose="COMPONENT"), a_file(2), a_file(6)
    one, two = told_supplements(HISTORY, [handed, second, first], shown(handed, first, second))
    assert (one["reason"], one["is_intake"], two["reason"], two["is_intake"]) == (
        "Thiếu",
        True,
        "Thiếu nữa",
        False,
    )
    assert (one["answered_at"][11:16], one["answer_note"]) == ("11:00", "Đây")
    assert (one["confirmed_by"], one["due_before"], one["due_after"]) == ("Bùi Thị Lan", None, None)
    assert (two["confirmed_by"], two["due_before"], two["due_after"]) == ("Bùi Thị Lan", "sooner", "later")
    assert (ids(one), ids(two)) == ([first.id], [second.id])


def test_each_version_tells_only_what_had_happened_by_then() -> None:
    file = a_file(6)
    asked = told_supplements(HISTORY[:5], [file], shown(file))[-1]
    assert (asked["answered_at"], asked["confirmed_by"], asked["files"]) == (None, None, [])
    answered = told_supplements(HISTORY[:6], [file], shown(file))[-1]
    assert (answered["answered_at"][11:16], answered["confirmed_at"]) == ("15:00", None)
    assert answered["confirmed_by"] is None, "an applicant confirms nothing"
    assert (answered["due_after"], ids(answered)) == (None, [file.id])


def test_a_clock_that_runs_again_for_another_reason_confirms_no_supplement() -> None:
    history = [*HISTORY[4:6], HISTORY[7]]
    assert told_supplements(history, [], [])[0]["confirmed_by"] is None
    unanswered = [HISTORY[4], HISTORY[6]]
    assert told_supplements(unanswered, [], [])[0]["confirmed_by"] is None


def test_the_officer_who_took_an_answer_over_the_counter_is_told() -> None:
    history = [HISTORY[4], an_entry("supplement_answered", 7, note="Nộp bản giấy")]
    assert told_supplements(history, [], [])[0]["confirmed_by"] == "Bùi Thị Lan"


def test_of_a_replaced_file_the_newest_version_is_told_and_an_infected_one_not_at_all() -> None:
    newest = a_file(20)
    old = a_file(6, replaced_by=newest.id)
    newest = a_file(20, id=newest.id, replaces=old.id)
    infected = a_file(6)
    told = told_supplements(HISTORY, [old, newest, infected], shown(newest))[-1]
    assert ids(told) == [newest.id]


def test_a_file_is_told_by_the_answer_it_was_handed_in_with_whenever_it_was_uploaded() -> None:
    early, late = a_file(2), a_file(6)
    files, listed = [early, late], shown(early, late)
    one, two = told_supplements(HISTORY, files, listed, [(late.id,), (early.id,)])
    assert (ids(one), ids(two)) == ([late.id], [early.id])
    (one,) = told_supplements(HISTORY[:4], files, listed, [(late.id,), (early.id,)])
    assert ids(one) == [late.id], "what comes with a later answer was not handed in yet"


def test_of_answers_of_before_the_record_nothing_better_is_known_than_when_files_came() -> None:
    old, early, late = a_file(2), a_file(2), a_file(6)
    files, listed = [old, early, late], shown(old, early, late)
    one, two = told_supplements(HISTORY, files, listed, [None, (early.id, late.id)])
    assert (ids(one), ids(two)) == ([old.id], [early.id, late.id])
    one, two = told_supplements(HISTORY, files, listed, [(), (early.id,)])
    assert (ids(one), ids(two)) == ([], [early.id]), "an answer recorded without files has none"
