"""Has a PDF's signatures verified in the workshop, against the roots the operator trusts."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.dossier.store.workshop.pool import Workshop

_MARK = b"/ByteRange"
"""Every signature names the bytes it covers, in the open: a file without the word has none."""
_UNVERIFIED = {
    "field": "",
    "kind": "SIGNATURE",
    "intact": False,
    "trusted": False,
}


class SignatureCheck:
    """Verifies what a file carries when it comes in."""

    def __init__(self, workshop: Workshop, trust_folder: str, seals: Sequence[bytes] = ()) -> None:
        """`seals` are the certificates of the agencies' seals, DER: known by themselves, not by a root."""
        self._workshop = workshop
        self._trust = trust_folder
        self._seals = [hashlib.sha256(one).hexdigest() for one in seals]

    async def __call__(self, content: bytes, *, now: datetime, caller: str) -> list[dict[str, Any]]:
        """Return what is found of each signature; what could not be looked at says so and is not trusted."""
        if _MARK not in content:
            return []
        told, _ = await self._workshop.ask(
            "verify", content, caller=caller, at=now.isoformat(), trust=self._trust, seals=self._seals
        )
        if "problem" in told:
            return [{**_UNVERIFIED, "problem": told["problem"]}]
        found: list[dict[str, Any]] = told["found"]
        return found
