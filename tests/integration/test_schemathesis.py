"""Requests made up from each service's own document: never a 5xx, always an answer it documents."""

import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)

from kernel.core.caller import Caller
from kernel.core.clock import SystemClock
from kernel.run import describe
from kernel.service import Service
from kernel.testing.running import TEST_KEY, TEST_PII_KEY, a_person, a_service, a_staff_member
from kernel.web.auth import TokenSigner, public_jwks
from services.gateway.domain.routes import ROUTES
from stack.servers import free_port
from tests.integration.conftest import service_named
from tests.plugin_promises import unpromised

# A part of a file in tus's words is bytes like any others.
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
schemathesis.serializer.alias(
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/octet-stream"
)

ROOT = Path(__file__).parents[2]
EXAMPLES_FOLDER = ROOT / "contracts" / "examples" / "catalog"
READY_SECONDS = 90
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "6"))
SEED = os.environ.get("FUZZ_SEED", "")
"""Empty: the same requests in each run. `make fuzz` gives a number and many more examples, for nights."""
TEST_SECONDS = 40 * EXAMPLES
ROLES = (
    "ONE_STOP_OFFICER",
    "ONE_STOP_MANAGER",
    "SPECIALIST",
    "TEAM_LEAD",
    "SIGNER",
    "CLERK",
    "SUPERVISOR",
    "CATALOG_EDITOR",
    "SURVEY_ANALYST",
)
CALLERS = (
    a_person("cong-dan", identity_number="099088000011", name="Nguyễn Văn Mẫu"),
    a_staff_member(*ROLES, agency="H99.201", subject="can-bo", unit="mot-cua"),
    a_service("catalog.import", "portal.intake", "portal.read", "outside.answer"),
)
NO_PORTAL, NO_DOSSIER = "portal-silent", "dossier: "
"""503s of a door that is alone in its run: neither the portal nor the dossier service is there."""


def no_defect(context, response, case) -> bool | None:
    """No 5xx but the one that says who outside did not answer."""
    if response.status_code == 503:
        said = response.json()
        if said["code"] == NO_PORTAL or said.get("detail", "").startswith(NO_DOSSIER):
            return None
    return not_a_server_error(context, response, case)


def no_refusal_nobody_promised(context, response, case) -> bool | None:
    """No code the operation does not have among its own."""
    method, path = response.request.method, urlsplit(response.request.url).path
    kind = response.headers.get("content-type", [""])[0]
    for name in ("catalog", "dossier", "gateway", "notify", "survey"):
        broken = unpromised(name, method, path, response.status_code, kind, response.content)
        assert not broken, broken


CHECKS = [
    no_defect,
    no_refusal_nobody_promised,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture
def databases() -> dict[str, str]:
    """Addresses of the databases of what was started, by service."""
    return {}


@pytest.fixture
async def serve(
    database_of: Callable[[Service], Awaitable[str]], tmp_path: Path, databases: dict[str, str]
) -> AsyncIterator[Callable[[str], Awaitable[str]]]:
    """Start a service's own process on loopback and give its address."""
    started: list[subprocess.Popen[bytes]] = []

    async def start(name: str, **more: str) -> str:
        port, operations = free_port(), free_port()
        databases[name] = await database_of(service_named(name))
        own = {
            "MODE": "development",
            "DATABASE_URL": databases[name],
            "BUS_URL": "memory://",
            "INTERNAL_JWKS": json.dumps(public_jwks(TEST_KEY)),
            "PII_KEY": TEST_PII_KEY,
            "PORT": str(port),
            "OPS_PORT": str(operations),
            "FILES_URL": (tmp_path / "files").as_uri(),
            **more,
        }
        process = subprocess.Popen(  # noqa: ASYNC220 - it starts before anything else runs.
            [sys.executable, "-m", f"services.{name}", "api"],
            cwd=ROOT,
            env={**os.environ, **{f"{name.upper()}_{key}": value for key, value in own.items()}},
        )
        started.append(process)
        _await_ready(f"http://127.0.0.1:{operations}", process)
        return f"http://127.0.0.1:{port}"

    yield start
    for process in started:
        process.terminate()
        assert process.wait(60) == 0


def _await_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + READY_SECONDS
    while True:
        assert process.poll() is None, "the service ended"
        try:
            if httpx.get(f"{url}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            assert time.monotonic() < until, "the service did not become ready"
        time.sleep(0.05)


@pytest.mark.timeout(TEST_SECONDS)
@pytest.mark.parametrize("name", ["catalog", "dossier", "notify", "survey"])
async def test_made_up_requests_get_documented_answers(name, serve):
    """Right and wrong requests of every kind of caller, the same ones in each run."""
    url = await serve(name)
    document = describe(service_named(name)).openapi()
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=url)
    asked = set()
    for found in schema.get_all_operations():
        operation = found.ok()
        _ask(operation, GenerationMode.POSITIVE, _token)
        described = document["paths"][operation.path][operation.method]
        # Nothing can be wrong where nothing is taken.
        if described.get("parameters") or "requestBody" in described:
            _ask(operation, GenerationMode.NEGATIVE, _token)
        asked.add((operation.method, operation.path))
    assert len(asked) == sum(len(methods) for methods in document["paths"].values())


@pytest.mark.timeout(TEST_SECONDS)
async def test_what_was_made_is_read_and_acted_on_with_documented_answers(serve):
    """Made from the contract's own example, then everything below its address, seen as it stands.

    The catalogue's, because it stands on nothing else; a dossier's journey is that of tests/e2e.
    """
    url = await serve("catalog")
    document = describe(service_named("catalog")).openapi()
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=url)
    operations = [found.ok() for found in schema.get_all_operations()]
    made, acted = [], 0
    for operation in operations:
        thing = _made(operation, document)
        if thing is not None:
            made.append(operation.path)
            for below in sorted(operations, key=lambda one: ORDER.index(one.method)):
                if _is_below(below.path, operation.path):
                    acted += _act(below, operation.path, thing, url)
    assert len(made) >= 5, made
    assert acted >= 10, "too little of what was made could be acted on"


FIRST_VERSION = '"1"'
"""What was made and has no reading of its own stands at."""
ORDER = ("get", "head", "options", "put", "patch", "post", "delete")


def _made(operation: Any, document: Any) -> str | None:
    """Make a thing by the example of its operation; return what it is called, None where none is made."""
    described = document["paths"][operation.path][operation.method]
    example = EXAMPLES_FOLDER / f"{described['operationId']}.json"
    if operation.method != "post" or "{" in operation.path or not example.exists():
        return None
    body = json.loads(example.read_text(encoding="utf-8")).get("request")
    case = operation.Case(body=body, media_type="application/json")
    answer = case.call(headers=_headers("post"))
    case.validate_response(answer, checks=CHECKS)
    told = answer.json() if answer.status_code == 201 else {}
    return next((str(told[one]) for one in ("id", "code", "draft_id", "upload_id") if one in told), None)


def _is_below(path: str, made: str) -> bool:
    return path.startswith(f"{made}/{{") and path.count("{") == 1


def _act(operation: Any, made: str, thing: str, url: str) -> int:
    """Ask one operation about a thing, with the version it has at that moment; return how often it did it."""
    done = 0
    parameter = operation.path.partition("{")[2].partition("}")[0]

    def asked(case: Any) -> None:
        nonlocal done
        case.path_parameters = {parameter: thing}
        if isinstance(case.body, dict) and parameter in case.body:
            case.body[parameter] = thing
        read = httpx.get(f"{url}{made}/{thing}", headers=_headers("get"))
        seen = read.headers.get("etag", FIRST_VERSION)
        headers = {**_headers(operation.method), "If-Match": seen}
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=CHECKS)
        done += answer.status_code < 300

    _tried(asked, operation, GenerationMode.POSITIVE, examples=max(2, EXAMPLES // 3))
    return done


def _headers(method: str) -> dict[str, str]:
    found = {"Authorization": f"Bearer {_token(CALLERS[1])}"}
    return found if method == "get" else {**found, "Idempotency-Key": uuid4().hex}


def _bounded(examples: int) -> settings:
    """Return so many examples of an operation, the same ones in each run unless there is a seed."""
    return settings(
        max_examples=examples,
        derandomize=not SEED,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def _tried(asked: Callable[[Any], None], operation: Any, mode: GenerationMode, *, examples: int) -> None:
    @_seeded(operation.label, mode)
    @_bounded(examples)
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        asked(case)

    ask()


LEADER = "quan-tri"
NO_PACE = dict.fromkeys(("tracking", "public", "person", "staff", "sign-in", "rejected"))


@pytest.mark.timeout(TEST_SECONDS)
async def test_made_up_requests_get_documented_answers_at_the_door(serve, databases, tmp_path):
    """What the gateway itself answers under /api; what it passes on is asked of its owners above."""
    named = {"subject": LEADER, "name": "Quản trị", "agency": "H99", "position": ""}
    users = {"people": [], "staff": [{**named, "roles": ["ADMIN", "SUPERVISOR"]}]}
    (tmp_path / "users.json").write_text(json.dumps(users), encoding="utf-8")
    url = await serve(
        "gateway",
        INTERNAL_PRIVATE_JWK=json.dumps(TEST_KEY),
        DEVELOPMENT_ISSUER="true",
        SAMPLE_USERS_FILE=str(tmp_path / "users.json"),
        RATE_LIMITS=json.dumps(NO_PACE),
    )
    connection = await asyncpg.connect(databases["gateway"])
    await connection.execute(
        "INSERT INTO staff (subject, version, name, agency, unit, roles, delegations, leaves)"
        " VALUES ($1, 1, 'Quản trị', 'H99', '', '[\"ADMIN\", \"SUPERVISOR\"]', '[]', '[]')",
        LEADER,
    )
    await connection.close()
    async with httpx.AsyncClient(base_url=url) as client:
        form = {"grant_type": "urn:motcua:development", "subject": LEADER}
        token = (await client.post("/oidc/token", data=form)).json()["access_token"]
        shown = {"Authorization": f"Bearer {token}"}
        allowed = await client.get("/api/v1/portal-sync/figures", headers=shown)
        assert allowed.status_code == 200, allowed.text
        document = (await client.get("/openapi.json")).json()

    own = {
        path: kept
        for path, methods in document["paths"].items()
        if (kept := {name: one for name, one in methods.items() if one["x-service"] == "gateway"})
    }
    schema = schemathesis.openapi.from_dict({**document, "paths": own})
    schema.config.update(base_url=url)
    asked = set()
    for found in schema.get_all_operations():
        operation = found.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            described = own[operation.path][operation.method]
            if mode is GenerationMode.POSITIVE or described.get("parameters") or "requestBody" in described:
                _ask(operation, mode, lambda caller: token if caller is not CALLERS[0] else "khong-phai-the")
        asked.add((operation.method, operation.path))
    routes = {(one.method.lower(), one.path) for one in ROUTES if one.service == "gateway"}
    assert len(asked) == len(routes) > 10


def _seeded(label: str, mode: GenerationMode) -> Callable[..., Any]:
    """Return what makes the requests of an operation the seed's; nothing without one."""
    return seed(f"{SEED} {label} {mode}") if SEED else lambda ask: ask


def _ask(operation, mode: GenerationMode, token_of: Callable[[Caller], str]) -> None:
    @_seeded(operation.label, mode)
    @_bounded(EXAMPLES)
    @given(case=operation.as_strategy(generation_mode=mode), caller=st.sampled_from(CALLERS))
    def ask(case, caller: Caller) -> None:
        headers = {"Authorization": f"Bearer {token_of(caller)}"}
        if operation.method.upper() != "GET":
            headers["Idempotency-Key"] = uuid4().hex
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=CHECKS)

    try:
        ask()
    except Unsatisfiable:
        # Where every text is right (a tag in If-None-Match, a word to look for) nothing wrong can be made up.
        if mode is GenerationMode.POSITIVE:
            raise


def _token(caller: Caller) -> str:
    token, _ = TokenSigner(TEST_KEY, SystemClock(timedelta(0))).sign(caller)
    return token
