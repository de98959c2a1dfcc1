"""The addresses of the ways in."""

from services.gateway.domain.policy import OFFICERS, PERSONS, SIGNED_IN, Policy, machines
from services.gateway.domain.routes.row import MEGABYTE, Priority, Route

_ROOT = "/api/v1"
_CASHIERS = Policy(roles=frozenset({"CASHIER"}))


def intake() -> list[Route]:
    """Reception, kiosks, visits, evidence; drafts and authorisations; books, lists and sheets."""
    return [*_reception(), *_persons(), *_offices()]


def _reception() -> list[Route]:
    own = f"{_ROOT}/dossiers"
    return [
        Route("POST", f"{_ROOT}/counter-look-ups", "dossier", OFFICERS),
        Route("POST", f"{_ROOT}/kiosk-dossiers", "dossier", machines("kiosk.intake"), Priority.VITAL),
        Route("GET", f"{_ROOT}/visits/{{visit_id}}", "dossier", OFFICERS),
        Route("GET", f"{_ROOT}/visits/{{visit_id}}/slip", "dossier", OFFICERS, Priority.HEAVY, 30.0),
        Route("GET", f"{own}/{{id}}/evidence", "dossier", SIGNED_IN),
        Route("POST", f"{own}/{{id}}/evidence", "dossier", OFFICERS),
        Route("POST", f"{own}/{{id}}/look-ups", "gateway", OFFICERS, Priority.NORMAL, 30.0),
        Route("POST", f"{own}/{{id}}/look-up-permits", "dossier", OFFICERS),
        Route("POST", f"{_ROOT}/taken-papers", "dossier", machines("look-up.answer")),
        Route("POST", f"{_ROOT}/look-up-answers", "dossier", machines("look-up.answer")),
    ]


def _persons() -> list[Route]:
    drafts, given = f"{_ROOT}/drafts", f"{_ROOT}/authorizations"
    return [
        Route("POST", drafts, "dossier", PERSONS),
        Route("GET", drafts, "dossier", PERSONS),
        Route("GET", f"{drafts}/{{draft_id}}", "dossier", PERSONS),
        Route("PUT", f"{drafts}/{{draft_id}}", "dossier", PERSONS),
        Route("DELETE", f"{drafts}/{{draft_id}}", "dossier", PERSONS),
        Route("POST", f"{drafts}/{{draft_id}}/submission", "dossier", PERSONS, Priority.VITAL),
        Route("POST", f"{drafts}/{{draft_id}}/interlinked-submission", "dossier", PERSONS, Priority.VITAL),
        Route("POST", f"{_ROOT}/personal-paper-permits", "dossier", PERSONS),
        Route("POST", f"{_ROOT}/personal-paper-looks", "gateway", PERSONS, Priority.NORMAL, 60.0),
        Route("POST", f"{_ROOT}/personal-papers", "gateway", PERSONS, Priority.NORMAL, 90.0),
        Route("POST", given, "dossier", PERSONS | OFFICERS),
        Route("GET", given, "dossier", PERSONS),
        Route("GET", f"{given}/{{authorization_id}}", "dossier", PERSONS | OFFICERS),
        Route("POST", f"{given}/{{authorization_id}}/revocation", "dossier", PERSONS | OFFICERS),
    ]


def _offices() -> list[Route]:
    copy = f"{_ROOT}/certified-copies/{{copy_id}}"
    late, lists, sheets = f"{_ROOT}/late-entries", f"{_ROOT}/handover-lists", f"{_ROOT}/intake-batches"
    return [
        Route("POST", late, "dossier", OFFICERS, Priority.VITAL),
        Route("GET", late, "dossier", OFFICERS),
        Route("POST", f"{late}/{{entry_id}}/approval", "dossier", OFFICERS, Priority.VITAL, 30.0),
        Route("POST", f"{late}/{{entry_id}}/rejection", "dossier", OFFICERS),
        Route("POST", f"{_ROOT}/certified-copies", "dossier", OFFICERS),
        Route("GET", f"{_ROOT}/certified-copies", "dossier", OFFICERS),
        Route("POST", f"{copy}/draft", "dossier", OFFICERS, Priority.NORMAL, 30.0),
        Route("POST", f"{copy}/issuance", "dossier", OFFICERS, Priority.NORMAL, 30.0),
        Route("GET", f"{_ROOT}/electronic-copies", "dossier", PERSONS),
        Route(
            "GET",
            f"{_ROOT}/electronic-copies/{{copy_id}}/content",
            "dossier",
            PERSONS | OFFICERS,
            Priority.NORMAL,
            30.0,
        ),
        Route("POST", f"{_ROOT}/copy-payments", "dossier", _CASHIERS),
        Route("GET", f"{_ROOT}/copy-requests", "dossier", OFFICERS),
        Route("POST", f"{_ROOT}/copy-confirmations", "dossier", OFFICERS),
        Route("POST", f"{_ROOT}/copy-rejections", "dossier", OFFICERS),
        Route("POST", lists, "dossier", OFFICERS),
        Route("GET", lists, "dossier", OFFICERS),
        Route("GET", f"{lists}/{{list_id}}", "dossier", OFFICERS),
        Route("POST", f"{lists}/{{list_id}}/confirmation", "dossier", OFFICERS),
        Route("GET", f"{sheets}/template", "dossier", OFFICERS),
        Route("POST", sheets, "dossier", OFFICERS, Priority.HEAVY, 60.0, 2 * MEGABYTE),
        Route("GET", f"{sheets}/{{batch_id}}", "dossier", OFFICERS),
        Route("POST", f"{sheets}/{{batch_id}}/submission", "dossier", OFFICERS, Priority.VITAL, 60.0),
    ]
