"""An identity number opens every dossier of its owner: it is one's own only where the issuer checked it."""

from pathlib import Path
from typing import Any

import pytest

from tests.builders.dossier.office import PDF, Office
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


async def test_who_tells_a_number_nobody_checked_hands_in_where_that_is_sure_enough(
    start: Any, open_door: Open, tmp_path: Path
) -> None:
    """Level 1 hands in what asks for level 1 (ADR 0022), and sees it again by the account.

    What goes by the number is not told and not to be used: it may be somebody else's.
    """
    office = await Office(await start("dossier", files_url=tmp_path.as_uri())).open(identification_level=1)
    older = await office.accepted()
    async with served(office.service.client._transport.app) as url:  # type: ignore[attr-defined]
        door = await open_door(dossier_url=url, issuers=[{**VNEID, "jwks": public(RSA)}])
        office.service.clock.advance(door.clock.now() - office.service.clock.now())
        claims = {"SoDinhDanh": AN, "iss": ISSUER, "loAs": "LoA1", "IAL": None}
        own = bearer(an_outside_token(door, sub="an", TechID="tech-an", **claims))

        async def ask(path: str, key: str, body: dict[str, Any]) -> Any:
            headers = {**own, "Idempotency-Key": key}
            return await door.client.post(f"/api/v1/{path}", json=body, headers=headers)

        laid = {**own, "Idempotency-Key": "tep-1", "X-File-Name": "to-khai.pdf"}
        file = (await door.client.post("/api/v1/attachments", content=PDF, headers=laid)).json()
        given = {"component_code": "to-khai", "attachment_ids": [file["attachment_id"]]}
        body = {
            "procedure_code": "1.004873",
            "channel": "ONLINE",
            "owner": {"full_name": "Nguyễn Văn An", "identity_number": AN},
            "receiving_agency": "H99.201",
            "components": [given],
        }
        answer = await ask("dossiers", "nop-ho-so-1", body)
        assert answer.status_code == 201, answer.text
        (warning,) = answer.json()["warnings"]
        assert (warning["code"], older["dossier_code"] in answer.text) == ("open-duplicate", False)
        listed = (await door.client.get("/api/v1/dossiers", headers=own)).json()["items"]
        assert [one["dossier_id"] for one in listed] == [answer.json()["dossier_id"]]
        result = {"component_code": "to-khai", "result_id": "01a20acd-e042-73b0-a5b3-799b420ae738"}
        reusing = await ask("dossiers", "nop-ho-so-2", {**body, "components": [result]})
        assert (reusing.status_code, reusing.json()["code"]) == (403, "assurance-too-low")
        mine = await door.client.get("/api/v1/authorizations", headers=own)
        assert (mine.status_code, mine.json()["code"]) == (403, "assurance-too-low")
