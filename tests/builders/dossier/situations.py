"""Dossiers in every situation that lets something be done or stands against it, made from a real road."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from kernel.core.ids import new_id
from services.dossier.domain.course import (
    PAPERS_MISSING,
    Apology,
    ApologyDraft,
    Cause,
    CorrectedBy,
    CorrectionDraft,
)
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.holdings import Consultation, Draft, Undo
from services.dossier.domain.obligations import Obligation, Obligations
from services.dossier.domain.payments.account import Entry, EntryKind
from services.dossier.domain.states import State
from services.dossier.domain.stops import ClockStop, ClockStops
from services.dossier.domain.supplements import Supplement, Supplements
from services.dossier.domain.work.holding import Holder, Transfer
from tests.builders.dossier.desk import Desk
from tests.builders.dossier.memory import MemoryDatabase
from tests.builders.dossier.office import CLERK, COMMUNE, LEAD, SIGNER, SPECIALIST

DAY = timedelta(days=1)
Change = Callable[[Dossier, MemoryDatabase, datetime], None]


async def the_road(desk: Desk) -> dict[str, Dossier]:
    """Return one dossier at each station of the plain road, as it was kept there."""
    found = {"submitted": await desk.submit()}
    found["accepted"] = await desk.accept(found["submitted"])
    found["appraised"] = await desk.hand_over(found["accepted"])
    found["reviewed"] = await desk.step(found["appraised"], SPECIALIST, "tham-dinh")
    found["signing"] = await desk.step(found["reviewed"], LEAD, "soat-xet")
    found["issuing"] = await desk.step(found["signing"], SIGNER, "ky")
    found["ready"] = await desk.issue(found["issuing"], CLERK)
    found["returned"] = await desk.give(found["ready"])
    return {name: deepcopy(one) for name, one in found.items()}


def _asked(now: datetime, *, answered: bool, intake: bool = False, basis: str = "GENERAL") -> Supplement:
    return Supplement(
        items=({"name": "x"},),
        reason="Thiếu",
        asked_at=now - 2 * DAY,
        asked_by="Cán bộ",
        answer_by=now + DAY,
        is_intake=intake,
        answered_at=now - DAY if answered else None,
        basis=basis,
    )


def nothing(dossier: Dossier, database: MemoryDatabase, now: datetime) -> None:
    """Leave it as it is."""


def asked(*told: str) -> Change:
    """Have papers asked for before: `INTAKE GENERAL`, `PROCESSING SPECIAL_LAW?` (not answered)."""

    def change(dossier: Dossier, _: MemoryDatabase, now: datetime) -> None:
        for one in told:
            stage, basis = one.removesuffix("?").split()
            item = _asked(now, answered=not one.endswith("?"), intake=stage == "INTAKE", basis=basis)
            dossier.supplements = dossier.supplements.asked(item)

    return change


def owing(amount: int = 5000, *, before: bool = True) -> Change:
    """Owe a fee, before acceptance or after."""

    def change(dossier: Dossier, database: MemoryDatabase, now: datetime) -> None:
        data = {"fee_kind": "FEE", "code": "LP", "name": "Lệ phí", "is_before": before}
        entry = Entry(
            id=new_id(),
            dossier_id=dossier.id,
            sequence=1,
            kind=EntryKind.OWED,
            amount=amount,
            at=now,
            data=data,
        )
        database.entries[dossier.id] = [entry]

    return change


def claiming(dossier: Dossier, database: MemoryDatabase, now: datetime) -> None:
    """Claim an exemption from a fee due before acceptance."""
    owing()(dossier, database, now)
    claim = {"category": "X", "name": "X", "attachment_id": str(new_id()), "fee_codes": [], "kinds": []}
    entry = replace(
        database.entries[dossier.id][0],
        id=new_id(),
        sequence=2,
        kind=EntryKind.EXEMPTION_CLAIMED,
        amount=0,
        data=claim,
    )
    database.entries[dossier.id].append(entry)


def standing(state: State, *, lapsed: bool = False, answered: bool = False) -> Change:
    """Let the clock stand in a state."""

    def change(dossier: Dossier, _: MemoryDatabase, now: datetime) -> None:
        dossier.state = state
        dossier.stops = ClockStops((ClockStop(now - DAY, None, state.value, "PAPERS_MISSING", "APPLICANT"),))
        if state in {State.SUPPLEMENT_REQUESTED, State.INTAKE_SUPPLEMENT}:
            item = _asked(now, answered=answered, intake=state is State.INTAKE_SUPPLEMENT)
            dossier.supplements = Supplements((replace(item, answer_by=now - DAY) if lapsed else item,))
        if state is State.AWAITING_FINANCIAL:
            dossier.obligations = Obligations(
                (
                    Obligation(
                        id=new_id(),
                        name="Thuế",
                        amount=9000,
                        reason="x",
                        legal_basis="x",
                        asked_at=now,
                        asked_by="Cán bộ",
                        pay_by=None,
                        by=SPECIALIST.subject,
                    ),
                )
            )
        if state is State.WITHDRAWAL_REQUESTED:
            dossier.prior_state = State.PROCESSING

    return change


def written_by(by: str) -> Change:
    """Let somebody have written what went out: requests for papers and notices of amount."""

    def change(dossier: Dossier, _: MemoryDatabase, __: datetime) -> None:
        dossier.supplements = Supplements(replace(one, by=by) for one in dossier.supplements)
        dossier.obligations = Obligations(replace(one, by=by) for one in dossier.obligations)

    return change


def drafted(by: str, *, basis: str = "GENERAL") -> Change:
    """Have a request for papers drafted by somebody."""

    def change(dossier: Dossier, _: MemoryDatabase, now: datetime) -> None:
        dossier.draft = Draft(
            ({"component_code": "to-khai", "name": "Tờ khai", "reason": "Thiếu"},),
            "Thiếu",
            by,
            by,
            now,
            30,
            basis=basis,
        )

    return change


def new_date_proposed(by: str, *, days: int = 5) -> Change:
    """Have a new date proposed by somebody."""

    def change(dossier: Dossier, _: MemoryDatabase, now: datetime) -> None:
        due = max(dossier.due_at or now, now) + days * DAY
        dossier.apology_draft = ApologyDraft("Chậm", PAPERS_MISSING, due, by, by, now)

    return change


def apologised(dossier: Dossier, _: MemoryDatabase, now: datetime) -> None:
    """Have the due date moved once already."""
    due = dossier.due_at or now
    signed = Apology(
        reason="Chậm",
        cause=PAPERS_MISSING,
        previous_due_at=due,
        new_due_at=due + DAY,
        at=now,
        signed_by="x",
        is_late=False,
    )
    dossier.apologies = (signed,)


def prepared_by(subject: str) -> Change:
    """Have somebody prepare the dossier as its specialist."""

    def change(dossier: Dossier, _: MemoryDatabase, now: datetime) -> None:
        dossier.done = tuple(
            replace(one, by=subject) if one.role == "SPECIALIST" else one for one in dossier.done
        )

    return change


def opinion(*, waits: bool = True, over: bool = False) -> Change:
    """Have another unit's opinion asked."""

    def change(dossier: Dossier, _: MemoryDatabase, now: datetime) -> None:
        due = now - DAY if over else now + DAY
        asked = Consultation("y-kien", "Lấy ý kiến", "SPECIALIST", "dia-chinh", COMMUNE, due, waits=waits)
        dossier.consultations = (asked,)

    return change


def held(by: str, *, given: bool = False, offered_to: str = "") -> Change:
    """Let somebody hold the step, of themselves or given by the lead, perhaps being handed on."""

    def change(dossier: Dossier, _: MemoryDatabase, now: datetime) -> None:
        assert dossier.step is not None
        holder = Holder(by, by, now, LEAD.subject if given else by)
        offer = Transfer(offered_to, offered_to, by, by, now, "") if offered_to else None
        dossier.step = replace(dossier.step, holder=holder, transfer=offer)

    return change


def step(**changed: Any) -> Change:
    """Change the step."""

    def change(dossier: Dossier, _: MemoryDatabase, __: datetime) -> None:
        assert dossier.step is not None
        dossier.step = replace(dossier.step, **changed)

    return change


def since_changed(dossier: Dossier, _: MemoryDatabase, __: datetime) -> None:
    """Let something have happened since the last step was left."""
    if dossier.undo is not None:
        undo: Undo = dossier.undo
        dossier.undo = replace(undo, version=undo.version - 1)


def without(table: str) -> Change:
    """Forget the processes, or the calendars."""

    def change(_: Dossier, database: MemoryDatabase, __: datetime) -> None:
        setattr(database, table, {})

    return change


def unprinted(dossier: Dossier, database: MemoryDatabase, _: datetime) -> None:
    """Let a paper have no file yet."""


def printed(dossier: Dossier, database: MemoryDatabase, _: datetime) -> None:
    """Let every paper have its file."""
    database.papers = {
        key: replace(one, sha256=b"x") if one.dossier_id == dossier.id else one
        for key, one in database.papers.items()
    }


def undelivered(dossier: Dossier, database: MemoryDatabase, now: datetime) -> None:
    """Let nobody know how the result went out."""
    printed(dossier, database, now)
    dossier.delivery = None


def error_found(by: str) -> Change:
    """Have an error of the result recorded by somebody after it was handed out."""

    def change(dossier: Dossier, _: MemoryDatabase, now: datetime) -> None:
        why = Cause("ERROR_WRITTEN", "AGENCY")
        dossier.correction_draft = CorrectionDraft("Sai năm sinh", why, "AGENCY", by, by, now)

    return change


def corrected(state: State) -> Change:
    """Let a dossier that corrects the result be in a state, with a result where it was handed out."""

    def change(dossier: Dossier, database: MemoryDatabase, now: datetime) -> None:
        other = deepcopy(dossier)
        other.id, other.state = new_id(), state
        other.result = dossier.result if state is State.RETURNED else None
        database.dossiers[other.id] = other
        why = Cause("ERROR_WRITTEN", "AGENCY")
        dossier.corrections = (CorrectedBy(other.id, other.reference, now, why),)

    return change


def both(*changes: Change) -> Change:
    """Make several changes."""

    def change(dossier: Dossier, database: MemoryDatabase, now: datetime) -> None:
        for one in changes:
            one(dossier, database, now)

    return change


SIGNER_PREPARED = prepared_by(SIGNER.subject)
SITUATIONS: dict[str, tuple[str, Change]] = {
    "submitted": ("submitted", nothing),
    "a fee is unpaid": ("submitted", owing()),
    "an exemption is claimed": ("submitted", claiming),
    "a fee is due later": ("submitted", owing(before=False)),
    "no calendar at the desk": ("submitted", without("calendars")),
    "asked once before, answered": ("submitted", asked("INTAKE GENERAL")),
    "both grounds are used up": ("submitted", asked("INTAKE GENERAL", "INTAKE ANSWER_INSUFFICIENT")),
    "papers are awaited": ("submitted", standing(State.INTAKE_SUPPLEMENT)),
    "papers never came": ("submitted", standing(State.INTAKE_SUPPLEMENT, lapsed=True)),
    "accepted": ("accepted", nothing),
    "no process": ("accepted", without("processes")),
    "no calendar": ("accepted", without("calendars")),
    "at the first step": ("appraised", nothing),
    "no process at the step": ("appraised", without("processes")),
    "no calendar at the step": ("appraised", without("calendars")),
    "asked at the desk": ("appraised", asked("INTAKE GENERAL")),
    "asked twice at the desk": (
        "appraised",
        asked("INTAKE GENERAL", "INTAKE ANSWER_INSUFFICIENT"),
    ),
    "asked in the process": ("appraised", asked("PROCESSING GENERAL")),
    "asked by a special law": ("appraised", asked("PROCESSING SPECIAL_LAW")),
    "a request is drafted": ("appraised", drafted(SPECIALIST.subject)),
    "the lead drafted a request": ("appraised", drafted(LEAD.subject)),
    "what is drafted may not go out": (
        "appraised",
        both(drafted(SPECIALIST.subject), asked("INTAKE GENERAL", "PROCESSING GENERAL")),
    ),
    "an opinion is awaited": ("appraised", opinion()),
    "an opinion is asked": ("appraised", opinion(waits=False)),
    "an opinion is overdue": ("appraised", opinion(over=True)),
    "the step is held": ("appraised", held(SPECIALIST.subject)),
    "the step was given": ("appraised", held(SPECIALIST.subject, given=True)),
    "the signer holds it": ("appraised", held(SIGNER.subject)),
    "another holds it": ("appraised", held("thu-ly-2")),
    "another holds it, an opinion is asked": ("appraised", both(held("thu-ly-2"), opinion(waits=False))),
    "it is handed on": ("appraised", held(SPECIALIST.subject, offered_to="thu-ly-2")),
    "it is offered": ("appraised", held("thu-ly-2", offered_to=SPECIALIST.subject)),
    "the applicant's turn": ("appraised", step(kind="APPLICANT")),
    "an outside system's turn": ("appraised", step(kind="OUTSIDE", system="X")),
    "a new date is proposed": ("appraised", new_date_proposed(SPECIALIST.subject)),
    "the lead proposed a new date": ("appraised", new_date_proposed(LEAD.subject)),
    "the proposed date has come": ("appraised", new_date_proposed(SPECIALIST.subject, days=0)),
    "the signer proposed a new date": ("appraised", new_date_proposed(SIGNER.subject)),
    "the date was moved": ("appraised", apologised),
    "the date was moved, another is proposed": (
        "appraised",
        both(apologised, new_date_proposed(SPECIALIST.subject)),
    ),
    "reviewed": ("reviewed", nothing),
    "the lead's step is undone no more": ("reviewed", since_changed),
    "undone to the applicant's": ("reviewed", step(kind="APPLICANT")),
    "at the signature": ("signing", nothing),
    "the signer prepared it": ("signing", SIGNER_PREPARED),
    "no opinion before the signature": ("signing", opinion()),
    "at the issue": ("issuing", nothing),
    "a draft at the issue": ("issuing", drafted(SPECIALIST.subject)),
    "an opinion at the issue": ("issuing", opinion()),
    "supplement awaited": ("reviewed", standing(State.SUPPLEMENT_REQUESTED)),
    "supplement given": ("reviewed", standing(State.SUPPLEMENT_REQUESTED, answered=True)),
    "supplement given, no calendar": (
        "reviewed",
        both(standing(State.SUPPLEMENT_REQUESTED, answered=True), without("calendars")),
    ),
    "supplement never came": ("reviewed", standing(State.SUPPLEMENT_REQUESTED, lapsed=True)),
    "supplement never came, the signer prepared it": (
        "reviewed",
        both(standing(State.SUPPLEMENT_REQUESTED, lapsed=True), SIGNER_PREPARED),
    ),
    "supplement never came, the signer drafted it": (
        "reviewed",
        both(standing(State.SUPPLEMENT_REQUESTED, lapsed=True), written_by(SIGNER.subject)),
    ),
    "money is awaited": ("reviewed", standing(State.AWAITING_FINANCIAL)),
    "money is awaited, the signer prepared it": (
        "reviewed",
        both(standing(State.AWAITING_FINANCIAL), SIGNER_PREPARED),
    ),
    "suspended": ("reviewed", standing(State.SUSPENDED)),
    "suspended, the signer wrote a notice": (
        "reviewed",
        both(standing(State.AWAITING_FINANCIAL), written_by(SIGNER.subject), standing(State.SUSPENDED)),
    ),
    "suspended, the signer prepared it": ("reviewed", both(standing(State.SUSPENDED), SIGNER_PREPARED)),
    "withdrawal asked": ("reviewed", standing(State.WITHDRAWAL_REQUESTED)),
    "withdrawal asked, the signer prepared it": (
        "reviewed",
        both(standing(State.WITHDRAWAL_REQUESTED), SIGNER_PREPARED),
    ),
    "ready": ("ready", nothing),
    "ready and owed": ("ready", owing(before=False)),
    "ready, the signer prepared it": ("ready", SIGNER_PREPARED),
    "ready, no process": ("ready", without("processes")),
    "returned": ("returned", unprinted),
    "returned and printed": ("returned", printed),
    "returned and owed": ("returned", both(printed, owing(before=False))),
    "returned, nobody knows how": ("returned", undelivered),
    "an error is recorded": ("returned", error_found(SPECIALIST.subject)),
    "a colleague recorded an error": ("returned", error_found("thu-ly-2")),
    "the signer recorded an error": ("returned", error_found(SIGNER.subject)),
    "an error is recorded, the signer prepared it": (
        "returned",
        both(error_found(SPECIALIST.subject), SIGNER_PREPARED),
    ),
    "a correction is under way": ("returned", corrected(State.PROCESSING)),
    "the correction was stopped": ("returned", corrected(State.STOPPED)),
    "it is corrected": ("returned", corrected(State.RETURNED)),
    "it is corrected and an error recorded": (
        "returned",
        both(corrected(State.RETURNED), error_found(SPECIALIST.subject)),
    ),
}
"""From which station, and what is changed there."""
