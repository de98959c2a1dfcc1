"""Every operation asked of what is not there, by who may and who may not: no code its document lacks.

What is answered is held against the promises by `tests.plugin_promises`; here is whoever provokes it.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from kernel.core.caller import Caller
from kernel.core.ids import new_id
from kernel.testing.running import RunningService, a_person, a_staff_member
from tests.integration.catalog.asking import Start, filled_with
from tests.plugin_promises import CONTRACTS

_DOCUMENT = json.loads((CONTRACTS / "openapi" / "catalog.json").read_text(encoding="utf-8"))
_EXAMPLES = CONTRACTS / "examples" / "catalog"
_OF_NO_ROW = ("9.999999", "H99.999", "khong-co")
_NO_ROW = str(new_id())
CALLERS: tuple[Caller, ...] = (
    a_staff_member("ADMIN", "CATALOG_EDITOR", "CATALOG_APPROVER", "SUPERVISOR", agency="H99"),
    a_staff_member("ONE_STOP_OFFICER", agency="H99.201"),
    a_person(),
)


async def nothing_named(running: RunningService) -> None:
    """Fill a catalogue in which none of these exists."""
    await filled_with(running, {})


@pytest.fixture
async def catalog(start: Start) -> RunningService:
    return await start("catalog", filled=nothing_named)


def _operations() -> Iterator[tuple[str, str, str, Mapping[str, Any]]]:
    for path, methods in _DOCUMENT["paths"].items():
        for method, one in methods.items():
            yield one["operationId"], method.upper(), path, one


def _addresses(path: str, operation: Mapping[str, Any]) -> Iterator[str]:
    """Yield an address of nothing for each kind of code there is; one is enough without a code."""
    named = [one for one in operation.get("parameters", ()) if one["in"] == "path"]
    for code in _OF_NO_ROW if named else ("",):
        given = {one["name"]: _of_kind(one["schema"], code) for one in named}
        yield path.format(**given)


def _of_kind(schema: Mapping[str, Any], code: str) -> str:
    known = {"uuid": _NO_ROW, "date": "2026-03-03"}
    return known.get(schema.get("format", ""), "999999" if schema.get("type") == "integer" else code)


def _body(name: str) -> Any:
    file = _EXAMPLES / f"{name}.json"
    told = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return told.get("request") if isinstance(told, dict) else None


async def test_what_is_not_there_is_refused_by_a_promised_code(catalog: RunningService) -> None:
    broken: set[str] = set()
    for name, method, path, operation in _operations():
        for address in dict.fromkeys(_addresses(path, operation)):
            for caller in CALLERS:
                headers = catalog.headers(caller, version=1)
                try:
                    await catalog.client.request(method, address, headers=headers, json=_body(name))
                except AssertionError as unpromised:
                    broken.add(str(unpromised).partition("\n")[0])
    assert not broken, "\n".join(sorted(broken))
