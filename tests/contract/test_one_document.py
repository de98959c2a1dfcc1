"""The door's one document: what a front-end developer is promised of every operation."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from kernel.run import describe
from services.gateway.api.openapi import own_document
from services.gateway.app import service
from services.gateway.clients.documents import CONTRACTS, fields_by_route, read_documents, read_told
from services.gateway.domain.openapi import compose
from services.gateway.domain.routes import ROUTES
from services.gateway.domain.tasks import OTHER, TASKS, task_of
from stack.contracts import as_text, problem_codes

JSON = "application/json"
UNSAFE = {"post", "put", "patch", "delete"}


@cache
def the_document() -> dict[str, Any]:
    documents = {**read_documents(), "gateway": own_document(describe(service))}
    return compose(documents, ROUTES, told=read_told(), is_strict=True)


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, methods in the_document()["paths"].items()
        for method, operation in methods.items()
    ]


OPERATIONS = operations()


def each(check: Callable[[str, dict[str, Any]], None]) -> None:
    """Hold a check against every operation, and name all that fail: hundreds of tests would take longer."""
    wrong = []
    for method, _, operation in OPERATIONS:
        try:
            check(method, operation)
        except (AssertionError, KeyError) as error:
            wrong.append(f"{operation['operationId']}: {type(error).__name__} {error}".splitlines()[0])
    assert wrong == []


def json_of(holder: dict[str, Any]) -> dict[str, Any]:
    return dict(holder.get("content", {}).get(JSON, {}))


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(references(one) for one in value.values()))
    return set().union(*(references(one) for one in value)) if isinstance(value, list) else set()


def test_it_holds_every_route_once_and_no_reference_leads_nowhere():
    """Each service's own document is validated elsewhere; what composing can break is what is named where."""
    for reference in references(the_document()):
        node = the_document()
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
    assert len(OPERATIONS) == len(ROUTES)
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(names) == len(set(names))


def test_it_is_ordered_by_task_and_every_route_has_one():
    named = [tag["name"] for tag in the_document()["tags"]]
    assert [route.path for route in ROUTES if task_of(route) == OTHER] == [], (
        "services/gateway/domain/tasks.py"
    )
    assert named == [task for task in TASKS if task in {task_of(route) for route in ROUTES}]
    for task in (
        "search",
        "start",
        "submit",
        "track",
        "answer",
        "pay",
        "rate",
        "inbox",
        "work",
        "sign",
        "return",
    ):
        assert task in named


def test_an_operation_says_what_it_needs_and_who_may_use_it():
    def check(method, operation):
        assert operation["summary"]
        assert len(operation["tags"]) == 1
        assert operation["security"] == [] or operation["x-allowed"]
        headers = {one["name"]: one for one in operation.get("parameters", ()) if one["in"] == "header"}
        if method in UNSAFE:
            assert headers["Idempotency-Key"]["required"] is not operation.get("x-key-is-optional", False)
            assert "428" not in operation["responses"] or headers["If-Match"]["required"]
        else:
            assert "Idempotency-Key" not in headers

    each(check)


def test_every_answer_has_a_schema():
    """Bytes may say that they are bytes by their media type alone."""

    def check(method, operation):
        for status, answer in operation["responses"].items():
            for kind, content in answer.get("content", {}).items():
                assert "json" not in kind or content["schema"], f"{status} {kind}"

    each(check)


def test_every_refusal_names_its_codes():
    def check(method, operation):
        refused = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
        assert {"422", "429", "503"} <= refused.keys() or method == "options"
        for status, answer in refused.items():
            known = answer.get("x-codes", [])
            # A write may be refused by what it writes to in ways no test has met yet.
            assert known or (method in UNSAFE and status in {"404", "409"}), f"{status} without a code"
            assert set(answer["content"]["application/problem+json"].get("examples", {})) == set(known)

    each(check)


def test_requests_and_answers_have_examples_that_fit():
    """A new operation is shown too: contracts/examples/<service>/<operation>.json."""

    def check(method, operation):
        shown = {"request": json_of(operation.get("requestBody", {}))}
        answers = [json_of(one) for status, one in operation["responses"].items() if status < "300"]
        shown["answer"] = max(answers, key=lambda one: "example" in one) if answers else {}
        for what, content in shown.items():
            if content:
                assert "example" in content, f"no example of {what}"
                schema = {**content["schema"], "components": the_document()["components"]}
                errors = [
                    error.message for error in Draft202012Validator(schema).iter_errors(content["example"])
                ]
                assert errors == [], what

    each(check)


def test_no_example_is_of_an_operation_that_is_gone():
    told = read_told()
    known = {(one["x-service"], one["operationId"].partition("_")[2]) for _, _, one in OPERATIONS}
    own = {"gateway": set(_names("gateway"))}
    for service_name, names in told.examples.items():
        assert {(service_name, name) for name in names} <= known
    for service_name, listed in told.codes.items():
        assert set(listed) <= {name for one, name in known if one == service_name} | own.get(
            service_name, set()
        )


def _names(name: str) -> list[str]:
    document = json.loads((CONTRACTS / "openapi" / f"{name}.json").read_text(encoding="utf-8"))
    return [one["operationId"] for methods in document["paths"].values() for one in methods.values()]


def test_problem_codes_are_the_codes_and_mean_one_thing():
    committed = (CONTRACTS / "problems" / "codes.json").read_text(encoding="utf-8")
    assert committed == as_text(problem_codes()), "stale: run `make contracts` and review the difference"
    told = read_told()
    for service_name, listed in told.codes.items():
        for name, codes in listed.items():
            for code in codes:
                assert told.owner_of(service_name, code), f"{service_name} {name}: nothing answers {code}"


def test_every_list_that_pages_does_so_in_the_same_way():
    """`limit` 1-100 and `cursor` in, `items` and `next_cursor` out, `fields` to choose; 40 lists and more."""
    found = 0
    for method, path, operation in OPERATIONS:
        content = json_of(operation["responses"].get("200", {}))
        given = {one["name"]: one for one in operation.get("parameters", ()) if one["in"] == "query"}
        page = _members(content.get("schema", {}))
        if method == "get" and ("next_cursor" in page or "cursor" in given):
            found += 1
            assert {"items", "next_cursor"} <= page.keys(), path
            assert given["limit"]["schema"]["maximum"] <= 1000, path
            assert given["limit"]["schema"]["minimum"] == 1, path
            assert given["cursor"]["schema"].get("maxLength"), path
            assert given["fields"]["schema"]["items"]["enum"], path
    assert found >= 40
    assert found == sum(bool(names) for names in fields_by_route().values())


def _members(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = the_document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return dict(schema.get("properties", {}))
