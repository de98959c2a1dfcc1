"""Asks a shared database for an officer: permitted by the dossier service, then kept there as evidence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from kernel.core.clock import Clock
from services.gateway.domain.limits import Breaker
from services.gateway.domain.log_reason import for_the_log
from services.gateway.domain.shared_databases import UNAVAILABLE, DatabaseSilent, Found, Question, least
from services.gateway.use_cases.connectors.ports import Answered

PERMITS = "/v1/dossiers/{dossier_id}/look-up-permits"
ANSWERS = "/v1/look-up-answers"
_PROBLEMS_FROM = 400
_log = structlog.get_logger()


class SharedDatabase(Protocol):
    """A database behind its driver."""

    async def ask(self, question: Question) -> Found:
        """Return what it answered; raise `DatabaseSilent`."""


class DossierDesk(Protocol):
    """The dossier service as look-ups call it; `Unavailable` when it does not answer."""

    async def permit(self, path: str, body: Mapping[str, Any], *, authorization: str, key: str) -> Answered:
        """Ask for a permit in the officer's own name."""

    async def keep(self, path: str, body: Mapping[str, Any]) -> Answered:
        """Hand in what a database answered, as a machine."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an officer wants to look up."""

    dossier_id: str
    database: str
    permit: Mapping[str, Any]
    procedure: str = ""
    result_codes: tuple[tuple[str, str], ...] = ()
    wants_files: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """What the dossier service refused, as it said it."""

    status: int
    problem: Mapping[str, Any]


class LookUpDatabases:
    """A database that is slow or down costs an officer seconds once; then its breaker answers at once."""

    def __init__(
        self,
        databases: Mapping[str, SharedDatabase],
        desk: DossierDesk,
        clock: Clock,
        ticking: Callable[[], float],
    ) -> None:
        self._databases = dict(databases)
        self._desk = desk
        self._clock = clock
        self._ticking = ticking
        self._breakers = {name: Breaker(threshold=3, open_seconds=30) for name in databases}

    async def look_up(self, wanted: Wanted, *, authorization: str, key: str) -> dict[str, Any] | Refused:
        """Return what came of it, with the fields of the purpose only."""
        path = PERMITS.format(dossier_id=wanted.dossier_id)
        permitted = await self._desk.permit(path, wanted.permit, authorization=authorization, key=key)
        if permitted.status >= _PROBLEMS_FROM:
            return Refused(permitted.status, permitted.body)
        permit = permitted.body
        fields = [str(name) for name in permit["fields"]]
        found = await self._asked(
            wanted.database,
            Question(
                look_up_id=str(permit["look_up_id"]),
                dossier_id=wanted.dossier_id,
                purpose=str(permit["purpose"]),
                subject=dict(permit["subject"]),
                fields=fields,
                procedure=wanted.procedure,
                result_codes=wanted.result_codes,
                wants_files=wanted.wants_files,
            ),
        )
        data = least(fields, found.data)
        kept = await self._desk.keep(
            ANSWERS,
            {
                "permit": permit["permit"],
                "outcome": found.outcome,
                "source": wanted.database,
                "reference": found.reference,
                "answered_at": self._clock.now().isoformat(),
                "data": data,
                "files": {f"{number}. {one.name}": one.sha256 for number, one in enumerate(found.files, 1)},
            },
        )
        if kept.status >= _PROBLEMS_FROM:
            return Refused(kept.status, kept.body)
        files = [
            {"name": one.name, "sha256": one.sha256, "content_base64": one.content_base64}
            for one in found.files
        ]
        return {
            "look_up_id": permit["look_up_id"],
            "outcome": found.outcome,
            "evidence": kept.body.get("outcome"),
            "reference": found.reference,
            "data": data,
            "files": files,
        }

    async def _asked(self, name: str, question: Question) -> Found:
        """Return the answer; a database that is silent, or is none of ours, was not consulted."""
        database, breaker = self._databases.get(name), self._breakers.get(name)
        if database is None or breaker is None or breaker.is_open(self._ticking()):
            return Found(UNAVAILABLE)
        try:
            found = await database.ask(question)
        except DatabaseSilent as silence:
            breaker.failed(self._ticking())
            _log.warning("database_silent", database=name, reason=for_the_log(silence))
            return Found(UNAVAILABLE)
        breaker.succeeded()
        return found
