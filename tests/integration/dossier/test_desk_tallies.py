"""What inboxes count: the same, counted for a whole desk at once or task by task, however work moves."""

import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from kernel.core.caller import Caller
from kernel.testing.running import RunningService
from services.dossier.domain.states import State
from services.dossier.domain.work.urgency import Lines, Urgency, urgency_of
from services.dossier.store.desk_tallies import AGE, MANY
from tests.builders.dossier.colleagues import in_the_directory
from tests.builders.dossier.office import an_officer

_UNITS = ("mot-cua", "dat-dai", "")
_ROLES = ("SPECIALIST", "TEAM_LEAD")
_STATES = ("SUBMITTED", "ACCEPTED", "PROCESSING", "SUSPENDED", "AWAITING_FINANCIAL", "WITHDRAWAL_REQUESTED")
_PRIOR = ("ACCEPTED", "PROCESSING", "SUPPLEMENT_REQUESTED")
_PROCEDURES = ("P1", "P2", "P3")
_TASKS = 60
_PUT = """
    INSERT INTO dossiers (id, version, reference, origin, channel, procedure_code, procedure_name, sector,
        procedure_version, helping_agency, receiving_agency, competent_agency, state, agencies, submitted_at,
        due_at, owner_name, parties_sealed, contact_sealed, form_sealed, result_delivery, work, task_role,
        task_agency, task_unit, task_due_at, task_holder, asked_desks, asked_due_at, consulted_agencies,
        history_hash, prior_state)
    VALUES ($1::uuid, 1, $1::uuid::text, 'HERE', 'ONLINE', $2, 'x', 's', 1,
        $3, $3, $3, $4, '{}', $5, $5, 'An', '', '', '',
        'COUNTER', '{}', $6, $7, $8, $9, $10, $11, $12, '{}', '', $13)
    ON CONFLICT (id) DO UPDATE SET procedure_code = EXCLUDED.procedure_code, state = EXCLUDED.state,
        due_at = EXCLUDED.due_at, task_role = EXCLUDED.task_role, task_agency = EXCLUDED.task_agency,
        task_unit = EXCLUDED.task_unit, task_due_at = EXCLUDED.task_due_at,
        task_holder = EXCLUDED.task_holder, asked_desks = EXCLUDED.asked_desks,
        asked_due_at = EXCLUDED.asked_due_at, prior_state = EXCLUDED.prior_state
"""


@dataclass(slots=True)
class Task:
    """A dossier as far as inboxes look at it; who has to do nothing about it has no role."""

    id: UUID
    procedure: str
    state: str
    prior_state: str | None
    due_at: datetime
    role: str | None
    agency: str
    unit: str
    task_due_at: datetime
    holder: str | None
    asked: tuple[str, str, str] | None
    asked_due_at: datetime

    def row(self) -> tuple[Any, ...]:
        """Return the values of its row."""
        waits = self.role is not None
        of_task = (self.role, self.agency, self.unit, self.task_due_at, self.holder)
        return (
            *(self.id, self.procedure, self.agency, self.state, self.due_at),
            *(of_task if waits else (None,) * 5),
            *((["|".join(self.asked)], self.asked_due_at) if self.asked else ([], None)),
            self.prior_state,
        )


def a_task(made: random.Random, agency: str, now: datetime, known: UUID | None = None) -> Task:
    """Return a task like any; its moments lie close around the lines urgencies are parted by."""

    def moment() -> datetime:
        return now + timedelta(days=made.randint(-3, 4), seconds=made.choice((-9_000, -1, 0, 1, 40_000)))

    of_other = made.random() < 0.1
    state = made.choice(_STATES)
    return Task(
        known or UUID(int=made.getrandbits(128), version=4),
        made.choice(_PROCEDURES),
        state,
        made.choice(_PRIOR) if state == "WITHDRAWAL_REQUESTED" else None,
        moment(),
        made.choice((*_ROLES, *_ROLES, None)),
        f"{agency}-khac" if of_other else agency,
        made.choice(_UNITS),
        moment(),
        made.choice((None, None, f"{agency}-an", f"{agency}-binh")),
        (agency, made.choice(_ROLES), made.choice(_UNITS)) if made.random() < 0.2 else None,
        moment(),
    )


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody's page is about: desks with the procedures they are limited to, and the filters."""

    subject: str
    desks: tuple[tuple[str, str, str, tuple[str, ...]], ...]
    whose: str
    procedure: str


def counted_one_by_one(tasks: Iterator[Task], seen: Sight, now: datetime) -> dict[str, Any]:
    """Return the tally as anybody would count it who reads every task."""
    lines = Lines.at(now)
    states: Counter[str] = Counter()
    urgencies: Counter[str] = Counter(dict.fromkeys(Urgency, 0))
    for task in tasks:
        if seen.procedure not in ("", task.procedure):
            continue
        here = [desk[:3] for desk in seen.desks if not desk[3] or task.procedure in desk[3]]
        is_at = any((task.agency, task.role) == desk[:2] and task.unit in ("", desk[2]) for desk in here)
        is_mine = task.holder == seen.subject and task.role is not None
        is_shown = {
            "mine": is_mine,
            "unclaimed": is_at and task.holder is None,
            "": is_at,
        }[seen.whose]
        is_asked = (
            task.asked is not None
            and seen.whose != "mine"
            and any(task.asked in (desk, (*desk[:2], "")) for desk in here)
        )
        for is_counted, due in ((is_shown, task.task_due_at), (is_asked, task.asked_due_at)):
            if is_counted:
                states[task.state] += 1
                prior = State(task.prior_state) if task.prior_state else None
                urgencies[urgency_of(task.due_at, due, lines, State(task.state), prior)] += 1
    return {"total": states.total(), "by_state": dict(states), "by_urgency": dict(urgencies)}


@pytest.fixture(scope="module")
async def service(start_once: Callable[..., Awaitable[RunningService]]) -> RunningService:
    """A service that all lives of this module share, each with an agency of its own."""
    return await start_once("dossier")


def _officers(agency: str) -> list[tuple[Caller, tuple[tuple[str, str, str, tuple[str, ...]], ...]]]:
    """Return officers with the desks they sit at."""
    an = an_officer("SPECIALIST", unit="dat-dai", agency=agency, subject=f"{agency}-an")
    binh = an_officer("SPECIALIST", "TEAM_LEAD", unit="mot-cua", agency=agency, subject=f"{agency}-binh")
    chi = an_officer("SPECIALIST", unit="mot-cua", agency=agency, subject=f"{agency}-chi")
    return [
        (an, ((agency, "SPECIALIST", "dat-dai", ()),)),
        (binh, tuple((agency, role, "mot-cua", ()) for role in _ROLES)),
        (
            chi,
            (
                (agency, "SPECIALIST", "mot-cua", ()),
                (agency, "SPECIALIST", "dat-dai", ("P1", "P2")),
                (agency, "TEAM_LEAD", "mot-cua", ()),
                (f"{agency}-khac", "TEAM_LEAD", "dat-dai", ()),
            ),
        ),
    ]


def _delegations(agency: str) -> list[dict[str, Any]]:
    """Return what the third officer was given: a part of another unit's work, a lead's, another agency's."""
    given = (
        (agency, "SPECIALIST", "dat-dai", ["P1", "P2"]),
        (agency, "TEAM_LEAD", "mot-cua", []),
        (f"{agency}-khac", "TEAM_LEAD", "dat-dai", []),
    )
    decided = {"valid_from": "2026-03-01", "valid_to": "2026-12-31", "decision": {"number": "12/QĐ"}}
    by = {"id": "0" * 32, "kind": "STAND_IN", "from": "ai-do", "from_name": "Ai Đó"}
    return [
        {**by, **decided, "roles": [role], "procedures": procedures, "agency": at, "unit": unit}
        for at, role, unit, procedures in given
    ]


@pytest.mark.parametrize("many", [1, MANY], ids=["kept", "counted each time"])
@pytest.mark.parametrize("seed", range(3))
async def test_what_is_counted_is_what_is_there(service: RunningService, seed: int, many: int) -> None:
    """Tasks come, move, are claimed and end; by whoever asks, with whatever filters, at every moment."""
    made = random.Random(seed)
    agency = f"H{seed}.{many}"
    service.runtime.resources.desk_tallies.many = many
    third = in_the_directory(f"{agency}-chi", unit="mot-cua", delegations=_delegations(agency))
    await service.receive(third)
    tasks: dict[UUID, Task] = {}
    for _ in range(6):
        now = service.clock.now()
        for _ in range(_TASKS if not tasks else _TASKS // 3):
            known = made.choice([None, *tasks]) if tasks else None
            task = a_task(made, agency, now, known)
            tasks[task.id] = task
            await service.runtime.pool.execute(_PUT, *task.row())
        for officer, desks in _officers(agency):
            for whose in ("", "unclaimed", "mine"):
                seen = Sight(officer.subject, desks, whose, made.choice(("", "", *_PROCEDURES)))
                asked = {"whose": whose, "procedure": seen.procedure, "limit": 1}
                answer = await service.get("/v1/inbox", officer, params=asked)
                told = answer.json()["counts"]
                assert datetime.fromisoformat(told.pop("counted_at")) == now
                assert told == counted_one_by_one(iter(tasks.values()), seen, now), asdict(seen)
        service.clock.advance(AGE + timedelta(minutes=made.choice((0, 7, 200))))


async def test_a_desk_of_many_is_shown_as_it_was_counted(service: RunningService) -> None:
    """For two seconds, to everybody there, and it says since when; then it is counted again."""
    service.runtime.resources.desk_tallies.many = 2
    made = random.Random(9)
    began = service.clock.now()
    (an, _), *_ = _officers("H9")
    other = an_officer("SPECIALIST", unit="dat-dai", agency="H9", subject="nguoi-khac")

    async def put(count: int) -> None:
        for _ in range(count):
            task = a_task(made, "H9", began)
            task.role, task.agency, task.unit, task.holder, task.asked = "SPECIALIST", "H9", "", None, None
            await service.runtime.pool.execute(_PUT, *task.row())

    async def shown(by: Caller) -> tuple[int, datetime]:
        told = (await service.get("/v1/inbox", by, params={"limit": 1})).json()["counts"]
        return told["total"], datetime.fromisoformat(told["counted_at"])

    await put(1)
    assert await shown(an) == (1, began)
    await put(1)
    assert await shown(an) == (2, began)
    await put(1)
    assert await shown(other) == (2, began)
    service.clock.advance(AGE)
    assert await shown(other) == (3, began + AGE)
