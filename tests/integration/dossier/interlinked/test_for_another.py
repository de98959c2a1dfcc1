"""Who hands in a whole group for somebody shows by what right, and acts no longer than that holds."""

from typing import Any

import pytest

from tests.builders.dossier.kin import BIRTH, CARD, FATHER, RESIDENCE, Kin, staff
from tests.builders.dossier.office import COMMUNE
from tests.integration.dossier.test_authorizations import BINH, OWNER, REPRESENTATIVE, ended, recorded
from tests.integration.dossier.test_representatives import LACKING, a_paper

DESK = staff("ONE_STOP_OFFICER", COMMUNE, "mot-cua")
ROADS = {
    "online": ("/v1/interlinked-dossiers", BINH, "ONLINE"),
    "counter": ("/v1/counter-interlinked-dossiers", DESK, "DIRECT"),
}
WHOLE_GROUP = {"procedures": [BIRTH, RESIDENCE, CARD]}


async def tried(kin: Kin, road: str, **changed: Any) -> Any:
    """Let Bình hand the group in for An."""
    path, by, channel = ROADS[road]
    body = await kin.submission_of_group(by, owner=OWNER, channel=channel, **changed)
    return await kin.service.post(path, body, by)


async def sees(kin: Kin, path: str) -> int:
    """Return what Bình is answered."""
    return int((await kin.service.get(path, BINH)).status_code)


async def listed(kin: Kin, by: Any) -> list[str]:
    """Return the references in somebody's list."""
    answer = await kin.service.get("/v1/interlinked-dossiers", by)
    return [one["reference"] for one in answer.json()["items"]]


@pytest.mark.parametrize("road", list(ROADS))
async def test_nobody_hands_a_group_in_for_another_without_the_paper(kin: Kin, road: str) -> None:
    """The paper, its scope, its time: as for one dossier, refused before anything is kept."""
    by = ROADS[road][1]
    bare = await tried(kin, road, representative=REPRESENTATIVE)
    assert (bare.status_code, len(bare.json()["errors"])) == (422, 3)
    for changed, path in LACKING:
        answer = await tried(kin, road, representative=await a_paper(kin, by, **changed))
        assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, path), answer.text
    assert await kin.service.count("interlinked_parents") == 0
    answer = await tried(kin, road, representative=await a_paper(kin, by))
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("road", list(ROADS))
async def test_a_recorded_authorisation_counts_for_every_member_or_not_at_all(kin: Kin, road: str) -> None:
    """One that names the first procedure only lets nobody begin the others."""
    for given, named, status in (
        (WHOLE_GROUP, REPRESENTATIVE | {"identity_number": "099088000099"}, (422, 403)),
        ({"procedures": [BIRTH]}, REPRESENTATIVE, (403,)),
        (WHOLE_GROUP, REPRESENTATIVE, (201,)),
    ):
        authority = (await recorded(kin, FATHER, **given))["authorization_id"]
        answer = await tried(kin, road, representative=named, authorization_id=authority)
        assert answer.status_code in status, answer.text
    assert await kin.service.count("interlinked_parents") == 1


async def test_an_owner_names_no_representative_by_a_record_that_is_not_theirs(kin: Kin) -> None:
    """What is named is looked up, whoever hands in."""
    none = "01981a00-0000-7000-8000-000000000000"
    body = await kin.submission_of_group(representative=REPRESENTATIVE, authorization_id=none)
    answer = await kin.service.post("/v1/interlinked-dossiers", body, FATHER)
    assert (answer.status_code, answer.json()["code"]) == (403, "not-authorized")


async def test_once_revoked_the_representative_knows_neither_parent_nor_children(kin: Kin) -> None:
    """Also a child that begins afterwards: it goes on for the owner alone."""
    given = await recorded(kin, FATHER, **WHOLE_GROUP)
    seen = (await tried(kin, "online", authorization_id=given["authorization_id"])).json()
    own = f"/v1/interlinked-dossiers/{seen['interlinked_dossier_id']}"
    birth = f"/v1/dossiers/{seen['members'][0]['dossier_id']}"
    assert [await sees(kin, path) for path in (own, f"{own}/history", birth)] == [200, 200, 200]
    assert await listed(kin, BINH) == [seen["reference"]]
    await kin.granted(seen, BIRTH)
    assert (await ended(kin, given, FATHER)).status_code == 200
    await kin.advance()
    card = f"/v1/dossiers/{(await kin.child(seen, CARD))['dossier_id']}"
    for path in (own, f"{own}/history", birth, card):
        assert await sees(kin, path) == 404, path
    assert (await kin.on(await kin.parent(seen), "withdrawal", BINH, reason="x")).status_code == 404
    assert await listed(kin, BINH) == []
    assert await listed(kin, FATHER) == [seen["reference"]]
    assert (await kin.service.get(card, FATHER)).status_code == 200
