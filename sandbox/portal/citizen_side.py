"""What a citizen does on the portal: submit, supplement, and the portal asking after a dossier."""

from sandbox.portal.messages import (
    Submission,
    SupplementAnswer,
    dossier_message,
    look_up_message,
    supplement_message,
)
from sandbox.portal.province import Province
from sandbox.portal.state import PortalState
from sandbox.portal.store.submissions import Outcome
from sandbox.portal.wire import Json, stamp

NEW = "1"


class CodeTaken(Exception):  # noqa: N818  Errors are named for the fact.
    """A submission asked for a portal code that another dossier has."""


class CitizenSide:
    """Makes messages, keeps them before they are sent, and keeps every answer."""

    def __init__(self, state: PortalState, province: Province) -> None:
        self._state = state
        self._province = province

    async def submit(self, asked: Submission) -> Json:
        """Make a portal-born dossier and bring it down; it is kept even when nobody answers."""
        state = self._state
        now = state.clock.now()
        with state.journal.together():
            code = asked.code or self._next_code()
            if state.dossiers.has(code):
                raise CodeTaken(code)
            procedure = state.catalogue.find(asked.procedure_code)
            message = dossier_message(
                asked, code=code, procedure=procedure, at=stamp(now), settings=state.settings
            )
            state.dossiers.put(code, NEW, message["data"], origin="portal", at=now)
            number = state.submissions.add(
                "submission", code, state.settings.province_dossier_path, message, at=now
            )
        return await self._deliver(number)

    async def supplement(self, code: str, asked: SupplementAnswer) -> Json:
        """Bring a citizen's supplement down."""
        now = self._state.clock.now()
        message = supplement_message(asked, code=code, at=stamp(now), settings=self._state.settings)
        path = self._state.settings.province_dossier_path
        return await self._deliver(self._state.submissions.add("supplement", code, path, message, at=now))

    async def look_up(self, code: str) -> Json:
        """Ask the province after a dossier."""
        settings = self._state.settings
        message = look_up_message(code, settings)
        at = self._state.clock.now()
        return await self._deliver(
            self._state.submissions.add("lookup", code, settings.province_lookup_path, message, at=at)
        )

    async def send(self, kind: str, code: str, path: str, message: Json) -> Json:
        """Bring any other message down (payments, land tax)."""
        at = self._state.clock.now()
        return await self._deliver(self._state.submissions.add(kind, code, path, message, at=at))

    async def resend(self, code: str) -> list[Json]:
        """Bring every unanswered message of a dossier down again, in the order they were made.

        Stops at the first that is unanswered again, so that a supplement never overtakes its dossier.
        """
        told = []
        for submission in self._state.submissions.of_code(code):
            if submission["state"] != "unanswered":
                continue
            told.append(await self._deliver(submission["id"]))
            if told[-1]["state"] == "unanswered":
                break
        return told

    async def repeat(self, code: str) -> list[Json]:
        """Bring every message of a dossier down once more, answered or not, as a confused portal does."""
        return [await self._deliver(one["id"]) for one in self._state.submissions.of_code(code)]

    async def _deliver(self, number: int) -> Json:
        submission = self._state.submissions.get(number)
        if submission is None:
            raise LookupError(number)
        twice = self._state.switchboard.take("duplicate_deliveries", submission["kind"]) is not None
        for _ in range(2 if twice else 1):
            outcome = await self._attempt(submission)
            self._state.submissions.settle(number, outcome)
        return self._state.submissions.get(number) or {}

    async def _attempt(self, submission: Json) -> Outcome:
        return await self._province.send(submission["path"], submission["body"])

    def _next_code(self) -> str:
        settings = self._state.settings
        day = self._state.clock.now().strftime("%y%m%d")
        number = self._state.submissions.next_number(day)
        return f"{settings.portal_code_agency}-{day}-{number:0{settings.portal_code_digits}d}"
