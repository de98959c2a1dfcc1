"""Who acts for somebody shows by what right, and acts no longer than that holds."""

from datetime import datetime
from typing import Any

import pytest

from kernel.core.clock import VIETNAM
from tests.builders.dossier.office import RECEIVER, STRANGER, Office
from tests.integration.dossier.test_authorizations import (
    AN,
    BINH,
    OWNER,
    REPRESENTATIVE,
    ended,
    recorded,
    tried,
)
from tests.integration.dossier.test_other_ways_in import a_walk_in


async def a_paper(office: Office, by: Any, **changed: Any) -> dict[str, Any]:
    """Return Bình with the paper An signed."""
    paper = await office.upload(by, name="giay-uy-quyen.pdf")
    shown = {"authorization_attachment_id": paper, "scope": "Nộp hồ sơ", "valid_until": "2026-03-31"}
    return {**REPRESENTATIVE, **shown, **changed}


LACKING: list[tuple[dict[str, Any], str]] = [
    ({"authorization_attachment_id": None}, "representative.authorization_attachment_id"),
    ({"scope": None}, "representative.scope"),
    ({"scope": "  "}, "representative.scope"),
    ({"valid_until": None}, "representative.valid_until"),
    ({"valid_until": "2026-03-02"}, "representative.valid_until"),
    ({"valid_until": "2096-03-02"}, "representative.valid_until"),
]


async def handed_in(office: Office, road: str, representative: dict[str, Any]) -> Any:
    """Let Bình hand in for An, online or at the counter."""
    if road == "counter":
        body = a_walk_in(owner=OWNER, representative=representative)
        return await office.service.post("/v1/counter-dossiers", body, RECEIVER)
    body = await office.submission(BINH, owner=OWNER, representative=representative)
    return await office.service.post("/v1/dossiers", body, BINH)


@pytest.mark.parametrize("road", ["online", "counter"])
async def test_nobody_files_for_another_by_calling_themselves_representative(
    office: Office, road: str
) -> None:
    """Without the paper, its scope and its time nothing is kept; with them the dossier is."""
    by = RECEIVER if road == "counter" else BINH
    bare = await handed_in(office, road, REPRESENTATIVE)
    assert (bare.status_code, len(bare.json()["errors"])) == (422, 3)
    for changed, path in LACKING:
        answer = await handed_in(office, road, await a_paper(office, by, **changed))
        assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, path), answer.text
    assert await office.service.count("dossiers") == 0
    answer = await handed_in(office, road, await a_paper(office, by))
    assert answer.status_code == 201, answer.text


async def test_an_owner_who_files_alone_names_no_representative_without_a_paper(office: Office) -> None:
    """Else a name written there fetches the result later."""
    body = await office.submission(AN, owner=OWNER, representative=REPRESENTATIVE)
    assert (await office.service.post("/v1/dossiers", body, AN)).status_code == 422


async def test_a_revoked_representative_is_a_stranger(office: Office) -> None:
    """From the owner's word on: no sight, no list, no withdrawal, no result; the owner goes on."""
    given = await recorded(office)
    seen = (await tried(office, given)).json()
    own = "/v1/dossiers"
    assert "cancellation" in (await office.read(seen, BINH))["actions"]
    assert len((await office.service.get(own, BINH)).json()["items"]) == 1
    seen = await office.act(seen, "acceptance", RECEIVER)
    assert (await ended(office, given)).status_code == 200
    one = f"/v1/dossiers/{seen['dossier_id']}"
    for path in (one, f"{one}/history", f"{one}/evidence", f"{one}/payments"):
        assert (await office.service.get(path, BINH)).status_code == 404, path
    assert (await office.service.get(own, BINH)).json()["items"] == []
    assert (await office.tried(seen, "withdrawal", BINH)).status_code == 404
    assert "withdrawal" in (await office.read(seen, AN))["actions"]


@pytest.mark.parametrize("how", ["recorded", "paper"])
async def test_when_its_time_is_over_a_representative_is_a_stranger(office: Office, how: str) -> None:
    """On its last day it holds, the day after not; the paper's time counts as the record's."""
    if how == "recorded":
        answer = await tried(office, await recorded(office))
    else:
        answer = await handed_in(office, "online", await a_paper(office, BINH))
    seen = answer.json()
    for day, status, listed in (("2026-03-31T23:59:00", 200, 1), ("2026-04-01T00:00:00", 404, 0)):
        office.service.clock.set(datetime.fromisoformat(day).replace(tzinfo=VIETNAM))
        answer = await office.service.get(f"/v1/dossiers/{seen['dossier_id']}", BINH)
        assert answer.status_code == status
        assert len((await office.service.get("/v1/dossiers", BINH)).json()["items"]) == listed
    assert (await office.service.get(f"/v1/dossiers/{seen['dossier_id']}", STRANGER)).status_code == 404


async def test_a_revoked_representative_fetches_no_result(office: Office) -> None:
    """The counter hands it over before the owner's word and not after it."""
    given = await recorded(office)
    seen = (await tried(office, given)).json()
    seen = await office.act(seen, "acceptance", RECEIVER)
    seen = await office.issued(await office.at_issue(seen))
    assert (await ended(office, given)).status_code == 200
    handing = {
        "receiver": "REPRESENTATIVE",
        "receiver_name": BINH.name,
        "identity_number": BINH.identity_number,
        "checked_by": "DOCUMENT",
        "no_receipt_reason": "Ký sổ giấy",
    }
    refused = await office.tried(seen, "return", RECEIVER, **handing)
    assert (refused.status_code, refused.json()["code"]) == (403, "not-authorized"), refused.text
