"""Whoever reads personal data of a dossier is written down: no address of the service can be forgotten.

Every GET is in one of three tables; every other answer that names people too. What is said to be logged is
looked for in the code, and what is said to hold nobody is held against its schema.
"""

import ast
from pathlib import Path
from typing import Any

import pytest

from stack.contracts import document_of

ROOT = Path(__file__).parents[2] / "services" / "dossier"
LOGGED = {
    "GET /v1/archive/packages/{package_id}/content": "archive-package: ",
    "GET /v1/attachments/{attachment_id}/content": "attachment",
    "GET /v1/attachments/{attachment_id}/versions": "attachment-versions",
    "GET /v1/authorizations/{authorization_id}": "authorization",
    "GET /v1/certified-copies": "copy-book",
    "GET /v1/copy-requests": "copy-requests",
    "GET /v1/electronic-copies/{copy_id}/content": "electronic-copy",
    "GET /v1/dossier-search": "search",
    "GET /v1/dossiers": "list",
    "GET /v1/dossiers/{dossier_id}": "dossier",
    "GET /v1/dossiers/{dossier_id}/evidence": "evidence",
    "GET /v1/dossiers/{dossier_id}/history": "history",
    "GET /v1/dossiers/{dossier_id}/papers": "dossier",
    "GET /v1/exports/{export_id}/content": "export",
    "GET /v1/file-links/{token}": "attachment-link",
    "GET /v1/inbox": "inbox",
    "GET /v1/interlinked-dossiers": "interlinked-dossiers",
    "GET /v1/interlinked-dossiers/{parent_id}": "interlinked-dossier",
    "GET /v1/interlinked-dossiers/{parent_id}/history": "interlinked-dossier",
    "GET /v1/mirrored-dossiers": "mirrors",
    "GET /v1/mirrored-dossiers/{mirror_id}": "mirror",
    "GET /v1/papers/{paper_id}": "paper",
    "GET /v1/payment-requests": "payment-bill",
    "GET /v1/portal-views": "portal-view",
    "GET /v1/portal-views/{dossier_id}": "portal-view",
    "GET /v1/post-lists/{list_id}": "post-list",
    "GET /v1/reassignments": "inbox",
    "GET /v1/readings": "readings: ",
    "GET /v1/register": "register",
    "GET /v1/register.pdf": "register",
    "GET /v1/register.xlsx": "register",
    "GET /v1/certified-copies.pdf": "copy-book",
    "GET /v1/certified-copies.xlsx": "copy-book",
    "GET /v1/results/{result_id}": "result",
    "GET /v1/statistics/dossiers": "figures",
    "GET /v1/visits/{visit_id}": "visit",
    "GET /v1/visits/{visit_id}/slip": "visit",
    "POST /v1/counter-look-ups": "person",
    "POST /v1/dossiers/{dossier_id}/look-up-permits": "look-up: ",
    "POST /v1/payment-bills": "payment-bill",
    "POST /v1/personal-paper-permits": "personal-store",
    "POST /v1/post-lists": "post-list",
    "POST /v1/post-lists/{list_id}/signature": "post-list",
    "POST /v1/reading-look-ups": "readings: ",
    "POST /v1/result-look-ups": "results: ",
}
"""What the access log says of it."""

OWN = {
    "GET /v1/appointments": "the caller's own",
    "GET /v1/appointments/{appointment_id}": "the caller's own",
    "GET /v1/authorizations": "given by the caller, or to",
    "GET /v1/drafts": "the caller's own",
    "GET /v1/drafts/{draft_id}": "the caller's own",
    "GET /v1/electronic-copies": "issued to the caller",
    "GET /v1/exports": "asked for by the caller",
    "GET /v1/exports/{export_id}": "asked for by the caller",
    "GET /v1/results": "held by the caller",
    "GET /v1/scan-batches/{batch_id}": "scanned by the caller",
    "GET /v1/uploads/{upload_id}": "brought by the caller",
}
"""Answers to nobody but whose data it is."""

ACTED = {
    "POST /v1/attachments",
    "POST /v1/attachments/{attachment_id}/seal",
    "POST /v1/attachments/{attachment_id}/versions",
    "POST /v1/authorizations",
    "POST /v1/authorizations/{authorization_id}/revocation",
    "POST /v1/certified-copies",
    "POST /v1/certified-copies/{copy_id}/draft",
    "POST /v1/certified-copies/{copy_id}/issuance",
    "POST /v1/copy-confirmations",
    "POST /v1/copy-payments",
    "POST /v1/copy-rejections",
    "POST /v1/counter-interlinked-dossiers",
    "POST /v1/drafts",
    "POST /v1/drafts/{draft_id}/interlinked-submission",
    "POST /v1/taken-papers",
    "PUT /v1/drafts/{draft_id}",
    "DELETE /v1/drafts/{draft_id}",
    "POST /v1/interlinked-dossiers",
    "POST /v1/interlinked-dossiers/{parent_id}/member-decision",
    "POST /v1/interlinked-dossiers/{parent_id}/outside-member",
    "POST /v1/interlinked-dossiers/{parent_id}/owner-correction",
    "POST /v1/interlinked-dossiers/{parent_id}/withdrawal",
    "POST /v1/post-lists/{list_id}/items/{item_id}/removal",
    "POST /v1/post-lists/{list_id}/items/{item_id}/tracking",
    "POST /v1/post-lists/{list_id}/withdrawal",
    "POST /v1/scan-batches/{batch_id}/confirmation",
    "POST /v1/signings/completion",
    "POST /v1/uploads/{upload_id}/attachment",
}
"""Answers to a deed that its own record names: who did it, to what, when."""

NOBODY = {
    "GET /v1/anomalies",
    "GET /v1/anomalies/{anomaly_id}",
    "GET /v1/archive/batches",
    "GET /v1/archive/batches/{batch_id}",
    "GET /v1/archive/destruction-lists",
    "GET /v1/archive/destruction-lists/{list_id}",
    "GET /v1/archive/records",
    "GET /v1/archive/records/{dossier_id}",
    "GET /v1/cash-closings",
    "GET /v1/cash-drawer",
    "GET /v1/cash-drawers",
    "GET /v1/closed-periods",
    "GET /v1/counter-sessions/{session_id}",
    "GET /v1/displays/{point}",
    "GET /v1/dossiers/{dossier_id}/control-slip.pdf",
    "GET /v1/dossiers/{dossier_id}/handovers",
    "GET /v1/dossiers/{dossier_id}/payments",
    "GET /v1/due-recomputations/{command_id}",
    "GET /v1/due-recomputations/{command_id}/moves",
    "GET /v1/fee-exemptions",
    "GET /v1/handover-lists",
    "GET /v1/handover-lists/{list_id}",
    "GET /v1/inspections",
    "GET /v1/inspections/{inspection_id}",
    "GET /v1/intake-batches/template",
    "GET /v1/intake-batches/{batch_id}",
    "GET /v1/kiosk/dossiers",
    "GET /v1/late-entries",
    "GET /v1/payment-differences",
    "GET /v1/post-lists",
    "GET /v1/queues/{point}",
    "GET /v1/queues/{point}/appointments",
    "GET /v1/queues/{point}/counters",
    "GET /v1/queues/{point}/figures",
    "GET /v1/queues/{point}/groups",
    "GET /v1/queues/{point}/groups/{code}/slots",
    "GET /v1/queues/{point}/rosters/{day}",
    "GET /v1/queues/{point}/tickets",
    "GET /v1/receipts/{receipt_id}",
    "GET /v1/refunds",
    "GET /v1/statistics",
    "GET /v1/statistics/certified-copies",
    "GET /v1/statistics/corrections",
    "GET /v1/supervision-checks",
    "GET /v1/tickets/{ticket_id}",
    "GET /v1/verification/{token}",
}
"""Codes, states, numbers, offices and officers."""

_OFFICERS_ONLY = {"GET /v1/dossiers/{dossier_id}/handovers", "GET /v1/post-lists"}
"""Whose schema has a word for people that here means officers, or is left empty in a list."""
_PERSONAL = {
    *("owner", "owner_name", "full_name", "identity_number", "phone", "email", "address", "holder", "bill"),
    *("receiver", "receiver_name", "requester", "payer", "payee", "representative", "form_data", "file_name"),
    *("person", "helper", "content"),
}


def _answers() -> dict[str, tuple[set[str], set[str]]]:
    """Return of every address the property names of its good answers, and their media types."""
    document = document_of("dossier")
    schemas = document["components"]["schemas"]
    found: dict[str, tuple[set[str], set[str]]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method in {"options", "head"}:
                continue
            contents = [
                (kind, content.get("schema", {}))
                for status, answer in operation["responses"].items()
                if status.startswith("2")
                for kind, content in answer.get("content", {}).items()
            ]
            names = {name for _, schema in contents for name in _names(schema, schemas, frozenset())}
            found[f"{method.upper()} {path}"] = (names, {kind for kind, _ in contents})
    return found


def _names(schema: dict[str, Any], schemas: dict[str, Any], seen: frozenset[str]) -> set[str]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return set() if name in seen else _names(schemas[name], schemas, seen | {name})
    below = [schema[key] for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict)]
    below += [one for key in ("anyOf", "oneOf", "allOf") for one in schema.get(key, ())]
    below += schema.get("properties", {}).values()
    return set(schema.get("properties", {})).union(*(_names(one, schemas, seen) for one in below))


ANSWERS = _answers()


def _logged_words() -> set[str]:
    """Return what the service writes into the access log, the fixed beginning of what says what for."""
    found: set[str] = set()
    for file in ROOT.glob("use_cases/**/*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in {
                "log_reading",
                "log_access",
            }:
                given = [*node.args, *(word.value for word in node.keywords)]
                for one in given:
                    first = one.values[0] if isinstance(one, ast.JoinedStr) else one
                    if isinstance(first, ast.Constant) and isinstance(first.value, str):
                        found.add(first.value)
    return found


def test_every_address_is_in_one_table() -> None:
    told = [*LOGGED, *OWN, *ACTED, *NOBODY]
    assert sorted(told) == sorted(set(told))
    asked = {
        address
        for address, (names, kinds) in ANSWERS.items()
        if address.startswith("GET ") or names & _PERSONAL or kinds - {"application/json"}
    }
    assert asked - set(told) == set(), "say whether these are logged"
    assert set(told) - set(ANSWERS) == set(), "these are gone"


@pytest.mark.parametrize("address", sorted(NOBODY - _OFFICERS_ONLY))
def test_what_holds_nobody_names_nobody(address: str) -> None:
    names, _ = ANSWERS[address]
    assert names & _PERSONAL == set()


def test_what_is_said_to_be_logged_is_written_by_the_service() -> None:
    assert set(LOGGED.values()) - _logged_words() == set()


def test_what_the_service_logs_is_in_the_table() -> None:
    """A word of the log that no address stands for was left behind, or its address is in the wrong table."""
    acted = {"late-entry"}
    assert _logged_words() - {""} - set(LOGGED.values()) == acted
