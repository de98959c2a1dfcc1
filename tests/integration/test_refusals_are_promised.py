"""Every operation asked of what is not there, by who may and who may not: no code its document lacks.

What is answered is held against the promises by `tests.plugin_promises`; here is whoever provokes it,
of all five services alike.
"""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from kernel.core.caller import Caller, CallerKind
from kernel.core.ids import new_id
from kernel.testing.running import (
    TEST_KEY,
    RunningService,
    a_person,
    a_service,
    a_staff_member,
    an_event,
)
from services.gateway.domain.routes import ROUTES
from tests.integration.catalog.asking import filled_with
from tests.plugin_promises import CONTRACTS

Start = Callable[..., Awaitable[RunningService]]

_OF_NO_ROW = ("9.999999", "H99.999", "khong-co")
_NO_ROW = str(new_id())
_SCOPES = tuple(sorted({scope for route in ROUTES for scope in route.policy.scopes}))
_ROLES = tuple(sorted({role for route in ROUTES for role in route.policy.roles}))
CALLERS: tuple[Caller, ...] = (
    a_staff_member(*_ROLES, agency="H99"),
    a_staff_member("ONE_STOP_OFFICER", agency="H99.201"),
    a_person(),
    a_service(*_SCOPES),
)
_NO_PACE = dict.fromkeys(
    ("tracking", "public", "person", "staff", "service", "sign-in", "rejected", "mail", "kiosk", "display")
)
Asking = tuple[RunningService, list[Mapping[str, str]]]


async def nothing_named(running: RunningService) -> None:
    """Fill a catalogue in which none of these exists."""
    await filled_with(running, {})


async def _a_service_and_who_asks(name: str, start: Start, folder: Path) -> Asking:
    """Start a service with nothing in it; return it with what each caller shows."""
    if name == "gateway":
        return await _the_door(start, folder)
    running = await start(name, filled=nothing_named) if name == "catalog" else await start(name)
    return running, [running.headers(caller) for caller in CALLERS]


async def _the_door(start: Start, folder: Path) -> Asking:
    """Start the door with nobody behind it: what it hands on is asked of its owners."""
    officers = [one for one in CALLERS if one.kind is CallerKind.STAFF]
    staff = [_listed(one) for one in officers]
    people = [{"subject": "cong-dan-an", "name": "Nguyễn Văn An", "account_type": "CITIZEN"}]
    (folder / "users.json").write_text(json.dumps({"people": people, "staff": staff}), encoding="utf-8")
    door = await start(
        "gateway",
        internal_private_jwk=json.dumps(TEST_KEY),
        public_url="http://127.0.0.1:8000",
        development_issuer=True,
        sample_users_file=str(folder / "users.json"),
        rate_limits=_NO_PACE,
    )
    await door.receive(*(an_event("staff.changed.v1", one.subject, _listed(one)) for one in officers))
    shown: list[Mapping[str, str]] = [{}]
    for subject in ("cong-dan-an", *(one.subject for one in officers)):
        form = {"grant_type": "urn:motcua:development", "subject": subject}
        token = (await door.client.post("/oidc/token", data=form)).json()["access_token"]
        shown.append({"Authorization": f"Bearer {token}"})
    return door, shown


def _listed(officer: Caller) -> dict[str, Any]:
    known = {"subject": officer.subject, "name": "Bùi Thị Lan", "agency": officer.agency, "unit": ""}
    return {**known, "roles": sorted(officer.roles), "position": "Công chức"}


def _operations(service: str) -> Iterator[tuple[str, str, str, Mapping[str, Any]]]:
    document = json.loads((CONTRACTS / "openapi" / f"{service}.json").read_text(encoding="utf-8"))
    for path, methods in document["paths"].items():
        for method, one in methods.items():
            if not _is_stream(one):
                yield one["operationId"], method.upper(), path, one


def _is_stream(operation: Mapping[str, Any]) -> bool:
    """Whether the answer has no end to wait for."""
    return "text/event-stream" in operation["responses"].get("200", {}).get("content", {})


def _addresses(path: str, operation: Mapping[str, Any]) -> Iterator[str]:
    """Yield an address of nothing for each kind of code there is; one is enough without a code."""
    named = [one for one in operation.get("parameters", ()) if one["in"] == "path"]
    for code in _OF_NO_ROW if named else ("",):
        given = {one["name"]: _of_kind(one["schema"], code) for one in named}
        yield path.format(**given)


def _of_kind(schema: Mapping[str, Any], code: str) -> str:
    known = {"uuid": _NO_ROW, "date": "2026-03-03"}
    return known.get(schema.get("format", ""), "999999" if schema.get("type") == "integer" else code)


def _body(service: str, name: str) -> Any:
    file = CONTRACTS / "examples" / service / f"{name}.json"
    told = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return told.get("request") if isinstance(told, dict) else None


@pytest.mark.parametrize("service", ["catalog", "dossier", "gateway", "notify", "survey"])
async def test_what_is_not_there_is_refused_by_a_promised_code(
    service: str, start: Start, tmp_path: Path
) -> None:
    running, shown = await _a_service_and_who_asks(service, start, tmp_path)
    broken: set[str] = set()
    for name, method, path, operation in _operations(service):
        body = _body(service, name)
        for address in dict.fromkeys(_addresses(path, operation)):
            for one in shown:
                headers = {**one, "Idempotency-Key": new_id().hex, "If-Match": '"1"'}
                try:
                    await running.client.request(method, address, headers=headers, json=body)
                except AssertionError as unpromised:
                    broken.add(str(unpromised).partition("\n")[0])
    assert not broken, "\n".join(sorted(broken))
