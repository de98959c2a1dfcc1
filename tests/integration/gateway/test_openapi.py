"""The document a front-end developer reads, and the answers that keep it."""

import jsonschema

from kernel.testing.running import RunningService
from tests.integration.gateway.test_tracking import a_dossier_event, track


async def test_the_door_describes_its_own_operations(door: RunningService) -> None:
    document = (await door.client.get("/openapi.json")).json()
    assert document["openapi"] == "3.1.0"
    assert document["paths"]["/api/v1/tracking"]["get"]["security"] == []
    assert document["paths"]["/api/v1/session"]["get"]["security"]
    references = _references(document)
    assert references
    for reference in references:
        node = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


async def test_tracking_answers_as_the_document_says(door: RunningService) -> None:
    document = (await door.client.get("/openapi.json")).json()
    await door.receive(a_dossier_event("accepted", 2))
    schema = {"$ref": "#/components/schemas/GatewayTrackedDossier", "components": document["components"]}
    jsonschema.validate((await track(door)).json(), schema)


def _references(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [found for item in value.values() for found in _references(item)]
    if isinstance(value, list):
        return [found for item in value for found in _references(item)]
    return []
