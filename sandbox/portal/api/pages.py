"""The portal's page: what arrived and what was sent, for a person to look at."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from sandbox.pages import page
from sandbox.portal.api.transport import state_desk
from sandbox.portal.statuses import STATUS_NAMES

SHOWN = 50
KINDS = {
    "submission": "Nộp hồ sơ",
    "supplement": "Bổ sung",
    "lookup": "Tra cứu",
    "message": "Thông điệp khác",
}
STATES = {
    "accepted": "Tỉnh đã nhận",
    "duplicate": "Tỉnh báo trùng",
    "refused": "Tỉnh từ chối",
    "unanswered": "Chưa có trả lời",
}

router = APIRouter(include_in_schema=False)


@router.get("/")
async def show(request: Request) -> HTMLResponse:
    """Show the newest dossiers with their statuses in order, what was sent down, and the faults."""
    state = state_desk(request).state
    dossiers = [
        {
            **one,
            "statuses": state.dossiers.statuses(one["code"]),
            "progress": len(state.dossiers.progress(one["code"])),
        }
        for one in state.dossiers.newest(SHOWN)
    ]
    faults = state.switchboard.faults
    values = {
        "mode": state.settings.mode,
        "count": state.dossiers.count(),
        "procedures": len(state.catalogue.all()),
        "faults": faults.model_dump_json(exclude_defaults=True, indent=2) if faults.model_fields_set else "",
        "dossiers": dossiers,
        "submissions": state.submissions.newest(SHOWN),
        "names": STATUS_NAMES,
        "kinds": KINDS,
        "states": STATES,
    }
    return page("portal/templates/portal.html", values)
