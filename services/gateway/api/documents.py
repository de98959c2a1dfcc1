"""Documents on the national axis as officers work with them: sent, received, answered."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import StringConstraints

from kernel.core.caller import CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, NotFound
from kernel.web.deps import Caller, IfMatch, Now, current_work
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from services.gateway.api.document_models import (
    DocumentDone,
    DocumentDraft,
    DocumentLine,
    DocumentShown,
    Forwarding,
    StatusSaid,
    WithReason,
)
from services.gateway.api.portal.sync import PROBLEMS, local, place_of
from services.gateway.api.saved_file import saved_file
from services.gateway.domain.documents.ledger import Act
from services.gateway.domain.documents.statuses import REFUSED
from services.gateway.domain.routes.documents import CLERKS, READERS, SENDERS
from services.gateway.use_cases.documents import act, send
from services.gateway.use_cases.documents.side import DocumentsSide

Work = Annotated[Any, Depends(current_work)]
router = APIRouter(
    prefix="/api/v1/exchanged-documents",
    route_class=EdgeRoute,
    responses=PROBLEMS,
    tags=["Văn bản liên thông"],
)
_CHANGES = problems(409, 428)
_WORDS = ("subject", "content", "signer", "reason", "signature", "signed_by")


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


@router.get("", dependencies=READ)
async def list_exchanged_documents(
    work: Work,
    by: Caller,
    now: Now,
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
        today=now.astimezone(VIETNAM).date(),
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
    document = await send.send_document(
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
    document = await act.own_document(id, by=by, work=work, now=now)
    await work.documents.log_reading(Act(document=id, at=now, subject=by.subject, action="READ"))
    response.headers["ETag"] = f'"{document.version}"'
    words = {name: str(document.words.get(name) or "") for name in _WORDS}
    fields = {name: getattr(document, name) for name in DocumentShown.model_fields if hasattr(document, name)}
    return DocumentShown.model_validate(
        {
            **local({**fields, **words}),
            "not_understood": list(document.words.get("unread") or ()),
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
    request: Request,
) -> Response:
    """Tải tệp của một văn bản, đúng từng byte; việc tải được ghi lại."""
    await act.own_document(id, by=by, work=work, now=now)
    file = next((one for one in await work.documents.files(id) if one["id"] == file_id), None)
    if file is None:
        raise NotFound
    answer = await saved_file(
        request,
        work,
        name=str(file["name"]),
        size=int(file["size"]),
        of=file_id,
        pieces=lambda reading, of, place: reading.documents.piece(of, place),
    )
    await work.documents.log_reading(
        Act(document=id, at=now, subject=by.subject, action="FILE_READ", reason=str(file_id))
    )
    return answer


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
