"""Has a PDF's signatures verified in the workshop, against the roots the operator trusts."""

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

    def __init__(self, workshop: Workshop, trust_folder: str) -> None:
        self._workshop = workshop
        self._trust = trust_folder

    async def __call__(self, content: bytes, *, now: datetime, caller: str) -> list[dict[str, Any]]:
        """Return what is found of each signature; what could not be looked at says so and is not trusted."""
        if _MARK not in content:
            return []
        told, _ = await self._workshop.ask(
            "verify", content, caller=caller, at=now.isoformat(), trust=self._trust
        )
        if "problem" in told:
            return [{**_UNVERIFIED, "problem": told["problem"]}]
        found: list[dict[str, Any]] = told["found"]
        return found
