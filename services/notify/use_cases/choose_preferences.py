"""What a person does not want to be sent; notices the law asks for are not among it."""

from collections.abc import Sequence
from datetime import datetime

from kernel.core.caller import Caller
from services.notify.domain.notices import Category
from services.notify.use_cases.ports import Work

OPTIONAL = tuple(category for category in Category if category is not Category.STATUTORY)


async def show_preferences(caller: Caller, *, work: Work) -> Sequence[str]:
    """Return the categories the caller refused."""
    return await work.opt_outs.of(caller.subject)


def choose_preferences(caller: Caller, refused: Sequence[Category], *, work: Work, now: datetime) -> None:
    """Keep exactly these refusals."""
    work.opt_outs.replace(caller.subject, sorted(set(refused)), now=now)
