"""Files of one submission among its children: each child has its own record of the same content."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from kernel.core.ids import new_id
from services.dossier.use_cases.ports import Attachment, SubmittedComponent, Work


@dataclass(slots=True)
class SharedFiles:
    """Gives each file to the first child that has it, and a record of its own to every other one.

    A record names the content by its hash: nothing is copied, and no child sees another's records.
    """

    files: dict[UUID, Attachment] = field(default_factory=dict)
    bound: dict[tuple[UUID, str], list[UUID]] = field(default_factory=dict)
    added: list[Attachment] = field(default_factory=list)
    scans: frozenset[UUID] = frozenset()
    """Files that came with the call: their first record is made here, not bound."""
    _first: set[UUID] = field(default_factory=set)

    def give(
        self,
        components: Sequence[SubmittedComponent],
        dossier_id: UUID,
        known: Mapping[UUID, Attachment],
        *,
        purpose: str = "COMPONENT",
    ) -> list[SubmittedComponent]:
        """Return the components with this child's own records of their files."""
        return [
            replace(
                item,
                attachment_ids=tuple(
                    self._record(known[one], dossier_id, item.component_code, purpose)
                    for one in item.attachment_ids
                ),
            )
            for item in components
        ]

    def _record(self, file: Attachment, dossier_id: UUID, component: str, purpose: str) -> UUID:
        if file.id not in self._first and file.dossier_id is None:
            self._first.add(file.id)
            self.files[file.id] = file
            if file.id in self.scans:
                own = replace(file, dossier_id=dossier_id, component_code=component, purpose=purpose)
                self.added.append(own)
                return file.id
            self.bound.setdefault((dossier_id, purpose), []).append(file.id)
            return file.id
        same = replace(
            file, id=new_id(), dossier_id=dossier_id, component_code=component, purpose=purpose, replaces=None
        )
        self.added.append(same)
        self.files[same.id] = same
        return same.id

    def keep(self, work: Work, *, uploaders: Collection[str]) -> None:
        """Queue the bindings and the records; `Stale` at the commit when a file is taken."""
        for (dossier_id, purpose), ids in self.bound.items():
            work.attachments.bind(ids, dossier_id, uploaders=uploaders, purpose=purpose)
        work.attachments.add(self.added)
