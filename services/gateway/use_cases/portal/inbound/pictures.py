"""Pictures that stand in the answers of a form become files of the dossier, like every other base64.

A photograph or a drawn signature is an answer to the portal's form; as a text of megabytes it would be held,
kept and shown by everybody who reads the answers. The answer says by which name the file is there.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from services.gateway.domain.portal.inbound.files import begins_as_file
from services.gateway.domain.portal.inbound.reading import Handed
from services.gateway.domain.portal.telling.messages import Json
from services.gateway.domain.portal.wire.base64_text import NotBase64, base64_content
from services.gateway.domain.portal.wire.spelling import FORM
from services.gateway.domain.portal.wire.words import NeedsPeople
from services.gateway.use_cases.portal.inbound.bodies import Said

MOST_PICTURES = 20
"""In one form; the dossier service takes fifty files of a message in all."""
_KINDS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg", b"%PDF-": "pdf"}
"""What the dossier service takes, by first bytes."""
_HEAD = "data:"
_LONGEST_NAME = 120
_LOOKED_AT, _FIRST_LETTERS = 5000, 16
"""A head may be long; twelve bytes tell the kind."""


async def with_pictures_as_files(handed: Handed, said: Said) -> Handed:
    """Return the message with the pictures among its answers told as files.

    What is long and no picture stays where it is, to be refused as any long text. Raises `NeedsPeople` for
    more pictures than one form may have.
    """
    found = _Pictures(said)
    answers = await found.taken_out(handed.body["form_data"])
    if not found.files:
        return handed
    if len(found.files) > MOST_PICTURES:
        raise NeedsPeople(f"tệp không đọc được: {FORM} (quá {MOST_PICTURES} hình ảnh trong biểu mẫu)")
    listed = [*handed.body["attachments"], *found.files]
    body = {**handed.body, "form_data": answers, "attachments": listed}
    return replace(handed, body=body, places=(*handed.places, *found.places))


@dataclass(slots=True)
class _Pictures:
    said: Said
    files: list[Json] = field(default_factory=list)
    places: list[str] = field(default_factory=list)

    async def taken_out(self, value: Any, at: tuple[str, ...] = ()) -> Any:
        """Return an answer without the pictures in it, each kept as a file with its place."""
        if isinstance(value, Mapping):
            return {name: await self.taken_out(one, (*at, str(name))) for name, one in value.items()}
        if isinstance(value, list):
            return [await self.taken_out(one, (*at, str(place))) for place, one in enumerate(value)]
        kind = await self._kind_of(value) if isinstance(value, str) else ""
        if not kind:
            return value
        place = ".".join(at)
        name = f"{place[:_LONGEST_NAME]}.{kind}"
        self.files.append({"component_code": "", "name": name, "content_base64": value})
        self.places.append(f"{FORM}.{place}")
        return f"(tệp kèm theo: {name})"

    async def _kind_of(self, text: str) -> str:
        """Return which kind of picture a text begins as in base64, blank for none."""
        if text in self.said.files:
            with suppress(NotBase64):
                return _kind(await _beginning(self.said.files[text].letters()))
            return ""
        kind = _kind(text[:_LOOKED_AT].encode("utf-8", "replace"))
        is_headed = text.lstrip()[: len(_HEAD)].lower() == _HEAD
        return kind if kind and (is_headed or _is_whole(text)) else ""


async def _beginning(letters: AsyncIterator[bytes]) -> bytes:
    begun = b""
    async for piece in letters:
        begun += piece
        if len(begun) >= _LOOKED_AT:
            break
    return begun


def _is_whole(text: str) -> bool:
    """Tell whether a text without a head is base64 to its end, and not words that begin so."""
    with suppress(NotBase64):
        return begins_as_file(text) and bool(base64_content(text))
    return False


def _kind(text: bytes) -> str:
    """Return the kind by the first letters alone: whether the rest can be read is found when it is."""
    text = text[:_LOOKED_AT].lstrip()
    if text[: len(_HEAD)].lower() == _HEAD.encode():
        text = text.partition(b",")[2]
    with suppress(NotBase64):
        content = base64_content(text[:_FIRST_LETTERS].decode("ascii", "replace"))
        return next((kind for begins, kind in _KINDS.items() if content.startswith(begins)), "")
    return ""
