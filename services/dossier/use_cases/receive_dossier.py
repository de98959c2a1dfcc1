"""What the one-stop officer does with a submitted dossier: accept, ask for more, refuse, hand over."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import Invalid
from kernel.core.ids import new_id
from services.dossier.domain import papers
from services.dossier.domain.actions import Action
from services.dossier.domain.codes import code_day, dossier_code
from services.dossier.domain.correcting import corrects_of
from services.dossier.domain.deadlines import answer_by, apology_latest, dossier_due, handover_due, term_for
from services.dossier.domain.definitions import Procedure
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import TermUnknown
from services.dossier.domain.events import Change, moment
from services.dossier.domain.guards import known_process, most_of
from services.dossier.domain.intake.asked import missing_now, submitted_under
from services.dossier.domain.limits import GENERAL
from services.dossier.domain.moves import acceptance, supplements
from services.dossier.domain.papers import Paper, PaperKind
from services.dossier.domain.states import State
from services.dossier.domain.supplements import Supplement
from services.dossier.domain.ways import require_way
from services.dossier.domain.work.slip import person_of
from services.dossier.domain.workflow import hand_over
from services.dossier.use_cases.ask_limits import days_to_answer, most_in_all, rule_of
from services.dossier.use_cases.figures.counting import counted
from services.dossier.use_cases.open_dossier import allow, due_of, open_for, parties_of, situation_of
from services.dossier.use_cases.payments.claiming import decide_at_acceptance, noted_as
from services.dossier.use_cases.payments.refeeing import fees_at_acceptance
from services.dossier.use_cases.ports import Attachment, Grounds, SubmittedComponent, Work
from services.dossier.use_cases.record_change import record_change
from services.dossier.use_cases.results.reuse import require_results_hold
from services.dossier.use_cases.secrets import look_up_secret, secret_hash
from services.dossier.use_cases.submission import Verdict
from services.dossier.use_cases.work.hand_on import hand_on
from services.dossier.use_cases.work_steps import ask_outside


async def accept_dossier(
    dossier_id: UUID,
    *,
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
    exemption: Verdict | None = None,
) -> Dossier:
    """Give the legal code, start the clock and issue form 01, under the version in force now; T2.

    `exemption` decides the exemption claimed with the dossier in the same commit.
    """
    dossier, grounds, components = await work.dossiers.load_for_acceptance(dossier_id, code_day(now))
    await allow(Action.ACCEPTANCE, dossier, by=by, seen=seen, work=work, now=now)
    at = now
    if "received_at" in dossier.brought:
        # Taken on paper earlier, its fee paid since: it counts from that day, under what held then.
        at, acting = datetime.fromisoformat(dossier.brought["received_at"]), dossier.acting
        dossier, grounds, components = await work.dossiers.load_for_acceptance(dossier_id, code_day(at))
        dossier.acting = acting
    await require_results_hold(dossier, work=work, now=now)
    missing = await _missing(dossier, grounds.procedure, components, work)
    changed = procedure_changed(dossier, grounds.procedure, missing)
    account, fees = await fees_at_acceptance(dossier, grounds, by=by, work=work, now=now)
    grounds = replace(grounds, account=account)
    if exemption is not None:
        account = await decide_at_acceptance(
            dossier, grounds, exemption, is_held=fees is not None, by=by, work=work, now=now
        )
        grounds = replace(grounds, account=account)
    left, paper = await accept(dossier, grounds, components, by=by, work=work, now=at)
    details: dict[str, Any] = {"counted": counted(components)}
    details |= {"procedure_changed": changed} if changed else {"missing": missing} if missing else {}
    details |= {"fees_changed": fees} if fees else {}
    details |= {"exemption": noted_as(exemption)} if exemption else {}
    note = exemption.reason if exemption else ""
    change = Change("accepted", left, note=note, papers=[paper], details=details)
    record_change(work, dossier, change, by=by, now=now)
    if changed:
        dossier.warnings.append({"code": "procedure-changed", "details": changed})
    elif missing:
        dossier.warnings.append({"code": "component-missing", "details": {"missing": missing}})
    return dossier


async def _missing(
    dossier: Dossier, procedure: Procedure, components: Sequence[SubmittedComponent], work: Work
) -> list[dict[str, str]]:
    """Return what the version in force asks beyond what was handed in, also with a supplement."""
    given = {item.component_code for item in components}
    missing = missing_now(dossier, procedure, given)
    if not missing or not dossier.supplements:
        return missing
    files = await work.attachments.of_dossier(dossier.id)
    return missing_now(dossier, procedure, given | supplemented(files))


def supplemented(files: Iterable[Attachment]) -> set[str]:
    """Return the components papers were handed in for with answers to requests."""
    return {one.component_code for one in files if one.purpose == "SUPPLEMENT"}


def procedure_changed(
    dossier: Dossier, procedure: Procedure, missing: Sequence[dict[str, str]]
) -> dict[str, Any] | None:
    """Tell how the version in force differs from the one submitted against, and what it asks beyond it.

    Nothing is refused for it: who handed in what was asked then is asked for the rest, if the officer sees
    fit, in one intake supplement.
    """
    submitted = submitted_under(dossier)
    if procedure.version == submitted:
        return None
    return {"submitted_version": submitted, "accepted_version": procedure.version, "missing": missing}


async def accept(
    dossier: Dossier,
    grounds: Grounds,
    components: Sequence[SubmittedComponent],
    *,
    by: Caller,
    work: Work,
    now: datetime,
) -> tuple[State, tuple[str, UUID]]:
    """Accept an open dossier under what is in force now; the due moment comes before the day's number.

    The number's row is locked from here to the commit, so nothing slow may follow: form 01 is printed from
    its frozen content after the commit.
    """
    require_way(Action.ACCEPTANCE, dossier, by, situation_of(grounds, work.limits, now))
    procedure = grounds.procedure
    agency = dossier.now_at(dossier.receiving_agency.code)
    channel = procedure.channel(dossier.channel) or next(iter(procedure.channels.values()), None)
    if channel is None:
        raise TermUnknown
    day = code_day(now)
    term = term_for(procedure, dossier.channel, work.limits, day)
    due = dossier_due(procedure, term, grounds.calendar, now)
    dossier.apology_latest_at = apology_latest(grounds.calendar, due, term, work.limits)
    dossier.handover_due_at = handover_due(grounds.calendar, now, work.limits)
    acceptance.pin(dossier, procedure, calendar=grounds.calendar_code, stamp=grounds.calendar_stamp)
    if grounds.process is not None:
        dossier.process_code, dossier.process_version = grounds.process.code, grounds.process.version
    number = await work.dossiers.next_number(agency, day)
    code = dossier_code(agency, day, number)
    secret = look_up_secret(work.seals, dossier.id)
    fees = () if corrects_of(dossier.brought) is not None else channel.fees
    left = acceptance.accept(dossier, code=code, at=now, due_at=due, fees=fees)
    dossier.secret_hash = secret_hash(work.seals, dossier.id, secret)
    content = papers.receipt(
        dossier,
        procedure,
        account=grounds.account,
        parties=parties_of(dossier, work),
        components=[{"name": item.name, "form": item.form} for item in components],
        officer=by.name,
        look_up=work.policy.public_url,
        secret=secret,
    )
    return left, issue(work, dossier, PaperKind.RECEIPT, content, by=by, now=now)


def issue(
    work: Work,
    dossier: Dossier,
    kind: PaperKind,
    content: dict[str, Any],
    *,
    by: Caller | str,
    now: datetime,
    earlier: int = 0,
) -> tuple[str, UUID]:
    """Keep a paper's content and return how the event names it; its number is no other paper's.

    `by`: who issues it, or the name of whose paper is issued anew without them.
    """
    number = papers.number_of(dossier, kind, earlier)
    papers.count_issued(dossier, kind, earlier)
    agency = dossier.standing_at(
        dossier.receiving_agency if kind in _OF_THE_DESK else dossier.competent_agency
    )
    printed = {
        "number": number,
        "issued_at": papers.local_text(now),
        "place_and_date": papers.written_date(now, agency),
    }
    paper = Paper(
        id=new_id(),
        dossier_id=dossier.id,
        kind=kind,
        number=number,
        legal_set=work.legal_sets.on(now).code,
        issued_at=now,
        issued_by=by if isinstance(by, str) else by.name,
        content={**content, **printed},
    )
    work.papers.add(paper)
    dossier.issued.append(paper.id)
    return kind.value, paper.id


_OF_THE_DESK = frozenset({PaperKind.RECEIPT, PaperKind.SUPPLEMENT_REQUEST, PaperKind.INTAKE_REFUSAL})


async def ask_intake_supplement(
    dossier_id: UUID,
    *,
    items: list[dict[str, Any]],
    reason: str,
    answer_days: int | None,
    basis: str = GENERAL,
    legal_basis: str = "",
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> Dossier:
    """Tell the applicant once, in writing (form 02), all that is missing; T3."""
    dossier, grounds = await open_for(
        Action.INTAKE_SUPPLEMENT_REQUEST, dossier_id, by=by, seen=seen, work=work, now=now, way=basis
    )
    named = named_items(items, grounds.procedure)
    rule = rule_of(work, "INTAKE", basis, legal_basis, now)
    until = answer_by(grounds.calendar_in_force, now, days_to_answer(work, rule, answer_days))
    supplement = Supplement(
        items=tuple(named),
        reason=reason,
        asked_at=now,
        asked_by=by.name,
        answer_by=until,
        is_intake=True,
        basis=basis,
        legal_basis=legal_basis,
    )
    left = supplements.ask_at_intake(
        dossier, supplement, limit=most_of(grounds.procedure, rule), total=most_in_all(work, now)
    )
    content = papers.supplement_request(
        dossier,
        parties=parties_of(dossier, work),
        items=named,
        procedure=grounds.procedure,
        reason=reason,
        answer_by=until,
        officer=by.name,
    )
    earlier = sum(one.is_intake for one in dossier.supplements[:-1])
    paper = issue(work, dossier, PaperKind.SUPPLEMENT_REQUEST, content, by=by, now=now, earlier=earlier)
    details = {"supplement": supplement_data(supplement)}
    change = Change("intake_supplement_requested", left, note=reason, papers=[paper], details=details)
    record_change(work, dossier, change, by=by, now=now)
    return dossier


def named_items(items: list[dict[str, Any]], procedure: Procedure) -> list[dict[str, Any]]:
    """Return the items with the names of their components; a component nobody published is refused.

    Officers may never ask for papers that are not published (NĐ 63/2010 Đ.13, 18.6).
    """
    found: list[dict[str, Any]] = []
    for place, item in enumerate(items):
        rule = procedure.components.get(item["component_code"])
        if rule is None:
            raise Invalid(fields=[(f"items.{place}.component_code", "Thủ tục không có thành phần này")])
        found.append({"component_code": rule.code, "name": rule.name, "reason": item["reason"]})
    return found


def supplement_data(supplement: Supplement) -> dict[str, Any]:
    """Return a request as events tell it."""
    return {
        "items": list(supplement.items),
        "answer_by": moment(supplement.answer_by),
        "basis": supplement.basis,
        "legal_basis": supplement.legal_basis,
    }


async def hand_over_dossier(
    dossier_id: UUID, *, note: str, by: Caller, seen: int, work: Work, now: datetime
) -> Dossier:
    """Give the dossier to the competent unit's first step; T7."""
    dossier, grounds = await open_for(Action.HANDOVER, dossier_id, by=by, seen=seen, work=work, now=now)
    process = known_process(grounds.process)
    left = hand_over(dossier, process, at=now, due_of=due_of(grounds))
    ask_outside(work, dossier)
    hand_on(work, dossier, "HANDED_OVER", giver=person_of(by), left=None, note=note, now=now)
    record_change(work, dossier, Change("handed_over", left, note=note), by=by, now=now)
    return dossier
