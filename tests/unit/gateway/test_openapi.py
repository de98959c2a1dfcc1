"""One document of the whole door."""

import pytest

from services.gateway.clients.documents import read_documents
from services.gateway.domain.headers import PASSED_OUT
from services.gateway.domain.openapi import OperationMissing, compose
from services.gateway.domain.openapi_headers import HEADERS
from services.gateway.domain.policy import ANYBODY, PERSONS
from services.gateway.domain.routes import ROUTES, Route

READ = Route("GET", "/api/v1/procedures/{id}", "alpha", ANYBODY)
WRITE = Route(
    "POST", "/api/v1/notifications", "beta", PERSONS, renamed=("/api/v1/notifications", "/v1/inbox")
)


def a_document(path: str, method: str) -> dict[str, object]:
    shape = {"type": "object", "properties": {"part": {"$ref": "#/components/schemas/Part"}}}
    answer = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
    return {
        "paths": {path: {method: {"operationId": "do", "responses": {"200": answer}}}},
        "components": {"schemas": {"Thing": shape, "Part": {"type": "string"}}},
    }


def test_operations_of_all_services_stand_in_one_document() -> None:
    documents = {
        "alpha": a_document("/v1/procedures/{thing_id}", "get"),
        "beta": a_document("/v1/inbox", "post"),
    }
    composed = compose(documents, [READ, WRITE], is_strict=True)

    assert set(composed["paths"]) == {"/api/v1/procedures/{thing_id}", "/api/v1/notifications"}
    read = composed["paths"]["/api/v1/procedures/{thing_id}"]["get"]
    assert read["operationId"] == "alpha_do"
    assert read["security"] == []
    schema = read["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/AlphaThing"}
    schemas = composed["components"]["schemas"]
    assert schemas["BetaThing"]["properties"]["part"] == {"$ref": "#/components/schemas/BetaPart"}
    write = composed["paths"]["/api/v1/notifications"]["post"]
    assert write["security"]
    assert write["x-allowed"] == ["kind:person"]


def test_an_operation_its_service_does_not_have_is_a_defect() -> None:
    documents = {"alpha": a_document("/v1/other", "get")}
    with pytest.raises(OperationMissing, match="GET /v1/procedures"):
        compose(documents, [READ], is_strict=True)
    assert compose(documents, [READ])["paths"] == {}


@pytest.mark.parametrize("service", sorted({route.service for route in ROUTES} - {"gateway"}))
def test_every_public_operation_is_described_by_its_service(service: str) -> None:
    documents = read_documents()
    assert service in documents, f"contracts/openapi/{service}.json is not there: make contracts"
    compose({service: documents[service]}, ROUTES, is_strict=True)


def test_every_header_an_answer_may_carry_is_named() -> None:
    """Those that pass the door to the asker, and those it adds; the rest holds for every answer alike."""
    alike = {"content-length", "content-type", "content-encoding", "content-range", "accept-ranges"}
    alike |= {"content-security-policy", "x-accel-buffering"}
    of_tus = {"tus-checksum-algorithm", "tus-extension", "tus-max-size", "tus-version"}
    passed = {name.decode() for name in PASSED_OUT}
    assert passed - alike - of_tus <= {name.lower() for name in HEADERS}
    composed = compose(read_documents(), ROUTES)
    assert composed["components"]["headers"].keys() == HEADERS.keys()
    for path, operations in composed["paths"].items():
        for method, operation in operations.items():
            for status, answer in operation["responses"].items():
                named = set(answer["headers"])
                assert "X-Correlation-Id" in named
                assert ("Retry-After" in named) == (status in {"429", "503"}), (method, path, status)
            kept = {"post", "put", "patch", "delete"}
            success = [
                one for status, one in operation["responses"].items() if status in {"200", "201", "202"}
            ]
            assert all(("Idempotency-Replayed" in one["headers"]) == (method in kept) for one in success)
