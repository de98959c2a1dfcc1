"""The hall's displays: a stream of numbers and counters, resumed by the last event seen."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from kernel.core.clock import VIETNAM
from kernel.web.described import problems
from kernel.web.edge import PUBLIC, EdgeRoute
from services.dossier.api.deps import PROBLEMS, Now, Work
from services.dossier.api.desk.schemas import PointCode
from services.dossier.use_cases.desk.ports import DisplayBoard, DisplayClient

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Quầy giao dịch"])
HEARTBEAT_SECONDS = 15.0
_MOST_DIGITS = 18


class DisplayStream(StreamingResponse):
    """Server-Sent Events of one display; its place is given back however the stream ends."""

    media_type = "text/event-stream"

    def __init__(self, board: DisplayBoard, client: DisplayClient) -> None:
        # `no-transform` and the proxy's own header keep everything between from waiting for more.
        headers = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}
        super().__init__(_pieces(client), headers=headers)
        self._board = board
        self._client = client

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream until either side ends."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._board.leave(self._client)


async def _pieces(client: DisplayClient) -> AsyncIterator[bytes]:
    while (piece := await client.next(HEARTBEAT_SECONDS)) is not None:
        yield piece


@router.get(
    "/displays/{point}",
    openapi_extra=PUBLIC,
    response_class=StreamingResponse,
    responses={
        200: {
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
            "description": "Luồng sự kiện",
        },
        **problems(503),
    },
)
async def stream_display(
    point: PointCode,
    work: Work,
    now: Now,
    last_event_id: Annotated[str, Header(max_length=40, description="Sự kiện đã nhận cuối cùng")] = "",
) -> DisplayStream:
    """Bảng hiển thị số đang được gọi: chỉ số phiếu và quầy (Server-Sent Events)."""
    await work.desk.points.point(point)
    is_known = last_event_id.isdecimal() and len(last_event_id) <= _MOST_DIGITS
    await work.rest()
    after = int(last_event_id) if is_known else None
    client = await work.desk.board.join(point, after, now.astimezone(VIETNAM).date())
    return DisplayStream(work.desk.board, client)
