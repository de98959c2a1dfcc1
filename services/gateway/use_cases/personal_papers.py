"""A person chooses a paper of their own store for a component; the platform fetches it, nobody uploads it.

Two steps: a look, which shows each file with its hash, and the taking of one that was shown. Both are
permitted by the dossier service with the person's consent before the store hears of anybody.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Protocol
from uuid import UUID

import orjson
import structlog

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM, Clock
from kernel.core.ids import new_id
from kernel.sealing import SealBroken
from services.gateway.domain.limits import Breaker
from services.gateway.domain.log_reason import for_the_log
from services.gateway.domain.personal_papers import (
    MOST_FILES,
    Choice,
    ChoiceOver,
    HeldPaper,
    PaperChanged,
    PaperGone,
    StoreAway,
)
from services.gateway.domain.shared_databases import DatabaseSilent, FileMissing, PaperFile
from services.gateway.use_cases.look_ups import DossierDesk, Refused

PERMITS = "/v1/personal-paper-permits"
TAKEN = "/v1/taken-papers"
_CHOICE = "personal paper choice"
_PROBLEMS_FROM = 400
_ANOTHER_WAS_FASTER = 412
_MOST_TOLD = 60
_log = structlog.get_logger()


class PaperStore(Protocol):
    """The personal-paper store behind its driver."""

    async def held(
        self, number: str, name: str, procedure: str, codes: Sequence[tuple[str, str]]
    ) -> tuple[Sequence[HeldPaper], str]:
        """Return what it holds of a person and the mark of its answer; raise `DatabaseSilent`."""

    async def file(self, agency: str, name: str, path: str) -> PaperFile:
        """Return a file; raise `FileMissing`, `DatabaseSilent`."""


class Seals(Protocol):
    """Seals what a person is handed to hand back."""

    def seal(self, value: object, *, purpose: str) -> str:
        """Return the sealed text."""

    def open(self, sealed: str, *, purpose: str) -> object:
        """Return the value; raise `SealBroken`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whose look it is, for which component, with which key; `by` has agreed or not."""

    by: Caller
    procedure: str
    component: str
    consent: bool
    authorization: str
    key: str


class PersonalPapers:
    """Nothing is kept here: killed anywhere it leaves a line in the log of readings, or the whole file."""

    def __init__(
        self,
        store: PaperStore | None,
        desk: DossierDesk,
        seals: Seals,
        clock: Clock,
        ticking: Callable[[], float],
    ) -> None:
        self._store = store
        self._desk = desk
        self._seals = seals
        self._clock = clock
        self._ticking = ticking
        self.breaker = Breaker(threshold=3, open_seconds=30)

    async def look(self, asked: Asked, codes: Sequence[tuple[str, str]]) -> dict[str, Any] | Refused:
        """Return the person's papers, each file with its hash and what hands it back; raise `StoreAway`.

        Of what the store says is somebody else's nothing is told but how many: names of papers name people.
        """
        permit = await self._permitted(asked)
        if isinstance(permit, Refused):
            return permit
        number = permit["subject"]["identity_number"]
        papers, _ = await self._held(permit, asked, codes)
        today = self._clock.now().astimezone(VIETNAM).date()
        shown, left = [], MOST_FILES
        own = [paper for paper in papers if not paper.is_of_another(number)]
        for paper in own:
            against = paper.against(number, today)
            files: list[dict[str, Any]] = []
            for name, path in () if against else paper.files[:left]:
                files.append(await self._shown(asked, paper, name, path))
                left -= 1
            reason = {"code": against.code, "title": against.title} if against else None
            shown.append(_told(paper) | {"files": files, "reason": reason})
        return {
            "look_up_id": permit["look_up_id"],
            "purpose": permit["purpose"],
            "consent_to": permit["consent_to"],
            "papers": shown,
            "of_others": len(papers) - len(own),
        }

    async def take(self, choice: str, asked: Asked) -> dict[str, Any] | Refused:
        """Have the dossier service keep the file that was shown; raise what came between."""
        now = self._clock.now()
        chosen = self._opened(choice)
        chosen.require_of(asked.by.subjects, now)
        if (chosen.procedure, chosen.component) != (asked.procedure, asked.component):
            raise ChoiceOver
        permit = await self._permitted(asked)
        if isinstance(permit, Refused):
            return permit
        papers, reference = await self._held(permit, asked, [(chosen.code, chosen.number)])
        paper = chosen.found_among(papers)
        against = paper.against(permit["subject"]["identity_number"], now.astimezone(VIETNAM).date())
        if against is not None:
            raise against
        file = await self._fetched(paper.agency, chosen.file_name, chosen.path)
        if file.sha256 != chosen.sha256:
            raise PaperChanged
        body = {
            "taken_id": str(chosen.id),
            "permit": permit["permit"],
            **_told(paper),
            "file_name": chosen.file_name,
            "reference": reference,
            "told": dict(islice(paper.told.items(), _MOST_TOLD)),
            "sha256": file.sha256,
            "content_base64": file.content_base64,
        }
        kept = await self._desk.keep(TAKEN, body)
        if kept.status == _ANOTHER_WAS_FASTER:
            kept = await self._desk.keep(TAKEN, body)
        if kept.status >= _PROBLEMS_FROM:
            return Refused(kept.status, kept.body)
        return dict(kept.body["attachment"])

    async def _permitted(self, asked: Asked) -> Mapping[str, Any] | Refused:
        body = {
            "procedure_code": asked.procedure,
            "component_code": asked.component,
            "consent": asked.consent,
        }
        said = await self._desk.permit(PERMITS, body, authorization=asked.authorization, key=asked.key)
        return Refused(said.status, said.body) if said.status >= _PROBLEMS_FROM else said.body

    async def _held(
        self, permit: Mapping[str, Any], asked: Asked, codes: Sequence[tuple[str, str]]
    ) -> tuple[Sequence[HeldPaper], str]:
        subject = permit["subject"]
        store = self._reached()
        try:
            found = await store.held(subject["identity_number"], subject["full_name"], asked.procedure, codes)
        except DatabaseSilent as silence:
            raise self._away(silence) from silence
        self.breaker.succeeded()
        return found

    async def _fetched(self, agency: str, name: str, path: str) -> PaperFile:
        store = self._reached()
        try:
            return await store.file(agency, name, path)
        except FileMissing as missing:
            raise PaperGone from missing
        except DatabaseSilent as silence:
            raise self._away(silence) from silence

    async def _shown(self, asked: Asked, paper: HeldPaper, name: str, path: str) -> dict[str, Any]:
        try:
            file = await self._fetched(paper.agency, name, path)
        except PaperGone as gone:
            reason = {"code": gone.code, "title": gone.title}
            return {"name": name, "sha256": None, "choice": None, "reason": reason}
        choice = Choice(
            id=new_id(),
            subject=asked.by.subject,
            procedure=asked.procedure,
            component=asked.component,
            code=paper.code,
            number=paper.number,
            agency=paper.agency,
            file_name=name,
            path=path,
            sha256=file.sha256,
            at=self._clock.now(),
        )
        sealed = self._seals.seal(orjson.loads(orjson.dumps(asdict(choice))), purpose=_CHOICE)
        return {"name": name, "sha256": file.sha256, "choice": sealed, "reason": None}

    def _opened(self, choice: str) -> Choice:
        try:
            told = self._seals.open(choice, purpose=_CHOICE)
        except SealBroken as error:
            raise ChoiceOver from error
        if not isinstance(told, dict):
            raise ChoiceOver
        return Choice(**{**told, "id": UUID(told["id"]), "at": datetime.fromisoformat(told["at"])})

    def _reached(self) -> PaperStore:
        if self._store is None or self.breaker.is_open(self._ticking()):
            raise StoreAway
        return self._store

    def _away(self, silence: DatabaseSilent) -> StoreAway:
        self.breaker.failed(self._ticking())
        _log.warning("database_silent", database="PERSONAL_PAPERS", reason=for_the_log(silence))
        return StoreAway()


def _told(paper: HeldPaper) -> dict[str, Any]:
    return {
        "code": paper.code,
        "name": paper.name,
        "number": paper.number,
        "agency": paper.agency,
        "issued_on": paper.issued_on.isoformat() if paper.issued_on else None,
        "valid_to": paper.valid_to.isoformat() if paper.valid_to else None,
    }
