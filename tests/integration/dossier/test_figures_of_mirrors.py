"""Dossiers other systems work are counted once, by what they told, in the commit that takes it in."""

import csv
import io
from datetime import timedelta
from importlib import import_module

import pytest

from services.dossier.commands.figures import rebuild_figures
from services.dossier.domain.figures.numbers import Number
from tests.builders.dossier.office import (
    COMMUNE,
    OTHER_COMMUNE,
    PROCEDURE,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    Office,
    an_officer,
)
from tests.integration.dossier.test_exports import asked, run
from tests.integration.dossier.test_figures import PROVINCE, SEEN, behind, numbers, province
from tests.integration.dossier.test_mirrors import FEEDER, OURS, PATH, STATUSES, fed, told

__all__ = ["province"]
DUE = {"due_at": "2026-03-09T17:30:00+07:00"}
APRIL = {"from": "2026-04-01", "to": "2026-04-30"}
RECEIVED = {"received": 1, "submissions": 1, "received_mirrored": 1}


async def proved(office: Office) -> bool:
    """Tell whether a rebuild would give the rows that are there."""
    return await rebuild_figures(office.service.runtime, ("--check",)) == 0


async def test_a_status_moves_the_figures_in_its_own_commit(province: Office) -> None:
    """Nothing before acceptance; then received, going on, and ended in time by the due moment told before."""
    await fed(province, status=1, at="2026-03-02T08:30:00+07:00")
    assert await numbers(province) == {}
    await fed(province, **DUE)
    assert await numbers(province) == RECEIVED | {"in_progress": 1, "in_progress_in_time": 1}
    # Late, and told twice.
    for status, at in (STATUSES[2], STATUSES[1], STATUSES[2]):
        await fed(province, status=status, at=at)
    [mirror] = (await province.service.get(PATH, SPECIALIST)).json()["items"]
    assert mirror["due_at"] == DUE["due_at"]
    ended = RECEIVED | {"ended": 1, "ended_mirrored": 1, "early": 1}
    assert await numbers(province) == ended
    for cut in ({"route": "MINISTRY"}, {"agency": COMMUNE}, {"procedure": PROCEDURE}, {"channel": ""}):
        assert await numbers(province, **cut) == ended, cut
    assert await numbers(province, route="PROVINCE") == {}
    assert await numbers(province, an_officer("SIGNER", agency=OTHER_COMMUNE)) == {}
    assert await proved(province)


async def test_what_was_never_told_is_unknown_beside_our_own_dossiers(province: Office) -> None:
    """One of ours goes on, one of theirs ended without a due moment: no rate is the better for it."""
    await province.accepted()
    await fed(province)
    open_ = {name: count for name, count in (await numbers(province)).items() if "in_progress" in name}
    assert open_ == {"in_progress": 2, "in_progress_in_time": 1, "in_progress_undetermined": 1}
    await fed(province, status=9, at=STATUSES[2][1])
    answer = await province.service.get("/v1/statistics", PROVINCE, params=SEEN)
    [item] = answer.json()["items"]
    told_of = {name: count for name, count in item["numbers"].items() if count}
    assert (told_of["received"], told_of["ended"], told_of["ended_undetermined"]) == (2, 1, 1)
    assert not {"early", "on_time", "late"} & set(told_of)
    rates = {name: (rate["numerator"], rate["denominator"]) for name, rate in item["rates"].items()}
    assert (rates["on_time"], rates["digitised"], rates["electronic_results"]) == ((0, 0), (1, 1), (0, 0))
    assert (rates["on_time_by_portal"], rates["online"]) == ((1, 1), (1, 2))


async def test_every_number_opens_down_to_their_codes_and_sources(province: Office) -> None:
    """In the list and in the file, beside our own; no name of any person."""
    ours = await province.accepted()
    await fed(province, **DUE)
    counts = await numbers(province)
    for number in Number:
        assert len(await behind(province, number)) == counts.get(number, 0), number
    shown = {item["dossier_id"]: item for item in await behind(province, "received")}
    own = shown.pop(ours["dossier_id"])
    assert (own["dossier_code"], own["mirror_id"], own["source"]) == (ours["dossier_code"], None, None)
    [theirs] = shown.values()
    assert (theirs["outside_code"], theirs["source"]) == (OURS["outside_code"], OURS["source"])
    assert (theirs["state"], theirs["status_at"]) == ("ACCEPTED", STATUSES[0][1])
    assert (theirs["mirror_id"], theirs["dossier_code"]) == (theirs["dossier_id"], None)
    assert theirs["procedure_name"] == own["procedure_name"]
    assert "Bình" not in str(theirs)
    read = await province.service.get(f"{PATH}/{theirs['mirror_id']}", SPECIALIST)
    assert read.json()["outside_code"] == OURS["outside_code"]
    export = await asked(province)
    await run(province)
    file = await province.service.get(f"/v1/exports/{export['export_id']}/content", PROVINCE)
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    found = {(row["Mã ở hệ thống khác"], row["Hệ thống giải quyết"], row["Nơi xử lý"]) for row in rows}
    assert found == {("", "", "PROVINCE"), (OURS["outside_code"], OURS["source"], "MINISTRY")}


async def test_no_other_area_takes_a_mirror_for_a_dossier(province: Office) -> None:
    """No dossier, history, task, search, deadline or anything for the portal; only its own event."""
    for status, at in STATUSES:
        await fed(province, status=status, at=at, **DUE)
    for table in (
        "dossiers",
        "history",
        "dossier_search",
        "deadline_warnings",
        "anomalies",
        "archive_records",
    ):
        assert await province.service.count(table) == 0, table
    told_types = {row["type"] for row in await province.service.published()}
    assert {one for one in told_types if "dossier" in one} == {"mirrored_dossier.recorded.v1"}
    for path in ("/v1/inbox", "/v1/dossiers", f"/v1/register?agency={COMMUNE}&from=2026-03-01&to=2026-03-31"):
        answer = await province.service.get(path, RECEIVER if "register" in path else SPECIALIST)
        assert answer.status_code == 200, (path, answer.text)
        assert answer.json()["items"] == [], path


async def test_one_whose_route_changed_is_counted_once_and_corrects_what_was_closed(
    province: Office,
) -> None:
    """March was closed with both; found to be one, the mirror leaves March by a correction of April."""
    service = province.service
    await fed(province, **DUE)
    seen = await province.act(await province.in_process(), "claim", SPECIALIST)
    assert (await numbers(province))["received"] == 2
    service.clock.advance(timedelta(days=30))
    march = {"first": "2026-03-01", "last": "2026-03-31"}
    assert (await service.post("/v1/closed-periods", march, PROVINCE)).json()["rows"] == 2
    moved = await province.act(seen, "route-change", SIGNER, route="MINISTRY", **OURS, note="QĐ 1")
    assert (await numbers(province))["received"] == 2
    in_april = await numbers(province, **APRIL)
    assert (in_april["carried_over"], in_april.get("received_mirrored")) == (1, None)
    [correction] = (await service.get("/v1/statistics", PROVINCE, params=APRIL)).json()["corrections"]
    assert correction["numbers"]["received"] == correction["numbers"]["received_mirrored"] == -1
    # Later statuses, and the way back and there again, count nothing anew and move no moment.
    await fed(province, status=4, at="2026-04-01T08:00:00+07:00")
    service.clock.advance(timedelta(days=40))
    back = await province.act(moved, "route-change", SIGNER, route="PROVINCE", note="Trả lại")
    await province.act(back, "route-change", SIGNER, route="MINISTRY", **OURS, note="QĐ 2")
    [correction] = (await service.get("/v1/statistics", PROVINCE, params=APRIL)).json()["corrections"]
    assert correction["numbers"]["received"] == -1
    assert await numbers(province, **APRIL) == {"carried_over": 1, "in_progress": 1, "in_progress_overdue": 1}
    # Its end, heard in May, is April's.
    service.clock.advance(timedelta(minutes=1))
    await fed(province, status=9, at="2026-04-02T08:00:00+07:00")
    ended = {"carried_over": 1, "ended": 1, "ended_elsewhere": 1, "late": 1, "late_by_portal": 1}
    assert await numbers(province, **APRIL) == ended
    assert await proved(province)


async def test_one_that_was_ours_before_its_first_status_is_never_counted(province: Office) -> None:
    """The route was changed first; what the other system tells then is of our dossier."""
    seen = await province.act(await province.in_process(), "claim", SPECIALIST)
    await province.act(seen, "route-change", SIGNER, route="MINISTRY", **OURS, note="QĐ 1")
    await fed(province, **DUE)
    await fed(province, status=9, at=STATUSES[2][1])
    assert await province.service.count("figure_rows") == 1
    assert "received_mirrored" not in await numbers(province)
    assert await proved(province)


async def test_a_status_told_after_its_period_was_closed_is_a_correction(province: Office) -> None:
    """An end of March told in April: March stays, April says what it would have been."""
    service = province.service
    await fed(province, **DUE)
    service.clock.advance(timedelta(days=30))
    march = {"first": "2026-03-01", "last": "2026-03-31"}
    await service.post("/v1/closed-periods", march, PROVINCE)
    before = await numbers(province)
    service.clock.advance(timedelta(days=1))
    await fed(province, status=9, at=STATUSES[2][1])
    assert await numbers(province) == before
    [correction] = (await service.get("/v1/statistics", PROVINCE, params=APRIL)).json()["corrections"]
    assert correction["numbers"]["early"] == correction["numbers"]["ended"] == 1
    assert correction["numbers"]["in_progress"] == -1
    assert await proved(province)


async def test_mirrors_of_before_are_taken_in_by_the_rebuild_and_correct_what_was_closed(
    province: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """Missing to the check, counted by the command, once; a row by hand is found and put right."""
    service, pool = province.service, province.service.runtime.pool
    await fed(province, **DUE)
    await pool.execute("UPDATE mirrors SET counted_at = NULL")
    await pool.execute("DELETE FROM figure_rows")
    service.clock.advance(timedelta(days=30))
    march = {"first": "2026-03-01", "last": "2026-03-31"}
    assert (await service.post("/v1/closed-periods", march, PROVINCE)).json()["rows"] == 0
    service.clock.advance(timedelta(days=1))
    assert not await proved(province)
    assert "no row" in capsys.readouterr().out
    for changed in (1, 0):
        assert await rebuild_figures(service.runtime, ()) == 0
        assert f": {changed} changed" in capsys.readouterr().out
    assert await proved(province)
    assert (await numbers(province, **APRIL))["carried_over"] == 1
    [correction] = (await service.get("/v1/statistics", PROVINCE, params=APRIL)).json()["corrections"]
    assert correction["numbers"]["received"] == 1
    await pool.execute("UPDATE figure_rows SET due_at = due_at + interval '9 days', route = 'PROVINCE'")
    assert not await proved(province)
    said = capsys.readouterr().out
    assert "due_at is" in said
    assert "route is" in said
    assert await rebuild_figures(service.runtime, ()) == 0
    assert await proved(province)


async def test_the_migration_keeps_what_came_last_with_each_mirror(province: Office) -> None:
    """Told of before: order and due moment as far as they were kept; then counted by the rebuild."""
    migration = import_module("services.dossier.migrations.versions.0038_mirrors_are_counted")
    pool = province.service.runtime.pool
    for place in (0, 2, 1):
        status, at = STATUSES[place]
        await fed(province, status=status, at=at, **DUE)
        province.service.clock.advance(timedelta(minutes=1))
    for statement in (*migration.BACK, *migration.STATEMENTS):
        await pool.execute(statement)
    assert await numbers(province) == {}
    rows = await pool.fetch("SELECT status, due_at IS NOT NULL FROM mirror_statuses ORDER BY version")
    assert [tuple(row) for row in rows] == [(2, False), (9, True), (4, False)]
    assert await rebuild_figures(province.service.runtime, ()) == 0
    assert (await numbers(province))["early"] == 1
    assert await proved(province)


async def test_a_refused_status_counts_nothing(province: Office) -> None:
    """Whoever may not feed, or says what is wrong, leaves figures and mirrors as they were."""
    for by, wrong in ((SPECIALIST, {}), (FEEDER, {"agency": "H99.999"}), (FEEDER, {"status": 11})):
        answer = await province.service.post(PATH, told(**wrong), by)
        assert answer.status_code in {403, 422}
    assert await province.service.count("figure_rows") == await province.service.count("mirrors") == 0
