"""What a person does not want to be sent; notices the law asks for are not among it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kernel.core.caller import Caller
from services.notify.domain.notices import Category
from services.notify.use_cases.ports import Work

OPTIONAL = tuple(category for category in Category if category is not Category.STATUTORY)


@dataclass(frozen=True, slots=True)
class Refused:
    """What a person refused with any of their accounts, and what not with all of them."""

    categories: Sequence[str]
    differing: Sequence[str]


async def show_preferences(caller: Caller, *, work: Work) -> Refused:
    """Return what the caller refused: of linked accounts that differ, the refusal counts as the choice.

    Until it is kept, each account goes on with its own: `differing` says so.
    """
    held = await work.opt_outs.of(caller.subjects)
    categories = sorted(set().union(*held.values()))
    differing = [one for one in categories if any(one not in held.get(who, ()) for who in caller.subjects)]
    return Refused(categories, differing)


def choose_preferences(caller: Caller, refused: Sequence[Category], *, work: Work, now: datetime) -> None:
    """Keep exactly these refusals, for every account of the caller: what is sent to any of them obeys."""
    work.opt_outs.replace(caller.subjects, sorted(set(refused)), now=now)
