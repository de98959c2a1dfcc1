"""Every template over every example event: nothing missing, nothing too long, nothing forbidden."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from kernel.core.event import ReceivedEvent
from kernel.core.ids import new_id
from services.notify.consumers.catalog import ReminderRaised
from services.notify.consumers.catalog import occurrence_of as reminder_of
from services.notify.consumers.deadlines import WarningRaised
from services.notify.consumers.deadlines import occurrence_of as warning_of
from services.notify.consumers.desk import HANDLERS as DESK_HANDLERS
from services.notify.consumers.desk import appointment_of, inspection_reminder_of, post_item_of
from services.notify.consumers.documents import HANDLERS as DOCUMENTS
from services.notify.consumers.documents import document_of
from services.notify.consumers.dossier import HANDLERS, DossierChanged, occurrence_of
from services.notify.consumers.drafts import DraftReminded, draft_of
from services.notify.consumers.interlinked import HANDLERS as INTERLINKED
from services.notify.consumers.interlinked import occurrence_of as whole_of
from services.notify.consumers.payment import HANDLERS as PAYMENTS
from services.notify.consumers.payment import PaymentChanged
from services.notify.consumers.payment import occurrence_of as money_of
from services.notify.consumers.petitions import HANDLERS as PETITIONS
from services.notify.consumers.petitions import petition_of
from services.notify.consumers.subscriptions import (
    SubscriptionMatched,
    SubscriptionRequested,
    matched_facts,
    requested_facts,
)
from services.notify.domain.errors import TemplateBroken
from services.notify.domain.messages import Channel
from services.notify.domain.notices import Audience, Category, Notice, Occurrence
from services.notify.settings import Settings
from services.notify.store.templates import PackagedTemplates, plain, shortened, without_identity_numbers

EXAMPLES = Path(__file__).parents[3] / "contracts" / "events" / "examples"
TEMPLATES = PackagedTemplates()
HOUSE = {"name": "Nguyễn Văn Ân", "site": "https://dichvucong.lamgiang.gov.vn", "hotline": "1022"}


def the_longest(setting: str) -> int:
    """Return how long a setting may be."""
    known = [getattr(part, "max_length", None) for part in Settings.model_fields[setting].metadata]
    return next(length for length in known if length is not None)


LONGEST_HOUSE = {
    **HOUSE,
    "site": "https://".ljust(the_longest("public_url"), "d"),
    "hotline": "0" * the_longest("hotline"),
    "code": "H99.201.05-261117-00001",
}
LONGEST_LINK = "https://".ljust(100, "d")


AN_EVENT = ReceivedEvent(
    id=new_id(),
    type="x",
    source="dossier",
    topic="x",
    key="k",
    sequence=1,
    occurred_at=datetime.fromisoformat("2026-11-17T08:00:00+07:00"),
    correlation_id="",
    causation_id="",
    data={},
)


def occurrences(event_type: str) -> list[tuple[str, Occurrence]]:
    """Return the examples of a type as what happened."""
    found = []
    for path in sorted((EXAMPLES / event_type).glob("*.json")):
        event = ReceivedEvent(
            id=new_id(),
            type=event_type,
            source="dossier",
            topic="dossier",
            key="k",
            sequence=1,
            occurred_at=datetime.fromisoformat("2026-11-17T08:00:00+07:00"),
            correlation_id="",
            causation_id="",
            data=json.loads(path.read_text()),
        )
        found.append((path.stem, occurrence_of(DossierChanged.model_validate(event.data), event)))
    return found


def an_invitation() -> dict[str, Any]:
    data = json.loads((EXAMPLES / "invitation.issued.v1" / "typical.json").read_text())
    return {
        "code": data["dossier_code"],
        "procedure": data["procedure"]["name"],
        "agency": data["agency"]["name"],
        "expires_at": datetime.fromisoformat(data["expires_at"]),
        "link": "https://dichvucong.lamgiang.gov.vn/khao-sat/" + "t" * 22,
    }


def _received(path: Path) -> ReceivedEvent:
    """Return an example as it is received."""
    return ReceivedEvent(
        id=new_id(),
        type=path.parent.name,
        source="x",
        topic=path.parent.name.partition(".")[0],
        key="k",
        sequence=1,
        occurred_at=datetime.fromisoformat("2026-11-17T08:00:00+07:00"),
        correlation_id="",
        causation_id="",
        data=json.loads(path.read_text()),
    )


def reminders() -> list[tuple[str, dict[str, Any]]]:
    """Return the examples of a reminder as its notice is written from them."""
    found = []
    for path in sorted((EXAMPLES / "catalog_reminder.raised.v1").glob("*.json")):
        data = ReminderRaised.model_validate(json.loads(path.read_text()))
        found.append((path.stem, dict(reminder_of(data, _received(path)).facts)))
    return found


def money_facts(path: Path, kind: str) -> dict[str, Any]:
    """Return an example of money as its notice is written from it."""
    data = json.loads(path.read_text())
    event = ReceivedEvent(
        id=new_id(),
        type=kind,
        source="dossier",
        topic="payment",
        key="k",
        sequence=1,
        occurred_at=datetime.fromisoformat("2026-11-17T08:00:00+07:00"),
        correlation_id="",
        causation_id="",
        data=data,
    )
    facts = dict(money_of(PaymentChanged.model_validate(data), event).facts)
    return {**facts, "link": "https://dichvucong.lamgiang.gov.vn/tttt"} if data["link"] else facts


CASES = [
    (notice, f"{kind}-{name}", dict(occurrence.facts))
    for kind in (handler.event_type for handler in HANDLERS)
    for notice in TEMPLATES.for_event(kind)
    for name, occurrence in occurrences(kind)
    if notice.audience is not Audience.STEP or occurrence.step is not None
] + [(notice, "invitation", an_invitation()) for notice in TEMPLATES.for_event("invitation.issued.v1")]
CASES += [
    (notice, f"reminder-{name}", facts)
    for notice in TEMPLATES.for_event("catalog_reminder.raised.v1")
    for name, facts in reminders()
]
CASES += [
    (notice, f"warning-{path.stem}", dict(warning_of(model, _received(path)).facts))
    for notice in TEMPLATES.for_event("deadline_warning.raised.v1")
    for path in sorted((EXAMPLES / "deadline_warning.raised.v1").glob("*.json"))
    for model in (WarningRaised.model_validate(json.loads(path.read_text())),)
]
CASES += [
    (notice, f"draft-{path.stem}", dict(draft_of(model, _received(path)).facts))
    for notice in TEMPLATES.for_event("draft.reminded.v1")
    for path in sorted((EXAMPLES / "draft.reminded.v1").glob("*.json"))
    for model in (DraftReminded.model_validate(json.loads(path.read_text())),)
]
TELLING: dict[str, Any] = {
    "appointment": appointment_of,
    "post_item": post_item_of,
    "inspection_reminder": inspection_reminder_of,
}
LINKS = dict.fromkeys(("link", "unsubscribe", "unsubscribe_page"), "https://dichvucong.lamgiang.gov.vn/tttt")
CASES += [
    (notice, f"{kind}-{path.stem}", {**facts(model.model_validate(json.loads(path.read_text()))), **LINKS})
    for kind, model, facts in (
        ("subscription.requested.v1", SubscriptionRequested, requested_facts),
        ("subscription.matched.v1", SubscriptionMatched, matched_facts),
    )
    for notice in TEMPLATES.for_event(kind)
    for path in sorted((EXAMPLES / kind).glob("*.json"))
]
CASES += [
    (notice, f"{handler.event_type}-{path.stem}", money_facts(path, handler.event_type))
    for handler in PAYMENTS
    for notice in TEMPLATES.for_event(handler.event_type)
    for path in sorted((EXAMPLES / handler.event_type).glob("*.json"))
]
CASES += [
    (
        notice,
        f"{kind.event_type}-{path.stem}",
        {
            "code": "7K2M-9QWX-41BT",
            **tell(kind.model.model_validate(json.loads(path.read_text())), AN_EVENT).facts,
        },
    )
    for kind in DESK_HANDLERS
    for tell in (TELLING[kind.topic],)
    for notice in TEMPLATES.for_event(kind.event_type)
    for path in sorted((EXAMPLES / kind.event_type).glob("*.json"))
]
CASES += [
    (notice, f"{kind.event_type}-{path.stem}", dict(whole_of(model, _received(path)).facts))
    for kind in INTERLINKED
    for notice in TEMPLATES.for_event(kind.event_type)
    for path in sorted((EXAMPLES / kind.event_type).glob("*.json"))
    for model in (kind.model.model_validate(json.loads(path.read_text())),)
]
CASES += [
    (notice, f"{kind.event_type}-{path.stem}", dict(petition_of(model, _received(path)).facts))
    for kind in PETITIONS
    for notice in TEMPLATES.for_event(kind.event_type)
    for path in sorted((EXAMPLES / kind.event_type).glob("*.json"))
    for model in (kind.model.model_validate(json.loads(path.read_text())),)
]
CASES += [
    (notice, f"{kind.event_type}-{path.stem}", dict(document_of(model, _received(path)).facts))
    for kind in DOCUMENTS
    for notice in TEMPLATES.for_event(kind.event_type)
    for path in sorted((EXAMPLES / kind.event_type).glob("*.json"))
    for model in (kind.model.model_validate(json.loads(path.read_text())),)
]
IDS = [f"{notice.template}-{name}" for notice, name, _ in CASES]


def test_every_template_has_an_example_event() -> None:
    assert {notice.template for notice, _, _ in CASES} == {notice.template for notice in TEMPLATES.notices}


def test_applicants_hear_of_every_change_but_inner_steps() -> None:
    inner = ("step_completed", "work_noted", "supplement_answered", "intake_supplement_answered")
    # Whose records were destroyed at the end of their period has no address here either.
    silent = {f"dossier.{change}.v1" for change in (*inner, "destroyed")}
    told = {
        handler.event_type
        for handler in HANDLERS
        if any(one.audience is Audience.APPLICANT for one in TEMPLATES.for_event(handler.event_type))
    }
    assert told == {handler.event_type for handler in HANDLERS} - silent


@pytest.mark.parametrize("kind", ["payment.received.v1", "interlinked_dossier.ended.v1"])
def test_after_a_merger_messages_name_who_goes_on(kind: str) -> None:
    """The paper keeps the name it was issued under; whoever comes to the counter comes to the heir's."""
    ((notice, facts),) = [(one, facts) for one, name, facts in CASES if name == f"{kind}-after_a_merger"]
    body = TEMPLATES.render(notice, Channel.EMAIL, {**HOUSE, **facts}).body
    assert "Ủy ban nhân dân phường Bến Mới" in body
    assert "Bến Lam" not in body
    assert "Bến Đò" not in body


def test_of_a_child_only_the_submission_tells_receipt_and_appointment() -> None:
    """The offices hear of each child; the applicant of the whole, and of what a child asks or decides."""
    for kind, is_told in (("submitted", False), ("accepted", False), ("supplement_requested", True)):
        told = dict(occurrences(f"dossier.{kind}.v1"))
        assert told["typical"].not_told == ()
        if not is_told:
            assert told["child"].not_told == (Audience.APPLICANT,)


def test_of_a_correction_the_apology_tells_first_and_the_appointment_after() -> None:
    """Who applied handed nothing in: a receipt would speak of a dossier they never submitted."""
    assert dict(occurrences("dossier.submitted.v1"))["correction"].not_told == (Audience.APPLICANT,)
    opened = dict(occurrences("dossier.correction_opened.v1"))["typical"]
    assert (opened.not_told, opened.facts["correction"]) == ((), "P4T8-R2WN-57")
    told = [one.audience for one in TEMPLATES.for_event("dossier.correction_opened.v1")]
    assert told == [Audience.APPLICANT]


def test_who_was_told_how_another_system_ended_it_is_told_again_only_where_it_says_otherwise() -> None:
    """Handed over after it was ready is the same end; a stop that was no stop is news."""
    kind = "dossier.ended_elsewhere.v1"
    path = EXAMPLES / kind / "typical.json"
    for before, is_told in ((None, True), ("STOPPED", True), ("RESULT", False)):
        data = json.loads(path.read_text(encoding="utf-8"))
        data["change"]["outside"]["previous_outcome"] = before
        found = occurrence_of(DossierChanged.model_validate(data), replace(AN_EVENT, type=kind, data=data))
        assert (found.not_told == ()) is is_told, before


def test_only_the_survey_may_be_refused() -> None:
    optional = {one.template for one in TEMPLATES.notices if one.category is not Category.STATUTORY}
    assert optional == {"survey-invitation"}


@pytest.mark.parametrize(("notice", "_", "facts"), CASES, ids=IDS)
def test_a_mail_and_an_inbox_text_are_whole(notice: Notice, _: str, facts: dict[str, Any]) -> None:
    for channel in (Channel.EMAIL, Channel.IN_APP):
        text = TEMPLATES.render(notice, channel, {**HOUSE, **facts})
        assert facts["code"] in text.subject + text.body
        assert "None" not in text.subject + text.body
        assert "\n" not in text.subject
        assert "\n\n\n" not in text.body
        if channel is Channel.EMAIL:
            assert text.body.startswith("Kính gửi Ông/Bà Nguyễn Văn Ân,")
            assert HOUSE["hotline"] in text.body


@pytest.mark.parametrize("house", [HOUSE, LONGEST_HOUSE], ids=["usual", "longest"])
@pytest.mark.parametrize(("notice", "_", "facts"), CASES, ids=IDS)
def test_a_text_message_fits_and_is_plain(
    notice: Notice, _: str, facts: dict[str, Any], house: dict[str, Any]
) -> None:
    if Channel.SMS not in notice.channels:
        with pytest.raises(TemplateBroken):
            TEMPLATES.render(notice, Channel.SMS, {**house, **facts})
        return
    told = {**facts, **house} if house is LONGEST_HOUSE else {**house, **facts}
    if house is LONGEST_HOUSE and "link" in facts:
        told["link"] = LONGEST_LINK
    body = TEMPLATES.render(notice, Channel.SMS, told).body
    assert len(body) <= 160, body
    assert body.isascii()
    assert told["code"] in body
    assert told.get("link", "") in body
    assert "None" not in body


@pytest.mark.parametrize(("notice", "_", "facts"), CASES, ids=IDS)
def test_no_text_message_tells_a_reason_or_an_identity_number(
    notice: Notice, _: str, facts: dict[str, Any]
) -> None:
    if Channel.SMS not in notice.channels:
        return
    told = {**HOUSE, **facts, "note": "BIMAT 001099012345", "legal_basis": "CANCU"}
    body = TEMPLATES.render(notice, Channel.SMS, told).body
    assert not [word for word in ("BIMAT", "001099012345", "CANCU") if word in body]
    mail = TEMPLATES.render(notice, Channel.EMAIL, told).body
    assert "001099012345" not in mail


@pytest.mark.parametrize(
    ("due", "is_early"),
    [("2026-11-17T17:30:00+07:00", False), ("2026-11-18T00:30:00+07:00", True), (None, False)],
)
def test_who_has_a_result_on_an_earlier_day_is_told_not_to_wait(due: str | None, is_early: bool) -> None:
    """Early is a day before, here: the same day is on time, whatever day it is in Greenwich."""
    notice, _, facts = next(case for case in CASES if case[0].template == "dossier-result-issued")
    told = {**HOUSE, **facts, "at": "2026-11-17T09:00:00+07:00", "due_at": due}
    mail = TEMPLATES.render(notice, Channel.EMAIL, told)
    assert ("trước hạn" in mail.subject, "không cần chờ" in mail.body) == (is_early, is_early)
    assert ("truoc han" in TEMPLATES.render(notice, Channel.SMS, told).body) == is_early


def test_a_missing_fact_is_an_error_not_an_empty_place() -> None:
    (notice,) = [one for one in TEMPLATES.for_event("dossier.cancelled.v1") if one.channels]
    with pytest.raises(TemplateBroken):
        TEMPLATES.render(notice, Channel.EMAIL, HOUSE)


def test_a_template_cannot_leave_its_sandbox(tmp_path: Path) -> None:
    (tmp_path / "layout.yaml").write_text('email: "{{ text }}"\nin_app: "{{ text }}"\n')
    (tmp_path / "bad.yaml").write_text(
        "version: 1\nevents: [x.y.v1]\naudience: APPLICANT\nsubject: a\n"
        'body: "{{ code.__class__.__mro__ }}"\n'
    )
    templates = PackagedTemplates(tmp_path)
    with pytest.raises(TemplateBroken):
        templates.render(templates.notices[0], Channel.EMAIL, {"code": "x"})


@pytest.mark.parametrize(
    ("text", "told"),
    [("Đỗ Thị Ứng", "Do Thi Ung"), ("Ủy ban nhân dân xã Đắk Ơ", "Uy ban nhan dan xa Dak O"), ("a\nb", "a b")],
)
def test_plain_text_has_no_diacritics(text: str, told: str) -> None:
    assert plain(text) == told


def test_a_long_name_is_cut_at_a_word() -> None:
    assert shortened("Uy ban nhan dan phuong Ben Lam", 15) == "UBND phuong Ben"


def test_numbers_that_may_be_identity_numbers_are_masked() -> None:
    assert without_identity_numbers("CCCD 001099012345, CMND 012345678.") == "CCCD 001***45, CMND 012***78."
    assert without_identity_numbers("điện thoại 0912345678") == "điện thoại 0912345678"


def test_every_warning_of_a_deadline_has_words_of_its_own() -> None:
    """What the contract lets the dossier service warn of, officers are told in their language."""
    path = EXAMPLES / "deadline_warning.raised.v1" / "typical.json"
    schema = json.loads((EXAMPLES.parent / "deadline_warning.raised.v1.schema.json").read_text())
    known = schema["properties"]["threshold"]["enum"]
    told = [WarningRaised.model_validate(json.loads(path.read_text()) | {"threshold": one}) for one in known]
    titles = {str(warning_of(one, _received(path)).facts["title"]) for one in told}
    assert len(titles) == len(known)
    assert "Nhắc hạn xử lý" not in titles
