"""Who supervises reads what happens in their own house, and nothing that anybody wrote of a person."""

import pytest

from tests.builders.dossier.office import (
    COMMUNE,
    OTHER_COMMUNE,
    PROCEDURE,
    RECEIVER,
    Office,
    a_citizen,
    an_agency,
    an_officer,
)

TOLD = "Ông An 099088000011 phải nộp lại"


async def test_nothing_anybody_wrote_of_a_person_is_in_the_history_a_supervisor_reads(office: Office) -> None:
    """No note, no reason of an item, no paper; the officer and the party read on."""
    overseer = an_officer("SUPERVISOR", unit="giam-sat")
    items = [{"component_code": "to-khai", "reason": TOLD}]
    asked = await office.act(
        await office.submitted(), "intake-supplement-request", RECEIVER, items=items, reason=TOLD
    )
    path = f"/v1/dossiers/{asked['dossier_id']}/history"
    told = await office.service.get(path, overseer)
    assert told.status_code == 200
    assert "099088000011" not in told.text
    change = told.json()["items"][-1]["change"]
    assert (change["note"], change["supplement"]["items"], change["papers"]) == ("", [], [])
    assert change["supplement"]["answer_by"]
    for reader in (RECEIVER, a_citizen()):
        assert (await office.service.get(path, reader)).text.count(TOLD) == 2
    detail = await office.service.get(f"/v1/dossiers/{asked['dossier_id']}", overseer)
    assert "099088000011" not in detail.text


@pytest.mark.parametrize(
    ("agency", "level", "kind", "status"),
    [
        (COMMUNE, "COMMUNE", "PEOPLES_COMMITTEE", 200),
        (OTHER_COMMUNE, "COMMUNE", "PEOPLES_COMMITTEE", 404),
        ("H99.11", "PROVINCE", "DEPARTMENT", 404),
        ("H99", "PROVINCE", "PEOPLES_COMMITTEE", 200),
        ("H99.02", "PROVINCE", "SERVICE_CENTER", 200),
        ("H99.2", "PROVINCE", "DEPARTMENT", 404),
        ("H99", "COMMUNE", "OTHER", 200),
        ("H99.20", "COMMUNE", "OTHER", 404),
        (f"{COMMUNE}.01", "COMMUNE", "OTHER", 404),
        ("", "PROVINCE", "PEOPLES_COMMITTEE", 404),
    ],
)
async def test_a_supervisor_reads_dossiers_of_their_own_house(
    office: Office, agency: str, level: str, kind: str, status: int
) -> None:
    """What is under an agency begins with its number and a dot; the province's own read all."""
    if agency:
        await office.service.receive(an_agency(agency, level=level, kind=kind))
    overseer = an_officer("SUPERVISOR", "SIGNER", agency=agency, unit="lanh-dao")
    seen = await office.accepted()
    for path in ("", "/history"):
        answer = await office.service.get(f"/v1/dossiers/{seen['dossier_id']}{path}", overseer)
        assert answer.status_code == status, answer.text


async def test_a_supervisor_lists_and_opens_what_their_figures_count_and_nothing_else(
    office: Office,
) -> None:
    """Whom an agency stands under is the catalogue's word: the heir of that one, and nobody by its code."""
    above, heir = "H99.30", "H99.40"
    continuing = {"agency": heir, "by_procedure": {}}
    child = f"{COMMUNE}.01"
    await office.service.receive(
        an_agency(COMMUNE, parent=above),
        an_agency(child, parent="H99.50"),
        an_agency(above, valid_to="2026-03-02", successors=[heir], continuing=continuing),
        an_agency(heir),
    )
    seen = await office.accepted()
    path = f"/v1/dossiers/{seen['dossier_id']}"
    for agency in (COMMUNE, above, heir, child, "H99.50", OTHER_COMMUNE):
        overseer = an_officer("SUPERVISOR", agency=agency, unit="giam-sat", subject=f"giam-sat-{agency}")
        asked = {"from": "2026-03-01", "to": "2026-03-31", "number": "received"}
        told = await office.service.get("/v1/statistics/dossiers", overseer, params=asked)
        counted = [one["dossier_id"] for one in told.json()["items"]]
        status = 200 if counted else 404
        assert counted == ([seen["dossier_id"]] if agency in {COMMUNE, heir} else []), agency
        for read in (path, f"{path}/history"):
            assert (await office.service.get(read, overseer)).status_code == status, (agency, read)
        for narrowed in ({}, {"code": seen["dossier_code"]}, {"state": "ACCEPTED", "procedure": PROCEDURE}):
            listed = await office.service.get("/v1/dossiers", overseer, params=narrowed)
            assert [one["dossier_id"] for one in listed.json()["items"]] == counted, (agency, narrowed)


async def test_a_supervisor_pages_through_all_they_may_open_once_each(office: Office) -> None:
    """Of agencies under theirs, of those nobody told of by their code, and of the province's own all."""
    await office.service.receive(
        an_agency("H99", level="PROVINCE", kind="PEOPLES_COMMITTEE"), an_agency(OTHER_COMMUNE)
    )
    mine = [(await office.accepted())["dossier_id"] for _ in range(3)]
    pool = office.service.runtime.pool
    await pool.execute(
        "UPDATE dossiers SET helping_agency = $1, competent_agency = $2 WHERE id = $3",
        f"{COMMUNE}.99",
        OTHER_COMMUNE,
        mine[0],
    )
    await pool.execute("UPDATE dossiers SET receiving_agency = $1 WHERE id = $2", OTHER_COMMUNE, mine[0])

    async def listed(agency: str) -> list[str]:
        overseer = an_officer("SUPERVISOR", agency=agency, unit="giam-sat")
        found, cursor = [], ""
        while True:
            page = await office.service.get("/v1/dossiers", overseer, params={"limit": "1", "cursor": cursor})
            found += [one["dossier_id"] for one in page.json()["items"]]
            cursor = page.json()["next_cursor"]
            if not cursor:
                return found

    assert await listed(COMMUNE) == mine[::-1]
    assert await listed(OTHER_COMMUNE) == [mine[0]]
    assert await listed("H99") == mine[::-1]
    assert await listed("H99.11") == []
