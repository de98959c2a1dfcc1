"""What people see and mend of ministries' and sector systems: how each stands, what waits, mappings."""
# ruff: noqa: FAST003 - `Named` carries the address's source.

import re
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from kernel.core.errors import Kind, NotFound, Refusal
from kernel.web.deps import Caller, IfMatch, Now
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from services.gateway.api.portal.sync import MEND, PROBLEMS, READ, Work, local, place_of
from services.gateway.domain.connectors.source import MappingKind, Source
from services.gateway.use_cases.connectors.side import ConnectorSide

router = APIRouter(
    prefix="/api/v1/connectors", route_class=EdgeRoute, responses=PROBLEMS, tags=["connectors"]
)
_NEWEST = UUID(int=2**128 - 1)
_OLDEST = UUID(int=0)
_OURS = {"procedure": r"[\w.:/-]{1,64}", "agency": r"[\w.:/-]{1,64}", "status": r"[1-9]|10"}


class NothingToTell(Refusal):
    """The row is done, or its content was forgotten (409)."""

    code = "nothing-to-tell"
    kind = Kind.CONFLICT
    title = "Dòng này đã xong hoặc nội dung không còn được giữ"


class ConnectorStanding(BaseModel):
    """How a source stands; `open` counts its rows that are not done, by state."""

    name: str
    title: str
    route: str
    ways: list[str]
    cursor: str
    failure: str
    failures: int
    pulled_at: datetime | None
    next_pull_at: datetime | None
    last_delivery_at: datetime | None
    open: dict[str, int]


class ConnectorList(BaseModel):
    """Every configured source."""

    items: list[ConnectorStanding]


class ConnectorUnmappedCode(BaseModel):
    """A code of the source nobody mapped, or mapped to what is not known here, and the rows that wait."""

    kind: str
    code: str
    rows: int
    oldest_at: datetime | None
    reason: str


class ConnectorWorkList(BaseModel):
    """Codes to be mapped."""

    items: list[ConnectorUnmappedCode]


class ConnectorDelivery(BaseModel):
    """A page, a push or a file; every row of it is counted once."""

    id: UUID
    way: str
    name: str
    bytes: int
    received_at: datetime
    state: str
    form: str
    reason: str
    rows: int
    new_rows: int
    changed_rows: int
    unchanged_rows: int
    refused_rows: int
    read_at: datetime | None


class ConnectorRecord(BaseModel):
    """A row of a delivery, without what it says of people."""

    id: UUID
    delivery_id: UUID
    line: int
    outside_code: str
    told_at: datetime | None
    standing: str
    state: str
    outcome: str
    reason: str
    needs: list[dict[str, str]]
    attempts: int
    settled_at: datetime | None


class ConnectorMapping(BaseModel):
    """A code of the source and ours; version 0 comes from the configuration and is mapped over."""

    kind: str
    outside: str
    ours: str
    version: int
    changed_by: str | None
    changed_at: datetime | None


class ConnectorMappingList(BaseModel):
    """What codes mean."""

    items: list[ConnectorMapping]


class ConnectorMappingIn(BaseModel):
    """A code of the source and what it is here: a procedure, an agency, or a status from 1 to 10."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["procedure", "status", "agency"]
    outside: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=200)]
    ours: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=64)]

    @model_validator(mode="after")
    def _fits(self) -> "ConnectorMappingIn":
        if not re.fullmatch(_OURS[self.kind], self.ours):
            raise ValueError("Mã không đúng dạng của loại ánh xạ này")
        return self


class ConnectorRecordToldAgain(BaseModel):
    """A row that is told once more."""

    id: UUID
    state: Literal["WAITING"] = "WAITING"


async def _side(request: Request) -> ConnectorSide:
    side: ConnectorSide = request.app.state.runtime.resources.connectors
    return side


Side = Annotated[ConnectorSide, Depends(_side)]


async def _source(source: str, side: Side) -> Source:
    found = side.sources.get(source)
    if found is None:
        raise NotFound
    return found


Named = Annotated[Source, Depends(_source)]


@router.get("", dependencies=READ)
async def list_connectors(side: Side, work: Work) -> ConnectorList:
    """Các hệ thống của bộ, ngành: đọc đến đâu, lỗi gì, còn bao nhiêu dòng chưa xong."""
    rows = await work.connector_screens.figures(list(side.sources))
    return ConnectorList(items=[_standing(side.sources[row["name"]], row) for row in rows])


@router.get("/{source}/work-list", dependencies=READ)
async def list_unmapped_codes(found: Named, work: Work) -> ConnectorWorkList:
    """Mã thủ tục, trạng thái, cơ quan chưa ánh xạ và số dòng đang chờ."""
    rows = await work.connector_screens.unmapped(found.name)
    return ConnectorWorkList.model_validate({"items": [local(row) for row in rows]})


@router.get("/{source}/deliveries", dependencies=READ)
async def list_connector_deliveries(
    found: Named, work: Work, limit: Limit = 50, cursor: Cursor = ""
) -> Page[ConnectorDelivery]:
    """Những lần nhận dữ liệu, mới nhất trước: mỗi dòng đều được tính."""
    before = place_of(decode_cursor(cursor, str), UUID) or _NEWEST
    rows = await work.connector_screens.deliveries(found.name, before=before, limit=limit + 1)
    items = [ConnectorDelivery.model_validate(local(row)) for row in rows[:limit]]
    return Page[ConnectorDelivery](items=items, next_cursor=_next(rows, limit))


@router.get("/{source}/records", dependencies=READ)
async def list_connector_records(
    found: Named,
    work: Work,
    state: Literal["WAITING", "UNMAPPED", "REFUSED", "DONE"] | None = None,
    delivery_id: UUID | None = None,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[ConnectorRecord]:
    """Từng dòng đã nhận và lý do; không nêu trạng thái thì chỉ những dòng chờ người xử lý."""
    after = place_of(decode_cursor(cursor, str), UUID) or _OLDEST
    rows = await work.connector_screens.records(
        found.name, state=state or "", delivery_id=delivery_id, after=after, limit=limit + 1
    )
    items = [ConnectorRecord.model_validate(local(row)) for row in rows[:limit]]
    return Page[ConnectorRecord](items=items, next_cursor=_next(rows, limit))


@router.post("/{source}/records/{id}/replay", dependencies=MEND, responses=problems(409))
async def replay_connector_record(found: Named, id: UUID, work: Work, now: Now) -> ConnectorRecordToldAgain:  # noqa: A002 - the address's own word.
    """Chuyển lại một dòng bị từ chối hoặc đang chờ ánh xạ."""
    del found
    state = await work.connector_screens.state_of(id)
    if state is None:
        raise NotFound
    if state[0] not in {"UNMAPPED", "REFUSED"} or not state[1]:
        raise NothingToTell
    work.connector_screens.again(id, now)
    return ConnectorRecordToldAgain(id=id)


@router.get("/{source}/mappings", dependencies=READ)
async def list_connector_mappings(found: Named, work: Work) -> ConnectorMappingList:
    """Mã của hệ thống và mã của tỉnh; `version` là ETag để sửa, 0 khi lấy từ cấu hình."""
    mapped = [local(row) for row in await work.connector_screens.mappings(found.name)]
    over = {(row["kind"], row["outside"]) for row in mapped}
    given = [
        {"kind": kind.value, "outside": outside, "ours": ours, "version": 0}
        | {"changed_by": None, "changed_at": None}
        for kind in MappingKind
        for outside, ours in found.configured(kind).items()
        if (kind.value, outside) not in over
    ]
    return ConnectorMappingList.model_validate({"items": [*mapped, *given]})


@router.put(
    "/{source}/mappings",
    dependencies=MEND,
    status_code=204,
    response_class=Response,
    responses=problems(428),
)
async def map_connector_code(
    found: Named, body: ConnectorMappingIn, by: Caller, work: Work, now: Now, seen: IfMatch
) -> Response:
    """Ánh xạ một mã; các dòng chờ mã này được chuyển ngay. `If-Match`: `version` đã xem, "0" khi chưa có."""
    work.connector_screens.map_code(
        found.name, body.kind, body.outside, body.ours, seen=seen, by=by.subject, now=now
    )
    return Response(status_code=204, headers={"ETag": f'"{seen + 1}"'})


def _standing(source: Source, row: dict[str, Any]) -> ConnectorStanding:
    ways = {"PULL": source.pull, "PUSH": source.push, "FILE": source.drop}
    told = {"title": source.title, "route": source.route, "ways": [name for name in ways if ways[name]]}
    return ConnectorStanding.model_validate({**local(row), **told})


def _next(rows: list[dict[str, Any]], limit: int) -> str | None:
    return encode_cursor(str(rows[limit - 1]["id"])) if len(rows) > limit else None
