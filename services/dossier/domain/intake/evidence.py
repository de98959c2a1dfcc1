"""What stands behind a flag the portal asks for: kept when it happens, with its source; never guessed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from kernel.core.ids import new_id


class EvidenceKind(StrEnum):
    """What was seen to happen."""

    ACCOUNT_VERIFIED = "ACCOUNT_VERIFIED"
    COMPONENT_DIGITISED = "COMPONENT_DIGITISED"
    COMPONENT_REUSED = "COMPONENT_REUSED"
    FROM_PERSONAL_STORE = "FROM_PERSONAL_STORE"
    DATABASE_CONSULTED = "DATABASE_CONSULTED"
    EXEMPTION_SHOWN = "EXEMPTION_SHOWN"


class Outcome(StrEnum):
    """What a database answered."""

    MATCHED = "MATCHED"
    DIFFERENT = "DIFFERENT"
    NOT_FOUND = "NOT_FOUND"
    UNAVAILABLE = "UNAVAILABLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One thing seen; `component_code` is empty for the dossier as a whole."""

    id: UUID = field(default_factory=new_id)
    dossier_id: UUID
    kind: EvidenceKind
    source: str
    at: datetime
    by: str
    component_code: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Flags:
    """What the evidence of one component says to the portal: `reuse` 2 is the result of another dossier."""

    is_digitised: bool = False
    reuse: int = 0
    is_from_personal_store: bool = False


RESULT_OF_DOSSIER = "RESULT_OF_DOSSIER"


def flags_of(evidence: Iterable[Evidence]) -> dict[str, Flags]:
    """Return the flags of each component that any evidence speaks of."""
    by_component: dict[str, list[Evidence]] = {}
    for item in evidence:
        by_component.setdefault(item.component_code, []).append(item)
    return {code: _flags(items) for code, items in by_component.items()}


def flags_of_files(evidence: Iterable[Evidence]) -> dict[UUID, Flags]:
    """Return the flags of each file the portal spoke of when it came with an answer."""
    by_file: dict[UUID, list[Evidence]] = {}
    for item in evidence:
        files = item.details.get("files")
        # An officer's look-up names what was fetched by its title: those are files of a component.
        if item.kind is EvidenceKind.EXEMPTION_SHOWN or not isinstance(files, list):
            continue
        for file in files:
            by_file.setdefault(UUID(file["attachment_id"]), []).append(item)
    return {file: _flags(items) for file, items in by_file.items()}


def _flags(items: Sequence[Evidence]) -> Flags:
    reused = [item for item in items if item.kind is EvidenceKind.COMPONENT_REUSED]
    is_result = any(item.source == RESULT_OF_DOSSIER for item in reused)
    return Flags(
        is_digitised=any(item.kind is EvidenceKind.COMPONENT_DIGITISED for item in items),
        reuse=2 if is_result else int(bool(reused)),
        is_from_personal_store=any(item.kind is EvidenceKind.FROM_PERSONAL_STORE for item in items),
    )


def has_consulted(evidence: Iterable[Evidence]) -> bool:
    """Tell whether a database answered; one that did not answer was not consulted."""
    return any(
        item.kind is EvidenceKind.DATABASE_CONSULTED and item.details.get("outcome") != Outcome.UNAVAILABLE
        for item in evidence
    )


def databases_of(evidence: Iterable[Evidence]) -> list[str]:
    """Return the shared databases that really answered a look-up; what an officer noted by hand is none."""
    return sorted(
        {
            item.source
            for item in evidence
            if item.kind is EvidenceKind.DATABASE_CONSULTED and item.details.get("look_up") == "ANSWERED"
        }
    )
