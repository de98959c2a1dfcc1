"""Makes of a plan what the service would have written: the dossier's row, its components, its sealed history.

The dossier is moved by the service's own moves and told by its own events, chained and sealed with its
keys, so `verify-history` holds. Left out: outbox rows (nobody else is told), papers, files, evidence, control
slips, the access log, drafts of supplements (the request stands at once), records of retention:
`fix-retention` gives them, until then `verify-history` names those that ended.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import orjson

from bench.seed_year.plan import Plan
from bench.seed_year.world import World
from kernel.core.caller import Caller, CallerKind
from services.dossier.domain.codes import code_day, dossier_code, reference_of
from services.dossier.domain.course import PAPERS_MISSING, Cause
from services.dossier.domain.deadlines import step_due
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.events import Change, cause_data, event_data
from services.dossier.domain.figures.fact import Fact, follow, told_by
from services.dossier.domain.figures.row import columns_of
from services.dossier.domain.history import Entry, HistoryKeys, chain
from services.dossier.domain.holdings import DoneStep, Result
from services.dossier.domain.moves import acceptance, ends, pauses, supplements
from services.dossier.domain.states import Move, State
from services.dossier.domain.stops import Running
from services.dossier.domain.supplements import Supplement
from services.dossier.domain.workflow import complete, done_step, hand_over
from services.dossier.store.mapping import new_columns
from services.dossier.use_cases.ports import Seals
from services.dossier.use_cases.row_seals import components_hash, seal_row
from services.dossier.use_cases.sealed_rows import seals_of
from services.dossier.use_cases.sealed_tables import BOOKS
from services.dossier.use_cases.secrets import identity_index, look_up_secret, secret_hash

_FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương")
_MIDDLES = ("Văn", "Thị", "Đức", "Minh", "Ngọc", "Thanh", "Quang", "Thu", "Hữu", "Kim")
_GIVEN = ("An", "Bình", "Châu", "Dũng", "Giang", "Hà", "Khánh", "Lan", "Mai", "Nam", "Phúc", "Quỳnh", "Sơn")
_MOST_STEPS = 8
_WORKED = Cause("WORKED", "AGENCY")


@dataclass(frozen=True, slots=True)
class Owner:
    """A person who hands dossiers in, sealed once: several dossiers are one person's."""

    name: str
    subject: str
    index: bytes | None
    parties: str
    contact: str
    form: str


def owners_of(seals: Seals, count: int, seed: int) -> list[Owner]:
    """Return made-up people; their identity numbers are of no province that exists."""
    chance = Random(seed)  # noqa: S311 - made-up names.
    found = []
    for place in range(count):
        name = " ".join(chance.choice(part) for part in (_FAMILIES, _MIDDLES, _GIVEN))
        number, phone = f"0990{place:08d}", f"09{place % 100_000_000:08d}"
        owner = {"full_name": name, "identity_type": "CITIZEN_ID", "identity_number": number, "phone": phone}
        found.append(
            Owner(
                name=name,
                subject=f"nam-{place}",
                index=identity_index(seals, number),
                parties=seals.seal({"owner": owner, "representative": None}, purpose="parties"),
                contact=seals.seal({"name": name, "phone": phone, "email": None}, purpose="contact"),
                form=seals.seal({"noi_dung": "Đề nghị giải quyết"}, purpose="form"),
            )
        )
    return found


@dataclass(slots=True)
class Made:
    """What one dossier is in the tables."""

    dossier: dict[str, Any]
    history: list[Entry]
    components: list[dict[str, Any]]
    figures: dict[str, Any] | None
    head: dict[str, Any]


class Maker:
    """Makes dossiers of plans, the same for the same seed."""

    def __init__(self, world: World, seals: Seals, keys: HistoryKeys, owners: list[Owner], seed: int) -> None:
        self._world, self._seals, self._keys, self._owners = world, seals, keys, owners
        self._random = Random(seed)  # noqa: S311 - made-up courses.

    def make(self, plan: Plan) -> Made:
        """Return everything of one dossier."""
        course = _Course(plan, self._new(plan), self._keys, self._random)
        course.live(self._world)
        made = course.dossier
        components = _components(plan, made.id)
        columns = new_columns(made) | {
            "destroyed_by": None,
            "components_hash": components_hash({**one, "attachment_ids": []} for one in components),
        }
        return Made(
            columns | {"head_seal": seal_row(columns, self._keys)},
            course.entries,
            components,
            columns_of(course.fact) if course.fact else None,
            self._head(made.id),
        )

    def _head(self, dossier_id: UUID) -> dict[str, Any]:
        """Return the sealed count of rows beside a dossier: none is made here."""
        counted = {"dossier_id": dossier_id, **dict.fromkeys(BOOKS, 0)}
        return {**counted, "seals": seals_of("row_heads", counted, self._keys)}

    def _new(self, plan: Plan) -> Dossier:
        owner = self._owners[self._random.randrange(len(self._owners))]
        desk, is_online = plan.desk, plan.channel == "ONLINE"
        dossier_id = _id_at(plan.submitted_at, self._random)
        dossier = Dossier(
            id=dossier_id,
            reference=reference_of(dossier_id),
            origin="HERE" if is_online else "POST" if plan.channel == "POSTAL" else "COUNTER",
            channel=plan.channel,
            procedure_code=desk.procedure.code,
            procedure_name=desk.procedure.name,
            sector=desk.procedure.sector,
            procedure_version=desk.procedure.version,
            helping_agency=plan.helping,
            receiving_agency=desk.receiving,
            competent_agency=desk.competent,
            submitted_at=plan.submitted_at,
            owner_name=owner.name,
            owner_subject=owner.subject if is_online else None,
            submitter_subject=owner.subject if is_online else None,
            owner_index=owner.index,
            parties_sealed=owner.parties,
            contact_sealed=owner.contact,
            form_sealed=owner.form,
            result_delivery="ELECTRONIC" if plan.is_electronic else "COUNTER",
        )
        secret = look_up_secret(self._seals, dossier_id)
        dossier.secret_hash = secret_hash(self._seals, dossier_id, secret) if plan.accepted_at else None
        return dossier


class _Course:
    """One dossier's way through the service's own moves."""

    def __init__(self, plan: Plan, dossier: Dossier, keys: HistoryKeys, chance: Random) -> None:
        self._plan, self.dossier, self._keys, self._random = plan, dossier, keys, chance
        self.entries: list[Entry] = []
        self.fact: Fact | None = None

    def live(self, world: World) -> None:
        """Go from submission to as far as the plan goes."""
        plan, dossier = self._plan, self.dossier
        if plan.channel == "ONLINE":
            dossier.version = 1
            self._tell("submitted", None, plan.submitted_at, by=_citizen(dossier))
        if plan.accepted_at is None:
            at = plan.ended_at or plan.submitted_at
            is_refused = plan.ending == "INTAKE_REFUSED"
            left = ends.end(dossier, Move.REFUSE_INTAKE if is_refused else Move.CANCEL, at=at)
            details = {"legal_basis": "NĐ 118/2025/NĐ-CP"} if is_refused else {}
            self._tell("intake_refused" if is_refused else "cancelled", left, at, details)
            return
        self._accept(plan.accepted_at)
        if plan.stop is not None:
            self._work(world, plan.accepted_at, plan.stop.stopped_at, steps=1)
            self._stop(world)
            if plan.stop.resumed_at is None:
                self._end_while_stopped()
                return
        began = dossier.step.began_at if dossier.step else plan.accepted_at
        since = plan.stop.resumed_at if plan.stop and plan.stop.resumed_at else began
        if plan.ended_at is None:
            self._work(world, since, self._before_horizon(since), steps=1)
            return
        # Who withdraws does so before anything is signed.
        self._work(world, since, plan.ended_at, steps=1 if plan.ending == "WITHDRAWN" else _MOST_STEPS)
        self._finish(plan.ended_at)

    def _before_horizon(self, since: datetime) -> datetime:
        year_over = datetime(since.year + 1, 1, 1, tzinfo=since.tzinfo)
        return min(since + timedelta(hours=6), year_over - timedelta(minutes=1))

    def _accept(self, at: datetime) -> None:
        plan, dossier = self._plan, self.dossier
        procedure = plan.desk.procedure
        acceptance.pin(dossier, procedure, calendar="default", stamp="")
        code = dossier_code(dossier.receiving_agency.code, code_day(at), plan.code_number)
        fees = procedure.channels[plan.channel].fees
        left = acceptance.accept(dossier, code=code, at=at, due_at=plan.first_due_at or at, fees=fees)
        if plan.channel != "ONLINE":
            dossier.version = 1
        counted = {"components": plan.components, "digitised": plan.digitised, "reused": plan.reused}
        self._tell("accepted", left, at, {"counted": counted}, by=_officer("ONE_STOP_OFFICER", dossier))

    def _work(self, world: World, since: datetime, until: datetime, *, steps: int) -> None:
        """Hand over and do steps between two moments, evenly, up to the step that issues the result."""
        dossier, process = self.dossier, self._plan.desk.process
        budget = max((until - since) / (steps + 2), timedelta(seconds=1))
        at = since

        def due_of(moment: datetime, hours: Decimal) -> datetime:
            return step_due(world.calendar, moment, hours)

        if dossier.state is State.ACCEPTED:
            at += budget
            left = hand_over(dossier, process, at=at, due_of=due_of)
            self._tell("handed_over", left, at, by=_officer("ONE_STOP_OFFICER", dossier))
        for place in range(steps - 1):
            step = dossier.step
            rule = process.steps[step.code] if step else None
            if step is None or rule is None or rule.issues_result or not rule.next:
                return
            at += budget
            by = _officer(step.role or "SPECIALIST", dossier, f"can-bo-{place}")
            try:
                left = complete(dossier, process, by=by, at=at, due_of=due_of, note="", facts={})
            except Exception as error:
                raise RuntimeError(f"{dossier.procedure_code} cannot leave {step.code}") from error
            details = {"completed_step": step.code, "outcome": "DONE"}
            self._tell("step_completed", left, at, details, by=by)

    def _stop(self, world: World) -> None:
        plan, dossier = self._plan, self.dossier
        if plan.stop is None:
            return
        at, resumed = plan.stop.stopped_at, plan.stop.resumed_at
        items = ({"component_code": "", "name": "Giấy tờ kèm theo", "reason": "Chưa hợp lệ"},)
        answer_by = at + timedelta(days=30)
        supplement = Supplement(items, "Chưa hợp lệ", at, "Cán bộ", answer_by, is_intake=False)
        cause = PAPERS_MISSING
        left = supplements.ask(dossier, supplement, limit=1, total=2, cause=cause)
        self._tell(
            "supplement_requested", left, at, _asked(supplement, cause), by=_officer("TEAM_LEAD", dossier)
        )
        if resumed is None:
            return
        answered = resumed - timedelta(hours=1) if resumed - timedelta(hours=1) > at else resumed
        left = supplements.answer(dossier, Move.ANSWER_SUPPLEMENT, at=answered)
        self._tell("supplement_answered", left, answered, by=_citizen(dossier))
        step_due_at = step_due(world.calendar, resumed, Decimal(8)) if dossier.step else None
        previous = dossier.due_at
        run = Running(
            stops=dossier.stops.ended(resumed),
            due_at=plan.due_at or resumed,
            apology_latest_at=None,
            reappointed_due_at=None,
            step_due_at=step_due_at,
        )
        left = pauses.resume(dossier, Move.RESUME, run)
        told = {"previous_due_at": previous.isoformat() if previous else None, "cause": cause_data(cause)}
        self._tell("resumed", left, resumed, told, by=_officer("ONE_STOP_OFFICER", dossier))

    def _end_while_stopped(self) -> None:
        at, dossier = self._plan.ended_at, self.dossier
        if at is None:
            return
        left = ends.end(dossier, Move.STOP_LAPSED, at=at)
        self._tell("stopped", left, at, {"legal_basis": "NĐ 118/2025/NĐ-CP"}, by=_officer("SIGNER", dossier))

    def _finish(self, at: datetime) -> None:
        """Withdraw, or issue the result and hand it over."""
        plan, dossier = self._plan, self.dossier
        if plan.ending == "WITHDRAWN":
            left = dossier.move(Move.REQUEST_WITHDRAWAL)
            self._tell("withdrawal_requested", left, at - timedelta(minutes=1), by=_citizen(dossier))
            left = ends.end(dossier, Move.APPROVE_WITHDRAWAL, at=at)
            self._tell(
                "stopped", left, at, {"legal_basis": "Đề nghị rút hồ sơ"}, by=_officer("SIGNER", dossier)
            )
            return
        outcome = "REFUSED" if plan.ending == "REFUSED" else "GRANTED"
        files = (_id_at(at, self._random),) if plan.is_electronic else ()
        name = str(plan.desk.procedure.results[0]["name"]) if plan.desk.procedure.results else "Kết quả"
        result = Result(name, f"{plan.number}/KQ", outcome, "Lãnh đạo", at, files)
        by = _officer("CLERK", dossier)
        left = ends.issue(dossier, result, _last(dossier, by, at))
        told = {"name": name, "number": result.number, "electronic": bool(files), "outcome": outcome}
        self._tell("result_issued", left, at, {"result": told}, by=by)
        if plan.is_returned:
            later = at + timedelta(hours=self._random.randrange(1, 20))
            delivery = "ELECTRONIC" if files else "COUNTER"
            left = ends.hand_result(
                dossier, {"delivery": delivery, "tracking_number": "", "at": later.isoformat()}
            )
            details = {"result": told, "delivery": delivery}
            self._tell("returned", left, later, details, by=_officer("ONE_STOP_OFFICER", dossier))

    def _tell(
        self,
        name: str,
        left: State | None,
        at: datetime,
        details: Mapping[str, Any] | None = None,
        *,
        by: Caller | None = None,
    ) -> None:
        """Write the change into history as the service does, and into the row statistics are read from."""
        dossier = self.dossier
        change = Change(name, left, details=details or {})
        entry = chain(
            dossier.history_hash,
            keys=self._keys,
            dossier_id=dossier.id,
            version=dossier.version,
            event_id=_id_at(at, self._random),
            type=change.type,
            at=at,
            actor=by.subject if by else "",
            data=event_data(dossier, change, by=by, at=at),
        )
        dossier.history_hash = entry.hash
        self.entries.append(entry)
        told = told_by(entry.type, entry.data)
        if told is not None:
            self.fact = follow(self.fact, told, at)


def _asked(supplement: Supplement, cause: Cause) -> dict[str, Any]:
    told = {"items": list(supplement.items), "answer_by": supplement.answer_by.isoformat()}
    return {"supplement": told, "cause": cause_data(cause)}


def _last(dossier: Dossier, by: Caller, at: datetime) -> DoneStep:
    if dossier.step is None:
        raise RuntimeError("no step issues the result")
    return done_step(dossier.step, by, at=at, outcome="DONE", note="", cause=_WORKED)


def _components(plan: Plan, dossier_id: UUID) -> list[dict[str, Any]]:
    rules = list(plan.desk.procedure.components.values())
    return [
        {
            "dossier_id": dossier_id,
            "position": place,
            "component_code": rules[place].code if place < len(rules) else "khac",
            "name": rules[place].name if place < len(rules) else "Giấy tờ khác",
            "form": "electronic" if plan.channel == "ONLINE" else "photocopy",
            "attachment_ids": "[]",
            "is_digitised": place < plan.digitised,
            "reuse": int(place < plan.reused),
            "is_from_personal_store": False,
        }
        for place in range(plan.components)
    ]


def _citizen(dossier: Dossier) -> Caller:
    return Caller(subject=dossier.submitter_subject or "", kind=CallerKind.PERSON, name=dossier.owner_name)


def _officer(role: str, dossier: Dossier, subject: str = "can-bo") -> Caller:
    agency = dossier.competent_agency.code
    return Caller(
        subject=f"{subject}.{role.lower()}.{agency}",
        kind=CallerKind.STAFF,
        name="Cán bộ",
        roles=frozenset({role}),
        agency=agency,
        unit="",
    )


def _id_at(at: datetime, chance: Random) -> UUID:
    """Return a UUIDv7 of a moment, so that keys lie as if they had been given then."""
    number = int(at.timestamp() * 1000) << 80 | chance.getrandbits(80)
    number = number & ~(0xF << 76) | 0x7 << 76
    return UUID(int=number & ~(0x3 << 62) | 0x2 << 62)


def text_of(value: Any) -> str:
    """Return JSON as the service's connections write it."""
    return orjson.dumps(value).decode()
