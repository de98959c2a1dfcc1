"""A result handed in instead of a paper is bound to its entry in the register, and looked at again."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.core.assurance import require_checked
from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from kernel.core.errors import Invalid
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import RowChanged
from services.dossier.domain.results.register import (
    LIFTED,
    Registered,
    ResultState,
    is_lifted,
    require_no_ended,
)
from services.dossier.use_cases.ports import Attachment, Work
from services.dossier.use_cases.submission import Submission

BOUND = "reused_results"
"""In what the dossier brought: only those that brought results are looked at again."""


async def bind_results(
    dossier: Dossier, submission: Submission, *, by: Caller, work: Work, now: datetime
) -> None:
    """Queue which entries, in which version, stand for components: the owner's own, and holding today."""
    named = {
        place: UUID(str(handed.reused_from["result_id"]))
        for place, handed in enumerate(submission.components)
        if handed.reused_from and handed.reused_from.get("result_id")
    }
    if not named:
        return
    require_checked(by)
    today = now.astimezone(VIETNAM).date()
    entries = {entry.id: entry for entry in await work.results.named(list(named.values()))}
    faults = [
        (f"components.{place}.result_id", fault)
        for place, result_id in named.items()
        if (fault := _fault(entries.get(result_id), dossier, holds_on=today))
    ]
    if faults:
        raise Invalid(fields=faults)
    for place, result_id in named.items():
        work.results.use(entries[result_id], dossier.id, submission.components[place].component_code, now)
    dossier.brought = {**dossier.brought, BOUND: len(named)}


async def bind_again(dossier: Dossier, first: Dossier, *, work: Work, now: datetime) -> None:
    """Queue that what stood for components of `first` stands for them in the dossier that corrects it.

    In a corrected one's place the right one does. One revoked since is bound: the acceptance refuses it. One
    that only ran out since is not, as no paper is that was good when the first was decided: nobody could
    correct an old result any more.
    """
    if BOUND not in first.brought:
        return
    today = now.astimezone(VIETNAM).date()
    used = {
        code: entry for code, _, entry in await work.results.used_by(first.id) if not is_lifted(first, code)
    }
    while replaced := {code: entry.replaced_by for code, entry in used.items() if entry.replaced_by}:
        right = {entry.id: entry for entry in await work.results.named(list(replaced.values()))}
        found = {code: right[one] for code, one in replaced.items() if one in right}
        used |= found
        if len(found) < len(replaced):
            break
    bound = {
        code: entry
        for code, entry in used.items()
        if entry.holds_on(today) or entry.state is not ResultState.VALID
    }
    for code, entry in bound.items():
        work.results.use(entry, dossier.id, code, now)
    dossier.brought = {**dossier.brought, BOUND: len(bound)}


def _fault(entry: Registered | None, dossier: Dossier, *, holds_on: date) -> str:
    """Return why an entry may not stand for a component; another's is as one that is not there."""
    is_own = (
        entry is not None and entry.holder_index is not None and entry.holder_index == dossier.owner_index
    )
    if entry is None or not is_own:
        return "Chủ hồ sơ không có kết quả này"
    return "" if entry.holds_on(holds_on) else "Kết quả không còn hiệu lực"


async def lift_results(dossier: Dossier, files: Iterable[Attachment], *, work: Work) -> dict[str, Any]:
    """Let papers handed in with an answer stand for components in the place of results; return what is told.

    Otherwise a result that ended would hold up its dossier for good: no other paper could stand for it.
    A file that names no component is for what was asked for.
    """
    brought = {one.component_code for one in files}
    if BOUND not in dossier.brought or not brought:
        return {}
    asked = {item.get("component_code", "") for item in dossier.supplements[-1].items}
    used = {code for code, _, _ in await work.results.used_by(dossier.id)}
    lifted = sorted(used & (brought | asked if "" in brought else brought))
    if not lifted:
        return {}
    before = dossier.brought.get(LIFTED, [])
    dossier.brought = {**dossier.brought, LIFTED: sorted({*before, *lifted})}
    return {LIFTED: lifted}


async def require_results_hold(dossier: Dossier, *, work: Work, now: datetime) -> None:
    """Raise `ResultEnded`, naming the components, when a result handed in holds no more at acceptance.

    `RowChanged` where one that was bound is gone: what stands for its component nobody can tell.
    """
    if BOUND not in dossier.brought:
        return
    today = now.astimezone(VIETNAM).date()
    used = await work.results.used_by(dossier.id)
    if len(used) < dossier.brought[BOUND]:
        raise RowChanged
    ended = [
        {"component_code": code, "number": entry.number, "state": entry.state.value}
        for code, version, entry in used
        if (entry.version != version or not entry.holds_on(today)) and not is_lifted(dossier, code)
    ]
    require_no_ended(ended)
