"""Nothing of a message is answered 0 and dropped in silence: what is handed on is held against what came.

The last look before a message is handed in (ADR 0029); who reads it is not trusted to have read all of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from services.gateway.domain.portal.inbound.corrections import replaced
from services.gateway.domain.portal.inbound.declared import ToldOn
from services.gateway.domain.portal.inbound.messages import Inbound
from services.gateway.domain.portal.inbound.net import (
    LEFT,
    REMAINDER,
    Heard,
    Left,
    carried,
    is_for_people,
    left_over,
)
from services.gateway.domain.portal.inbound.reading import Handed, within_a_form
from services.gateway.domain.portal.wire.leaves import wire_value
from services.gateway.domain.portal.wire.outline import Outline
from services.gateway.domain.portal.wire.twice import lay_under
from services.gateway.domain.portal.wire.words import LongText
from services.gateway.use_cases.portal.inbound.aside import aside
from services.gateway.use_cases.portal.inbound.bodies import Said

_MOST_NAMED, _LONGEST_NAMED = 10, 120
_LEFT_OUT = "(không đưa vào hồ sơ)"


@dataclass(frozen=True, slots=True)
class Accounted:
    """A message with what nobody had read of it."""

    handed: Handed
    """With the remainder among its answers."""
    unread: tuple[str, ...] = ()
    """Where the remainder stood, by names of the contract only."""
    people_why: str = ""
    """Why people have to look first; blank when it may go in."""


async def accounted(handed: Handed, as_read: Handed, said: Said, message: Inbound) -> Accounted:
    """Return a message that is ready to be handed in, with all it says.

    `as_read` is the same before its codes were put into ours and its files went where files are.
    """
    answers = within_a_form(handed.body["form_data"])
    handed = replace(handed, body={**handed.body, "form_data": answers})
    left = await aside(said.values_in_texts, _left_of, handed, as_read, said, message)
    if not left:
        return Accounted(handed)
    unread = tuple(dict.fromkeys(one.known_path for one in left))
    decided = message.corrections.get(LEFT)
    if decided is None and is_for_people(left):
        paths = list(dict.fromkeys(one.path[:_LONGEST_NAMED] for one in left))
        more = f" và {len(paths) - _MOST_NAMED} chỗ khác" if len(paths) > _MOST_NAMED else ""
        return Accounted(handed, unread, f"phần chưa đọc được: {', '.join(paths[:_MOST_NAMED])}{more}")
    told: Any = carried(left) if decided != "" else dict.fromkeys(carried(left), _LEFT_OUT)
    answers = {**answers}
    lay_under(answers, REMAINDER, told)
    return Accounted(replace(handed, body={**handed.body, "form_data": within_a_form(answers)}), unread)


async def unread_in(handed: Handed, said: Said, message: Inbound) -> dict[str, Any]:
    """Return what nobody reads of a message that is read, by where it stands, for people who decide on it."""
    return carried(await aside(said.values_in_texts, _left_of, handed, handed, said, message))


def _left_of(handed: Handed, as_read: Handed, said: Said, message: Inbound) -> list[Left]:
    if said.outline is None:
        return []
    value, texts = on_the_wire(said.outline, said.texts)
    heard = Heard(
        value=value,
        long_texts=texts,
        is_form=said.is_form,
        replaced=replaced(message.path, said.value, message.corrections),
    )
    told = ToldOn(
        is_change=handed.is_supplement,
        portal_code=handed.portal_code,
        procedure=as_read.body.get("procedure_code", ""),
        agency=as_read.body.get("agency", ""),
        tech_id=handed.tech_id,
        body=handed.body,
    )
    return left_over(heard, told, as_read.body["attachments"])


def on_the_wire(outline: Outline, texts: Mapping[str, Outline]) -> tuple[Any, dict[str, Any]]:
    """Return a message as it stood on the wire, with what its long texts say, or that they are long."""
    told: dict[str, Any] = {}
    for one in (outline, *texts.values()):
        places = (f"{one.mark}:{place}" for place in range(len(one.longs)))
        told |= {place: LongText(place) for place in places}
    told |= {place: wire_value(one.text) for place, one in texts.items()}
    return wire_value(outline.text), told
