"""Documents on the national axis as officers work with them: sent, received, answered."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from kernel.core.caller import CallerKind
from kernel.core.errors import Forbidden, NotFound
from kernel.web.deps import Caller, IfMatch, Now, current_work
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from services.gateway.api.portal_sync import PROBLEMS, local, place_of
from services.gateway.domain.documents.envelope import DocumentType, Number, Organ, Signer
from services.gateway.domain.documents.ledger import Act
from services.gateway.domain.documents.statuses import REFUSED
from services.gateway.domain.routes.documents import CLERKS, READERS, SENDERS
from services.gateway.use_cases.documents import act
from services.gateway.use_cases.documents.side import DocumentsSide

Work = Annotated[Any, Depends(current_work)]
router = APIRouter(
    prefix="/api/v1/exchanged-documents",
    route_class=EdgeRoute,
    responses=PROBLEMS,
    tags=["Văn bản liên thông"],
)
_CHANGES = problems(409, 428)


async def _side(request: Request) -> DocumentsSide:
    found: DocumentsSide = request.app.state.runtime.resources.documents
    return found


def roles_only(roles: frozenset[str]) -> list[Any]:
    """Let only staff with one of these roles of their own agency in."""

    async def admit(caller: Caller) -> None:
        if caller.kind is not CallerKind.STAFF or not caller.has_role(*roles):
            raise Forbidden

    return [Depends(admit)]


Side = Annotated[DocumentsSide, Depends(_side)]
READ, SEND, ANSWER = roles_only(READERS.roles), roles_only(SENDERS.roles), roles_only(CLERKS.roles)


def _text(most: int, least: int = 0) -> Any:
    return StringConstraints(strict=True, strip_whitespace=True, min_length=least, max_length=most)


Short = Annotated[str, _text(200)]
Needed = Annotated[str, _text(500, 1)]
Reason = Annotated[str, _text(1_000, 1)]


class Receiver(BaseModel):
    """An agency by its identifier (either form) and name."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, _text(35, 3)]
    name: Annotated[str, _text(300, 1)]


class DocumentDraft(BaseModel):
    """A document to be sent from a dossier; its files are the dossier's, or the officer's own uploads."""

    model_config = ConfigDict(extra="forbid")

    dossier_id: UUID
    receivers: list[Receiver] = Field(min_length=1, max_length=50)
    number: Annotated[str, _text(50, 1)]
    notation: Annotated[str, _text(100)] = ""
    promulgated_on: date
    place: Short = ""
    type_code: int = Field(default=18, ge=0, le=999, strict=True)
    type_name: Annotated[str, _text(100, 1)] = "Công văn"
    subject: Needed
    content: Annotated[str, _text(4_000)] = ""
    signer_name: Short = ""
    signer_position: Short = ""
    signer_competence: Short = ""
    due_on: date | None = None
    priority: int = Field(default=0, ge=0, le=4, strict=True)
    attachments: list[UUID] = Field(min_length=1, max_length=20)
    answers: UUID | None = Field(default=None, description="the document received that this one answers")

    def draft(self) -> act.Draft:
        """Return it as the office knows it."""
        return act.Draft(
            dossier_id=self.dossier_id,
            receivers=[Organ(one.id, one.name) for one in self.receivers],
            number=Number(self.number, self.notation),
            promulgated_on=self.promulgated_on,
            place=self.place,
            type=DocumentType(self.type_code, self.type_name),
            subject=self.subject,
            content=self.content,
            signer=Signer(self.signer_name, self.signer_position, self.signer_competence),
            due_on=self.due_on,
            priority=self.priority,
            attachments=self.attachments,
            answers=self.answers,
        )


class ReceiverLine(BaseModel):
    """How far a document is at one receiver: `standing` is the last status that holds, empty without one."""

    receiver: str
    name: str
    state: Literal["WAITING", "HANDED", "TAKEN", "REFUSED"]
    standing: str


class DocumentLine(BaseModel):
    """A document in a list."""

    id: UUID
    direction: Literal["OUT", "IN"]
    organ: str
    organ_name: str
    document_id: str
    purpose: int
    number: str
    promulgated_on: date
    type_name: str
    subject: str
    dossier_id: UUID | None
    dossier_code: str
    state: Literal["PLANNED", "READY", "FAULTY", "CANCELLED", "ARRIVED"]
    status: str
    is_asked_back: bool
    is_revoked: bool
    failure: str
    created_at: datetime
    receivers: list[ReceiverLine]


class FileLine(BaseModel):
    """A file of a document."""

    id: UUID
    name: str
    media_type: str
    size: int
    sha256: str


class StatusLine(BaseModel):
    """A status as it was said."""

    receiver: str
    code: str
    at: datetime
    description: str = ""
    staff: str = ""
    department: str = ""


class MessageLine(BaseModel):
    """A message to one receiver."""

    id: UUID
    receiver: str
    receiver_name: str
    kind: Literal["DOCUMENT", "STATUS"]
    code: str
    state: Literal["WAITING", "HANDED", "TAKEN", "REFUSED"]
    attempts: int
    reference: str
    answer: str
    standing: str
    handed_at: datetime | None
    settled_at: datetime | None


class DocumentShown(BaseModel):
    """A document with its files, what was said of it and where its messages are."""

    id: UUID
    direction: Literal["OUT", "IN"]
    agency: str
    organ: str
    organ_name: str
    document_id: str
    purpose: int
    about: UUID | None
    number: str
    promulgated_on: date
    type_name: str
    subject: str
    content: str
    signer: str
    reason: str
    dossier_id: UUID | None
    dossier_code: str
    state: str
    status: str
    is_asked_back: bool
    is_revoked: bool
    failure: str
    created_at: datetime
    files: list[FileLine]
    statuses: list[StatusLine]
    messages: list[MessageLine]


class StatusSaid(BaseModel):
    """How far we are with a document that came: 03 to 06; 15 or 16 when its sender asks to have it back."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["03", "04", "05", "06", "15", "16"]
    note: Annotated[str, _text(1_000)] = ""


class WithReason(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class Forwarding(BaseModel):
    """Which dossier a document belongs to."""

    model_config = ConfigDict(extra="forbid")

    dossier_id: UUID
    note: Annotated[str, _text(1_000)] = ""


class DocumentDone(BaseModel):
    """What a document has come to."""

    id: UUID
    state: str
    status: str


@router.get("", dependencies=READ)
async def list_exchanged_documents(
    work: Work,
    by: Caller,
    direction: Literal["OUT", "IN"] | None = None,
    status: Annotated[str | None, StringConstraints(pattern=r"^[0-9]{2}$")] = None,
    state: Literal["PLANNED", "READY", "FAULTY", "CANCELLED", "ARRIVED"] | None = None,
    dossier_id: UUID | None = None,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[DocumentLine]:
    """Văn bản liên thông của cơ quan mình, mới nhất trước."""
    before = place_of(decode_cursor(cursor, str), UUID)
    rows = await work.document_screens.lines(
        agency=by.agency,
        direction=direction,
        status=status,
        state=state,
        dossier_id=dossier_id,
        before=before,
        limit=limit + 1,
    )
    following = encode_cursor(str(rows[limit - 1]["id"])) if len(rows) > limit else None
    return Page[DocumentLine](
        items=[DocumentLine.model_validate(local(row)) for row in rows[:limit]], next_cursor=following
    )


@router.post("", dependencies=SEND, status_code=201, responses=problems(409))
async def send_exchanged_document(
    body: DocumentDraft, response: Response, by: Caller, work: Work, side: Side, now: Now
) -> DocumentDone:
    """Gửi văn bản từ hồ sơ đến cơ quan khác qua trục liên thông."""
    names = await work.documents.ours([by.agency])
    if not names:
        raise Forbidden
    document = await act.send_document(
        body.draft(),
        by=by,
        agency_name=names[0].name,
        papers=side.papers,
        office=side.office,
        work=work,
        now=now,
    )
    response.headers["Location"] = f"/api/v1/exchanged-documents/{document.id}"
    return _done(document, response)


@router.get("/{id}", dependencies=READ)
async def show_exchanged_document(
    id: UUID,  # noqa: A002 - the address's own word.
    by: Caller,
    work: Work,
    now: Now,
    response: Response,
) -> DocumentShown:
    """Một văn bản với tệp, trạng thái và nơi nhận; việc xem được ghi lại."""
    document = await act.own_document(id, by=by, work=work)
    await work.documents.log_reading(Act(document=id, at=now, subject=by.subject, action="READ"))
    response.headers["ETag"] = f'"{document.version}"'
    words = {name: str(document.words.get(name) or "") for name in ("subject", "content", "signer", "reason")}
    fields = {name: getattr(document, name) for name in DocumentShown.model_fields if hasattr(document, name)}
    return DocumentShown.model_validate(
        {
            **local({**fields, **words}),
            "files": await work.documents.files(id),
            "statuses": [local(row) for row in await work.documents.statuses(id)],
            "messages": [local(row) for row in await work.documents.receivers(id)],
        },
        from_attributes=True,
    )


@router.get(
    "/{id}/files/{file_id}",
    dependencies=READ,
    response_class=Response,
    responses={200: {"description": "Nội dung tệp", "content": {"application/octet-stream": {}}}},
)
async def download_exchanged_file(
    id: UUID,  # noqa: A002 - the address's own word.
    file_id: UUID,
    by: Caller,
    work: Work,
    now: Now,
) -> Response:
    """Tải tệp của một văn bản, đúng từng byte; việc tải được ghi lại."""
    await act.own_document(id, by=by, work=work)
    file = await work.documents.file(id, file_id)
    if file is None:
        raise NotFound
    await work.documents.log_reading(
        Act(document=id, at=now, subject=by.subject, action="FILE_READ", reason=str(file_id))
    )
    # What is in a stranger's file must not act in this origin: it is saved, never shown.
    return Response(
        file.content,
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


@router.post("/{id}/acknowledgement", dependencies=ANSWER, responses=_CHANGES)
async def acknowledge_document(
    id: UUID,  # noqa: A002 - the address's own word.
    body: StatusSaid,
    by: Caller,
    work: Work,
    side: Side,
    now: Now,
    seen: IfMatch,
    response: Response,
) -> DocumentDone:
    """Báo trạng thái của văn bản đến cho nơi gửi."""
    done = await act.say_status(
        id, body.status, body.note, seen=seen, by=by, office=side.office, work=work, now=now
    )
    return _done(done, response, seen + 1)


@router.post("/{id}/refusal", dependencies=ANSWER, responses=_CHANGES)
async def refuse_document(
    id: UUID,  # noqa: A002 - the address's own word.
    body: WithReason,
    by: Caller,
    work: Work,
    side: Side,
    now: Now,
    seen: IfMatch,
    response: Response,
) -> DocumentDone:
    """Từ chối tiếp nhận một văn bản đến, kèm lý do."""
    done = await act.say_status(
        id, REFUSED, body.reason, seen=seen, by=by, office=side.office, work=work, now=now
    )
    return _done(done, response, seen + 1)


@router.post("/{id}/forwarding", dependencies=ANSWER, responses=_CHANGES)
async def forward_to_dossier(
    id: UUID,  # noqa: A002 - the address's own word.
    body: Forwarding,
    by: Caller,
    work: Work,
    side: Side,
    now: Now,
    seen: IfMatch,
    response: Response,
) -> DocumentDone:
    """Chuyển văn bản đến vào một hồ sơ."""
    done = await act.forward_document(
        id,
        body.dossier_id,
        body.note,
        seen=seen,
        by=by,
        papers=side.papers,
        office=side.office,
        work=work,
        now=now,
    )
    return _done(done, response, seen + 1)


@router.post("/{id}/revocation", dependencies=ANSWER, responses=_CHANGES)
async def revoke_sent_document(
    id: UUID,  # noqa: A002 - the address's own word.
    body: WithReason,
    by: Caller,
    work: Work,
    side: Side,
    now: Now,
    seen: IfMatch,
    response: Response,
) -> DocumentDone:
    """Thu hồi một văn bản đã gửi; mọi nơi nhận đều được báo."""
    done = await act.revoke_document(
        id, body.reason, seen=seen, by=by, office=side.office, work=work, now=now
    )
    return _done(done, response, seen + 1)


@router.post(
    "/{id}/replay", dependencies=ANSWER, status_code=204, response_class=Response, responses=_CHANGES
)
async def replay_document(
    id: UUID,  # noqa: A002 - the address's own word.
    by: Caller,
    work: Work,
    now: Now,
    seen: IfMatch,
) -> Response:
    """Chuẩn bị hoặc gửi lại một văn bản bị lỗi hoặc bị trục từ chối."""
    await act.repeat_document(id, seen=seen, by=by, work=work, now=now)
    return Response(status_code=204, headers={"ETag": f'"{seen + 1}"'})


def _done(document: Any, response: Response, version: int = 1) -> DocumentDone:
    response.headers["ETag"] = f'"{version}"'
    return DocumentDone(id=document.id, state=document.state.value, status=document.status)
