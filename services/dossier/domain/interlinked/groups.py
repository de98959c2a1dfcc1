"""An interlinked group as the catalogue publishes it: members, their order, what each of them is given."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.dossier.domain.interlinked.graph import in_order

ALL_COMMUNES = "ALL_COMMUNES"


class OnRefusal(StrEnum):
    """What becomes of the members after one that ends without its result."""

    STOP = "STOP"
    GO_ON = "GO_ON"
    ASK = "ASK"


class OnDelay(StrEnum):
    """What the members after one that is past its due moment do."""

    WAIT = "WAIT"
    GO_ON = "GO_ON"
    ASK = "ASK"


@dataclass(frozen=True, slots=True)
class CarriedResult:
    """A component that is the result of an earlier member; any result of it where `result` is empty."""

    component: str
    procedure: str
    result: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One procedure of a group. `form_fields` None: what its own form asks for."""

    procedure: str
    after: tuple[str, ...] = ()
    agency: str = ""
    on_refused: OnRefusal = OnRefusal.ASK
    on_late: OnDelay = OnDelay.WAIT
    form_fields: tuple[str, ...] | None = None
    results: tuple[CarriedResult, ...] = ()

    def result_for(self, component: str) -> CarriedResult | None:
        """Return which earlier result a component is; None where the applicant gives it."""
        return next((one for one in self.results if one.component == component), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group; `members` in an order that is possible."""

    code: str
    version: int
    name: str
    lead_procedure: str
    lead_agency: str
    members: tuple[Member, ...]
    together: tuple[frozenset[str], ...] = ()
    not_asked: frozenset[str] = frozenset()

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Group":
        """Read a stored copy."""
        found = {item["procedure"]: _member(item) for item in data["members"]}
        papers = data.get("components") or {}
        return cls(
            code=data["code"],
            version=data.get("version") or 1,
            name=data["name"],
            lead_procedure=data["lead_procedure"],
            lead_agency=data.get("lead_agency") or "",
            members=tuple(found[code] for code in in_order({c: m.after for c, m in found.items()})),
            together=tuple(frozenset(item["papers"]) for item in papers.get("together") or ()),
            not_asked=frozenset(papers.get("not_asked") or ()),
        )

    @property
    def after(self) -> dict[str, tuple[str, ...]]:
        """Each member with those it waits for, in an order that is possible."""
        return {member.procedure: member.after for member in self.members}

    def member(self, procedure: str) -> Member:
        """Return a member; a missing one is a defect."""
        return next(item for item in self.members if item.procedure == procedure)

    def same_paper(self, paper: str) -> frozenset[str]:
        """Return every name of a paper handed in once (`procedure/component`), its own among them."""
        return next((one for one in self.together if paper in one), frozenset({paper}))


def _member(item: Mapping[str, Any]) -> Member:
    carries = item.get("carries") or {}
    fields = carries.get("form_fields")
    return Member(
        procedure=item["procedure"],
        after=tuple(item.get("after") or ()),
        agency=item.get("agency") or "",
        on_refused=OnRefusal(item.get("on_refused") or OnRefusal.ASK),
        on_late=OnDelay(item.get("on_late") or OnDelay.WAIT),
        form_fields=None if fields is None else tuple(fields),
        results=tuple(
            CarriedResult(one["component"], one["procedure"], one.get("result") or "")
            for one in carries.get("results") or ()
        ),
    )
