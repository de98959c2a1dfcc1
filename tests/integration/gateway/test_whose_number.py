"""An identity number opens every dossier of its owner: it is one's own only where the issuer checked it."""

from pathlib import Path
from typing import Any

import pytest

from tests.builders.dossier.office import Office
from tests.integration.gateway.conftest import Open
from tests.integration.gateway.test_who_is_asking import ISSUER, RSA, VNEID, an_outside_token, bearer, public
from tests.serving import served

AN = "099088000011"
TELLS_NOTHING: dict[str, Any] = {"loAs": None, "IAL": None}


@pytest.mark.parametrize(
    ("told", "seen"),
    [
        ({"loAs": "LoA2"}, 1),
        ({"IAL": 2}, 1),
        ({"loAs": "LoA1"}, 0),
        ({"loAs": "LoA0", "acr": "LoA0"}, 0),
        ({"acr": "LoA2", "loAs": "LoA1"}, 0),
        ({}, 0),
    ],
    ids=str,
)
async def test_a_number_nobody_checked_opens_nothing(
    start: Any, open_door: Open, tmp_path: Path, told: dict[str, Any], seen: int
) -> None:
    """A dossier taken in at the counter for An: listed, read and withdrawn by her checked account alone."""
    office = await Office(await start("dossier", files_url=tmp_path.as_uri())).open()
    dossier = await office.accepted()
    async with served(office.service.client._transport.app) as url:  # type: ignore[attr-defined]
        door = await open_door(dossier_url=url, issuers=[{**VNEID, "jwks": public(RSA)}])
        office.service.clock.advance(door.clock.now() - office.service.clock.now())
        claims = {**TELLS_NOTHING, **told}
        token = an_outside_token(door, sub="ai-do", TechID="tech-ai-do", SoDinhDanh=AN, iss=ISSUER, **claims)
        listed = await door.client.get("/api/v1/dossiers", headers=bearer(token))
        assert (listed.status_code, len(listed.json()["items"])) == (200, seen)
        path = f"/api/v1/dossiers/{dossier['dossier_id']}"
        assert (await door.client.get(path, headers=bearer(token))).status_code == (200 if seen else 404)
        acting = {**bearer(token), "If-Match": f'"{dossier["version"]}"', "Idempotency-Key": "rut-ho-so-1"}
        withdrawn = await door.client.post(f"{path}/withdrawal", json={}, headers=acting)
        assert withdrawn.is_success == bool(seen), withdrawn.text
