"""Made-up requests about things that are there: what one answer told, the next ones ask about.

For nights (`make fuzz`), at the door of a stack that has played the demonstration's day. Ids that are made up
end at 404, whatever else is asked; these do not.
"""

import copy
import json
import os
import random
import re
import subprocess
import sys
from collections import Counter, defaultdict
from typing import Any
from uuid import uuid4

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.core.failures import Failure, FailureGroup

from tests.e2e.citizens import Gateway
from tests.e2e.databases import Databases
from tests.e2e.running_stack import ROOT, RunningStack, running_stack

# A part of a file in tus's words is bytes like any others, and so is a sheet.
for media_type in (
    "application/offset+octet-stream",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
):
    schemathesis.serializer.alias(media_type, "application/octet-stream")
SEED = os.environ.get("FUZZ_SEED", "")
ROUNDS = max(2, int(os.environ.get("FUZZ_EXAMPLES", "6")) // 10)
"""A round asks each of five hundred operations twice."""
pytestmark = [
    pytest.mark.skipif(not SEED, reason="for nights: make fuzz gives FUZZ_SEED"),
    pytest.mark.timeout(3_600),
]
NO_PACE = dict.fromkeys(("tracking", "public", "person", "staff", "service", "sign-in", "rejected"))
SETTINGS = {"GATEWAY_RATE_LIMITS": json.dumps(NO_PACE)}
EVERY_ROLE = (
    *("ADMIN", "CASHIER", "CATALOG_APPROVER", "CATALOG_EDITOR", "CLERK", "ONE_STOP_MANAGER"),
    *("ONE_STOP_OFFICER", "POSTAL_AGENT", "SIGNER", "SPECIALIST", "SUPERVISOR", "SURVEY_ANALYST"),
    "TEAM_LEAD",
)
OFFICERS = ("can-bo-mai", "can-bo-diep", "can-bo-cuc", "can-bo-dang-thi-hue")
"""Four of one agency, who may do everything: what two have to do is done by two of them."""
PEOPLE = ("cong-dan-an", "cong-dan-binh")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
PLACE = re.compile(r"{([^}]+)}")
KEPT_OF_A_NAME = 40
NAMING = ("id", "ids", "code", "codes", "agency", "version")


class Known:
    """What answers told, by the name it is asked for under."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._told: dict[str, dict[str, None]] = defaultdict(dict)

    def hear(self, path: str, answer: Any) -> None:
        """Remember the codes and ids of an answer; a thing's own are also those of the address's noun."""
        if answer.content and "application/json" in answer.headers.get("content-type", [""])[0]:
            parts = [part for part in path.split("/") if not part.startswith("{")]
            self._hear(_singular(parts[-1]), answer.json())

    def _hear(self, noun: str, said: Any) -> None:
        for name, value in said.items() if isinstance(said, dict) else ():
            if isinstance(value, dict | list):
                self._hear(noun if name in {"items", "results"} else _singular(name), value)
            elif (isinstance(value, str) and 0 < len(value) < 100) or name == "version":
                for one in {name, f"{noun}_{name}"}:
                    self._keep(one, value)
        for one in said if isinstance(said, list) else ():
            self._hear(noun, one)

    def _keep(self, name: str, value: Any) -> None:
        kept = self._told[name]
        kept.pop(value, None)
        kept[value] = None
        if len(kept) > KEPT_OF_A_NAME:
            del kept[next(iter(kept))]

    def one(self, name: str, path: str = "") -> Any:
        """Return one of a name, preferably of the noun the address stands at; None where nothing was told."""
        noun = _singular(path.partition("{" + name + "}")[0].rstrip("/").rpartition("/")[2])
        short = name.rpartition("_")[2]
        for wanted in (f"{noun}_{name}", name, f"{noun}_{short}", f"{noun}_id", f"{noun}_code", short):
            if found := self._told.get(wanted):
                return self._chance.choice(list(found))
        return None


def _singular(noun: str) -> str:
    noun = noun.replace("-", "_")
    return f"{noun[:-3]}y" if noun.endswith("ies") else noun.removesuffix("s")


def test_requests_about_what_is_there_get_documented_answers(record_figure):
    with running_stack(**SETTINGS) as stack:
        _played(stack)
        wrong, succeeded, said, silent = _asked(stack)
    record_figure("answers", str(dict(said)))
    record_figure("operations that did it", f"{len(succeeded)}, never {len(silent)}: {sorted(silent)}")
    assert wrong == {}
    assert len(succeeded) > 150


def _played(stack: RunningStack) -> None:
    ports = json.dumps(stack.ports.named())
    command = [sys.executable, "-m", "demo", "--stack-data", str(stack.data), "--ports", ports]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=300)
    databases = Databases(stack)
    databases.rows(
        "gateway",
        "UPDATE staff SET roles = $2::jsonb WHERE subject = ANY($1)",
        list(OFFICERS),
        json.dumps(EVERY_ROLE),
    )


def _asked(stack: RunningStack) -> tuple[dict[str, str], set[str], Counter[int], set[str]]:
    """Return what was wrong by operation and status, what was done, the statuses, and what never was done."""
    chance = random.Random(SEED)
    known, said = Known(chance), Counter[int]()
    succeeded: set[str] = set()
    wrong: dict[str, str] = {}
    with Gateway(stack.gateway) as door:
        document = httpx.get(f"{stack.gateway}/openapi.json").json()
        schema = schemathesis.openapi.from_dict(document)
        schema.config.update(base_url=stack.gateway)
        operations = [found.ok() for found in schema.get_all_operations()]
        described = {one.label: document["paths"][one.path][one.method] for one in operations}
        operations = [one for one in operations if not _is_stream(described[one.label])]
        made_up = {one.label: _made_up(one) for one in operations}
        for _ in range(ROUNDS):
            tokens = [door.token(one) for one in (*OFFICERS, *PEOPLE)]
            chance.shuffle(operations)
            for operation in sorted([*operations, *operations], key=lambda one: one.method != "get"):
                told, label = described[operation.label], operation.label
                case = _about(known, operation, told, chance.choice(made_up[label]), chance)
                answer = case.call(headers=_headers(case, told, chance.choice(tokens), stack.gateway))
                said[answer.status_code] += 1
                if answer.status_code < 400:
                    succeeded.add(label)
                    known.hear(operation.path, answer)
                if fault := _fault(case, answer):
                    wrong.setdefault(f"{label} {answer.status_code}", fault)
    return wrong, succeeded, said, {one.label for one in operations} - succeeded


def _fault(case: Any, answer: Any) -> str:
    """Return what the document does not say of an answer; blank for nothing."""
    try:
        # Asked for with `fields` a line has those only, as the document says.
        case.validate_response(answer, checks=CHECKS[: 3 if "fields" in case.query else 4])
    except (FailureGroup, Failure) as fault:
        return str(fault)[:2000]
    return ""


def _is_stream(described: Any) -> bool:
    return any("text/event-stream" in one.get("content", {}) for one in described["responses"].values())


def _made_up(operation: Any) -> list[Any]:
    """Return right requests of an operation, as the document describes them."""
    found: list[Any] = []

    @seed(f"{SEED} {operation.label}")
    @settings(
        max_examples=ROUNDS,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def keep(case: Any) -> None:
        found.append(case)

    keep()
    return found


def _about(known: Known, operation: Any, described: Any, made_up: Any, chance: random.Random) -> Any:
    """Return the contract's example or a made-up request, about things that are there."""
    places = {
        name: known.one(name, operation.path) or made_up.path_parameters[name]
        for name in PLACE.findall(operation.path)
    }
    query = {} if chance.random() < 0.5 else _known(dict(made_up.query or {}), known, chance)
    asked = [one for one in described.get("parameters", ()) if one["in"] == "query"]
    required = {one["name"] for one in asked if one.get("required")}
    for name in required:
        query.setdefault(name, known.one(name) or (made_up.query or {}).get(name))
    content = described.get("requestBody", {}).get("content", {})
    example = content.get("application/json", {}).get("example")
    body = example if example is not None and chance.random() < 0.7 else made_up.body
    told = {"body": _known(copy.deepcopy(body), known, chance), "media_type": made_up.media_type}
    return operation.Case(path_parameters=places, query=query, **(told if content else {}))


def _known(said: Any, known: Known, chance: random.Random) -> Any:
    """Return what is said with known ids and codes where it names things."""
    if isinstance(said, list):
        return [_known(one, known, chance) for one in said]
    if not isinstance(said, dict):
        return said
    found = {}
    for name, value in said.items():
        other = known.one(_singular(name) if isinstance(value, list) else name)
        if name.endswith(NAMING) and other is not None and chance.random() < 0.8:
            found[name] = [other] if isinstance(value, list) else other
        else:
            found[name] = _known(value, known, chance)
    return found


def _headers(case: Any, described: Any, token: str, url: str) -> dict[str, str]:
    """Return who asks, under a key of its own, having seen the thing as it stands."""
    found = {"Authorization": f"Bearer {token}"}
    if case.method.lower() != "get":
        found["Idempotency-Key"] = uuid4().hex
    if any(one["name"].lower() == "if-match" for one in described.get("parameters", ())):
        address = case.formatted_path
        while "/" in address.removeprefix("/api/v1/"):
            read = httpx.get(f"{url}{address}", headers={"Authorization": f"Bearer {token}"})
            if read.is_success and "etag" in read.headers:
                found["If-Match"] = _version(read)
                return found
            address = address.rpartition("/")[0]
        found["If-Match"] = '"1"'
    return found


def _version(read: httpx.Response) -> str:
    """Return which version was seen: a weak tag is of the words only, the number stands among them."""
    tag = read.headers["etag"]
    told = read.json() if tag.startswith("W/") else {}
    is_told = isinstance(told, dict) and "version" in told
    return f'"{told["version"]}"' if is_told else tag.removeprefix("W/")
