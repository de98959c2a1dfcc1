"""Submissions over any graph of members, begun and told by hand."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import strategies as st

from services.dossier.domain.definitions import Agency
from services.dossier.domain.interlinked.child import Child, Told
from services.dossier.domain.interlinked.graph import in_order
from services.dossier.domain.interlinked.groups import Group
from services.dossier.domain.interlinked.parent import Parent

NOW = datetime(2026, 3, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
HERE = Agency("H99.201", "UBND")


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """Return up to six members, each after some of those before it: every graph without a circle."""
    names = [f"1.00000{number}" for number in range(draw(st.integers(1, 6)))]
    found = {
        name: tuple(draw(st.lists(st.sampled_from(names[:place]), unique=True))) if place else ()
        for place, name in enumerate(names)
    }
    return dict(draw(st.permutations(list(found.items()))))


def a_group(after: Mapping[str, Sequence[str]], **rules: str) -> Group:
    """Return a group over a graph, every member under the same rules."""
    lead = next(code for code in in_order(after) if not after[code])
    members = [{"procedure": code, "after": list(before), **rules} for code, before in after.items()]
    return Group.of({"code": "LT", "name": "LT", "lead_procedure": lead, "members": members})


def a_parent(group: Group, **routes: str) -> Parent:
    """Return a submission whose children all wait."""
    children = {
        code: Child(
            procedure=code,
            name=code,
            dossier_id=uuid4(),
            agency=HERE,
            route=routes.get("route", "PROVINCE") if code != group.lead_procedure else "PROVINCE",
        )
        for code in group.after
    }
    return Parent(
        id=UUID(int=1),
        version=1,
        reference="7K2M",
        group=group,
        lead_agency=HERE,
        origin="HERE",
        channel="ONLINE",
        owner_name="An",
        parties_sealed="sealed",
        contact_sealed="",
        form_sealed="sealed",
        secret_hash="",
        submitted_at=NOW,
        children=children,
    )


def begin(parent: Parent) -> list[str]:
    """Begin whose turn it is, as the job does; return them."""
    begun = parent.next_ready()
    for child in begun:
        parent.begin(child, Told(version=1, state="SUBMITTED"), NOW)
    return [child.procedure for child in begun]


def tell(parent: Parent, code: str, outcome: str = "", **told: object) -> None:
    """Let a child's history say something."""
    child = parent.children[code]
    ended = {"ended_at": NOW, "outcome": outcome} if outcome else {}
    given = {"state": "X"} | ended | told
    child.told = Told(version=child.told.version + 1, **given)  # type: ignore[arg-type]
