"""One action on up to fifty dossiers: a result each, a commit each, none undone by another's refusal."""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from fastapi import APIRouter, Request

from kernel.web.edge import EdgeRoute, run_apart
from services.dossier.api.deps import PROBLEMS, Caller, Now
from services.dossier.api.schemas.work import BulkIn, BulkItem, BulkOut, BulkResult
from services.dossier.domain.dossier import Dossier
from services.dossier.use_cases import receive_dossier, work_steps
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.work import arrange_step

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Phân công xử lý"])

_Deed = Callable[..., Awaitable[Dossier]]
_DONE = 200


def _deed_of(body: BulkIn, item: BulkItem) -> tuple[_Deed, dict[str, Any]]:
    """Return the use case of an action and what it is told beside who, when and on which version."""
    note = {"note": body.note}
    match body.action:
        case "acceptance":
            return receive_dossier.accept_dossier, {}
        case "handover":
            return receive_dossier.hand_over_dossier, note
        case "claim":
            return arrange_step.claim_step, note
        case "release":
            return arrange_step.release_step, note
        case "assignment":
            return arrange_step.assign_step, {**note, "to": body.to or ""}
        case "step-completion":
            how = {"outcome": body.outcome, "chosen": item.next or "", "facts": item.facts}
            return work_steps.complete_step, {**note, **how, "step": item.step or ""}


@router.post("/bulk-actions")
async def act_on_many(body: BulkIn, request: Request, by: Caller, now: Now) -> BulkOut:
    """Làm một thao tác cho nhiều hồ sơ; mỗi hồ sơ một kết quả riêng, gửi lại cùng khóa không làm hai lần."""
    results = []
    for item in body.items:
        deed, told = _deed_of(body, item)

        async def act(
            work: Work, deed: _Deed = deed, told: dict[str, Any] = told, item: BulkItem = item
        ) -> bytes:
            dossier = await deed(item.dossier_id, by=by, seen=item.version, work=work, now=now, **told)
            return orjson.dumps({"version": dossier.version, "state": dossier.state.value})

        said = body.model_dump_json(exclude={"items"}) + item.model_dump_json()
        status, answer = await run_apart(request, str(item.dossier_id), said.encode(), act)
        found = orjson.loads(answer)
        outcome = found if status == _DONE else {"problem": found}
        results.append(BulkResult(dossier_id=item.dossier_id, status=status, **outcome))
    return BulkOut(items=results)
