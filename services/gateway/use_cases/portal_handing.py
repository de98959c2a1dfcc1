"""Brings the long files of a message to the dossier service before the message itself, piece by piece.

Nothing of a file is held longer than its next part. What came of an attempt that was broken off is found
again by its key, so that a repeat sends only what is missing and says the very same words; what nobody goes
on with, the dossier service forgets by itself.
"""

import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

import orjson

from services.gateway.domain.portal_base64 import NotBase64
from services.gateway.domain.portal_inbound import Inbound
from services.gateway.domain.portal_links import missing_note
from services.gateway.domain.portal_messages import Json
from services.gateway.domain.portal_reading import Handed
from services.gateway.domain.portal_words import NotUnderstood
from services.gateway.use_cases.portal_bodies import Said
from services.gateway.use_cases.portal_ports import DossierService, Intake

_LONGEST_NOTE = 2000
_SENT_BYTES = 2_097_152
_UNPROCESSABLE = 422


class Readable(Protocol):
    """A file that can be read from its beginning as often as it is asked for."""

    def content(self) -> AsyncIterator[bytes]:
        """Yield the content piece by piece; raise `NotBase64`."""


def require_only_files(said: Said, handed: Handed) -> None:
    """Raise `NotUnderstood` when a text too long to be held stands anywhere but in a file's place."""
    if said.files.keys() - {file.get("content_base64") for file in handed.body["attachments"]}:
        raise NotUnderstood("Có chuỗi quá dài ngoài các trường tệp")


async def with_files_there(
    said: Said,
    handed: Handed,
    message: Inbound,
    dossiers: DossierService,
    fetched: Mapping[int, Readable | None],
) -> Handed | Intake:
    """Return the message telling of its long files by where they are now, or why one is not taken.

    `fetched` has the files named by an address by their place; None for one that never came, which is left
    out and told of.
    """
    listed: list[Json] = []
    missing = [*handed.missing]
    for place, file in enumerate(handed.body["attachments"]):
        found = fetched[place] if place in fetched else said.files.get(file["content_base64"])
        if found is None and place in fetched:
            missing.append(file["name"])
        elif found is None:
            listed.append(file)
        else:
            brought = await _brought(found, file, f"{message.sha256.hex()[:32]}:{place}", place, dossiers)
            if isinstance(brought, Intake):
                return brought
            listed.append(brought)
    told = "\n".join(text for text in (handed.body.get("note", ""), missing_note(missing)) if text)
    note = {"note": told[:_LONGEST_NOTE]} if told else {}
    return replace(handed, body={**handed.body, "attachments": listed, **note})


async def key_of(handed: Handed, said: Said) -> str:
    """Return one key a dossier; a supplement's is that of what it says, because a dossier has several.

    However the portal wraps and orders it when it sends it again, it says the same.
    """
    if not handed.is_supplement:
        return f"portal:{handed.portal_code}"
    files = [{**file, "content_base64": await _digest(file, said)} for file in handed.body["attachments"]]
    told = orjson.dumps({**handed.body, "attachments": files}, option=orjson.OPT_SORT_KEYS)
    return f"portal:{handed.portal_code}:{hashlib.sha256(told).hexdigest()[:32]}"


async def _digest(file: Json, said: Said) -> str:
    content = str(file.get("content_base64", ""))
    long = said.files.get(content)
    digest = hashlib.sha256(b"" if long else content.encode())
    if long is not None:
        with suppress(NotBase64):
            async for piece in long.content():
                digest.update(piece)
    return digest.hexdigest()


async def _brought(
    file: Readable, told: Mapping[str, str], key: str, place: int, dossiers: DossierService
) -> Json | Intake:
    try:
        length = sum([len(piece) async for piece in file.content()])
    except NotBase64:
        wrong = ((f"attachments.{place}.content_base64", "Không phải base64"),)
        return Intake(_UNPROCESSABLE, problem="invalid", fields=wrong)
    brought = await dossiers.bring_file(told["name"], length, lambda start: _parts(file, start), key=key)
    if isinstance(brought, Intake):
        return brought
    return {"component_code": told["component_code"], "name": told["name"], "upload_id": str(brought)}


async def _parts(file: Readable, start: int) -> AsyncIterator[bytes]:
    """Yield the content from a place on, in parts of one size."""
    held, passed = bytearray(), 0
    async for piece in file.content():
        skipped = min(max(0, start - passed), len(piece))
        passed += len(piece)
        held += piece[skipped:]
        while len(held) >= _SENT_BYTES:
            yield bytes(held[:_SENT_BYTES])
            del held[:_SENT_BYTES]
    if held:
        yield bytes(held)
