"""The route table: every public address under /api, who owns it and who may use it. Data, not code."""

from dataclasses import dataclass
from enum import IntEnum

from services.gateway.domain.policy import (
    ANY_CALLER,
    ANYBODY,
    OFFICERS,
    PERSONS,
    SIGNED_IN,
    STAFF,
    Policy,
    machines,
)

MEGABYTE = 1_048_576
UPLOAD_BYTES = 25 * MEGABYTE


class Priority(IntEnum):
    """What is served last when everything cannot be: the lower, the longer it is served."""

    VITAL = 1
    NORMAL = 2
    HEAVY = 3


@dataclass(frozen=True, slots=True)
class Route:
    """One public address.

    The address at the service is the public one without `/api`, or with `renamed` (public prefix, prefix at
    the service) applied. `service` is `gateway` for what the gateway answers itself.
    """

    method: str
    path: str
    service: str
    policy: Policy
    priority: Priority = Priority.NORMAL
    timeout_seconds: float = 10.0
    max_body_bytes: int = MEGABYTE
    renamed: tuple[str, str] | None = None
    is_embeddable: bool = False
    """Other sites may show the answer: it runs nothing and holds nothing of whoever asks."""

    @property
    def upstream_path(self) -> str:
        """The path template in the service's own OpenAPI document."""
        return self.at_service(self.path)

    def at_service(self, path: str) -> str:
        """Return the service's address of a public one."""
        public, own = self.renamed or ("/api", "")
        return own + path.removeprefix(public)

    def to_public(self, path: str) -> str:
        """Return the public address of a service's own."""
        public, own = self.renamed or ("/api", "")
        return public + path.removeprefix(own)


def _catalog() -> list[Route]:
    reads = (
        "procedures",
        "procedures/{code}",
        "agencies",
        "agencies/{code}",
        "sectors",
        "calendars/{code}/{year}",
        "interlinked-groups",
    )
    found = [Route("GET", f"/api/v1/{path}", "catalog", ANYBODY) for path in reads]
    found += [
        Route("GET", "/api/v1/processes/{code}", "catalog", SIGNED_IN),
        Route("GET", "/api/v1/staff/{subject}", "catalog", STAFF | machines("catalog.import")),
    ]
    editors = machines("catalog.import") | Policy(roles=frozenset({"CATALOG_EDITOR"}))
    found += [
        Route("POST", "/api/v1/imports", "catalog", editors, Priority.HEAVY, 120.0, 32 * MEGABYTE),
        Route("GET", "/api/v1/imports/{import_id}", "catalog", editors),
        Route("GET", "/api/v1/imports/{import_id}/report.csv", "catalog", editors, Priority.NORMAL, 30.0),
        Route("GET", "/api/v1/open-data/procedures.json", "catalog", ANYBODY, Priority.HEAVY, 60.0),
        Route("GET", "/api/v1/open-data/procedures.csv", "catalog", ANYBODY, Priority.HEAVY, 60.0),
        Route("GET", "/api/v1/suggestions", "catalog", ANYBODY),
        Route("GET", "/api/v1/search-phrases", "catalog", editors),
        Route("POST", "/api/v1/search-phrases", "catalog", editors),
        Route("DELETE", "/api/v1/search-phrases", "catalog", editors),
        Route("PUT", "/api/v1/procedure-uses", "catalog", editors, Priority.HEAVY, 30.0, 4 * MEGABYTE),
    ]
    found += _readers()
    found += _publishing()
    found += _workflows()
    found += _administration()
    found += _calendars_and_laws()
    return found


def _calendars_and_laws() -> list[Route]:
    """Working calendars and the law behind procedures: read by anybody, kept by editors and approvers."""
    edit, approve = Policy(roles=frozenset({"CATALOG_EDITOR"})), Policy(roles=frozenset({"CATALOG_APPROVER"}))
    both = edit | approve
    seen = both | Policy(roles=frozenset({"SUPERVISOR"}))
    public = (
        "calendars/{code}/{year}/versions",
        "calendars/{code}/{year}/differences",
        "agencies/{code}/working-hours",
        "legal-documents",
        "legal-document",
        "legal-flags",
        "one-stop-points/{code}/postings",
    )
    kept: tuple[tuple[str, str, Policy], ...] = (
        ("GET", "calendar-decisions", both),
        ("POST", "calendar-decisions", edit),
        ("POST", "calendar-proposals", edit),
        ("GET", "calendar-decisions/{id}", both),
        ("PUT", "calendar-decisions/{id}", edit),
        ("GET", "calendar-decisions/{id}/preview", both),
        ("POST", "calendar-decisions/{id}/approval", approve),
        ("POST", "calendar-decisions/{id}/discard", both),
        ("GET", "calendar-warnings", both),
        ("GET", "catalog-reminders", both),
        ("PUT", "legal-document", edit),
        ("POST", "legal-relations", edit),
        ("POST", "legal-relations/removal", edit),
        ("GET", "legal-dirt", seen),
        ("GET", "law-tasks", seen),
        ("POST", "law-tasks/{id}/assignment", edit),
        ("POST", "law-tasks/{id}/closing", edit),
        ("GET", "procedure-reviews", seen),
        ("POST", "procedure-reviews", edit),
        ("POST", "procedure-reviews/{id}/decision", approve),
        ("POST", "procedure-reviews/{id}/outcome", edit),
        ("GET", "procedure-review-figures", seen),
        ("GET", "national-entries", seen),
        ("POST", "national-entries", edit),
        ("POST", "national-entries/{id}/completion", edit),
        ("POST", "one-stop-points/{code}/posting-checks", STAFF),
    )
    found = [Route("GET", f"/api/v1/{path}", "catalog", ANYBODY) for path in public]
    found.append(
        Route(
            "GET", "/api/v1/one-stop-points/{code}/posting-sheets", "catalog", ANYBODY, Priority.HEAVY, 30.0
        )
    )
    return found + [Route(method, f"/api/v1/{path}", "catalog", who) for method, path, who in kept]


def _readers() -> list[Route]:
    """Forms, pages, sheets, fragments, the map, feeds and followers: for anybody; drafts for editors."""
    reads = (
        "forms",
        "forms/{procedure}",
        "forms/{procedure}/versions",
        "pages",
        "pages/{code}",
        "directory",
        "feeds/procedures",
        *(f"feeds/{scope}/{{code}}" for scope in ("sectors", "agencies", "procedures")),
    )
    found = [Route("GET", f"/api/v1/{path}", "catalog", ANYBODY) for path in reads]
    found += [
        Route("GET", "/api/v1/procedures/{code}/fragment", "catalog", ANYBODY, is_embeddable=True),
        Route("GET", "/api/v1/procedures/{code}/sheet", "catalog", ANYBODY, Priority.HEAVY, 30.0),
        Route("GET", "/api/v1/processes/{code}/sheet.pdf", "catalog", SIGNED_IN, Priority.HEAVY, 30.0),
        Route("POST", "/api/v1/forms/{procedure}/validation", "catalog", ANYBODY),
        Route("POST", "/api/v1/subscriptions", "catalog", ANYBODY),
        Route("POST", "/api/v1/subscriptions/confirmation", "catalog", ANYBODY),
        Route("POST", "/api/v1/subscriptions/ending", "catalog", ANYBODY),
    ]
    editors, approvers = (Policy(roles=frozenset({role})) for role in ("CATALOG_EDITOR", "CATALOG_APPROVER"))
    for drafts in ("/api/v1/form-drafts", "/api/v1/page-drafts"):
        draft = f"{drafts}/{{draft_id}}"
        reads_of = (drafts, draft, f"{draft}/check", f"{draft}/differences")
        found += [Route("GET", path, "catalog", editors | approvers) for path in reads_of]
        found += [
            Route("POST", drafts, "catalog", editors),
            Route("PUT", draft, "catalog", editors),
            Route("POST", f"{draft}/submission", "catalog", editors),
            Route("POST", f"{draft}/return", "catalog", approvers),
            Route("POST", f"{draft}/approval", "catalog", approvers),
            Route("POST", f"{draft}/discarding", "catalog", editors | approvers),
        ]
    return found


def _publishing() -> list[Route]:
    """Versions of procedures, drafts, publication decisions, standard reasons."""
    of, reasons = "/api/v1/procedures/{code}", "/api/v1/standard-reasons"
    public = (*(f"{of}/{what}" for what in ("versions", "differences", "offerings")), reasons)
    found = [Route("GET", path, "catalog", ANYBODY) for path in public]
    editors, approvers = (Policy(roles=frozenset({role})) for role in ("CATALOG_EDITOR", "CATALOG_APPROVER"))
    readers = editors | approvers | Policy(roles=frozenset({"SUPERVISOR"}))
    drafts, decisions = "/api/v1/procedure-drafts", "/api/v1/publication-decisions"
    draft, decision = f"{drafts}/{{draft_id}}", f"{decisions}/{{decision_id}}"
    reads = (drafts, draft, decisions, decision, f"{decision}/preview")
    found += [Route("GET", path, "catalog", readers) for path in reads]
    found += [
        Route("GET", "/api/v1/procedure-figures", "catalog", ANYBODY, Priority.HEAVY),
        Route("POST", reasons, "catalog", editors),
        Route("PUT", f"{reasons}/{{code}}", "catalog", editors),
        Route("POST", drafts, "catalog", editors),
        Route("PUT", draft, "catalog", editors),
        Route("POST", f"{draft}/review", "catalog", editors),
        Route("POST", f"{draft}/withdrawal", "catalog", editors),
        Route("POST", f"{draft}/return", "catalog", approvers),
        Route("POST", f"{draft}/approval", "catalog", approvers),
        Route("POST", decisions, "catalog", editors),
        Route("PUT", decision, "catalog", editors),
        Route("POST", f"{decision}/withdrawal", "catalog", editors),
        Route("POST", f"{decision}/publication", "catalog", approvers, Priority.HEAVY, 60.0),
    ]
    return found


def _administration() -> list[Route]:
    """Agencies, their changes, places, ground and staff."""
    own, changes = "/api/v1/agencies/{code}/offerings", "/api/v1/agency-changes"
    points, units = "/api/v1/one-stop-points", "/api/v1/administrative-units"
    editors, approvers = (Policy(roles=frozenset({role})) for role in ("CATALOG_EDITOR", "CATALOG_APPROVER"))
    loader, member = machines("catalog.import"), "/api/v1/staff/{subject}"
    public = ("/api/v1/administrative-levels", own, points, units, f"{units}/{{code}}")
    found = [Route("GET", path, "catalog", ANYBODY) for path in public]
    inside = (changes, f"{changes}/{{change_id}}", f"{points}/{{code}}/officers", "/api/v1/staff")
    found += [Route("GET", path, "catalog", STAFF | loader) for path in inside]
    found += [
        Route("POST", f"{changes}/preview", "catalog", editors | approvers),
        Route("POST", changes, "catalog", approvers),
        Route("POST", own, "catalog", approvers),
        Route("POST", f"{own}/end", "catalog", approvers),
        Route("PUT", f"{points}/{{code}}", "catalog", editors),
        Route("POST", f"{units}/imports", "catalog", editors | loader, Priority.HEAVY, 120.0, 32 * MEGABYTE),
        Route("POST", "/api/v1/hamlet-mergers", "catalog", editors | approvers),
        Route("POST", f"{member}/secondments", "catalog", editors),
    ]
    by_oneself = (
        f"{member}/delegations",
        f"{member}/absences",
        "/api/v1/delegations/{delegation_id}/end",
        "/api/v1/absences/{absence_id}/end",
    )
    return [*found, *(Route("POST", path, "catalog", STAFF) for path in by_oneself)]


def _workflows() -> list[Route]:
    read = "/api/v1/processes/{code}"
    found = [
        Route("GET", f"{read}/{what}", "catalog", SIGNED_IN)
        for what in ("versions", "differences", "sheet", "drawing", "yaml", "simulation")
    ]
    group = "/api/v1/interlinked-groups/{code}"
    found += [
        Route("GET", path, "catalog", ANYBODY)
        for path in (
            group,
            *(f"{group}/{what}" for what in ("versions", "differences", "components", "appointment")),
        )
    ]
    editors, approvers = (Policy(roles=frozenset({role})) for role in ("CATALOG_EDITOR", "CATALOG_APPROVER"))
    for drafts in ("/api/v1/process-drafts", "/api/v1/interlinked-group-drafts"):
        one = f"{drafts}/{{draft_id}}"
        reads = (drafts, one, f"{one}/check", f"{one}/differences")
        found += [Route("GET", path, "catalog", editors | approvers) for path in reads]
        found += [
            Route("POST", drafts, "catalog", editors),
            Route("PUT", one, "catalog", editors),
            Route("POST", f"{one}/submission", "catalog", editors),
            Route("POST", f"{one}/return", "catalog", approvers),
            Route("POST", f"{one}/approval", "catalog", approvers),
            Route("POST", f"{one}/discarding", "catalog", editors | approvers),
        ]
    own = "/api/v1/process-drafts"
    found += [
        Route("GET", f"{own}/{{draft_id}}/{what}", "catalog", editors | approvers)
        for what in ("drawing", "simulation")
    ]
    return [*found, Route("POST", f"{own}/yaml", "catalog", editors)]


_ACTIONS: dict[str, Policy] = {
    "acceptance": OFFICERS,
    "intake-supplement-request": OFFICERS,
    "intake-supplement-answer": PERSONS | OFFICERS,
    "refusal": OFFICERS,
    "cancellation": PERSONS | OFFICERS,
    "handover": OFFICERS,
    "step-completion": OFFICERS,
    "supplement-request": OFFICERS,
    "supplement-request-approval": OFFICERS,
    "supplement-answer": PERSONS | OFFICERS,
    "resumption": OFFICERS,
    "withdrawal": PERSONS | OFFICERS,
    "withdrawal-decision": OFFICERS,
    "stop": OFFICERS,
    "result": OFFICERS,
    "result-recall": OFFICERS,
    "return": OFFICERS,
}


def _dossier() -> list[Route]:
    own = "/api/v1/dossiers"
    portal = machines("portal.intake")
    found = [
        Route(
            "POST",
            "/api/v1/attachments",
            "dossier",
            PERSONS | OFFICERS | portal,
            Priority.NORMAL,
            60.0,
            UPLOAD_BYTES,
        ),
        Route("GET", "/api/v1/attachments/{id}/content", "dossier", SIGNED_IN, Priority.HEAVY, 60.0),
        Route("POST", own, "dossier", PERSONS, Priority.VITAL),
        Route("POST", "/api/v1/counter-dossiers", "dossier", OFFICERS, Priority.VITAL),
        *(
            Route("POST", path, "dossier", portal, Priority.VITAL, 60.0, 70 * MEGABYTE)
            for path in ("/api/v1/portal-dossiers", "/api/v1/portal-dossiers/{portal_code}/supplement")
        ),
        Route("POST", "/api/v1/outside-results", "dossier", machines("outside.answer"), Priority.VITAL),
        Route("GET", "/api/v1/portal-views/{dossier_id}", "dossier", machines("portal.read")),
        Route("GET", own, "dossier", SIGNED_IN, Priority.HEAVY),
        Route("GET", "/api/v1/inbox", "dossier", STAFF),
        Route("GET", f"{own}/{{id}}", "dossier", SIGNED_IN),
        Route("GET", f"{own}/{{id}}/history", "dossier", SIGNED_IN),
        Route("GET", f"{own}/{{id}}/papers", "dossier", SIGNED_IN),
        Route("GET", "/api/v1/papers/{paper_id}", "dossier", SIGNED_IN, Priority.HEAVY, 30.0),
    ]
    found += [
        Route("POST", f"{own}/{{id}}/{action}", "dossier", policy, Priority.VITAL)
        for action, policy in _ACTIONS.items()
    ]
    return found


def _notify() -> list[Route]:
    # `inbox` is the officer's work in public; notify's own inbox of messages goes by another name.
    renamed = ("/api/v1/notifications", "/v1/inbox")
    return [
        Route("GET", "/api/v1/messages", "notify", STAFF),
        Route("GET", "/api/v1/preferences", "notify", SIGNED_IN),
        Route("PUT", "/api/v1/preferences", "notify", SIGNED_IN),
        Route("GET", "/api/v1/notifications", "notify", SIGNED_IN, renamed=renamed),
        Route("POST", "/api/v1/notifications/{id}/reading", "notify", SIGNED_IN, renamed=renamed),
    ]


def _survey() -> list[Route]:
    return [
        Route("GET", "/api/v1/invitations/{token}", "survey", ANYBODY),
        Route("POST", "/api/v1/invitations/{token}/response", "survey", ANYBODY),
        Route("GET", "/api/v1/indices/satisfaction", "survey", STAFF, Priority.HEAVY),
    ]


def _own() -> list[Route]:
    return [
        Route("GET", "/api/v1/tracking", "gateway", ANYBODY, Priority.VITAL),
        Route("GET", "/api/v1/session", "gateway", ANY_CALLER),
        *_portal_sync(),
    ]


def _portal_sync() -> list[Route]:
    own = "/api/v1/portal-sync"
    readers, menders = Policy(roles=frozenset({"SUPERVISOR", "ADMIN"})), Policy(roles=frozenset({"ADMIN"}))
    return [
        Route("GET", f"{own}/figures", "gateway", readers),
        Route("GET", f"{own}/ledger", "gateway", readers),
        Route("GET", f"{own}/differences", "gateway", readers, Priority.HEAVY),
        Route("GET", f"{own}/inbound", "gateway", readers),
        Route("POST", f"{own}/ledger/{{id}}/replay", "gateway", menders),
        Route("GET", f"{own}/inbound/{{id}}", "gateway", menders),
        Route("POST", f"{own}/inbound/{{id}}/correction", "gateway", menders),
        Route("POST", f"{own}/inbound/{{id}}/replay", "gateway", menders),
        Route("GET", f"{own}/procedures/{{local_code}}", "gateway", readers),
        Route("PUT", f"{own}/procedures/{{local_code}}", "gateway", menders),
        Route("POST", f"{own}/files/{{dossier_id}}/revocation", "gateway", menders),
    ]


ROUTES: tuple[Route, ...] = (*_catalog(), *_dossier(), *_notify(), *_survey(), *_own())
