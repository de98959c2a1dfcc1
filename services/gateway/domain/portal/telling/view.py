"""One version of a dossier as the dossier service tells it for the portal."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file of the dossier service."""

    attachment_id: str
    name: str
    is_result: bool = False


@dataclass(frozen=True, slots=True)
class HandedFile:
    """A file of a component as handed in, with the evidence recorded for it and nothing more."""

    file: FileRef
    component_code: str
    is_digitised: bool = False
    reuse: int = 0
    is_from_personal_store: bool = False
    replaced_by: str = ""


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee in đồng; `paid_through` is empty while it is not paid."""

    name: str
    kind: str
    amount: int
    paid_through: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Supplement:
    """A request for more papers, and what came of it: nothing is there that was not recorded."""

    asked_by: str
    asked_for: str
    asked_at: datetime
    legal_basis: str = ""
    answered_at: datetime | None = None
    answer_note: str = ""
    confirmed_by: str = ""
    due_before: datetime | None = None
    due_after: datetime | None = None
    handed: tuple[HandedFile, ...] = ()


@dataclass(frozen=True, slots=True)
class ResultPaper:
    """A result as issued."""

    name: str
    code: str
    files: tuple[FileRef, ...]
    recalled_in: int | None = None
    """The version that took it back."""


@dataclass(frozen=True, slots=True)
class Change:
    """What happened in this version and who did it."""

    at: datetime
    officer: str
    text: str
    version: int
    note: str = ""
    step_due_at: datetime | None = None
    legal_basis: str = ""
    keeps_status: bool = False
    """Whether the status was the same before: that the portal has it says nothing of this change then."""
    promised_anew: datetime | None = None
    """The day people were promised anew by this version: a due moment that moved, or an apology's."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose dossier it is."""

    name: str
    number: str
    kind: str
    phone: str
    email: str
    tech_id: str
    representative_number: str = ""
    """Of who represents an owner that has no number yet, empty for everybody else."""

    @property
    def told_number(self) -> str:
        """The number the portal finds the dossier by: the owner's, a newborn's is its representative's."""
        return self.number or self.representative_number


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalView:
    """A version of a dossier, read leniently: what is absent stays empty, it is never made up."""

    dossier_code: str
    portal_code: str
    origin: str
    channel: str
    procedure_code: str
    procedure_name: str
    corrects: str
    """The code of the dossier whose result this one corrects; empty for one of its own."""
    sector: str
    sector_name: str
    unit_name: str
    owner: Owner
    submitted_at: datetime | None
    accepted_at: datetime | None
    due_at: datetime | None
    ended_at: datetime | None
    returned_at: datetime | None
    result_delivery: str
    is_verified: bool
    handed: tuple[HandedFile, ...]
    fees: tuple[Fee, ...]
    supplements: tuple[Supplement, ...]
    results: tuple[ResultPaper, ...]
    databases: tuple[str, ...]
    change: Change
    recalled: tuple[ResultPaper, ...] = ()
    """Results recalled by this version."""

    def knowing(self, *, sector_name: str, tech_id: str, sector: str | None = None) -> "PortalView":
        """Return the view with what the gateway itself knows where the dossier service says nothing.

        `sector` is the portal's code of the sector where people mapped it to another than ours.
        """
        owner = replace(self.owner, tech_id=self.owner.tech_id or tech_id)
        return replace(
            self,
            owner=owner,
            sector=sector or self.sector,
            sector_name=self.sector_name or sector_name,
        )

    @property
    def gone(self) -> list[FileRef]:
        """The files of results this very version took back, which the portal may have been told of."""
        standing = {file.attachment_id for paper in self.results for file in paper.files}
        # By its version: several changes of a dossier may share a moment.
        taken_back = (paper for paper in self.recalled if paper.recalled_in == self.change.version)
        files = {file.attachment_id: file for paper in taken_back for file in paper.files}
        return [file for id_, file in files.items() if id_ not in standing]

    @property
    def files(self) -> list[FileRef]:
        """Every file the portal is given an address of."""
        issued = [file for paper in self.results for file in paper.files]
        handed = [item.file for item in self.handed]
        brought = [item.file for one in self.supplements for item in one.handed]
        return list({file.attachment_id: file for file in (*brought, *handed, *issued)}.values())

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "PortalView":
        """Read the dossier service's answer; `KeyError` or `ValueError` when it is not one."""
        procedure = data["procedure"]
        # Of a merged agency's dossier the one that goes on with it is who works it now.
        competent: Mapping[str, Any] = data.get("continuing_agency") or data.get("competent_agency") or {}
        return cls(
            dossier_code=_text(data, "dossier_code"),
            portal_code=_text(data, "portal_code"),
            origin=data["origin"],
            channel=data["channel"],
            procedure_code=procedure["code"],
            procedure_name=procedure["name"],
            corrects=data.get("corrects") or "",
            sector=_text(procedure, "sector"),
            sector_name=_text(data, "sector_name") or _text(procedure, "sector_name"),
            unit_name=_text(competent, "name"),
            owner=_owner(data.get("owner") or {}),
            submitted_at=_moment(data, "submitted_at"),
            accepted_at=_moment(data, "accepted_at"),
            due_at=_moment(data, "due_at"),
            ended_at=_moment(data, "ended_at"),
            returned_at=_moment(data, "returned_at"),
            result_delivery=_text(data, "result_delivery"),
            is_verified=bool((data.get("evidence") or {}).get("is_vneid_verified")),
            handed=tuple(_handed(item) for item in data.get("attachments") or ()),
            fees=tuple(_fee(item) for item in data.get("fees") or ()),
            supplements=tuple(_supplement(item) for item in data.get("supplements") or ()),
            results=tuple(_result(item) for item in data.get("results") or ()),
            databases=tuple(str(item) for item in data.get("databases") or ()),
            change=_change(data),
            recalled=tuple(_result(item) for item in data.get("recalled_results") or ()),
        )


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return "" if value is None else str(value)


def _moment(data: Mapping[str, Any], name: str) -> datetime | None:
    value = data.get(name)
    return datetime.fromisoformat(value) if value else None


def _owner(data: Mapping[str, Any]) -> Owner:
    return Owner(
        name=_text(data, "full_name"),
        number=_text(data, "identity_number"),
        kind=_text(data, "applicant_type") or "CITIZEN",
        phone=_text(data, "phone"),
        email=_text(data, "email"),
        tech_id=_text(data, "tech_id"),
        representative_number=_text(data, "representative_number"),
    )


def _file(item: Mapping[str, Any], name: str = "") -> FileRef:
    return FileRef(str(item["attachment_id"]), _text(item, "file_name") or name)


def _handed(data: Mapping[str, Any]) -> HandedFile:
    return HandedFile(
        file=_file(data, _text(data, "name")),
        component_code=_text(data, "component_code"),
        is_digitised=bool(data.get("is_digitised")),
        reuse=int(data.get("reuse") or 0),
        is_from_personal_store=bool(data.get("is_from_personal_store")),
        replaced_by=_text(data, "replaced_by"),
    )


def _fee(data: Mapping[str, Any]) -> Fee:
    return Fee(
        name=_text(data, "name"),
        kind=_text(data, "kind"),
        amount=int(data.get("amount") or 0),
        paid_through=_text(data, "paid_through"),
        code=_text(data, "code"),
    )


def _supplement(data: Mapping[str, Any]) -> Supplement:
    items = [item for item in data.get("items") or () if isinstance(item, Mapping)]
    named = [_joined(": ", _text(item, "name"), _text(item, "reason")) for item in items]
    return Supplement(
        asked_by=_text(data, "by"),
        asked_for=_joined("; ", *named) or _text(data, "reason"),
        asked_at=datetime.fromisoformat(data["asked_at"]),
        legal_basis=_text(data, "legal_basis"),
        answered_at=_moment(data, "answered_at"),
        answer_note=_text(data, "answer_note"),
        confirmed_by=_text(data, "confirmed_by"),
        due_before=_moment(data, "due_before"),
        due_after=_moment(data, "due_after"),
        handed=tuple(_handed(item) for item in data.get("files") or ()),
    )


def _joined(between: str, *parts: str) -> str:
    return between.join(part for part in parts if part)


def _result(data: Mapping[str, Any]) -> ResultPaper:
    name = " ".join(part for part in (_text(data, "name"), _text(data, "number")) if part)
    listed = data.get("attachments") or ()
    files = tuple(replace(_file(item, name), is_result=True) for item in listed)
    return ResultPaper(name=name, code=_text(data, "code"), files=files, recalled_in=data.get("recalled_in"))


def _change(data: Mapping[str, Any]) -> Change:
    """Return what this very version did; a view without it is no view of a version."""
    version = data["version"]
    entries = [item for item in data["progress"] if item["version"] == version]
    if not entries:
        message = f"no progress entry of version {version}"
        raise ValueError(message)
    entry = entries[-1]
    earlier = [item.get("status") for item in data["progress"] if item["version"] < version]
    return Change(
        at=datetime.fromisoformat(entry["at"]),
        officer=_text(entry, "officer"),
        text=_text(entry, "text"),
        version=version,
        note=_text(data, "note"),
        step_due_at=_moment(entry, "due_at"),
        legal_basis=_text(data.get("change") or {}, "legal_basis"),
        promised_anew=_moment(data.get("change") or {}, "promised_anew"),
        keeps_status=bool(earlier) and earlier[-1] is not None and earlier[-1] == entry.get("status"),
    )
