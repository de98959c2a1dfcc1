"""The legal code: exact, in order, without a gap that nobody made, for ever."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

from kernel.core.clock import VIETNAM
from services.dossier.jobs.continue_dossiers import CONTINUE_DOSSIERS
from tests.builders.dossier.busy import at_rest, busy_for
from tests.builders.dossier.office import COMMUNE, OTHER_COMMUNE, RECEIVER, Office, a_citizen, a_procedure
from tests.integration.dossier.test_agencies_that_end import HEIR, at_heir, ended, heir
from tests.integration.dossier.test_other_ways_in import a_walk_in

AT_ONCE = 200
NO_PAPERS = [{"code": "to-khai", "name": "Tờ khai", "mandatory": False}]


async def waiting(office: Office, how_many: int) -> list[dict[str, Any]]:
    """Submit dossiers without files; the procedure asks for none."""
    await office.service.receive(a_procedure(version=2, components=NO_PAPERS))
    citizen = a_citizen()
    body = {
        "procedure_code": "1.004873",
        "owner": {"full_name": citizen.name, "identity_number": citizen.identity_number},
        "receiving_agency": COMMUNE,
    }
    sent = (office.service.post("/v1/dossiers", body, citizen) for _ in range(how_many))
    return [answer.json() for answer in await asyncio.gather(*sent)]


async def codes(office: Office) -> list[str]:
    """Return the codes given, in the order of the commits that gave them."""
    rows = await office.service.published("dossier.accepted.v1")
    return [row["data"]["dossier"]["dossier_code"] for row in rows]


async def test_two_hundred_acceptances_at_once_give_exactly_the_next_codes(office: Office) -> None:
    """Every fourth is tried twice: whoever comes second has taken a number and gives it back."""
    seen = await waiting(office, AT_ONCE)
    tried = [*seen, *seen[::4]]
    answers = await asyncio.gather(*(office.tried(one, "acceptance", RECEIVER) for one in tried))
    assert sorted(answer.status_code for answer in answers) == [200] * AT_ONCE + [412] * (AT_ONCE // 4)
    expected = [f"H99.201-260303-{number:04d}" for number in range(1, AT_ONCE + 1)]
    assert await codes(office) == expected
    kept = await office.service.runtime.pool.fetch("SELECT dossier_code FROM dossiers ORDER BY 1")
    assert [row["dossier_code"] for row in kept] == expected


async def test_a_rush_at_one_agency_waits_in_line_and_not_at_the_row(office: Office) -> None:
    """Each commit takes a while; nobody waits at a lock with a connection, and others are served."""
    seen = await waiting(office, 20)
    pool = office.service.runtime.pool
    await pool.execute(
        "CREATE FUNCTION be_slow() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN PERFORM pg_sleep(0.03); RETURN NEW; END $$"
    )
    await pool.execute(
        "CREATE TRIGGER be_slow BEFORE INSERT ON papers FOR EACH ROW EXECUTE FUNCTION be_slow()"
    )
    rush = asyncio.gather(*(office.tried(one, "acceptance", RECEIVER) for one in seen))
    kept_waiting = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    waits = []
    while not rush.done():
        waits.append(await pool.fetchval(kept_waiting))
    assert {answer.status_code for answer in await rush} == {200}
    assert set(waits) == {0}
    assert [code[-4:] for code in await codes(office)] == [f"{number:04d}" for number in range(1, 21)]


async def test_an_acceptance_that_fails_at_its_commit_leaves_no_gap(office: Office) -> None:
    """The database refuses the second of three commits: the number goes to the next."""
    first, second, third = await waiting(office, 3)
    pool = office.service.runtime.pool
    await office.act(first, "acceptance", RECEIVER)
    await busy_for(pool, "papers", "true")
    assert (await office.tried(second, "acceptance", RECEIVER)).status_code == 503
    await at_rest(pool)
    await office.act(third, "acceptance", RECEIVER)
    await office.act(second, "acceptance", RECEIVER)
    assert [code[-4:] for code in await codes(office)] == ["0001", "0002", "0003"]


async def test_numbers_grow_past_four_digits_and_begin_anew_at_vietnams_midnight(office: Office) -> None:
    """23:59 and 00:00 in Viet Nam, where it is the same day in UTC; each agency counts for itself."""
    pool = office.service.runtime.pool
    await pool.execute("INSERT INTO code_counters VALUES ($1, '2026-03-03', 9998)", COMMUNE)
    office.service.clock.set(datetime(2026, 3, 3, 23, 59, 59, 999_999, tzinfo=VIETNAM))
    for _ in range(3):
        assert (await office.service.post("/v1/counter-dossiers", a_walk_in(), RECEIVER)).status_code == 201
    office.service.clock.set(datetime(2026, 3, 4, 0, 0, tzinfo=VIETNAM))
    neighbour = replace(RECEIVER, agency=OTHER_COMMUNE)
    await office.service.post("/v1/counter-dossiers", a_walk_in(), RECEIVER)
    elsewhere = a_walk_in(receiving_agency=OTHER_COMMUNE)
    assert (await office.service.post("/v1/counter-dossiers", elsewhere, neighbour)).status_code == 201
    assert await codes(office) == [
        "H99.201-260303-9999",
        "H99.201-260303-10000",
        "H99.201-260303-10001",
        "H99.201-260304-0001",
        "H99.202-260304-0001",
    ]


async def test_a_merger_changes_no_code_and_the_continuing_agency_gives_its_own(office: Office) -> None:
    """Accepted before: as it was. Accepted after: the identifier of who receives now, counted there."""
    accepted = await office.accepted()
    one, two = await waiting(office, 2)
    await office.service.receive(heir(COMMUNE, OTHER_COMMUNE), ended(), ended(OTHER_COMMUNE))
    await office.service.run_job(CONTINUE_DOSSIERS)
    taken = []
    for seen in (one, two):
        now = await office.read(seen, at_heir(RECEIVER))
        taken.append(await office.act(now, "acceptance", at_heir(RECEIVER)))
    assert [item["dossier_code"] for item in taken] == [f"{HEIR}-260303-0001", f"{HEIR}-260303-0002"]
    assert (await office.read(accepted, at_heir(RECEIVER)))["dossier_code"] == "H99.201-260303-0001"


async def test_without_an_identifier_of_the_new_style_no_code_is_given(office: Office) -> None:
    """Nothing is accepted under the old style: `000.00.00.H99` is no legal beginning of a code any more."""
    (seen,) = await waiting(office, 1)
    old = "000.00.01.H99"
    await office.service.runtime.pool.execute("UPDATE dossiers SET receiving_agency = $1", old)
    await office.service.runtime.pool.execute(
        "UPDATE dossiers SET agencies = replace(agencies::text, $1, $2)::json", COMMUNE, old
    )
    refused = await office.tried(seen, "acceptance", replace(RECEIVER, agency=old))
    assert (refused.status_code, refused.json()["code"]) == (409, "agency-identifier-missing")
    assert await office.service.count("code_counters") == 0
