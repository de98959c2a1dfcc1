"""Every write of the whole document, sent broken bodies over a real stack: a clear no, and nothing changed.

For nights (`make fuzz`): a made-up body for each of some hundred operations takes a minute.
"""

import copy
import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.e2e.citizens import Gateway
from tests.e2e.databases import Databases
from tests.e2e.running_stack import RunningStack, running_stack

SEED = os.environ.get("FUZZ_SEED", "")
A_FIELD = int(os.environ.get("FUZZ_EXAMPLES", "6"))
pytestmark = [
    pytest.mark.skipif(not SEED, reason="for nights: make fuzz gives FUZZ_SEED"),
    pytest.mark.timeout(900),
]
SETTINGS = {"GATEWAY_RATE_LIMITS": '{"person": null, "staff": null, "sign-in": null, "public": null}'}
EVERY_ROLE = (
    *("ADMIN", "CASHIER", "CATALOG_APPROVER", "CATALOG_EDITOR", "CLERK", "ONE_STOP_MANAGER"),
    *("ONE_STOP_OFFICER", "POSTAL_AGENT", "SIGNER", "SPECIALIST", "SUPERVISOR", "SURVEY_ANALYST"),
    "TEAM_LEAD",
)
OFFICER, CITIZEN = "can-bo-mai", "cong-dan-an"
NEVER_RIGHT = ("1e400", '"\\ud800"', '"\\u0000"', "9" * 400, "NaN", "[[[" * 50 + "]]]" * 50)
"""What no field of any operation takes, because nobody could keep it as it was said."""


def _broken(example: Any) -> Iterator[bytes]:
    """Yield bodies that are no JSON of an object, or hold what cannot be kept."""
    whole = json.dumps(example, ensure_ascii=False).encode()
    yield from (whole[: len(whole) // 2], whole[:-1], whole + b"x", whole * 2, b"\xff\xfe\x00", b"\x00")
    yield from (b"[" * 50_000, b'{"a":' * 3_000 + b"1" + b"}" * 3_000, b"null", b"[]", b"true", b'"x"', b"7")
    yield whole.replace(b'"', b'"\xc3\x28', 1)
    if isinstance(example, dict) and example:
        first = json.dumps(next(iter(example))).encode()
        yield whole[:-1] + b"," + first + b":1}"
        chosen = random.Random(f"{SEED}{whole!r}")
        for place in chosen.sample(sorted(_places(example), key=repr), k=min(A_FIELD, _count(example))):
            yield _with(example, place, chosen.choice(NEVER_RIGHT))


def _places(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for name, member in members:
        yield (*above, name)
        yield from _places(member, (*above, name))


def _count(value: Any) -> int:
    return sum(1 for _ in _places(value))


def _with(example: Any, place: tuple[Any, ...], said: str) -> bytes:
    """Return the example with something else, as it is written, in one place."""
    changed, mark = copy.deepcopy(example), uuid4().hex
    holder = changed
    for name in place[:-1]:
        holder = holder[name]
    holder[place[-1]] = mark
    return json.dumps(changed, ensure_ascii=False).replace(f'"{mark}"', said).encode("utf-8", "surrogatepass")


def test_a_broken_body_is_refused_by_every_write_and_changes_nothing(record_figure):
    with running_stack(**SETTINGS) as stack:
        said, wrong, changed = _tried(stack)
    record_figure("broken bodies refused", str(dict(said)))
    assert wrong == []
    assert changed == {}
    assert sum(said.values()) > 2_000


def _tried(stack: RunningStack) -> tuple[Counter[str], list[str], dict[str, int]]:
    """Return the statuses, what was wrong with answers, and the tables that have other rows than before."""
    databases = Databases(stack)
    databases.rows(
        "gateway", "UPDATE staff SET roles = $2::jsonb WHERE subject = $1", OFFICER, json.dumps(EVERY_ROLE)
    )
    said: Counter[str] = Counter()
    wrong = []
    with Gateway(stack.gateway) as door, httpx.Client(base_url=stack.gateway, timeout=30) as client:
        shown = {who: {"Authorization": f"Bearer {door.token(who)}"} for who in (OFFICER, CITIZEN)}
        document = client.get("/openapi.json").json()
        before = _rows(databases)
        for method, path, operation in _writes(document):
            example = operation["requestBody"]["content"]["application/json"].get("example", {})
            who = CITIZEN if operation.get("x-allowed") == ["kind:person"] else OFFICER
            address = _address(path)
            for body in _broken(example):
                sent = {**shown[who], "Idempotency-Key": uuid4().hex, "If-Match": '"1"'}
                sent["Content-Type"] = "application/json"
                answer = client.request(method, address, content=body, headers=sent)
                said[str(answer.status_code)] += 1
                fault = _fault(answer, operation)
                if fault:
                    wrong.append(f"{method} {path} {body[:60]!r}: {fault}")
        after = _rows(databases)
    return said, wrong, {name: after[name] for name in after if after[name] != before.get(name)}


def _fault(answer: httpx.Response, operation: dict[str, Any]) -> str:
    """Return what is wrong with an answer to a broken body; nothing when it is a clear, promised no."""
    if not 400 <= answer.status_code < 500:
        return f"{answer.status_code} {answer.text[:200]}"
    if answer.headers["content-type"] != "application/problem+json":
        return f"{answer.status_code} {answer.headers['content-type']}"
    promised = operation["responses"].get(str(answer.status_code))
    if promised is None:
        return f"{answer.status_code} is not in the document"
    return "" if len(answer.content) < 20_000 else f"{len(answer.content)} bytes"


def _writes(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the operations that read JSON, but imports of whole files, which read other forms too."""
    for path, operations in sorted(document["paths"].items()):
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {})
            if list(content) == ["application/json"]:
                yield method.upper(), path, operation


def _address(path: str) -> str:
    """Return an address with something in each place that nobody made."""
    while "{" in path:
        front, _, rest = path.partition("{")
        path = f"{front}{uuid4()}{rest.partition('}')[2]}"
    return path


def _rows(databases: Databases) -> dict[str, int]:
    """Return the rows of every table but those a job fills meanwhile, whatever is asked."""
    of_jobs = ("gateway.usage_", "catalog.legal_citations", "catalog.legal_readings")
    return {name: count for name, count in databases.row_counts().items() if not name.startswith(of_jobs)}
