"""A number is a person only with its kind and country; an account is known by the citizen's own number."""

from typing import Any

import pytest

from services.dossier.commands.history import verify_history
from services.dossier.commands.identities import reindex_identities
from services.dossier.use_cases.row_seals import ROW, seal_row
from services.dossier.use_cases.secrets import identity_index
from tests.builders.dossier.office import GATEWAY, PROCEDURE, RECEIVER, Office, a_citizen
from tests.integration.dossier.test_other_ways_in import a_walk_in

AN = a_citizen()
CHILD = {"identity_type": "OTHER", "identity_number": AN.identity_number, "full_name": "Trẻ Mới Sinh"}


def a_passport(country: str, number: str = "C1234567") -> dict[str, Any]:
    """Return somebody with a passport of a country."""
    known = {"identity_type": "PASSPORT", "identity_number": number, "nationality": country}
    return {"full_name": "Khamla", **known}


async def received(office: Office, owner: dict[str, Any]) -> dict[str, Any]:
    """Receive somebody's dossier at the counter."""
    answer = await office.service.post("/v1/counter-dossiers", a_walk_in(owner=owner), RECEIVER)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_another_kind_of_number_is_another_person(office: Office) -> None:
    """The digits of An's card on another paper: An does not see it, and it is no duplicate of An's."""
    await office.submitted()
    seen = await received(office, CHILD)
    assert seen["warnings"] == []
    assert (await office.service.get(f"/v1/dossiers/{seen['dossier_id']}", AN)).status_code == 404
    assert len((await office.service.get("/v1/dossiers", AN)).json()["items"]) == 1
    # Nor does An file as the owner of such a paper.
    body = await office.submission(AN, owner=CHILD)
    assert (await office.service.post("/v1/dossiers", body, AN)).status_code == 422


async def test_passports_of_two_countries_are_two_people(office: Office) -> None:
    """The same country and number again is the same person: a warning, and known at the counter."""
    await received(office, a_passport("LAO"))
    assert (await received(office, a_passport("KHM")))["warnings"] == []
    again = await received(office, a_passport("LAO", "c1234567"))
    assert again["warnings"][0]["details"]["count"] == 1
    for country, known in (("LAO", True), ("THA", False)):
        asked = {**a_passport(country), "procedure_code": PROCEDURE}
        del asked["full_name"]
        answer = await office.service.post("/v1/counter-look-ups", asked, RECEIVER)
        assert (answer.json()["person"] is not None) is known, answer.text


BABY = {"full_name": "Lê Bé", "identity_type": "NEWBORN", "birth_date": "2026-03-01"}
MOTHER = {"full_name": "Trần Thị Bình", "identity_number": "099192000022"}
BY_DOCUMENT = {"checked_by": "DOCUMENT", "no_receipt_reason": "Ký sổ giấy"}


async def test_a_newborns_result_goes_to_who_represents_it_and_the_portal_knows_it_by_them(
    office: Office,
) -> None:
    """Whoever says the child's name is not the child; the number on file is compared."""
    answer = await office.service.post(
        "/v1/counter-dossiers", a_walk_in(owner=BABY, representative=MOTHER), RECEIVER
    )
    seen = answer.json()
    view = (await office.service.get(f"/v1/portal-views/{seen['dossier_id']}", GATEWAY)).json()
    number = MOTHER["identity_number"]
    assert (view["owner"]["identity_number"], view["owner"]["representative_number"]) == (None, number)
    seen = await office.issued(await office.at_issue(seen))
    wrong = [
        {"receiver": "OWNER", "receiver_name": BABY["full_name"], "identity_number": "099192000033"},
        {"receiver": "OWNER", "receiver_name": BABY["full_name"], "identity_number": number},
        {"receiver": "REPRESENTATIVE", "receiver_name": "Trần Thị Bình", "identity_number": "099192000033"},
        {"receiver": "REPRESENTATIVE", "receiver_name": "Kẻ Lạ", "identity_number": number},
    ]
    for one in wrong:
        refused = await office.tried(seen, "return", RECEIVER, **BY_DOCUMENT, **one)
        assert (refused.status_code, refused.json()["code"]) == (409, "receiver-not-checked"), one
    hands = {"receiver": "REPRESENTATIVE", "receiver_name": "Trần Thị Bình", "identity_number": number}
    assert (await office.act(seen, "return", RECEIVER, **BY_DOCUMENT, **hands))["state"] == "RETURNED"


async def test_the_portal_is_told_nobody_elses_number_where_the_owner_has_one(office: Office) -> None:
    seen = await office.submitted()
    view = (await office.service.get(f"/v1/portal-views/{seen['dossier_id']}", GATEWAY)).json()
    assert view["owner"]["representative_number"] is None


@pytest.mark.parametrize(
    ("owner", "representative", "place"),
    [
        ({"full_name": "Lê An"}, None, "owner.identity_number"),
        ({"full_name": "Lê An", "identity_type": "OTHER"}, None, "owner.identity_number"),
        (BABY, {"full_name": "Trần Thị Bình"}, "representative.identity_number"),
    ],
)
async def test_a_dossier_the_portal_could_not_be_told_is_not_taken(
    office: Office, owner: dict[str, Any], representative: dict[str, Any] | None, place: str
) -> None:
    body = a_walk_in(owner=owner, representative=representative)
    answer = await office.service.post("/v1/counter-dossiers", body, RECEIVER)
    assert answer.status_code == 422
    assert [one["path"] for one in answer.json()["errors"]] == [place]


async def test_rows_of_before_are_indexed_anew_once(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """A row indexed by its digits alone is mended, sealed and proven; a second run finds nothing to do."""
    await office.submitted()
    seen = await received(office, CHILD)
    runtime = office.service.runtime
    async with runtime.unit_of_work() as unit:
        work = runtime.open_work(unit)
        old = identity_index(work.seals, AN.identity_number)
        await indexed_as_before(office, seen["dossier_id"], old, work.history_keys)
    assert (await office.service.get(f"/v1/dossiers/{seen['dossier_id']}", AN)).status_code == 200
    assert await reindex_identities(runtime, ()) == 0
    assert capsys.readouterr().out == "1 rows indexed anew, 0 left as they are\n"
    assert (await office.service.get(f"/v1/dossiers/{seen['dossier_id']}", AN)).status_code == 404
    assert await verify_history(runtime, []) == 0
    capsys.readouterr()
    assert await reindex_identities(runtime, ()) == 0
    assert capsys.readouterr().out == "0 rows indexed anew, 0 left as they are\n"
    assert (await office.act(seen, "handover", RECEIVER))["state"] == "PROCESSING"


async def test_what_was_changed_by_hand_is_not_sealed_anew(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """An index that no seal covers is left, counted, and told by the exit code."""
    seen = await received(office, CHILD)
    pool = office.service.runtime.pool
    await pool.execute("UPDATE dossiers SET owner_index = 'khac' WHERE id = $1", seen["dossier_id"])
    assert await reindex_identities(office.service.runtime, ()) == 1
    assert "1 left as they are" in capsys.readouterr().out
    assert await pool.fetchval("SELECT owner_index FROM dossiers") == b"khac"


async def indexed_as_before(office: Office, dossier_id: str, index: bytes | None, keys: Any) -> None:
    """Make a row what it was when every number was indexed by its digits alone."""
    names = ", ".join(ROW)
    pool = office.service.runtime.pool
    row = await pool.fetchrow(f"SELECT {names} FROM dossiers WHERE id = $1", dossier_id)
    seal = seal_row({**dict(row), "owner_index": index}, keys)
    told = (dossier_id, index, seal)
    await pool.execute("UPDATE dossiers SET owner_index = $2, head_seal = $3 WHERE id = $1", *told)
