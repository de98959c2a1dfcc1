"""Public look-up of a dossier by its code and the secret printed on form 01 (domain.md section 9)."""

import hmac
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kernel.core.clock import Clock
from kernel.core.errors import Kind, NotFound, Refusal
from services.gateway.domain.tracking import normal_code, normal_secret, with_children, with_names
from services.gateway.use_cases.ports import Seals, Tracking

SECRET_PURPOSE = "look-up secret"  # noqa: S105 - names a purpose; contracts/events tells it too.
_FREE_OF_CODE = 5
_FREE_OF_CLIENT = 30
_NOBODY = "00000000-0000-0000-0000-000000000000"


class TooManyFailures(Refusal):
    """This asker failed too often (429); `retry_after` is in seconds."""

    code = "too-many-failures"
    kind = Kind.TOO_MANY
    title = "Tra cứu sai quá nhiều lần, hãy thử lại sau"

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Tracked:
    """A dossier that was found, and what is shown of it."""

    dossier_id: UUID
    shown: dict[str, Any]


class LookUp:
    """Answers what a person with the slip may see; an unknown code and a wrong secret look the same."""

    def __init__(self, tracking: Tracking, seals: Seals, clock: Clock) -> None:
        self._tracking = tracking
        self._seals = seals
        self._clock = clock

    async def show(self, *, code: str, secret: str, client: str) -> dict[str, Any]:
        """Return what is shown; raise `NotFound` or `TooManyFailures`. One statement when it is found."""
        return (await self.find(code=code, secret=secret, client=client)).shown

    async def find(self, *, code: str, secret: str, client: str) -> Tracked:
        """Return the dossier with what is shown; raise as `show` does.

        An unknown code, a wrong secret and a dossier that never had a slip are the same answer after the same
        statements, hashes and writes; what is kept of a dossier is read out of its row only for a hit.
        """
        now = self._clock.now()
        code = normal_code(code)
        by_client = self._seals.blind_index(client, purpose="tracking client")
        by_code = self._seals.blind_index(f"{client}\0{code}", purpose="tracking client and code")
        found = await self._tracking.find(code, (by_client, by_code))
        if found.blocked_until is not None and found.blocked_until > now:
            raise TooManyFailures(int((found.blocked_until - now).total_seconds()) + 1)
        # The keyed hash is made in every case, so that time tells nothing either.
        expected = self._seals.blind_index(
            f"{found.dossier_id or _NOBODY}:{normal_secret(secret)}", purpose=SECRET_PURPOSE
        ).hex()
        is_right = hmac.compare_digest(expected, found.secret_hash or "0" * 32)
        if not is_right or found.secret_hash is None or found.dossier_id is None:
            await self._tracking.count_failure(((by_client, _FREE_OF_CLIENT), (by_code, _FREE_OF_CODE)), now)
            raise NotFound
        kept = found.read()
        shown = with_children(with_names(kept.shown, kept.agency), kept.children)
        entries = [kept.timeline[key] for key in sorted(kept.timeline, key=int)]
        return Tracked(found.dossier_id, {**shown, "one_stop_unit": kept.contact, "timeline": entries})
