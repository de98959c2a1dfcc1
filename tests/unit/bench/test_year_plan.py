"""The maker's truth of a year holds by itself, before any service is asked."""

import pytest

from bench.seed_year.plan import Planner, Year
from bench.seed_year.world import Desk, World
from services.dossier.consumers.catalog import ProcedureFields
from services.dossier.domain.definitions import Agency, Procedure, Process, calendar_of
from tests.builders.dossier.office import a_calendar, a_procedure


@pytest.fixture(scope="module")
def world() -> World:
    """One commune that does things within a day, ten and forty days."""
    commune = Agency("H99.201", "Xã", kind="COMMUNE", level="COMMUNE")
    process = Process(code="QT-1", version=1, first="soan", steps={})
    desks = []
    for code, value, unit in (
        ("1.000001", 1, "SAME_DAY"),
        ("1.000002", 10, "WORKING_DAY"),
        ("1.000003", 40, "CALENDAR_DAY"),
    ):
        term = {"value": value, "unit": unit}
        channels = [{"channel": way, "processing_time": term, "fees": []} for way in ("DIRECT", "ONLINE")]
        told = ProcedureFields.model_validate(a_procedure(code, channels=channels).data)
        procedure = Procedure.of({**told.model_dump(mode="json"), "open": True})
        desks.append(Desk(procedure, process, commune, commune, 200.0 if unit == "SAME_DAY" else 1.0))
    calendar = calendar_of([a_calendar(year).data for year in (2025, 2026, 2027)])
    assert calendar is not None
    return World(tuple(desks), (commune,), calendar)


@pytest.mark.parametrize("seed", range(3))
def test_who_is_called_late_early_or_on_time_is_so(world: World, seed: int) -> None:
    """Also those of December who are made to last into the year."""
    planner = Planner(world, Year(30_000, 2026, seed))
    seen = set()
    for plan in planner.plans():
        if plan.accepted_at is None or plan.ended_at is None or plan.due_at is None:
            continue
        seen.add(plan.lateness)
        until = plan.stop.stopped_at if plan.stop and plan.stop.resumed_at is None else plan.ended_at
        is_late, is_early = until > plan.due_at, until.date() < plan.due_at.date()
        told = "LATE" if is_late else "EARLY" if is_early else "ON_TIME"
        assert plan.lateness == told, plan
    assert seen == {"LATE", "EARLY", "ON_TIME"}
