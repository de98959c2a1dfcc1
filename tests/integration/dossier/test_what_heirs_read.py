"""Of what an ended agency left its heir reads the register and the figures, and counts its promises again."""

from dataclasses import replace
from typing import Any

import pytest

from services.dossier.commands.figures import rebuild_figures
from services.dossier.commands.history import verify_history
from services.dossier.jobs.continue_dossiers import CONTINUE_DOSSIERS
from services.dossier.jobs.find_anomalies import FIND_ANOMALIES
from services.dossier.jobs.realign_dossiers import REALIGN_DOSSIERS
from services.dossier.jobs.recompute_due import RECOMPUTE_DUE
from services.dossier.jobs.write_exports import WRITE_EXPORTS
from tests.builders.dossier.office import (
    CLERK,
    COMMUNE,
    HANDED_OUT,
    LEAD,
    PROCEDURE,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    Office,
    a_citizen,
    an_agency,
    an_officer,
)
from tests.integration.dossier.test_agencies_that_end import (
    HEIR,
    UNITS,
    at_heir,
    ended,
    heir,
    inbox,
    merged,
    office,
)
from tests.integration.dossier.test_bound_calendars import ASKED, MANAGER, STORM
from tests.integration.dossier.test_working_time import a_changed_year

__all__ = ["office"]

THIRD = "H99.230"
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
    assert await exported(office, leader) == ("READY", 1)


async def test_of_procedures_that_went_elsewhere_each_heir_reads_its_own(office: Office) -> None:
    """Figures, the list behind them, the export and the register's lines are whose the dossier is now."""
    service = office.service
    code = (await office.in_process())["dossier_code"]
    await split(office, PROCEDURE)
    for agency, found in ((HEIR, []), (THIRD, [code])):
        leader = an_officer("SIGNER", agency=agency, unit="lanh-dao", subject=f"lanh-dao-{agency}")
        table = (await service.get("/v1/statistics", leader, params=MARCH)).json()["items"]
        assert sum(one["numbers"]["received"] for one in table) == len(found)
        shown = {**MARCH, "number": "received"}
        listed = (await service.get("/v1/statistics/dossiers", leader, params=shown)).json()["items"]
        assert [one["dossier_code"] for one in listed] == found
        assert await exported(office, leader) == ("READY", len(found))
        counter = replace(RECEIVER, agency=agency, subject=f"mot-cua-{agency}")
        lines = await service.get("/v1/register", counter, params={**MARCH, "agency": COMMUNE})
        assert lines.status_code == 200, lines.text
        assert [one["dossier_code"] for one in lines.json()["items"]] == found


async def test_of_procedures_that_went_elsewhere_each_heir_supervises_its_own(office: Office) -> None:
    """What was out of order in a dossier, who read it and itself: whose the dossier is now, not the books."""
    service = office.service
    seen = await office.act(await office.in_process(), "step-completion", SPECIALIST, step="tham-dinh")
    await office.act(seen, "step-completion", LEAD, step="soat-xet", outcome="RETURNED", note="...")
    await service.get("/v1/dossiers", LEAD)
    await office.read(seen, LEAD)
    await service.run_job(FIND_ANOMALIES)
    await split(office, PROCEDURE)
    dossier = seen["dossier_id"]
    asked = {"dossier_id": dossier, "purpose": "Kiểm tra"}
    for agency, expected in ((HEIR, []), (THIRD, [dossier])):
        overseer = an_officer("SUPERVISOR", agency=agency, unit="giam-sat", subject=f"giam-sat-{agency}")
        wrong = (await service.get("/v1/anomalies", overseer)).json()["items"]
        assert {one["dossier_id"] for one in wrong} == set(expected)
        mine = (await service.get("/v1/dossiers", overseer)).json()["items"]
        assert [one["dossier_id"] for one in mine] == expected
        read = (await service.get("/v1/readings", overseer, params=asked)).json()["items"]
        vias = {(one["subject"], one["via"]) for one in read if one["subject"] == LEAD.subject}
        assert vias == ({(LEAD.subject, "DOSSIER"), (LEAD.subject, "PAGE")} if expected else set())
    anomaly = await service.runtime.pool.fetchval("SELECT id FROM anomalies LIMIT 1")
    body = {"outcome": "CONFIRMED", "note": "Nhắc nhở tổ trưởng"}
    for agency, status in ((HEIR, 404), (THIRD, 200)):
        overseer = an_officer("SUPERVISOR", agency=agency, unit="giam-sat", subject=f"giam-sat-{agency}")
        answer = await service.post(f"/v1/anomalies/{anomaly}/closing", body, overseer, version=1)
        assert answer.status_code == status, answer.text


async def exported(office: Office, by: Any) -> tuple[str, int]:
    days = {"first": MARCH["from"], "last": MARCH["to"], "number": "received"}
    wanted = {**days, "format": "xlsx", "reason": "Báo cáo quý"}
    export = (await office.service.post("/v1/exports", wanted, by)).json()
    await office.service.run_job(WRITE_EXPORTS)
    done = (await office.service.get(f"/v1/exports/{export['export_id']}", by)).json()
    return done["state"], done["rows_done"]


async def split(office: Office, *procedures: str) -> None:
    """End the commune: these procedures go on at a third agency, the rest at the heir."""
    end = ended()
    continuing = {"agency": HEIR, "by_procedure": dict.fromkeys(procedures, THIRD)}
    took = {"agency": COMMUNE, "procedures": list(procedures), "except": [], "from": "2026-03-03"}
    await office.service.receive(
        heir(COMMUNE),
        an_agency(THIRD, units=UNITS, predecessors=[took]),
        replace(end, data={**end.data, "successors": [HEIR, THIRD], "continuing": continuing}),
    )
    await office.service.run_job(CONTINUE_DOSSIERS)


async def found(office: Office, by: Any, words: str) -> list[str]:
    """Return the dossiers an officer's search gives, by code, number or name."""
    answer = await office.service.get("/v1/dossier-search", by, params={"q": words})
    assert answer.status_code == 200, answer.text
    return [one["dossier_id"] for one in answer.json()["items"]]


async def listed(office: Office, by: Any, **asked: str) -> set[str]:
    """Return the dossiers of an officer's list, turned page by page."""
    found: list[str] = []
    while True:
        page = (await office.service.get("/v1/dossiers", by, params={"limit": "1", **asked})).json()
        found += [one["dossier_id"] for one in page["items"]]
        if not page["next_cursor"]:
            assert found == sorted(set(found), reverse=True)
            return set(found)
        asked["cursor"] = page["next_cursor"]


@pytest.mark.parametrize("is_split", [False, True])
async def test_what_had_ended_before_the_merger_is_found_opened_and_acted_on_by_who_goes_on(
    office: Office, is_split: bool
) -> None:
    """By every role that works, by code and by name; by nobody else, though the rest went to them."""
    first = await office.act(await office.issued(), "return", RECEIVER, **HANDED_OUT)
    stopped = await office.act(await office.submitted(), "cancellation", a_citizen(), note="Không cần nữa")
    keeper, stranger = (THIRD, HEIR) if is_split else (HEIR, THIRD)
    await (split(office, PROCEDURE) if is_split else merged(office))
    path = f"/v1/dossiers/{first['dossier_id']}"
    for officer in (RECEIVER, SPECIALIST, LEAD, SIGNER, CLERK):
        theirs, others = replace(officer, agency=keeper), replace(officer, agency=stranger)
        for words in (first["dossier_code"], "Nguyễn Văn An"):
            assert first["dossier_id"] in await found(office, theirs, words)
            assert await found(office, others, words) == []
        by_code = {"code": first["dossier_code"]}
        assert (await office.service.get("/v1/dossiers", theirs, params=by_code)).json()["items"] != []
        assert (await office.service.get("/v1/dossiers", others, params=by_code)).json()["items"] == []
        ended_there = {first["dossier_id"], stopped["dossier_id"]}
        for by, expected in ((theirs, ended_there), (others, set())):
            pages = [await listed(office, by), await listed(office, by, state="RETURNED")]
            assert pages == [expected, expected & {first["dossier_id"]}]
        for read in (path, f"{path}/history", f"/v1/dossiers/{stopped['dossier_id']}"):
            assert (await office.service.get(read, theirs)).status_code == 200
            assert (await office.service.get(read, others)).status_code == 404
    now = await office.read(first, replace(SPECIALIST, agency=keeper))
    assert "result-correction-draft" in now["actions"]
    assert now["continuing_agency"]["code"] == keeper
    told = await office.service.published("dossier.work_noted.v1")
    await office.service.run_job(CONTINUE_DOSSIERS)
    assert await office.service.published("dossier.work_noted.v1") == told
    assert await verify_history(office.service.runtime, ()) == 0
    assert await rebuild_figures(office.service.runtime, ("--check",)) == 0


async def test_an_error_recorded_before_the_merger_waits_for_the_heirs_signer(office: Office) -> None:
    first = await office.act(await office.issued(), "return", RECEIVER, **HANDED_OUT)
    error = {"reason": "Sai năm sinh", "cause": "ERROR_WRITTEN", "found_by": "APPLICANT"}
    await office.act(first, "result-correction-draft", SPECIALIST, **error)
    await merged(office)
    assert await inbox(office, SIGNER) == []
    assert await inbox(office, at_heir(SIGNER)) == [first["dossier_id"]]
    seen = await office.read(first, at_heir(SIGNER))
    decided = await office.act(seen, "result-correction", at_heir(SIGNER), approved=True)
    assert decided["correction"]["dossier_id"]


async def test_what_had_ended_follows_every_later_word_of_its_agencies(office: Office) -> None:
    """The heir ends in turn, its end is taken back, then the first one's: it is with who goes on then."""
    first = await office.act(await office.issued(), "return", RECEIVER, **HANDED_OUT)
    await merged(office)
    last = "H99.211"
    took = [{"agency": HEIR, "procedures": None, "except": [], "from": "2026-03-03"}]
    end = ended(HEIR)
    went_on = {"successors": [last], "continuing": {"agency": last, "by_procedure": {}}}
    words = (
        (last, (an_agency(last, units=UNITS, predecessors=took), replace(end, data=end.data | went_on))),
        (HEIR, (replace(heir(COMMUNE), sequence=3),)),
        (COMMUNE, (replace(an_agency(COMMUNE, units=UNITS), sequence=3),)),
    )
    for keeper, told in words:
        await office.service.receive(*told)
        for job in (REALIGN_DOSSIERS, CONTINUE_DOSSIERS):
            await office.service.run_job(job)
        for agency in (COMMUNE, HEIR, last):
            seen = await found(office, replace(SPECIALIST, agency=agency), "Nguyễn Văn An")
            opened = await office.service.get(
                f"/v1/dossiers/{first['dossier_id']}", replace(SPECIALIST, agency=agency)
            )
            expected = agency in {keeper, COMMUNE}
            assert (seen != [], opened.status_code == 200) == (expected, expected), (keeper, agency)
    assert await verify_history(office.service.runtime, ()) == 0


async def test_what_lies_in_a_batch_for_the_archive_is_handed_on_after_that(office: Office) -> None:
    """The archive answers for the version it was given; given back, the heir has it like the rest."""
    first = await office.act(await office.issued(), "return", RECEIVER, **HANDED_OUT)
    asked = {"until": "2027-12-31"}
    batch = (await office.service.post("/v1/archive/batches", asked, CLERK)).json()
    await merged(office)
    path, heirs = f"/v1/dossiers/{first['dossier_id']}", at_heir(CLERK)
    assert (await office.service.get(path, heirs)).status_code == 404
    assert (await office.service.get(path, CLERK)).json()["version"] == first["version"]
    given_up = f"/v1/archive/batches/{batch['batch_id']}/cancellation"
    cancelled = await office.service.post(given_up, {}, heirs, version=batch["version"])
    assert cancelled.status_code == 200, cancelled.text
    await office.service.run_job(CONTINUE_DOSSIERS)
    assert (await office.service.get(path, heirs)).status_code == 200
