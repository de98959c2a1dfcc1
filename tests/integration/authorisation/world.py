"""All five services behind one door in one process, with something of every kind at one commune."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kernel.testing.running import TEST_KEY, RunningService, a_service, an_event
from services.gateway.domain.routes import ROUTES, Route
from tests.builders.catalog.administration import a_province
from tests.builders.dossier.office import HANDED_OUT, PDF, RECEIVER, Office, a_citizen
from tests.integration.authorisation.asking import InProcess
from tests.integration.authorisation.callers import (
    HERE,
    PEOPLE,
    SECRET,
    Standing,
    clients,
    directory,
    everybody,
)

Start = Callable[..., Awaitable[RunningService]]
SERVICES = ("catalog", "dossier", "notify", "survey")
NO_PACE = dict.fromkeys(
    ("tracking", "public", "person", "staff", "service", "sign-in", "rejected", "mail", "kiosk", "display")
)
NOTHING = "0193f5c2-7d41-7c30-9a56-2f1f8a3c9e10"
_STATE_FOR = {
    "submitted": ("acceptance", "refusal", "intake-supplement-request", "cancellation"),
    "accepted": ("handover",),
    "at_issue": ("result",),
    "issued": ("return", "result-recall", "archiving"),
    "returned": ("result-correction-draft", "result-correction"),
}


_MONTH = "from=2026-03-01&to=2026-03-31"
QUERIES = {
    "/api/v1/indices/satisfaction": f"{_MONTH}&agency={HERE}",
    "/api/v1/indices/petitions": f"{_MONTH}&agency={HERE}",
    "/api/v1/indices/petitions/items": f"{_MONTH}&agency={HERE}&number=LATE",
    "/api/v1/statistics": f"{_MONTH}&agency={HERE}",
    "/api/v1/statistics/dossiers": f"{_MONTH}&agency={HERE}&number=received",
    "/api/v1/statistics/corrections": _MONTH,
    "/api/v1/queues/{point}/figures": _MONTH,
    "/api/v1/queues/{point}/groups/{code}/slots": "day=2026-03-04",
    "/api/v1/dossier-search": "q=Nguyen+Van+An",
    "/api/v1/staff": f"agency={HERE}",
    "/api/v1/certified-copies": "year=2026",
    "/api/v1/cash-drawer": "day=2026-03-03",
    "/api/v1/intake-batches/template": "procedure=1.004873",
    "/api/v1/payment-requests": "what=OPEN",
    "/api/v1/procedure-review-figures": "first=2026-01-01&last=2026-12-31",
    "/api/v1/messages": f"dossier_id={NOTHING}",
    **{f"/api/v1/certified-copies{kind}": _MONTH for kind in (".pdf", ".xlsx")},
    **{f"/api/v1/register{kind}": f"{_MONTH}&agency={HERE}" for kind in ("", ".pdf", ".xlsx")},
}
"""What an address must be read with; always about here."""


@dataclass
class World:
    """The door, and what there is to ask about."""

    door: RunningService
    app: Any
    dossiers: dict[str, dict[str, Any]] = field(default_factory=dict)
    things: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, dict[str, str]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    """What was refused by a code nobody promised."""

    def target(self, route: Route) -> str:
        """Return the address of a route with what there is filled in."""
        root = route.path.split("/")[3]
        parts = []
        for part in route.path.split("/"):
            if not part.startswith("{"):
                parts.append(part)
            elif root == "dossiers":
                parts.append(str(self.dossier_for(route)["dossier_id"]))
            else:
                parts.append(self.things.get(f"{root}/{part}", self.things.get(part, NOTHING)))
        query = QUERIES.get(route.path, "") if route.method == "GET" else ""
        return "/".join(parts) + (f"?{query}" if query else "")

    def dossier_for(self, route: Route) -> dict[str, Any]:
        """Return the dossier in the state an action is for."""
        action = route.path.rpartition("/")[2]
        state = next((state for state, actions in _STATE_FOR.items() if action in actions), "in_process")
        return self.dossiers[state]


async def build(start: Start, folder: Path) -> World:
    """Start everything and fill it."""
    behind = {name: await start(name) for name in SERVICES}
    callers = everybody()
    staff = [directory(one) for one in callers if one.role]
    users = folder / "users.json"
    users.write_text(json.dumps({"people": PEOPLE, "staff": staff}), encoding="utf-8")
    door = await start(
        "gateway",
        internal_private_jwk=json.dumps(TEST_KEY),
        public_url="http://127.0.0.1:8000",
        development_issuer=True,
        sample_users_file=str(users),
        service_clients=clients(),
        rate_limits=NO_PACE,
        **{f"{name}_url": f"http://{name}" for name in SERVICES},
    )
    apps = {name: _app_of(service) for name, service in behind.items()}
    behind_it = InProcess(apps)
    door.runtime.resources = replace(door.runtime.resources, upstream=behind_it)
    await door.receive(*(an_event("staff.changed.v1", str(one["subject"]), one) for one in staff))
    world = World(door, _app_of(door), broken=behind_it.broken)
    await _fill_catalogue(behind["catalog"])
    await _fill_dossiers(world, await Office(behind["dossier"]).open())
    for one in callers:
        world.tokens[one.name] = await _shown(door, one)
    return world


def _app_of(service: RunningService) -> Any:
    return service.client._transport.app


async def _shown(door: RunningService, standing: Standing) -> dict[str, str]:
    """Return the header that shows who is asking."""
    if standing.name == "anonymous":
        return {}
    form = {"grant_type": "urn:motcua:development", "subject": standing.subject}
    if standing.scope:
        form = {"grant_type": "client_credentials", "client_id": standing.scope, "client_secret": SECRET}
    answer = await door.client.post("/oidc/token", data=form)
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def _fill_catalogue(catalog: RunningService) -> None:
    answer = await catalog.post("/v1/imports", a_province(), a_service("catalog.import"))
    assert answer.status_code == 200, answer.text


async def _fill_dossiers(world: World, office: Office) -> None:
    world.dossiers = {
        "submitted": await office.submitted(),
        "accepted": await office.accepted(),
        "in_process": await office.in_process(),
        "at_issue": await office.at_issue(),
        "issued": await office.issued(),
    }
    handed = {"delivery": "COUNTER", **HANDED_OUT}
    world.dossiers["returned"] = await office.act(await office.issued(), "return", RECEIVER, **handed)
    main = str(world.dossiers["in_process"]["dossier_id"])
    seen = await office.read(world.dossiers["in_process"], a_citizen())
    files = [file for part in seen["components"] for file in part["attachment_ids"]]
    citizen = a_citizen()
    draft = await office.service.post("/v1/drafts", {"procedure_code": "1.004873"}, citizen)
    upload = await office.service.post(
        "/v1/uploads",
        b"",
        citizen,
        headers={
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(len(PDF)),
            "Upload-Metadata": "filename dG8ta2hhaQ==",
        },
    )
    assert draft.status_code == upload.status_code == 201, (draft.text, upload.text)
    world.things = {
        "{dossier_id}": main,
        "{id}": str(files[0]),
        "{draft_id}": str(draft.json()["draft_id"]),
        "uploads/{id}": upload.headers["location"].rpartition("/")[2],
        "{code}": HERE,
        "procedures/{code}": "1.004859",
        "{point}": "mot-cua-201",
        "{day}": "2026-03-03",
        "{year}": "2026",
        "{subject}": "thu-ly",
        "{token}": "a" * 32,
    }


def routes() -> list[Route]:
    """Return every route but one: HEAD and OPTIONS say nothing of their own."""
    return [route for route in ROUTES if route.method != "OPTIONS"]
