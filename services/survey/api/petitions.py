"""Petitions for those who send them: with an account, or with the reference and code of the receipt."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from kernel.core.caller import CallerKind
from kernel.core.errors import Forbidden, Invalid
from kernel.web.deps import Caller, IfMatch, Now, current_work
from kernel.web.described import problems
from kernel.web.edge import PUBLIC, EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from services.survey.api.petition_schemas import (
    FiledPetition,
    Information,
    InformationByCode,
    LookUp,
    NewPetition,
    PetitionShown,
    PortalPetition,
    PublishedPetition,
    Rating,
    RatingByCode,
)
from services.survey.domain.petitions.errors import PetitionUnknown
from services.survey.domain.petitions.petition import plain_words
from services.survey.use_cases.petitions import follow_petition
from services.survey.use_cases.petitions.file_petition import Filed, file_petition

router = APIRouter(route_class=EdgeRoute, prefix="/v1", tags=["petitions"])
Work = Annotated[Any, Depends(current_work)]
_MOST_WORDS = 8
MOST_BYTES = {"x-max-body-bytes": 65_536}
MOST_OF_PORTAL = {"x-max-body-bytes": 131_072}
"""As many letters as a line of the portal may have, each of four bytes."""
OPEN = {**PUBLIC, **MOST_BYTES}


def _filed(body: NewPetition, subject: str | None) -> Filed:
    return Filed(
        agency=body.agency,
        title=body.title,
        text=body.text,
        sender=body.sender(),
        dossier_code=body.dossier_code,
        subject=subject,
        is_secret=body.keep_secret,
    )


def _told(response: Response, petition: Any) -> PetitionShown:
    response.headers["ETag"] = f'"{petition.version}"'
    return PetitionShown.of(petition)


@router.post(
    "/petitions", status_code=201, openapi_extra=MOST_BYTES, responses=problems(400, 401, 403, 413, 422, 429)
)
async def send_petition(body: NewPetition, work: Work, by: Caller, now: Now) -> FiledPetition:
    """Gửi phản ánh, kiến nghị khi đã đăng nhập."""
    if by.kind is not CallerKind.PERSON:
        raise Forbidden
    return FiledPetition.told(*await file_petition(_filed(body, by.subject), work=work, now=now))


@router.post("/open-petitions", status_code=201, openapi_extra=OPEN, responses=problems(400, 413, 422, 429))
async def send_open_petition(body: NewPetition, work: Work, now: Now) -> FiledPetition:
    """Gửi phản ánh, kiến nghị không cần tài khoản; mã tra cứu chỉ hiện một lần."""
    return FiledPetition.told(*await file_petition(_filed(body, None), work=work, now=now))


@router.post(
    "/portal-petitions",
    status_code=201,
    openapi_extra=MOST_OF_PORTAL,
    responses=problems(400, 401, 403, 413, 422),
)
async def receive_portal_petition(body: PortalPetition, work: Work, by: Caller, now: Now) -> PetitionShown:
    """Nhận phản ánh, kiến nghị chờ xử lý từ Cổng Dịch vụ công quốc gia; một số chỉ nhận một lần."""
    if by.kind is not CallerKind.SERVICE or not by.has_role("portal.petitions"):
        raise Forbidden
    sender = {name: getattr(body, name) for name in ("name", "address", "phone", "email")}
    filed = Filed(
        agency=body.agency,
        title=body.title,
        text=body.text,
        sender=sender,
        portal_id=body.portal_id,
        beside=body.beside,
    )
    return PetitionShown.of((await file_petition(filed, work=work, now=now))[0])


@router.get("/own-petitions", responses=problems(401, 403, 422))
async def list_own_petitions(
    work: Work, by: Caller, limit: Limit = 20, cursor: Cursor = ""
) -> Page[PetitionShown]:
    """Phản ánh, kiến nghị của người đang đăng nhập."""
    if by.kind is not CallerKind.PERSON:
        raise Forbidden
    after = decode_cursor(cursor, str)
    found = await work.petitions.of_sender(by.subjects, _uuid(after[0]) if after else None, limit + 1)
    following = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return Page[PetitionShown](items=[PetitionShown.of(one) for one in found[:limit]], next_cursor=following)


@router.post(
    "/petitions/{petition_id}/information", responses=problems(400, 401, 404, 409, 412, 413, 422, 428)
)
async def add_information(
    petition_id: UUID, body: Information, seen: IfMatch, work: Work, by: Caller, now: Now, response: Response
) -> PetitionShown:
    """Bổ sung thông tin cơ quan đã yêu cầu."""
    petition = await follow_petition.own(petition_id, by, work=work)
    return _told(response, await follow_petition.inform(petition, body.text, seen=seen, work=work, now=now))


@router.post("/petitions/{petition_id}/rating", responses=problems(400, 401, 404, 409, 412, 413, 422, 428))
async def rate_petition(
    petition_id: UUID, body: Rating, seen: IfMatch, work: Work, by: Caller, now: Now, response: Response
) -> PetitionShown:
    """Đánh giá câu trả lời; chưa hài lòng có thể kiến nghị tiếp."""
    petition = await follow_petition.own(petition_id, by, work=work)
    return _told(response, await _rated(petition, body, seen, work, now))


@router.post("/petition-look-ups", openapi_extra=OPEN, responses=problems(400, 404, 413, 422))
async def look_up_petition(body: LookUp, work: Work, response: Response) -> PetitionShown:
    """Tra cứu bằng số phản ánh và mã tra cứu."""
    return _told(response, await follow_petition.look_up(body.reference, body.code, work=work))


@router.post(
    "/petition-look-ups/information",
    openapi_extra=OPEN,
    responses=problems(400, 404, 409, 412, 413, 422, 428),
)
async def add_information_by_code(
    body: InformationByCode, seen: IfMatch, work: Work, now: Now, response: Response
) -> PetitionShown:
    """Bổ sung thông tin bằng số phản ánh và mã tra cứu."""
    petition = await follow_petition.look_up(body.reference, body.code, work=work)
    return _told(response, await follow_petition.inform(petition, body.text, seen=seen, work=work, now=now))


@router.post(
    "/petition-look-ups/rating", openapi_extra=OPEN, responses=problems(400, 404, 409, 412, 413, 422, 428)
)
async def rate_petition_by_code(
    body: RatingByCode, seen: IfMatch, work: Work, now: Now, response: Response
) -> PetitionShown:
    """Đánh giá câu trả lời bằng số phản ánh và mã tra cứu."""
    petition = await follow_petition.look_up(body.reference, body.code, work=work)
    return _told(response, await _rated(petition, body, seen, work, now))


@router.get("/published-petitions", openapi_extra=PUBLIC, responses=problems(422))
async def list_published_petitions(
    work: Work,
    q: Annotated[str, Query(max_length=200, description="Từ cần tìm, có dấu hay không")] = "",
    agency: Annotated[str | None, Query(max_length=35)] = None,
    limit: Limit = 20,
    cursor: Cursor = "",
) -> Page[PublishedPetition]:
    """Phản ánh, kiến nghị và câu trả lời đã công khai; tìm theo từ và theo cơ quan trả lời."""
    after = decode_cursor(cursor, str, str)
    place = (moment_of(after[0]), _uuid(after[1])) if after else None
    words = plain_words(q).split()[:_MOST_WORDS]
    found = await work.petitions.published(place, limit + 1, words=words, agency=agency)
    last = found[limit - 1] if len(found) > limit else None
    following = encode_cursor(last.published_at.isoformat(), str(last.id)) if last else None
    return Page[PublishedPetition](
        items=[PublishedPetition.of(one) for one in found[:limit]], next_cursor=following
    )


@router.get("/published-petitions/{petition_id}", openapi_extra=PUBLIC, responses=problems(404, 422))
async def show_published_petition(petition_id: UUID, work: Work) -> PublishedPetition:
    """Một phản ánh, kiến nghị và câu trả lời đã công khai."""
    found = await work.petitions.published_one(petition_id)
    if found is None:
        raise PetitionUnknown
    return PublishedPetition.of(found)


async def _rated(petition: Any, body: Rating, seen: int, work: Any, now: datetime) -> Any:
    return await follow_petition.rate(
        petition, is_satisfied=body.is_satisfied, again=body.again or "", seen=seen, work=work, now=now
    )


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise bad_cursor() from error


def moment_of(text: str) -> datetime:
    """Return a cursor's moment; raise `Invalid` for one that is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise bad_cursor() from error
    if found.tzinfo is None:
        raise bad_cursor()
    return found


def bad_cursor() -> Exception:
    """Return the refusal of a cursor that is not ours."""
    return Invalid(fields=[("cursor", "Con trỏ không hợp lệ")])
