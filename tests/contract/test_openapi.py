"""HTTP contracts: the committed documents are the code's, sound, and hold what consumers rely on."""

import json
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from contracts.limits import MOST_PORTAL_FILES
from stack.contracts import FOLDER, as_text, document_of
from stack.plan import SERVICES

CONSUMERS = sorted(
    path
    for path in (Path(__file__).parents[2] / "contracts" / "consumers").glob("*.json")
    # What we need of systems outside is proved against their simulators.
    if path.stem.rpartition("--")[2] in SERVICES
)


@pytest.mark.parametrize("name", SERVICES)
def test_the_committed_document_is_the_codes(name):
    committed = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert committed == as_text(document_of(name)), "stale: run `make contracts` and review the difference"


@pytest.mark.parametrize("name", SERVICES)
def test_the_document_is_valid_and_every_operation_has_a_name_and_an_answer(name):
    document = document_of(name)
    validate(document)
    names = [
        operation["operationId"]
        for path in document["paths"].values()
        for method, operation in path.items()
        if method in {"get", "post", "put", "patch", "delete"}
    ]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", SERVICES)
def test_no_name_of_a_schema_tells_where_its_code_lies(name):
    """Two models of one name are told apart by their modules: moving a file would rename the contract."""
    schemas = document_of(name).get("components", {}).get("schemas", {})
    assert [one for one in schemas if "__" in one] == []


def _resolve(document, schema):
    while "$ref" in schema:
        target = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        schema = target
    return schema


@pytest.mark.parametrize("file", CONSUMERS, ids=lambda path: path.stem)
def test_a_provider_still_offers_what_a_consumer_relies_on(file):
    provider = file.stem.rpartition("--")[2]
    document = json.loads((FOLDER / f"{provider}.json").read_text(encoding="utf-8"))
    interactions = json.loads(file.read_text(encoding="utf-8"))
    assert interactions
    for one in interactions:
        path, method = one["request"]["path"], one["request"]["method"].lower()
        operation = document["paths"][path][method]
        answer = _resolve(document, operation["responses"][str(one["status"])])
        content = answer.get("content", {}).get("application/json")
        if not one["fields"]:
            continue
        schema = _resolve(document, content["schema"])
        # A field under an open object is proved where the pair runs; the object itself must be named.
        named = {field.partition(".")[0] for field in one["fields"]}
        missing = named - set(schema["properties"])
        assert not missing, f"{method} {path} lost {missing}"


def test_a_message_of_the_portal_has_as_many_files_at_the_dossier_service_as_the_gateway_fetches() -> None:
    schemas = json.loads((FOLDER / "dossier.json").read_text("utf-8"))["components"]["schemas"]
    for name in ("PortalIn", "PortalSupplementIn"):
        assert schemas[name]["properties"]["attachments"]["maxItems"] == MOST_PORTAL_FILES
