"""Who looked at a person is found also where they looked at the whole submission only."""

from kernel.testing.running import a_staff_member
from tests.builders.dossier.kin import BIRTH, FATHER, POLICE, Kin, staff
from tests.builders.dossier.office import COMMUNE, an_agency

LEAD = staff("ONE_STOP_OFFICER", COMMUNE, "mot-cua")
POLICE_DESK = staff("ONE_STOP_OFFICER", POLICE, "mot-cua")
WATCHER = a_staff_member("SUPERVISOR", agency="H99", name="Thanh tra", subject="thanh-tra")


async def test_every_reading_of_a_submission_is_told_to_who_asks_about_its_person(kin: Kin) -> None:
    """The whole, its course, its slip, a page of them; each office's reading under its children's numbers."""
    seen = await kin.handed_in()
    await kin.accepted_child(seen, BIRTH)
    await kin.advance()
    parent = await kin.parent(seen, LEAD)
    own = f"/v1/interlinked-dossiers/{seen['interlinked_dossier_id']}"
    pool = kin.service.runtime.pool
    last = await pool.fetchval("SELECT max(id) FROM access_log")
    readings = ((own, LEAD), (f"{own}/history", LEAD), ("/v1/interlinked-dossiers", LEAD), (own, POLICE_DESK))
    for path, by in (*readings, (f"/v1/papers/{parent['slip_id']}", LEAD)):
        answer = await kin.service.get(path, by)
        assert answer.status_code == 200, answer.text
    rows = await pool.fetch("SELECT what, shown FROM access_log WHERE id > $1 AND what LIKE 'inter%'", last)
    members = {str(one["dossier_id"]) for one in parent["members"] if one["dossier_id"]}
    assert len(rows) == len(readings) + 1
    assert all(members <= {str(one) for one in row["shown"]} for row in rows)
    await kin.service.receive(an_agency("H99", kind="PEOPLES_COMMITTEE", level="PROVINCE"))
    asked = {"identity_number": FATHER.identity_number, "purpose": "Đơn số 12/2026"}
    told = (await kin.service.post("/v1/reading-look-ups", asked, WATCHER)).json()["items"]
    found = [(one["what"], one["subject"], one["via"]) for one in told if one["what"].startswith("inter")]
    assert {("interlinked-dossiers", LEAD.subject, "PAGE")} < set(found)
    assert ("interlinked-dossier", POLICE_DESK.subject, "PAGE") in found
    assert found.count(("interlinked-dossier", LEAD.subject, "PAGE")) >= 4
