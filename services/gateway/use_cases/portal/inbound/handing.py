"""Brings the long files of a message to the dossier service before the message itself, piece by piece.

Nothing of a file is held longer than its next part. What came of an attempt that was broken off is found
again by its key, so that a repeat sends only what is missing and says the very same words; what nobody goes
on with, the dossier service forgets by itself.
"""

import base64
import hashlib
from collections.abc import AsyncIterator, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import Any, Protocol

import orjson

from contracts.limits import MOST_PORTAL_FILES
from services.gateway.domain.portal.inbound.corrections import place_name
from services.gateway.domain.portal.inbound.files import deleted_note
from services.gateway.domain.portal.inbound.kept import LONGEST_NOTE
from services.gateway.domain.portal.inbound.links import missing_note
from services.gateway.domain.portal.inbound.messages import Inbound
from services.gateway.domain.portal.inbound.reading import Handed
from services.gateway.domain.portal.telling.messages import Json
from services.gateway.domain.portal.wire.base64_text import NotBase64, base64_content
from services.gateway.domain.portal.wire.spelling import FILES
from services.gateway.domain.portal.wire.words import NeedsPeople, NotUnderstood
from services.gateway.use_cases.portal.inbound.bodies import Said
from services.gateway.use_cases.portal.ports import DossierService, Intake

_SENT_BYTES = 2_097_152
_MOST_PLACES, _LONGEST_PLACE = 5, 80


class Readable(Protocol):
    """A file that can be read from its beginning as often as it is asked for."""

    def content(self) -> AsyncIterator[bytes]:
        """Yield the content piece by piece; raise `NotBase64`."""


def require_only_files(said: Said, handed: Handed, without: AbstractSet[str]) -> None:
    """Raise `NotUnderstood` when a text too long to be held stands anywhere but in a file's place.

    `without` are the texts of what people left out.
    """
    told = {file.get("content_base64") for file in handed.body["attachments"]}
    if strange := said.files.keys() - told - without - handed.unused:
        raise NotUnderstood(too_long(said, strange))


def too_long(said: Said, texts: AbstractSet[str]) -> str:
    """Return in which members texts stand that are too long there, and how long one may be."""
    places = [place[:_LONGEST_PLACE] for place in islice(_places(said.value, texts, ""), _MOST_PLACES)]
    told = ", ".join(places)
    return f"Có chuỗi quá dài ngoài các trường tệp: {told} (tối đa {said.longest // 1024} KB)"


def _places(value: Any, texts: AbstractSet[str], at: str) -> Iterator[str]:
    if isinstance(value, str):
        if value in texts:
            yield at
    elif isinstance(value, Mapping):
        for name, one in value.items():
            if name in texts:
                yield f"{at}.(tên trường)".strip(".")
            yield from _places(one, texts, f"{at}.{name}".strip("."))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from _places(one, texts, f"{at}.{place}")


async def with_files_read(handed: Handed, said: Said) -> tuple[Handed, Mapping[int, int]]:
    """Return the message with short files as plain base64, and the lengths of the long ones by their place.

    Raises `NeedsPeople`, naming every file that cannot be read: people may leave them out.
    """
    if (count := len(handed.body["attachments"])) > MOST_PORTAL_FILES:
        raise NeedsPeople(
            f"cần sửa: {FILES} (có {count} tệp, một lần nhận tối đa {MOST_PORTAL_FILES}: để trống nội dung"
            " hoặc địa chỉ tệp thừa, phần còn lại yêu cầu bổ sung sau)"
        )
    listed, lengths, unread = [], {}, []
    for place, file in enumerate(handed.body["attachments"]):
        content, told = file.get("content_base64"), file
        try:
            if content in said.files:
                lengths[place] = sum([len(piece) async for piece in said.files[content].content()])
            elif content is not None:
                plain = base64_content(content, is_of_form=said.is_form)
                told = {**file, "content_base64": base64.b64encode(plain).decode()}
            is_empty = content is not None and not lengths.get(place, told["content_base64"])
        except NotBase64:
            is_empty = True
        if is_empty:
            unread.append(place_name(handed.places, f"attachments.{place}.content_base64"))
        listed.append(told)
    if unread:
        raise NeedsPeople(f"tệp không đọc được: {', '.join(unread[:10])}")
    return replace(handed, body={**handed.body, "attachments": listed}), lengths


async def with_files_there(
    said: Said,
    handed: Handed,
    message: Inbound,
    dossiers: DossierService,
    fetched: Mapping[int, Readable | None],
    lengths: Mapping[int, int],
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
            length = lengths[place] if place in lengths else sum([len(one) async for one in found.content()])
            # By where it stands, not by its number among those that are told: people may leave some out.
            key = f"{message.sha256.hex()[:32]}:{handed.places[place] or place}"
            brought = await _brought(found, length, file, key, dossiers)
            if isinstance(brought, Intake):
                return replace(brought, fields=((f"attachments.{place}", brought.title),))
            listed.append(brought)
    notes = (handed.body.get("note", ""), missing_note(missing), deleted_note(handed.deleted))
    told = "\n".join(text for text in notes if text)
    note = {"note": told[:LONGEST_NOTE]} if told else {}
    return replace(handed, body={**handed.body, "attachments": listed, **note})


async def key_of(handed: Handed, said: Said, asked_in: int | None) -> str:
    """Return one key a dossier; a supplement's is that of what it says, because a dossier has several.

    However the portal wraps and orders it when it sends it again, it says the same. Asked for again
    (`asked_in`, the dossier's version), the same papers are another answer.
    """
    if not handed.is_supplement:
        return f"portal:{handed.portal_code}"
    files = [{**file, "content_base64": await _digest(file, said)} for file in handed.body["attachments"]]
    named = {"missing": handed.missing, "deleted": handed.deleted}
    told = orjson.dumps(
        {**handed.body, "attachments": files, **{name: one for name, one in named.items() if one}},
        option=orjson.OPT_SORT_KEYS,
    )
    digest = hashlib.sha256(told).hexdigest()[:32]
    return ":".join(str(one) for one in ("portal", handed.portal_code, digest, asked_in) if one is not None)


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
    file: Readable, length: int, told: Mapping[str, Any], key: str, dossiers: DossierService
) -> Json | Intake:
    brought = await dossiers.bring_file(told["name"], length, lambda start: _parts(file, start), key=key)
    if isinstance(brought, Intake):
        return brought
    kept = {name: value for name, value in told.items() if name not in {"content_base64", "link"}}
    return {**kept, "upload_id": str(brought)}


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
