"""Satisfaction is told once a month, and waits while a side is away."""

import json

from tests.integration.gateway.portal_dossiers import ADossier
from tests.integration.gateway.portal_exchange.exchange import (
    JOBS,
    QUESTIONS,
    SYNC,
    Surveys,
    asked_on_portal,
    exchange_of,
)
from tests.integration.gateway.portal_world import World, a_world


async def test_last_month_is_told_once_with_small_groups_kept_here(world: World, surveys: Surveys):
    assert await exchange_of(world).satisfaction.collect() == 3
    assert await exchange_of(world).satisfaction.tell() == 3
    assert await exchange_of(world).satisfaction.collect() == 0
    assert set(surveys.asked) == {"2026-02"}
    kept = (await world.portal.get("/sandbox/satisfaction")).json()
    told = [json.loads(one["body"]) for one in kept]
    lines = {(one["Madonvi"], one["NoiDung"]): one for one in told}
    assert set(lines) == {("H99", "Thời gian?"), ("H99", "Trực tuyến?"), ("H99.201", "Trực tuyến?")}
    assert lines["H99", "Thời gian?"]["PhanTramDanhGiaRatHaiLong"] == "60%"
    counts = (await world.ask("GET", f"{SYNC}/satisfaction")).json()
    assert counts == [{"month": "2026-02-01", "told": 3, "waiting": 0, "refused": 0}]


async def test_a_line_the_portal_declines_holds_back_no_other(near: World, surveys: Surveys):
    await exchange_of(near).satisfaction.collect()
    bad = {"error_code": -5, "message": "sai", "agency": "H99.201", "service": "DongBoDanhGia"}
    await near.faults(refuse=bad)
    assert await exchange_of(near).satisfaction.tell() == 2
    counts = (await near.ask("GET", f"{SYNC}/satisfaction")).json()
    assert counts == [{"month": "2026-02-01", "told": 2, "waiting": 0, "refused": 1}]


async def test_a_survey_service_or_a_portal_that_is_away_is_waited_for(near: World, surveys: Surveys):
    surveys.is_down = True
    await near.gateway.run_job(JOBS["portal_satisfaction"])
    assert await near.gateway.count("portal_summaries") == 0
    surveys.is_down = False
    await near.faults(down=True)
    await near.gateway.run_job(JOBS["portal_satisfaction"])
    await near.gateway.run_job(JOBS["portal_catalogues"])
    await near.gateway.run_job(JOBS["portal_questions"])
    assert (await near.ask("GET", f"{SYNC}/satisfaction")).json()[0]["waiting"] == 3
    await near.faults()
    near.passes(seconds=2)
    await near.gateway.run_job(JOBS["portal_satisfaction"])
    assert (await near.ask("GET", f"{SYNC}/satisfaction")).json()[0]["told"] == 3


async def test_what_is_asked_and_how_satisfied_people_were_is_told_in_the_portals_codes(near: World):
    """A mapping holds for whatever is told (11.5), and for what comes down under the code it names."""
    mapped = {
        ("AGENCY", "H99"): "000.28.15.H99",
        ("PROCEDURE", "1.004873"): "2.000477",
        ("SECTOR", "G15-TP07"): "G15-TP99",
    }
    for (kind, local), portal in mapped.items():
        body = {"portal_code": portal}
        answer = await near.ask("PUT", f"{SYNC}/mappings/{kind}/{local}", body=body, seen='"0"')
        assert answer.status_code == 204, answer.text
    await asked_on_portal(near, agency="000.28.15.H99")
    await exchange_of(near).questions.run()
    (line,) = (await near.ask("GET", QUESTIONS, "can-bo")).json()["items"]
    given = {"text": "Nộp tại Trung tâm.", "position": "Công chức"}
    await near.ask("PUT", f"{QUESTIONS}/{line['id']}/answer", "can-bo", given, seen='"1"')
    for subject in ("G15-TP07", "1.004873"):
        own = {"question": "Lệ phí?", "text": "Không.", "position": "Công chức", "subject": subject}
        assert (await near.ask("POST", QUESTIONS, "can-bo", own)).status_code == 201
    assert await exchange_of(near).answers.run() == 3
    await exchange_of(near).satisfaction.collect()
    await exchange_of(near).satisfaction.tell()
    told = {call.service: [] for call in near.wire.calls}
    for call in near.wire.calls:
        told[call.service] += call.body.get("data") or []
    assert [one["MADONVI"] for one in told["DongBoKetQuaHoiDapGuiTuDVCQG"]] == ["000.28.15.H99"]
    assert [(one["MADONVI"], one["MaLinhVuc"]) for one in told["DongBoHoiDap"]] == [
        ("000.28.15.H99", "G15-TP99"),
        ("000.28.15.H99", "2.000477"),
    ]
    assert {(one["Madonvi"], one["MaThuTuc"]) for one in told["DongBoDanhGia"]} == {
        ("000.28.15.H99", "2.000477"),
        ("H99.201", "2.000477"),
    }
    assert (await near.ask("GET", f"{SYNC}/satisfaction")).json()[0]["waiting"] == 0


async def test_outside_the_agreed_hours_nobody_calls_and_everything_waits(start):
    closed = [{"from": "08:00", "to": "10:00", "per_second": 0}]
    async with a_world(start, portal_windows=closed) as world:
        dossier = ADossier().to_the_end()
        await world.hears(dossier)
        assert await world.sends() == 0
        assert (await world.states(dossier.id))[0] == "WAITING"
        world.passes(hours=3)
        await world.sends()
        assert await world.statuses(dossier.code) == ["1", "2", "4", "9", "10"]
