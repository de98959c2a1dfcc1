"""The Python client calls what the document names, and takes only answers it names."""

import httpx
import pytest

from clients.python.client import Client, Operation, Undocumented

SUBMIT = {
    "operationId": "submit",
    "parameters": [
        {"name": "Idempotency-Key", "in": "header"},
        {"name": "limit", "in": "query"},
    ],
    "requestBody": {"required": True},
    "responses": {"201": {}, "409": {"x-codes": ["closed"]}, "404": {}},
}
DOCUMENT = {"paths": {"/api/v1/dossiers/{id}/notes": {"post": SUBMIT}}}


def a_client(answer: httpx.Response, seen: list[httpx.Request]) -> Client:
    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/openapi.json":
            return httpx.Response(200, json=DOCUMENT)
        seen.append(request)
        return answer

    client = Client("http://door")
    client._transport = httpx.MockTransport(handle)
    return client


def test_a_write_gets_a_key_of_its_own_unless_one_is_given():
    seen: list[httpx.Request] = []
    with a_client(httpx.Response(201, json={}), seen) as client:
        client.post("/api/v1/dossiers/7/notes", json={})
        client.post("/api/v1/dossiers/7/notes", json={}, headers={"Idempotency-Key": "mine"})
        client.post("/oidc/token", data={"a": "b"})
    keys = [request.headers.get("Idempotency-Key") for request in seen]
    assert len(keys[0]) == 32
    assert keys[1:] == ["mine", None]


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("/api/v1/dossiers/7/note", {"json": {}}),
        ("/api/v1/dossiers/7/8/notes", {"json": {}}),
        ("/api/v1/dossiers/7/notes", {"json": {}, "params": {"limitt": 1}}),
        ("/api/v1/dossiers/7/notes", {}),
    ],
)
def test_what_the_document_does_not_name_is_never_sent(path, options):
    seen: list[httpx.Request] = []
    with a_client(httpx.Response(201), seen) as client, pytest.raises(Undocumented):
        client.post(path, **options)
    assert seen == []


@pytest.mark.parametrize(
    ("answer", "is_taken"),
    [
        (httpx.Response(201, json={}), True),
        (httpx.Response(409, json={"code": "closed"}), True),
        (httpx.Response(409, json={"code": "open"}), False),
        (httpx.Response(404, json={"code": "anything"}), True),
        (httpx.Response(418, json={"code": "closed"}), False),
    ],
)
def test_an_answer_the_document_does_not_name_is_a_surprise(answer, is_taken):
    operation = Operation("/api/v1/dossiers/{id}/notes", SUBMIT)
    if is_taken:
        operation.check_answer(answer)
    else:
        with pytest.raises(Undocumented):
            operation.check_answer(answer)
