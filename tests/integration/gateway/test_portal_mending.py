"""Mending the portal's side: by the version seen, and only what is there and was refused."""

from uuid import uuid4

import pytest

from kernel.testing.running import an_event
from tests.integration.gateway.portal_dossiers import ADossier
from tests.integration.gateway.portal_world import World, a_world

SYNC = "/api/v1/portal-sync"
MAPPING = f"{SYNC}/mappings/PROCEDURE/1.004873"


@pytest.fixture
async def world(start):
    async with a_world(start) as found:
        yield found


async def test_a_mapping_is_changed_by_who_saw_it(world: World):
    first = await world.ask("GET", MAPPING, "giam-sat")
    assert (first.status_code, first.headers["etag"], first.json()["portal_code"]) == (200, '"0"', None)
    put = [{"portal_code": code} for code in ("1.000001", "1.000002")]
    assert (await world.ask("PUT", MAPPING, body=put[0])).status_code == 428
    assert (await world.ask("PUT", MAPPING, body=put[0], seen='"0"')).status_code == 204
    late = await world.ask("PUT", MAPPING, body=put[1], seen='"0"')
    assert (late.status_code, late.json()["code"]) == (412, "stale-version")
    second = await world.ask("GET", MAPPING)
    assert (second.json()["portal_code"], second.json()["changed_by"]) == ("1.000001", "quan-tri")
    changed = await world.ask("PUT", MAPPING, body=put[1], seen=second.headers["etag"])
    assert (changed.status_code, changed.headers["etag"]) == (204, '"2"')


async def test_a_procedure_mapped_by_a_localised_code_is_found_however_a_sender_writes_it(world: World):
    """Both generations of its agency, without it, or with another: the only one there is is meant (2.3)."""

    async def mapped(ours: str, theirs: str) -> int:
        address = f"{SYNC}/mappings/PROCEDURE/{ours}"
        return (await world.ask("PUT", address, body={"portal_code": theirs}, seen='"0"')).status_code

    async def leads_to(written: str) -> str:
        link = await world.gateway.client.get("/nop-ho-so", params={"MaTTHC": written})
        return link.headers["location"].partition("?")[0].rpartition("/")[2]

    assert await mapped("H99.TT.07", "1.004873.000.00.00.H99") == 204
    for written in ("1.004873.000.00.00.H99", "1.004873.H99", "1.004873", "1.004873.H99.14"):
        assert await leads_to(written) == "H99.TT.07", written
    assert await mapped("H99.TT.09", "1.004873.H99") == 409, "the same code in its other form"
    assert await mapped("H99.TT.08", "1.004873.H99.14") == 204
    assert await leads_to("1.004873.000.00.14.H99") == "H99.TT.08"
    assert await leads_to("1.004873") == "1.004873", "of two nobody can tell which is meant"
    assert await mapped("H99.TT.17", "1.003560.H99") == 204
    assert await leads_to("1.003560.H56") == "1.003560.H56", "another province's is no variant of ours"
    assert await leads_to("1.003560") == "H99.TT.17"
    ours = {"code": "1.003560", "sector": "G15-TP07", "sector_name": "Hộ tịch"}
    await world.gateway.receive(an_event("procedure.published.v1", "1.003560", ours))
    assert await leads_to("1.003560.H99") == "H99.TT.17"
    for written in ("1.003560", "1.003560.H56", "1.003560.H99.14"):
        assert await leads_to(written) == "1.003560", "what we tell under its own code comes back as ours"


@pytest.mark.parametrize(
    "place",
    [
        "inbound/{id}/replay",
        "ledger/{id}:1:0/replay",
        "ledger/{id}:99999999999999999999:0/replay",
        "ledger/{id}:1:99999999999/replay",
        "ledger/x/replay",
        "files/{id}/revocation",
    ],
)
async def test_what_is_not_there_is_not_found(world: World, place: str):
    answer = await world.ask("POST", f"{SYNC}/{place.format(id=uuid4())}", body={})
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_only_a_refused_row_is_told_again(world: World):
    mine = ADossier()
    await world.hears(mine.to_the_end())
    answer = await world.ask("POST", f"{SYNC}/ledger/{mine.id}:2:0/replay", body={})
    assert (answer.status_code, answer.json()["code"]) == (409, "not-refused")
    await world.gateway.runtime.pool.execute(
        "UPDATE portal_ledger SET state = 'REFUSED', version = version + 5"
    )
    for place, status in ((":1_0:0", 404), (":\u0661\u0660:0", 404), (":10:0", 200)):
        answer = await world.ask("POST", f"{SYNC}/ledger/{mine.id}{place}/replay", body={})
        assert answer.status_code == status, (place, answer.text)
