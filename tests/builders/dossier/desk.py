"""What people do with dossiers, straight through the use cases: one unit of work a deed, on any store."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from kernel.core.caller import Caller
from kernel.core.event import Event, ReceivedEvent
from kernel.testing.fixed_clock import FixedClock
from services.dossier.app import service
from services.dossier.domain.dossier import Dossier
from services.dossier.use_cases import (
    end_dossier,
    receive_dossier,
    return_dossier,
    supplement_dossier,
    work_steps,
)
from services.dossier.use_cases.keep_attachment import keep_attachment
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.return_dossier import Handing
from services.dossier.use_cases.submission import Handed, Submission
from services.dossier.use_cases.submit_dossier import submit_dossier
from tests.builders.dossier.office import (
    COMMUNE,
    HANDED_OUT,
    LEAD,
    OTHER_COMMUNE,
    PDF,
    PROCEDURE,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    a_calendar,
    a_citizen,
    a_procedure,
    a_process,
    an_agency,
)

ITEMS = [{"component_code": "to-khai", "reason": "Chưa ký"}]


@dataclass
class Desk:
    """People at work on a store."""

    open_work: Callable[[], AbstractAsyncContextManager[Work]]
    clock: FixedClock = field(default_factory=FixedClock)

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.clock.now()

    async def learn(self, *events: Event) -> None:
        """Let the service's own consumers read what the catalogue published."""
        for event in events:
            handler = next(one for one in service.handlers if one.event_type == event.type)
            data = handler.model.model_validate(orjson.loads(orjson.dumps(event.data)))
            received = ReceivedEvent(
                id=event.id,
                type=event.type,
                source="test",
                topic=event.topic,
                key=event.key,
                sequence=event.sequence,
                occurred_at=event.occurred_at,
                correlation_id="",
                causation_id="",
                data=event.data,
            )
            async with self.open_work() as work:
                await handler.function(data, event=received, work=work, now=self.now)

    async def open(self, *, steps: list[dict[str, Any]] | None = None, **procedure: Any) -> "Desk":
        """Learn of a commune, its neighbour, a calendar, a process and a procedure."""
        await self.learn(an_agency(), an_agency(OTHER_COMMUNE), a_calendar(), a_process(steps))
        await self.learn(a_procedure(**procedure))
        return self

    async def upload(self, by: Caller) -> UUID:
        """Upload a file."""
        async with self.open_work() as work:
            kept = await keep_attachment(
                PDF,
                file_name="to-khai.pdf",
                component="",
                procedure_code="",
                by=by,
                work=work,
                now=self.now,
            )
        return kept.id

    async def submit(self, by: Caller | None = None, **changed: Any) -> Dossier:
        """Submit a dossier, complete unless changed."""
        citizen = by or a_citizen()
        given = {
            "procedure_code": PROCEDURE,
            "channel": "ONLINE",
            "owner": {"full_name": citizen.name, "identity_number": citizen.identity_number},
            "representative": None,
            "receiving_agency": COMMUNE,
            **changed,
        }
        if "components" not in given:
            file = await self.upload(citizen)
            given["components"] = [Handed(component_code="to-khai", attachment_ids=(file,))]
        async with self.open_work() as work:
            return await submit_dossier(Submission(**given), by=citizen, work=work, now=self.now)

    async def do(self, use_case: Any, seen: Dossier, by: Caller, **given: Any) -> Dossier:
        """Do something to a dossier as last seen."""
        async with self.open_work() as work:
            done: Dossier = await use_case(
                seen.id, by=by, seen=seen.version, work=work, now=self.now, **given
            )
        return done

    async def accept(self, seen: Dossier, by: Caller = RECEIVER) -> Dossier:
        """Accept."""
        return await self.do(receive_dossier.accept_dossier, seen, by)

    async def hand_over(self, seen: Dossier, by: Caller = RECEIVER) -> Dossier:
        """Hand over."""
        return await self.do(receive_dossier.hand_over_dossier, seen, by, note="")

    async def step(self, seen: Dossier, by: Caller, step: str, **given: Any) -> Dossier:
        """Complete a step."""
        said = {"outcome": "DONE", "chosen": "", "note": "", "facts": {}, **given}
        return await self.do(work_steps.complete_step, seen, by, step=step, **said)

    async def draft(self, seen: Dossier, by: Caller = SPECIALIST) -> Dossier:
        """Draft a supplement request."""
        use_case = supplement_dossier.draft_supplement
        return await self.do(use_case, seen, by, items=ITEMS, reason="Thiếu", answer_days=None)

    async def approve(self, seen: Dossier, by: Caller = LEAD) -> Dossier:
        """Approve it."""
        return await self.do(supplement_dossier.decide_supplement, seen, by, approved=True, note="")

    async def answer(self, seen: Dossier, by: Caller | None = None, **given: Any) -> Dossier:
        """Answer it."""
        said = {"attachment_ids": [], "note": "Xin bổ sung", "is_intake": False, **given}
        return await self.do(supplement_dossier.answer_supplement, seen, by or a_citizen(), **said)

    async def resume(self, seen: Dossier, by: Caller = RECEIVER) -> Dossier:
        """Confirm the answer."""
        return await self.do(supplement_dossier.resume, seen, by, note="")

    async def withdraw(self, seen: Dossier, by: Caller | None = None) -> Dossier:
        """Ask to withdraw."""
        return await self.do(end_dossier.ask_withdrawal, seen, by or a_citizen(), note="")

    async def decide_withdrawal(self, seen: Dossier, by: Caller = SIGNER, **given: Any) -> Dossier:
        """Decide on it."""
        said = {"approved": True, "note": "", "legal_basis": "", **given}
        return await self.do(end_dossier.decide_withdrawal, seen, by, **said)

    async def issue(self, seen: Dossier, by: Caller, **given: Any) -> Dossier:
        """Issue the result."""
        said = {"number": "1/XN", "name": "", "outcome": "GRANTED", "reason": "", "signed_by": ""}
        if "attachment_ids" not in given:
            given["attachment_ids"] = [await self.upload(by)]
        return await self.do(work_steps.issue_result, seen, by, **{**said, **given})

    async def give(self, seen: Dossier, by: Caller = RECEIVER, **given: Any) -> Dossier:
        """Return the result."""
        said = {"delivery": "COUNTER", **HANDED_OUT, **given}
        return await self.do(return_dossier.return_result, seen, by, handing=Handing(**said), note="")

    async def in_process(self) -> Dossier:
        """Return a dossier at its first step."""
        return await self.hand_over(await self.accept(await self.submit()))

    async def at_issue(self) -> Dossier:
        """Return a signed dossier that waits for the clerk."""
        seen = await self.step(await self.in_process(), SPECIALIST, "tham-dinh")
        return await self.step(await self.step(seen, LEAD, "soat-xet"), SIGNER, "ky")
