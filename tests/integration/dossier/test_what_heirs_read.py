"""Of what an ended agency left its heir reads the register and the figures, and counts its promises again."""

from typing import Any

from services.dossier.jobs.recompute_due import RECOMPUTE_DUE
from services.dossier.jobs.write_exports import WRITE_EXPORTS
from tests.builders.dossier.office import COMMUNE, LEAD, RECEIVER, SIGNER, Office, an_officer
from tests.integration.dossier.test_agencies_that_end import HEIR, at_heir, merged, office
from tests.integration.dossier.test_bound_calendars import ASKED, MANAGER, STORM
from tests.integration.dossier.test_working_time import a_changed_year

__all__ = ["office"]

MARCH = {"from": "2026-03-01", "to": "2026-03-31"}


async def test_the_heirs_recomputation_reaches_what_it_goes_on_with(office: Office) -> None:
    """A closed day is no promise for having been promised by an agency that ended since."""
    seen = await office.in_process()
    await merged(office)
    await office.service.receive(a_changed_year(2, exceptions=STORM))

    async def asked(by: Any) -> str:
        command = (await office.service.post("/v1/due-recomputations", ASKED, by)).json()
        await office.service.run_job(RECOMPUTE_DUE)
        return f"/v1/due-recomputations/{command['command_id']}"

    path = await asked(at_heir(MANAGER))
    version = (await office.service.get(path, at_heir(MANAGER))).json()["version"]
    await office.service.post(f"{path}/approval", {}, at_heir(SIGNER), version=version)
    await office.service.run_job(RECOMPUTE_DUE)
    assert (await office.service.get(path, at_heir(MANAGER))).json()["moves"] == {"MOVED": 1}
    assert (await office.read(seen, at_heir(LEAD)))["due_at"] == "2026-03-09T17:30:00+07:00"
    stranger = an_officer("ONE_STOP_MANAGER", agency="H99.299", unit="mot-cua", subject="la")
    await office.service.receive(a_changed_year(3, exceptions=[]))
    assert (await office.service.get(await asked(stranger), stranger)).json()["moves"] == {}


async def test_the_heir_reads_the_register_it_keeps_now(office: Office) -> None:
    seen = await office.in_process()

    async def read(by: Any) -> Any:
        return await office.service.get("/v1/register", by, params={**MARCH, "agency": COMMUNE})

    assert (await read(at_heir(RECEIVER))).status_code == 403
    await merged(office)
    lines = (await read(at_heir(RECEIVER))).json()["items"]
    assert [one["dossier_code"] for one in lines] == [seen["dossier_code"]]
    for nobody in (at_heir(LEAD), an_officer("ONE_STOP_OFFICER", agency="H99.299", subject="la")):
        assert (await read(nobody)).status_code == 403


async def test_the_heirs_leaders_see_the_figures_of_what_it_works_now(office: Office) -> None:
    """By its own agency, in lists behind a number and in exports alike; nobody else's."""
    seen = await office.in_process()
    leader = an_officer("SIGNER", agency=HEIR, unit="lanh-dao", subject="lanh-dao-moi")

    async def received(by: Any) -> int:
        table = (await office.service.get("/v1/statistics", by, params=MARCH)).json()["items"]
        return int(table[0]["numbers"]["received"]) if table else 0

    assert await received(leader) == 0
    await merged(office)
    assert await received(leader) == 1
    assert await received(an_officer("SIGNER", agency="H99.299", subject="la")) == 0
    shown = {**MARCH, "number": "received"}
    listed = (await office.service.get("/v1/statistics/dossiers", leader, params=shown)).json()["items"]
    assert [one["dossier_id"] for one in listed] == [seen["dossier_id"]]
    days = {"first": MARCH["from"], "last": MARCH["to"], "number": "received"}
    wanted = {**days, "format": "xlsx", "reason": "Báo cáo quý"}
    export = (await office.service.post("/v1/exports", wanted, leader)).json()
    await office.service.run_job(WRITE_EXPORTS)
    done = (await office.service.get(f"/v1/exports/{export['export_id']}", leader)).json()
    assert (done["state"], done["rows_done"]) == ("READY", 1)
