"""An answer lost after the portal applied a call: asked after or told again, never there twice.

Every service that writes, in both modes and by both roads; the loss is seen to have happened.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from sandbox.portal.settings import PortalSettings
from services.gateway.domain.portal.exchange.satisfaction import summary_message
from services.gateway.store.portal.summaries import PostgresPortalSummaries
from tests.integration.gateway.portal_dossiers import ADossier
from tests.integration.gateway.portal_world import World, a_world
from tests.integration.gateway.test_portal_told import submitted_on_portal
from tests.integration.gateway.test_portal_wire import A_MONTH, ROADS

QUESTIONS = "/api/v1/portal-questions"
NOBODY = {"province_url": "http://127.0.0.1:9", "province_timeout_seconds": 0.2}


async def a_dossier_born_here(world: World) -> None:
    dossier = ADossier().to_the_end()
    await world.hears(dossier)
    await world.settles()
    assert await world.statuses(dossier.code) == ["1", "2", "4", "9", "10"]
    entries = await world.progress(dossier.code)
    assert [one["TrangThai"] for one in entries] == ["2", "4", "9", "10"]


async def a_dossier_born_there(world: World) -> None:
    code = "G22.99-260303-000123"
    await submitted_on_portal(world, code)
    await world.hears(ADossier(origin="PORTAL", portal_code=code).to_the_end())
    await world.settles()
    assert await world.statuses(code) == ["2", "4", "9", "10"]


async def an_answer_to_a_question(world: World) -> None:
    asked = {"agency": "H99", "text": "Nộp ở đâu?", "sector_code": "G15-TP07", "name": "An"}
    number = (await world.portal.post("/sandbox/questions", json=asked)).json()["HOIDAPID"]
    exchange = world.gateway.runtime.resources.portal.exchange
    await exchange.questions.run()
    (line,) = (await world.ask("GET", f"{QUESTIONS}?state=OPEN", "can-bo")).json()["items"]
    body = {"text": "Tại Trung tâm.", "position": "Công chức"}
    address = f"{QUESTIONS}/{line['id']}/answer"
    assert (await world.ask("PUT", address, "can-bo", body, seen='"1"')).status_code == 204
    await _told(world, exchange.answers.run)
    there = await exchange.national.read("LayNoiDungTraLoiTheoCauHoi", cauhoiid=str(number))
    assert [one["NOIDUNGTRALOI"] for one in there.result] == ["Tại Trung tâm."]


async def a_question_of_our_own(world: World) -> None:
    body = {"question": "Lệ phí?", "text": "Không thu.", "position": "Công chức", "subject": "G15-TP07"}
    assert (await world.ask("POST", QUESTIONS, "can-bo", body)).status_code == 201
    exchange = world.gateway.runtime.resources.portal.exchange
    await _told(world, exchange.answers.run)
    there = await exchange.national.read("LayDanhSachHoiDapBoCoQuan")
    assert [one["NOIDUNG"] for one in there.result] == ["Lệ phí?"]
    answers = await exchange.national.read(
        "LayNoiDungTraLoiTheoCauHoi", cauhoiid=str(there.result[0]["HOIDAPID"])
    )
    assert len(answers.result) == 1


async def a_months_satisfaction(world: World) -> None:
    async with world.gateway.runtime.unit_of_work() as unit:
        PostgresPortalSummaries(unit).put([(A_MONTH, summary_message(A_MONTH))], world.gateway.clock.now())
        await unit.commit()
    exchange = world.gateway.runtime.resources.portal.exchange
    await _told(world, exchange.satisfaction.tell)
    kept = (await world.portal.get("/sandbox/satisfaction")).json()
    assert [json.loads(one["body"])["TongSoNguoiDanhGia"] for one in kept] == [10]


async def _told(world: World, tell: Callable[[], Awaitable[int]]) -> None:
    """Tell until the portal's word has come: so many times as the answer is lost, and once more."""
    for _ in range(8):
        if await tell():
            return
        world.passes(seconds=400)
    raise AssertionError("never told")


STORIES = {
    "DongBoHoSoMC": a_dossier_born_here,
    "CapNhatTienDoHoSoMC": a_dossier_born_here,
    "DongBoTrangThaiHoSo": a_dossier_born_there,
    "DongBoKetQuaHoiDapGuiTuDVCQG": an_answer_to_a_question,
    "DongBoHoiDap": a_question_of_our_own,
    "DongBoDanhGia": a_months_satisfaction,
}

LOSSES = {"DongBoKetQuaHoiDapGuiTuDVCQG": 1}
"""What is asked after before it would be told again is never told twice, so one answer only is lost."""


@pytest.fixture(params=[("direct", "2020"), ("direct", "2024"), ("gateway", "2024")], ids="-".join)
async def world(start, request: Any) -> AsyncIterator[World]:
    road, mode = request.param
    async with a_world(start, PortalSettings(mode=mode, **NOBODY), portal_mode=mode, **ROADS[road]) as found:
        yield found


async def test_a_lost_answer_puts_nothing_there_twice(world: World) -> None:
    for service, live in STORIES.items():
        began = len(world.wire.calls)
        lost = {"value": "cut", "times": 2, "service": service}
        await world.faults(lose_answer_after_applying=lost)
        await live(world)
        broken = [
            call.service for call in world.wire.calls[began:] if call.answered and call.answered[-1:] != b"}"
        ]
        assert broken == [service] * LOSSES.get(service, 2)
        await world.faults()
