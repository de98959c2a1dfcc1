"""What a message of the portal says, its files left where they lie: however deep texts stand in texts."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from services.gateway.domain.portal.inbound.messages import Inbound
from services.gateway.domain.portal.wire.base64_text import NotBase64, Unescaped
from services.gateway.domain.portal.wire.containers import content_beside, with_envelope_of, within
from services.gateway.domain.portal.wire.envelope import (
    TEXTS_OF_THEIR_OWN,
    as_json,
    in_one_form,
    whole_of_form,
    without_controls,
)
from services.gateway.domain.portal.wire.letters import Letters, letters_of, reading_of
from services.gateway.domain.portal.wire.outline import (
    Bounds,
    NotJson,
    Outline,
    Outliner,
    outline_of,
)
from services.gateway.domain.portal.wire.several import another_dossier
from services.gateway.domain.portal.wire.spelling import (
    FILES,
    files_in,
    in_shape,
    with_members_named,
    with_parts,
)
from services.gateway.domain.portal.wire.twice import lay_under
from services.gateway.domain.portal.wire.words import Json
from services.gateway.use_cases.portal.inbound.aside import aside, values_at_most
from services.gateway.use_cases.portal.inbound.texts import PART_BYTES, AtHand, File, InParts, Text, Within
from services.gateway.use_cases.portal.ports import OpenWork

_DEEPEST = 3
_MOST_CONTAINERS = 8
_BEFORE_JSON = "\ufeff \t\r\n"
_JSON_BEGINS = ("{", "[", '"')
_LOOKED_AT = 1024
_NOTHING = "null"
"""What serializers write of nothing where a text is asked for."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message as it says itself, and the files in it that are too long to be held."""

    value: Any
    files: dict[str, File]
    """By the text that stands for each in the value."""
    is_form: bool = False
    longest: int = 0
    """Bytes of a text beyond which only a file may be."""
    values: int = 0
    """JSON values it had."""
    outline: Outline | None = None
    """As it came, before anybody read it."""
    texts: Mapping[str, Outline] = field(default_factory=dict)
    """What texts say that are not held and are JSON of their own, by what stands in their places."""

    @property
    def values_in_texts(self) -> int:
        """How many values it may have about, with those in its short texts that nobody has counted."""
        outlines = (*((self.outline,) if self.outline else ()), *self.texts.values())
        return max(self.values, sum(values_at_most(one.text) for one in outlines))


async def read_message(message: Inbound, open_work: OpenWork, bounds: Bounds) -> Said:
    """Return what a message says; raise `NotJson`, or `NoOutline` for one past the bounds.

    The content of an envelope, and some members of the content, may be JSON texts of their own, as roads
    through a gateway send them; they are given as what they say, whatever their length.
    """
    if message.outline is not None:
        outline = message.outline
        text: Text = InParts(open_work, message.id)
        reading = reading_of(outline.letters)
        if reading is not None:
            text = Within(text, 0, message.parts * PART_BYTES, reading)
        is_form = outline.letters is Letters.FORM
    else:
        size = values_at_most(message.body)
        plain = await aside(size, as_json, message.body)
        text, outline = AtHand(plain), await aside(size, outline_of, plain, message.id.hex, bounds)
        is_form = letters_of(message.body[:100]) is Letters.FORM
    files = _Files(message.id.hex, bounds, is_form=is_form)
    value = await files.found(outline, text)
    if is_form and (whole := whole_of_form(value)):
        value = await files.said_by(whole, or_else=value)
    value, beside = await _unwrapped(value, files)
    told = await _with_members(value, beside, files)
    return Said(told, files.found_files, is_form, bounds.long_bytes, files.values, outline, files.opened)


async def _unwrapped(value: Any, files: "_Files") -> tuple[Any, list[tuple[Json, bool]]]:
    """Return the message out of the containers and texts a bridge put it, or its content, in.

    And what stood beside it in each of them, the innermost first, with whether that is inside the content.
    """
    around: list[tuple[Json, bool]] = []
    for _ in range(_MOST_CONTAINERS):
        if isinstance(value, str):
            value = await files.said_by(value, or_else=None)
        value = await aside(files.values, in_one_form, value)
        if isinstance(value, str):
            # A list of one text.
            continue
        if isinstance(value, Mapping) and isinstance(value.get("data"), str):
            # A text that is none is as good as no content; who reads the message says so.
            data = await files.said_by(value["data"], or_else=None)
            value = await aside(files.values, in_one_form, {**value, "data": data})
        inner = await aside(files.values, within, value)
        if inner is None:
            break
        is_inside = bool(value.get("data")) if isinstance(value, Mapping) else False
        value, beside = inner
        around.insert(0, (beside, is_inside))
    return value, around


async def _with_members(value: Any, around: list[tuple[Json, bool]], files: "_Files") -> Any:
    if not isinstance(value, Mapping):
        return value
    for beside, _ in around:
        value = with_envelope_of(value, beside)
    data = value.get("data")
    if isinstance(data, list):
        told = [await _undone(one, files) if isinstance(one, Mapping) else one for one in data]
        return {**value, "data": told}
    others = [content_beside(one, is_inside=is_inside) for one, is_inside in around]
    if not isinstance(data, Mapping):
        return await _undone(value, files, others)
    others = [content_beside(value), *others]
    if another := await aside(max(files.values, files.values_at_most), another_dossier, data, others):
        return {**value, "data": [data, another]}
    return {**value, "data": await _undone(data, files, others)}


async def _undone(
    data: Mapping[str, Any], files: "_Files", beside: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """Return the content by the contract's names and in its shapes, what is written as a text said.

    What stands `beside` it, in its envelope or a container, is laid under it.
    """
    told = await _named(data, files)
    for other in beside:
        for name, value in (await _named(other, files)).items():
            lay_under(told, name, value)
    return await aside(files.values, in_shape, with_parts(told))


async def _named(data: Mapping[str, Any], files: "_Files") -> dict[str, Any]:
    told = await aside(files.values, with_members_named, data)
    for name in TEXTS_OF_THEIR_OWN & told.keys():
        is_nothing = isinstance(told[name], str) and told[name].strip() == _NOTHING
        found = None if is_nothing else await _said(told[name], files)
        if name == FILES and isinstance(found, Mapping):
            found = await aside(files.values, files_in, found)
        if isinstance(found, list):
            found = [await _said(one, files) for one in found]
        told[name] = found
    return told


async def _said(value: Any, files: "_Files") -> Any:
    return await files.said_by(value, or_else=value) if isinstance(value, str) else value


@dataclass(slots=True)
class _Files:
    """The long strings of a message and of the texts in it; all of them together within the bounds."""

    seed: str
    left: Bounds
    is_form: bool
    found_files: dict[str, File] = field(default_factory=dict)
    values: int = 0
    """How many have been read."""
    values_at_most: int = 0
    """How many there may be about, with those in short texts."""
    opened: dict[str, Outline] = field(default_factory=dict)
    """What long texts say, by what stood in their places."""
    _texts: int = 0

    async def found(self, outline: Outline, text: Text) -> Any:
        """Return what an outline says, its long strings known from now on."""
        value = await aside(outline.values, outline.value)
        self.values += outline.values
        self.values_at_most += values_at_most(outline.text)
        for place, (start, end) in enumerate(outline.longs):
            self.found_files[f"{outline.mark}:{place}"] = File(text, start, end, self.is_form)
        self.left = replace(
            self.left,
            plain_bytes=self.left.plain_bytes - len(outline.text),
            long_strings=self.left.long_strings - len(outline.longs),
            values=self.left.values - outline.values,
        )
        return value

    async def said_by(self, text: str, *, or_else: Any, deep: int = 0) -> Any:
        """Return what a text says that is JSON of its own, `or_else` for one that is not."""
        self._texts += 1
        mark = hashlib.sha256(f"{self.seed}:{self._texts}".encode()).hexdigest()[:32]
        long = self.found_files.get(text)
        if long is None:
            text = text.lstrip(_BEFORE_JSON)
            if not text.startswith(_JSON_BEGINS):
                return or_else
            plain = text.encode("utf-8", "surrogatepass")
            inner: Text = AtHand(plain)
            outline = await aside(values_at_most(plain), outline_of, plain, mark, self.left)
        elif await _begins_as_json(long):
            inner = Within(long.text, long.start, long.end, Unescaped())
            outline = await _outline(inner, long.end - long.start, mark, self.left)
        else:
            return or_else
        try:
            value = await self.found(outline, inner)
        except NotJson:
            return or_else
        if self.found_files.pop(text, None) is not None:
            self.opened[text] = outline
        if isinstance(value, str) and deep < _DEEPEST:
            return await self.said_by(value, or_else=value, deep=deep + 1)
        return await aside(outline.values, without_controls, value)


async def _begins_as_json(file: File) -> bool:
    """Tell whether a long text is JSON: no base64 begins with a bracket or a quote."""
    inner = Within(file.text, file.start, min(file.end, file.start + _LOOKED_AT), Unescaped())
    head = b""
    try:
        async for piece in inner.pieces(0, _LOOKED_AT):
            head = (head + piece).lstrip(_BEFORE_JSON.encode())
            if head:
                # Not to its end: the place to which it is looked at may lie within an escape.
                break
    except NotBase64:
        return False
    return head[:1] in {b"{", b"[", b'"'}


async def _outline(text: Text, length: int, mark: str, bounds: Bounds) -> Outline:
    outliner = Outliner(mark, bounds)
    try:
        async for piece in text.pieces(0, length):
            outliner.feed(piece)
    except NotBase64:
        # No JSON string at all: the parser says so of its rest.
        outliner.feed(b"\x00")
    return outliner.outline()
