"""The portal's waiting list of petitions is read, and each is handed to survey, which keeps it once."""

from collections.abc import Mapping
from typing import Protocol

import structlog

from services.gateway.domain.portal.exchange.petitions import WAITING, WaitingPetition, read_waiting
from services.gateway.domain.portal.telling.codes import CodeKind
from services.gateway.use_cases.portal.telling.lists import DueList

_READ = "petitions"
_log = structlog.get_logger()


class PetitionTaker(Protocol):
    """The survey service, as petitions are handed to it."""

    async def take_petition(self, petition: WaitingPetition, agency: str) -> bool:
        """Hand one over; False when it does not fit. `Unavailable`: nobody knows whether it is there."""


class FetchPetitions:
    """What waits there is read anew each time: the list itself is the memory of what is not done.

    Nothing is kept here. Survey knows a petition by the portal's number, so that one handed over twice is
    there once; one it could not take waits on the portal and comes with the next reading.
    """

    def __init__(
        self,
        lists: DueList,
        *,
        surveys: PetitionTaker,
        fields: Mapping[str, str],
        own_agency: str,
    ) -> None:
        self._lists = lists
        self._surveys = surveys
        self._fields = fields
        self._own_agency = own_agency

    async def run(self) -> int:
        """Fetch when it is time; return how many survey has now. `Unavailable` ends the run, not the list."""
        found = await self._lists.read(_READ, WAITING, lambda result: read_waiting(result, self._fields))
        if found is None:
            return 0
        waiting, unread = found
        taken: set[str] = set()
        refused: set[str] = set()
        for petition in waiting:
            is_taken = await self._surveys.take_petition(petition, await self._agency_of(petition))
            (taken if is_taken else refused).add(petition.number)
        if unread or refused:
            _log.warning("portal_petitions_not_taken", unread=unread, refused=len(refused))
        async with self._lists.open_work() as work:
            self._lists.note(work, _READ, len(waiting), unread)
        return len(taken)

    async def _agency_of(self, petition: WaitingPetition) -> str:
        """Return our code of the agency it waits for; the one that asks when the line names none."""
        async with self._lists.open_work() as work:
            asked = petition.agency or self._own_agency
            found: str = await work.portal_codes.local_of(CodeKind.AGENCY, asked)
        return found
