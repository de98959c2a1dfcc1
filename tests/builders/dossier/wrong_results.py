"""Results that were handed out wrong, and the dossiers that correct them."""

from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from tests.builders.dossier.office import (
    HANDED_OUT,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    Office,
)

OWNER = {"full_name": "Nguyễn Văn An", "identity_number": "099088000011"}
ERROR = {"reason": "Ghi sai năm sinh", "cause": "ERROR_WRITTEN", "found_by": "APPLICANT"}
HELD = "SELECT state, replaced_by, number FROM result_register WHERE dossier_id = $1 ORDER BY id"


async def returned(office: Office, **result: Any) -> dict[str, Any]:
    """Return a dossier whose result An fetched at the counter."""
    seen = await office.issued(**{"number": "12/XN", **result})
    return await give(office, seen)


async def give(office: Office, seen: dict[str, Any]) -> dict[str, Any]:
    """Hand a result out."""
    return await office.act(seen, "return", RECEIVER, delivery="COUNTER", **HANDED_OUT)


async def as_now(office: Office, seen: dict[str, Any]) -> dict[str, Any]:
    """Return a dossier at its version of now: the end of what corrects it is told in it."""
    return {**seen, "version": (await office.read(seen, SIGNER))["version"]}


async def recorded(office: Office, first: dict[str, Any], by: Caller = SPECIALIST) -> dict[str, Any]:
    """Return a dossier whose error waits for the head of the agency."""
    return await office.act(first, "result-correction-draft", by, **ERROR)


async def opened(office: Office, first: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a dossier and the one that corrects it, as a list would show it."""
    seen = await office.act(await recorded(office, first), "result-correction", SIGNER, approved=True)
    made = seen["correction"]
    return seen, {"dossier_id": made["dossier_id"], "reference": made["reference"], "version": 1}


async def worked(office: Office, correction: dict[str, Any], **result: Any) -> dict[str, Any]:
    """Return a correction whose result is ready."""
    accepted = await office.act(correction, "acceptance", RECEIVER)
    return await office.issued(await office.at_issue(accepted), **{"number": "12a/XN", **result})


async def register_of(office: Office, dossier: dict[str, Any]) -> list[tuple[str, Any, str]]:
    """Return what the register has of a dossier."""
    rows = await office.service.runtime.pool.fetch(HELD, UUID(dossier["dossier_id"]))
    return [(row["state"], row["replaced_by"], row["number"]) for row in rows]


async def give_to(office: Office, person: Caller) -> dict[str, Any]:
    """Return somebody's dossier whose result was handed out."""
    accepted = await office.act(await office.submitted(person), "acceptance", RECEIVER)
    ready = await office.issued(await office.at_issue(accepted))
    hands = {**HANDED_OUT, "receiver_name": person.name, "identity_number": person.identity_number}
    return await office.act(ready, "return", RECEIVER, delivery="COUNTER", **hands)
