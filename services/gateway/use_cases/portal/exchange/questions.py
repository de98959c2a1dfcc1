"""Questions of the portal: fetched, answered by the agency that was asked, the answer told (section 14)."""

import random
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM, Clock
from kernel.core.errors import Forbidden, NotFound, Refusal, Stale
from services.gateway.domain.portal.answers.answer import PortalAnswer, PortalSilent
from services.gateway.domain.portal.exchange.questions import (
    ANSWERS_OF_ONE,
    ASKED_ON_PORTAL,
    TELL_ANSWERS,
    TELL_OWN,
    GivenAnswer,
    Origin,
    Question,
    QuestionState,
    answer_message,
    are_same_words,
    own_message,
    read_questions,
    waits_for_approval,
)
from services.gateway.domain.portal.telling.codes import CodeKind
from services.gateway.domain.portal.telling.ledger import Backoff
from services.gateway.domain.portal.wire.lists import NoLines, lines_of, text_told
from services.gateway.use_cases.portal.ports import (
    KeptQuestion,
    National,
    OpenWork,
    Outcome,
)
from services.gateway.use_cases.portal.telling.lists import DueList

OVERSEERS = ("ADMIN", "SUPERVISOR")
"""Roles that see every agency's questions."""
ANSWERERS = ("ONE_STOP_MANAGER", "ONE_STOP_OFFICER", "SPECIALIST", "TEAM_LEAD", "SIGNER")
"""Roles that see and answer their own agency's."""
_READ = "questions"
_BATCH = 50
_LOOKS = 20
"""An answer that was taken and is not shown after so many looks (an hour) is what its words say."""
_THERE = PortalAnswer(0, "đã có trên Cổng")


class Questions(Protocol):
    """Questions as people work on them."""

    async def is_kept(self, of: str, agency: str, today: date) -> bool:
        """Tell whether an agency is this one, or one that ended and it goes on for."""

    async def find(self, id_: UUID) -> KeptQuestion | None:
        """Return one question."""

    def answer(self, id_: UUID, given: GivenAnswer, *, seen: int) -> None:
        """Keep an answer, to be told; `Stale` at the commit when the question changed."""


class QuestionClosed(Refusal):
    """Somebody answered it on the portal itself (409)."""

    code = "question-closed"
    title = "Câu hỏi đã được trả lời trên Cổng Dịch vụ công quốc gia"


class FetchQuestions:
    """What the portal lists is kept in one commit; the same list again changes nothing."""

    def __init__(self, lists: DueList) -> None:
        self._lists = lists

    async def run(self) -> int:
        """Fetch when it is time; return how many questions the portal listed. `PortalSilent` ends the run."""
        found = await self._lists.read(_READ, ASKED_ON_PORTAL, read_questions)
        if found is None:
            return 0
        questions, unread = found
        async with self._lists.open_work() as work:
            named = {one.agency for one in questions}
            local = {code: await work.portal_codes.local_of(CodeKind.AGENCY, code) for code in named}
            work.portal_questions.keep(
                [one.at(local[one.agency]) for one in questions], self._lists.clock.now()
            )
            self._lists.note(work, _READ, len(questions), unread)
        return len(questions)


class TellAnswers:
    """Answers leave one a call, so that one the portal declines holds back no other."""

    def __init__(
        self,
        *,
        open_work: OpenWork,
        national: National,
        clock: Clock,
        backoff: Backoff,
        spread: Callable[[], float] = random.random,
    ) -> None:
        self._open_work = open_work
        self._national = national
        self._clock = clock
        self._backoff = backoff
        self._spread = spread

    async def run(self) -> int:
        """Tell what is due; return how many the portal took. The first silence ends the run."""
        async with self._open_work() as work:
            due: list[KeptQuestion] = await work.portal_questions.due(limit=_BATCH, now=self._clock.now())
            spoken = await _in_portal_codes([kept.question for kept in due], work)
        told = 0
        for kept, question in zip(due, spoken, strict=True):
            try:
                outcome = await self._tell(kept, question)
            except PortalSilent as silence:
                words = silence.detail or silence.title
                # What the portal said when it took it stays beside the row: it is told once.
                code, words = (kept.portal_code, kept.portal_answer) if kept.is_taken else (None, words)
                await self._settle(kept, self._later(kept, code, words))
                return told
            await self._settle(kept, outcome)
            told += outcome.state == QuestionState.TOLD.value
        return told

    async def _tell(self, kept: KeptQuestion, question: Question) -> Outcome:
        given = kept.given
        if question.origin is Origin.AGENCY:
            return _outcome_of(await self._national.write(TELL_OWN, [own_message(question, given)]))
        if given is None:
            raise LookupError(kept.id)
        if kept.attempts and await self._is_there(kept, given):
            return _outcome_of(_THERE)
        if kept.is_taken:
            answer = PortalAnswer(kept.portal_code or 0, kept.portal_answer)
        else:
            answer = await self._national.write(TELL_ANSWERS, [answer_message(question, given)])
            if answer.is_doubtful and await self._is_there(kept, given):
                return _outcome_of(_THERE)
        if not answer.may_be_taken or not (answer.is_doubtful or kept.is_taken):
            return _outcome_of(answer)
        # An answer may wait for somebody's approval there: it is told once, and looked after from then on.
        is_last = kept.attempts + 1 >= _LOOKS
        return _outcome_of(answer) if is_last else self._later(kept, answer.code, answer.message)

    async def _is_there(self, kept: KeptQuestion, given: GivenAnswer) -> bool:
        """Ask after an attempt whose answer was lost: what is there is not told a second time."""
        answer = await self._national.read(ANSWERS_OF_ONE, cauhoiid=str(kept.question.number))
        if answer.says_absent:
            return False
        if not answer.is_success:
            raise PortalSilent(f"{ANSWERS_OF_ONE}: {answer.message[:200]}")
        try:
            lines = lines_of(answer.result)
        except NoLines as error:
            raise PortalSilent(f"{ANSWERS_OF_ONE}: {error}") from error
        return any(are_same_words(text_told(line, "NOIDUNGTRALOI"), given.text) for line in lines.items)

    def _later(self, kept: KeptQuestion, code: int | None, words: str) -> Outcome:
        wait = self._backoff.wait(kept.attempts + 1, self._spread())
        return Outcome(QuestionState.ANSWERED.value, code, words, self._clock.now() + wait)

    async def _settle(self, kept: KeptQuestion, outcome: Outcome) -> None:
        async with self._open_work() as work:
            work.portal_questions.settle(kept, outcome, self._clock.now())


async def _in_portal_codes(questions: Sequence[Question], work: Any) -> list[Question]:
    """Return questions as the portal knows their agencies and subjects, sectors or procedures."""
    agencies = await work.portal_codes.portal_of(CodeKind.AGENCY, [one.agency for one in questions])
    named = [one.subject for one in questions]
    sectors = await work.portal_codes.portal_of(CodeKind.SECTOR, named)
    procedures = await work.portal_codes.portal_of(CodeKind.PROCEDURE, named)
    return [one.told_by(agencies, {**procedures, **sectors}) for one in questions]


def _outcome_of(answer: PortalAnswer) -> Outcome:
    # Nobody can be asked after an agency's own question: words of success beside no fault's code count.
    is_told = answer.is_done_there or (answer.may_be_taken and waits_for_approval(answer.message))
    state = QuestionState.TOLD if is_told else QuestionState.REFUSED
    return Outcome(state.value, answer.code, answer.message)


def sees_agency(by: Caller, asked: str | None) -> str | None:
    """Return whose questions this caller may list (None: everybody's); raise `Forbidden`."""
    if by.has_role(*OVERSEERS):
        return asked
    if not by.agency or not by.has_role(*ANSWERERS) or asked not in {None, by.agency}:
        raise Forbidden
    return by.agency


async def find_for(by: Caller, id_: UUID, *, questions: Questions, now: datetime) -> KeptQuestion:
    """Return a question this caller may see; raise `NotFound` for another agency's.

    One to an agency that ended is seen and answered by who goes on for it.
    """
    kept = await questions.find(id_)
    if kept is None:
        raise NotFound
    sees = sees_agency(by, None)
    if sees is not None and not await _is_kept(kept, sees, questions, now):
        raise NotFound
    return kept


async def _is_kept(kept: KeptQuestion, agency: str, questions: Questions, now: datetime) -> bool:
    return await questions.is_kept(kept.question.agency, agency, now.astimezone(VIETNAM).date())


async def answer_question(
    id_: UUID, given: GivenAnswer, *, seen: int, by: Caller, questions: Questions, now: datetime
) -> KeptQuestion:
    """Keep an answer, to be told; raise `QuestionClosed`, `Stale`, `NotFound`, `Forbidden`."""
    kept = await find_for(by, id_, questions=questions, now=now)
    if not by.has_role(*ANSWERERS) or not await _is_kept(kept, by.agency, questions, now):
        raise Forbidden
    if kept.state is QuestionState.CLOSED:
        raise QuestionClosed
    if kept.version != seen:
        raise Stale
    questions.answer(id_, given, seen=seen)
    return kept
