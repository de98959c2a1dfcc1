"""What of one submission a member is given: form fields, papers, results of earlier members; no more."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kernel.core.errors import Invalid
from services.dossier.domain.interlinked.groups import Group, Member


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper handed in once for every member that asks for it: names are `procedure/component`."""

    names: tuple[str, ...]
    attachment_ids: tuple[UUID, ...] = ()
    form: str = "electronic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A component of one member as handed in."""

    component_code: str
    attachment_ids: tuple[UUID, ...] = ()
    form: str = "electronic"


def form_of(
    group: Group, member: Member, shared: Mapping[str, Any], own_form: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return the fields of the shared form a member sees: those the group names, else its own form's.

    The lead member receives the submission itself and so all of it; without a form a member sees nothing.
    """
    if member.form_fields is not None:
        names: Iterable[str] = member.form_fields
    elif own_form is not None:
        names = own_form.get("properties") or {}
    else:
        names = shared if member.procedure == group.lead_procedure else ()
    return {name: shared[name] for name in names if name in shared}


def given_to(group: Group, papers: Sequence[Paper]) -> dict[str, list[Given]]:
    """Return each member's components; a paper the group puts together goes to everybody who asks for it.

    Raises `Invalid` for a paper of nobody in the group, and for one component given twice.
    """
    members = {member.procedure for member in group.members}
    found: dict[str, list[Given]] = {code: [] for code in group.after}
    seen: set[str] = set()
    for place, paper in enumerate(papers):
        names = {same for name in paper.names for same in group.same_paper(name)}
        for name in sorted(names):
            procedure, _, component = name.partition("/")
            if procedure not in members or not component:
                raise Invalid(fields=[(f"papers.{place}.names", "Không phải giấy tờ của nhóm liên thông")])
            if name in seen:
                raise Invalid(fields=[(f"papers.{place}.names", "Giấy tờ được nộp hai lần")])
            seen.add(name)
            found[procedure].append(
                Given(component_code=component, attachment_ids=paper.attachment_ids, form=paper.form)
            )
    return found


def not_needed(group: Group, member: Member) -> frozenset[str]:
    """Return the components of a member the applicant is not asked for: earlier results, what was decided."""
    prefix = f"{member.procedure}/"
    decided = {name.removeprefix(prefix) for name in group.not_asked if name.startswith(prefix)}
    return frozenset(decided | {one.component for one in member.results})
