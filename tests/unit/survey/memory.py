"""Survey's stores in memory: reads see what was committed, a commit is all or nothing.

`tests/conformance/survey` runs the same suite on this and on PostgreSQL, so that the fake tells the truth.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from kernel.core.errors import Stale
from kernel.core.event import Event
from kernel.core.ids import new_id
from kernel.sealing import Sealer
from kernel.testing.running import TEST_PII_KEY
from services.survey.domain.indices import Tally
from services.survey.domain.invitation import Invitation, Named, Response
from services.survey.domain.questionnaire import Questionnaire
from services.survey.store.questionnaires import PackagedQuestionnaires
from services.survey.use_cases.invite_applicant import EndedDossier
from services.survey.use_cases.ports import Counted, Place, ProcedureTally, Terms

SEALS = Sealer(TEST_PII_KEY)
QUESTIONNAIRES = PackagedQuestionnaires()


@dataclass
class MemoryDatabase:
    """What was committed, and the locks on invitations that units of work hold."""

    invitations: dict[UUID, Invitation] = field(default_factory=dict)
    responses: list[Response] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    locks: dict[UUID, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    @asynccontextmanager
    async def open_work(self) -> AsyncIterator["MemoryWork"]:
        """Open a unit of work; leaving without an error commits it, leaving at all frees its locks."""
        work = MemoryWork(self)
        try:
            yield work
            work.commit()
        finally:
            work.invitations.let_go()


class MemoryInvitations:
    """Invitations of one unit of work."""

    def __init__(self, work: "MemoryWork") -> None:
        self._work = work
        self._held: set[UUID] = set()

    async def exists(self, dossier_id: UUID, person: bytes) -> bool:
        return self._is_invited(dossier_id, person)

    def _is_invited(self, dossier_id: UUID, person: bytes) -> bool:
        kept = self._work.database.invitations.values()
        return any((one.dossier_id, one.person) == (dossier_id, person) for one in kept)

    def forget(self, dossier_id: UUID) -> None:
        for one in [one for one in self._work.database.invitations.values() if one.dossier_id == dossier_id]:
            del self._work.database.invitations[one.id]

    async def by_token(self, token_hash: bytes) -> Invitation | None:
        kept = self._work.database.invitations.values()
        return next((one for one in kept if one.token_hash == token_hash), None)

    async def hold(self, token_hash: bytes) -> Invitation | None:
        found = await self.by_token(token_hash)
        if found is not None and found.id not in self._held:
            await self._work.database.locks[found.id].acquire()
            self._held.add(found.id)
        return await self.by_token(token_hash)

    def let_go(self) -> None:
        """Free what is held, as the end of a transaction does."""
        for one in self._held:
            self._work.database.locks[one].release()
        self._held = set()

    def add(self, invitation: Invitation) -> None:
        def check() -> None:
            if self._is_invited(invitation.dossier_id, invitation.person):
                raise Stale

        self._work.queue(check, lambda: self._keep(invitation))

    def close(self, invitation: Invitation) -> None:
        def check() -> None:
            kept = self._work.database.invitations.get(invitation.id)
            if kept is None or kept.is_answered or kept.version != invitation.version:
                raise Stale

        closed = replace(invitation, is_answered=True, version=invitation.version + 1)
        self._work.queue(check, lambda: self._keep(closed))

    def _keep(self, invitation: Invitation) -> None:
        self._work.database.invitations[invitation.id] = invitation


class MemoryResponses:
    """Responses of one unit of work."""

    def __init__(self, work: "MemoryWork") -> None:
        self._work = work

    def add(self, response: Response) -> None:
        self._work.queue(lambda: None, lambda: self._work.database.responses.append(response))

    async def tallies(
        self, questionnaire: Questionnaire, *, agency: str | None, first: date, last: date
    ) -> Counted:
        chosen = [
            one.answers
            for one in self._work.database.responses
            if first <= one.received_on <= last
            and agency in (None, one.agency_code)
            and (one.questionnaire, one.questionnaire_version) == (questionnaire.code, questionnaire.version)
        ]
        codes = {code for answers in chosen for code in answers}
        return Counted(len(chosen), {code: _tally(code, chosen) for code in codes})

    async def by_procedure(
        self, *, first: date, last: date, after: Place | None, limit: int
    ) -> list[ProcedureTally]:
        found: dict[Place, list[Mapping[str, int | None]]] = defaultdict(list)
        for one in self._work.database.responses:
            place = (one.agency_code, one.procedure_code, one.questionnaire, one.questionnaire_version)
            if first <= one.received_on <= last and place > (after or ("", "", "", 0)):
                found[place].append(one.answers)
        return [ProcedureTally(*place, _scores(answers)) for place, answers in sorted(found.items())[:limit]]


def _scores(chosen: list[Mapping[str, int | None]]) -> dict[str, dict[int, int]]:
    tallies = {code: _tally(code, chosen) for answers in chosen for code in answers}
    return {code: dict(tally.counts) for code, tally in tallies.items() if tally.counts}


def _tally(code: str, chosen: list[Mapping[str, int | None]]) -> Tally:
    given = [answers[code] for answers in chosen if code in answers]
    return Tally({score: given.count(score) for score in given if score is not None}, given.count(None))


class MemoryWork:
    """One unit of work: what it wrote is there after `commit`, or not at all."""

    def __init__(self, database: MemoryDatabase | None = None) -> None:
        self.database = database or MemoryDatabase()
        self.invitations = MemoryInvitations(self)
        self.responses = MemoryResponses(self)
        self.questionnaires: Any = QUESTIONNAIRES
        self.seals: Any = SEALS
        self.terms = Terms("http://cong.example/khao-sat/", timedelta(days=30))
        self._events: list[Event] = []
        self._queued: list[tuple[Callable[[], object], Callable[[], object]]] = []

    def record(self, event: Event) -> None:
        self._events.append(event)

    def queue(self, check: Callable[[], object], apply: Callable[[], object]) -> None:
        """Keep a write for the commit: `check` raises what forbids it, `apply` makes it."""
        self._queued.append((check, apply))

    def commit(self) -> None:
        """Make every write, or raise and make none."""
        for check, _ in self._queued:
            check()
        for _, apply in self._queued:
            apply()
        self.database.events += self._events
        self._queued, self._events = [], []


def an_ended_dossier(*, subject: str | None = "cong-dan-an", phone: str = "", **changed: Any) -> EndedDossier:
    """Return an ended dossier of a person."""
    dossier = EndedDossier(
        dossier_id=new_id(),
        code="H99.201-261117-0001",
        agency=Named("H99.201", "Phường Bến Lam"),
        procedure=Named("1.004873", "Cấp Giấy xác nhận"),
        subject=subject,
        contact=SEALS.seal({"name": "An", "phone": phone, "email": None}, purpose="contact"),
    )
    return replace(dossier, **changed)
