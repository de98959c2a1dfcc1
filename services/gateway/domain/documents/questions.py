"""The question of an outside step as a document: what the process names of the dossier, nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from kernel.core.clock import VIETNAM
from kernel.core.ids import new_id
from services.gateway.domain.documents.envelope import (
    Attachment,
    Number,
    Organ,
    document_id_of,
    same_document,
)
from services.gateway.domain.documents.ledger import Direction, Document, DocumentState

ASKER = "gateway-documents"
"""Who asks where no officer did."""
NOTATION = "YC-HT"
DATA_FILE = "phieu-yeu-cau.json"
_LONGEST_SUBJECT, _LONGEST_CONTENT = 500, 4_000
_OWNER, _COMPONENT = "owner.", "component."
_WORDS = {
    "full_name": "Chủ hồ sơ",
    "identity_number": "Số định danh",
    "address": "Địa chỉ",
    "phone": "Điện thoại",
    "email": "Thư điện tử",
}


def system_key(system: str) -> str:
    """Return under what the receivers of a system's questions are kept, beside those of results."""
    return f"system:{system}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asks:
    """An outside step that has begun, as its event tells it."""

    request_id: UUID
    system: str
    tells: Sequence[str]
    step: str
    due_at: datetime | None
    dossier_id: UUID
    dossier_code: str
    procedure_code: str
    procedure: str
    agency: Organ
    at: datetime


def planned_question(asks: Asks, now: datetime) -> Document:
    """Return the document that asks; the same step always gives the same one, whoever hears of it again."""
    # The register's numbers are people's: this one is made of the request, and says so by its notation.
    number = Number(str(asks.request_id.int % 10**9 + 1), NOTATION)
    day = asks.at.astimezone(VIETNAM).date()
    document_id = document_id_of(asks.agency.id, day, number)
    return Document(
        id=new_id(),
        direction=Direction.OUT,
        agency=asks.agency.id,
        agency_name=asks.agency.name,
        document_id=document_id,
        document_key=same_document(document_id),
        number=number.whole,
        promulgated_on=day,
        type_name="Phiếu yêu cầu",
        dossier_id=asks.dossier_id,
        dossier_code=asks.dossier_code,
        state=DocumentState.PLANNED,
        procedure_code=asks.procedure_code,
        words={
            "subject": f"{asks.step}: hồ sơ {asks.dossier_code}"[:_LONGEST_SUBJECT],
            "step": asks.step,
            "system": asks.system,
            "procedure": asks.procedure,
            "tells": list(asks.tells),
            "due_at": asks.due_at.astimezone(VIETNAM).isoformat() if asks.due_at else None,
        },
        request_id=asks.request_id,
        created_by=ASKER,
        created_at=now,
    )


def is_question(document: Document) -> bool:
    """Tell whether this one asks for an outside step by itself; an officer's question is a letter."""
    return document.request_id is not None and document.created_by == ASKER


def due_of(document: Document) -> datetime | None:
    """Return until when the step may last."""
    told = document.words.get("due_at")
    return datetime.fromisoformat(told) if told else None


def told_of(document: Document, view: Mapping[str, Any]) -> dict[str, str]:
    """Return the owner's fields that the process names and the dossier has."""
    owner = view.get("owner") or {}
    named = [one.removeprefix(_OWNER) for one in _tells(document) if one.startswith(_OWNER)]
    return {name: str(owner[name]) for name in named if name in _WORDS and owner.get(name)}


def components_of(document: Document) -> frozenset[str]:
    """Return the components whose files go with the question."""
    return frozenset(one.removeprefix(_COMPONENT) for one in _tells(document) if one.startswith(_COMPONENT))


def content_of(document: Document, told: Mapping[str, str]) -> str:
    """Return the question in words."""
    due = due_of(document)
    procedure = f"{document.procedure_code} {document.words.get('procedure', '')}".strip()
    lines = [
        f"Hồ sơ {document.dossier_code}, thủ tục {procedure}",
        f"Đề nghị thực hiện: {document.words.get('step', '')}.",
        *(f"{_WORDS[name]}: {value}" for name, value in told.items()),
        f"Hạn trả lời: {due:%H:%M %d/%m/%Y}." if due else "",
    ]
    return "\n".join(line for line in lines if line)[:_LONGEST_CONTENT]


def data_file(document: Document, told: Mapping[str, str]) -> Attachment:
    """Return the question as data, for the system that reads it: the same bytes each time."""
    data = {
        "request_id": str(document.request_id),
        "dossier_code": document.dossier_code,
        "procedure_code": document.procedure_code,
        "step": document.words.get("step"),
        "system": document.words.get("system"),
        "due_at": document.words.get("due_at"),
        "owner": dict(told),
    }
    raw = orjson.dumps(data, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)
    return Attachment("phieu", DATA_FILE, "application/json", raw, "Dữ liệu của yêu cầu")


def _tells(document: Document) -> list[str]:
    return [str(one) for one in document.words.get("tells") or ()]
