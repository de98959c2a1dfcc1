"""Merging two offices and moving a commune while dossiers run: nothing orphaned, old codes resolve."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from kernel.core.caller import Caller
from kernel.core.event import Event
from kernel.testing.running import RunningService, a_service
from services.catalog.jobs.administration import APPLY_DUE_CHANGES
from services.dossier.jobs.continue_dossiers import CONTINUE_DOSSIERS
from tests.builders.catalog import a_procedure, a_process, a_step
from tests.builders.catalog.administration import APPROVER, DECISION, a_merger, a_province
from tests.builders.dossier.office import HANDED_OUT, Office, a_citizen, an_officer

Start = Callable[..., Awaitable[RunningService]]
NEW = "H99.35"
COMMUNE = "H99.201"


class Province:
    """A catalogue and a dossier service that hears what the catalogue says."""

    def __init__(self, catalog: RunningService, dossier: RunningService) -> None:
        self.catalog = catalog
        self.office = Office(dossier)
        self._heard = 0

    async def hear(self) -> None:
        """Hand on what was published since, then let the dossier service do its work."""
        rows = (await self.catalog.published())[self._heard :]
        self._heard += len(rows)
        topics = {"agency", "procedure", "process", "calendar", "staff"}
        events = [
            Event(
                type=row["type"],
                key=row["key"],
                sequence=row["sequence"],
                data=row["data"],
                occurred_at=row["occurred_at"],
                id=row["event_id"],
            )
            for row in rows
            if row["topic"] in topics
        ]
        await self.office.service.receive(*events)
        await self.office.service.run_job(CONTINUE_DOSSIERS)

    async def decide(self, change: dict[str, Any]) -> None:
        """Take a decision in and let everybody hear of it."""
        answer = await self.catalog.post("/v1/agency-changes", change, APPROVER)
        assert answer.status_code == 201, answer.text
        await self.hear()

    async def dossier_at(self, agency: str) -> dict[str, Any]:
        """Return a dossier accepted and handed over at an agency."""
        receiver = officer("ONE_STOP_OFFICER", agency, "mot-cua")
        seen = await self.office.submitted(a_citizen(), receiving_agency=agency)
        seen = await self.office.act(seen, "acceptance", receiver)
        return await self.office.act(seen, "handover", receiver)

    async def waiting(self, by: Caller) -> set[str]:
        """Return what waits for an officer."""
        answer = await self.office.service.get("/v1/inbox", by, params={"limit": 50})
        return {item["dossier_id"] for item in answer.json()["items"]}

    async def orphans(self) -> list[Any]:
        """Return running dossiers whose next task waits at an agency that does not work."""
        found: list[Any] = await self.office.service.runtime.pool.fetch(
            "SELECT d.id, d.task_agency FROM dossiers d LEFT JOIN agencies a ON a.code = d.task_agency"
            " WHERE d.task_role IS NOT NULL AND (a.code IS NULL OR a.valid_to < $1)",
            self.office.service.clock.now().date(),
        )
        return found


def officer(role: str, agency: str, unit: str = "chuyen-mon") -> Caller:
    """Return an officer of an agency."""
    return an_officer(role, unit=unit, agency=agency, subject=f"{role}-{agency}".lower())


@pytest.fixture
async def province(start: Start) -> Province:
    """Two area offices that work the same procedure, a commune that works another."""
    term = {"value": 3, "unit": "WORKING_DAY"}
    channels = [{"channel": name, "processing_time": term, "fees": []} for name in ("DIRECT", "ONLINE")]
    paper = [{"code": "to-khai", "name": "Tờ khai", "mandatory": True, "allowed_types": ["application/pdf"]}]
    procedure = a_procedure(
        performing_agencies=["H99.31", "H99.32", COMMUNE],
        levels=["PROVINCE", "COMMUNE"],
        channels=channels,
        components=paper,
    )
    steps = a_process(
        a_step("soan", "SPECIALIST", "ky"),
        a_step("ky", "SIGNER", "phat-hanh", unit="lanh-dao"),
        a_step("phat-hanh", "CLERK", unit="van-phong"),
    )
    catalog, dossier = await start("catalog"), await start("dossier")
    document = a_province(procedures=[procedure], processes=[steps])
    document["calendars"].append({**document["calendars"][0], "year": 2027})
    answer = await catalog.post("/v1/imports", document, a_service("catalog.import"))
    assert answer.status_code == 200, answer.text
    found = Province(catalog, dossier)
    await found.hear()
    return found


async def test_nothing_is_orphaned_and_old_codes_resolve(province: Province) -> None:
    """Every dossier goes on to its result at who carries its agency on, its receiving agency unchanged."""
    of_first = [await province.dossier_at("H99.31") for _ in range(2)]
    of_second = await province.dossier_at("H99.32")
    of_commune = await province.dossier_at(COMMUNE)
    await province.decide(a_merger())
    move = {
        "kind": "MOVE",
        "decision": DECISION,
        "effective_on": "2026-03-03",
        "agency": "000.00.32.H99",
        "parent": "H99",
    }
    refused = await province.catalog.post("/v1/agency-changes", move, APPROVER)
    assert refused.json()["code"] == "agency-already-ended"
    await province.decide({**move, "agency": COMMUNE})

    assert await province.orphans() == []
    specialist = officer("SPECIALIST", NEW)
    assert await province.waiting(specialist) == {seen["dossier_id"] for seen in (*of_first, of_second)}
    assert await province.waiting(officer("SPECIALIST", COMMUNE)) == {of_commune["dossier_id"]}
    for agency, seen in (("H99.31", of_first[0]), ("H99.31", of_first[1]), ("H99.32", of_second)):
        now = await province.office.read(seen, specialist)
        assert now["receiving_agency"]["code"] == agency
        assert now["continuing_agency"]["code"] == NEW
        now = await province.office.act(now, "step-completion", specialist, step="soan")
        signer = officer("SIGNER", NEW, "lanh-dao")
        now = await province.office.act(now, "step-completion", signer, step="ky")
        clerk = officer("CLERK", NEW, "van-phong")
        now = await province.office.issued(now, clerk, number=f"{seen['dossier_code']}/KQ")
        receiver = officer("ONE_STOP_OFFICER", NEW, "mot-cua")
        now = await province.office.act(now, "return", receiver, **HANDED_OUT)
        assert now["state"] == "RETURNED"
    for code in ("H99.31", "000.00.31.H99", "H99.32", "000.00.32.H99"):
        found = (await province.catalog.get(f"/v1/agencies/{code}")).json()
        assert [item["code"] for item in found["answered_by"]] == [NEW]
    commune = (await province.catalog.get(f"/v1/agencies/{COMMUNE}")).json()
    assert (commune["parent"], commune["valid_to"]) == ("H99", None)
    before = await province.catalog.get(f"/v1/agencies/{COMMUNE}", params={"on": "2026-03-02"})
    assert before.json()["parent"] == "H99.31"


async def test_new_dossiers_go_to_the_successor_by_name(province: Province) -> None:
    """At the old office refused with the new one named; there taken, though the procedure names the old."""
    await province.decide(a_merger())
    citizen = a_citizen()
    body = await province.office.submission(citizen, receiving_agency="H99.31")
    refused = await province.office.service.post("/v1/dossiers", body, citizen)
    assert (refused.status_code, refused.json()["code"]) == (409, "agency-ended")
    assert refused.json()["successors"] == [{"code": NEW, "name": "Văn phòng khu vực Lam Nguyên"}]
    assert (await province.dossier_at(NEW))["state"] == "PROCESSING"


async def test_two_mergers_later_the_procedure_is_still_worked(province: Province) -> None:
    """A procedure names an office that ended two mergers ago; who carries it on now works it."""
    running = await province.dossier_at("H99.31")
    await province.decide(a_merger())
    last = {**a_merger()["created"][0], "code": "H99.36", "name": "Văn phòng khu vực Hạ du"}
    await province.decide(a_merger(ended=[NEW], created=[last], effective_on="2026-03-04", decision=DECISION))
    for service in (province.catalog, province.office.service):
        service.clock.set(service.clock.now().replace(day=4))
    await province.catalog.run_job(APPLY_DUE_CHANGES)
    await province.hear()
    assert (await province.dossier_at("H99.36"))["state"] == "PROCESSING"
    assert running["dossier_id"] in await province.waiting(officer("SPECIALIST", "H99.36"))
    found = (await province.catalog.get("/v1/agencies/000.00.31.H99")).json()
    assert [item["code"] for item in found["answered_by"]] == ["H99.36"]


async def test_a_merger_of_a_later_day_happens_on_that_day(province: Province) -> None:
    """Until then everything is as it was; on the day both services do it by themselves."""
    seen = await province.dossier_at("H99.31")
    await province.decide(a_merger(effective_on="2026-03-04"))
    old = officer("SPECIALIST", "H99.31")
    assert await province.waiting(old) == {seen["dossier_id"]}
    for service in (province.catalog, province.office.service):
        service.clock.set(service.clock.now().replace(day=4, hour=0, minute=1))
    await province.catalog.run_job(APPLY_DUE_CHANGES)
    await province.hear()
    assert await province.waiting(old) == set()
    assert await province.waiting(replace(old, agency=NEW)) == {seen["dossier_id"]}
    assert await province.orphans() == []
