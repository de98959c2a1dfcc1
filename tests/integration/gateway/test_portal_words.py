"""What becomes of rows whose answers say one thing in their code and another in words, or nothing clear."""

from collections import Counter
from typing import Any

import pytest
from prometheus_client import REGISTRY

from sandbox.portal.settings import PortalSettings
from services.gateway.domain.portal.answers.answer import PortalAnswer
from services.gateway.domain.portal.exchange.satisfaction import summary_message
from services.gateway.jobs.portal.watch import PORTAL_WATCH
from services.gateway.store.portal.summaries import PostgresPortalSummaries
from tests.integration.gateway.portal_dossiers import ADossier
from tests.integration.gateway.portal_world import World, a_world
from tests.integration.gateway.test_portal_lost_answers import an_answer_to_a_question
from tests.integration.gateway.test_portal_told import reappointed, submitted_on_portal
from tests.integration.gateway.test_portal_wire import A_MONTH

WHOLE = ["1", "2", "4", "9", "10"]
NOT_GRANTED = {
    "service": "TraCuuHoSo",
    "error_code": -1,
    "message": "Đơn vị không được phép sử dụng dịch vụ này",
}
NOBODY = {"province_url": "http://127.0.0.1:9", "province_timeout_seconds": 0.2}


def refusing(service: str, code: int, message: str, **more: Any) -> dict[str, Any]:
    return {"service": service, "error_code": code, "message": message, **more}


async def told_whole(world: World) -> ADossier:
    """Let a dossier go to its end while the portal is as it is now."""
    dossier = ADossier().to_the_end()
    await world.hears(dossier)
    await world.settles()
    assert await world.statuses(dossier.code) == WHOLE
    assert [one["TrangThai"] for one in await world.progress(dossier.code)] == WHOLE[1:]
    return dossier


async def refused(world: World) -> list[dict[str, Any]]:
    answer = await world.ask("GET", "/api/v1/portal-sync/ledger?state=REFUSED")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_a_create_nobody_answered_is_told_again_where_unknown_is_said_by_a_code(start):
    """As the province itself answers the portal's look-up (17.5): that is no silence."""
    async with a_world(start, PortalSettings(look_up_of_unknown="refuse")) as world:
        for lost in ({"html_5xx": {"value": True, "times": 1, "service": "DongBoHoSoMC"}}, {}):
            await world.faults(**lost, refuse=refusing("DongBoHoSoMC", 504, "", times=1))
            await told_whole(world)


async def test_a_province_that_may_not_look_up_tells_again_what_nobody_answered(start):
    async with a_world(start, PortalSettings(**NOBODY)) as world:
        for lost in ("html_5xx", "lose_answer_after_applying"):
            fault = {lost: {"value": True, "times": 2, "service": "DongBoHoSoMC"}}
            await world.faults(refuse=NOT_GRANTED, **fault)
            await told_whole(world)
        code = "G22.99-260303-000123"
        await submitted_on_portal(world, code)
        dossier = ADossier(origin="PORTAL", portal_code=code).to_the_end()
        fault = {"html_5xx": {"value": True, "times": 2, "service": "DongBoTrangThaiHoSo"}}
        await world.faults(refuse=NOT_GRANTED, **fault)
        await world.hears(dossier)
        await world.settles()
        assert await world.statuses(code) == ["2", "4", "9", "10"]


async def test_a_look_up_the_road_does_not_have_holds_nothing_up(start):
    """A provincial gateway without the service answers 404 by HTTP."""
    async with a_world(start) as world:
        no_such = {"value": 404, "service": "TraCuuHoSo"}
        await world.faults(html_5xx=no_such, refuse=refusing("DongBoHoSoMC", 504, "", times=1))
        await told_whole(world)


async def test_a_refused_change_is_shown_also_where_nobody_may_look_up(start):
    async with a_world(start) as world:
        dossier = ADossier().to_the_end()
        await world.hears(dossier)
        await world.faults(refuse=[NOT_GRANTED, refusing("DongBoHoSoMC", -1, "Sai ngày hẹn trả", status="4")])
        await world.sends()
        assert [(row["answer"], row["portal_status"]) for row in await refused(world)] == [
            ("Sai ngày hẹn trả", 4)
        ]


@pytest.mark.parametrize("message", ["Đồng bộ thành công 0 hồ sơ, lỗi 1 hồ sơ", "Sai mã thủ tục", "Failed"])
async def test_nought_with_words_against_it_is_asked_after_and_shown(start, message: str):
    async with a_world(start) as world:
        await world.faults(refuse=refusing("DongBoHoSoMC", 0, message))
        dossier = ADossier().to_the_end()
        await world.hears(dossier)
        await world.sends()
        assert [(row["answer_code"], row["answer"]) for row in await refused(world)] == [("0", message)]
        assert await world.gateway.published("portal_sync.confirmed.v1") == []


async def test_a_change_under_the_same_status_that_is_denied_is_not_believed(start):
    """The look-up shows the status of before, which says nothing of the change."""
    async with a_world(start) as world:
        dossier = ADossier().went("accepted", "ACCEPTED").went("handed_over", "PROCESSING")
        await world.hears_on(dossier)
        await world.settles()
        reappointed(dossier)
        await world.faults(refuse=refusing("DongBoHoSoMC", 0, "Cập nhật không thành công"))
        await world.hears_on(dossier)
        await world.sends()
        assert [row["answer"] for row in await refused(world)] == ["Cập nhật không thành công"]


async def test_nought_in_words_nobody_knows_is_told_again_until_it_is_there(start):
    async with a_world(start) as world:
        await world.faults(refuse=refusing("DongBoHoSoMC", 0, "Đang xử lý", times=3))
        await told_whole(world)


@pytest.mark.parametrize("code", [0, -1])
@pytest.mark.parametrize(
    "words", ["Bạn chưa đăng nhập", "Hết thời gian truy cập, mời thực hiện lại", "JWT expired"]
)
async def test_a_session_that_ended_in_any_words_loses_nothing_and_refuses_nothing(
    start, code: int, words: str
):
    settings = PortalSettings(code_session=code, session_words=words, **NOBODY)
    async with a_world(start, settings) as world:
        await told_whole(world)
        await world.faults(expire_sessions_every_n=3)
        dossier = ADossier().to_the_end()
        await world.hears(dossier)
        await world.sends()
        assert await refused(world) == []
        await world.settles()
        assert await world.statuses(dossier.code) == WHOLE
        assert [one["TrangThai"] for one in await world.progress(dossier.code)] == WHOLE[1:]


@pytest.mark.parametrize("words", ["Kính chào quý khách", "Chờ xác thực"])
async def test_nought_in_the_same_words_whatever_is_asked_is_never_believed(start, words: str):
    async with a_world(start) as world:
        await world.faults(refuse=[refusing(one, 0, words) for one in ("DongBoHoSoMC", "TraCuuHoSo")])
        await world.hears(ADossier().went("accepted", "ACCEPTED"))
        for _ in range(5):
            await world.sends()
            world.passes(seconds=400)
        assert await world.gateway.published("portal_sync.confirmed.v1") == []
        await world.faults()
        await world.settles()


async def test_an_answer_is_not_told_again_where_asking_after_it_is_not_answered(start):
    """0 beside words against it, and no list, says nothing of what is there."""
    async with a_world(start) as world:
        lost = {"value": "cut", "times": 1, "service": "DongBoKetQuaHoiDapGuiTuDVCQG"}
        unanswered = refusing("LayNoiDungTraLoiTheoCauHoi", 0, "Bạn chưa đăng nhập", times=2)
        await world.faults(lose_answer_after_applying=lost, refuse=unanswered)
        await an_answer_to_a_question(world)


@pytest.mark.parametrize("named", ["TrangThaiHoSo", "words"])
async def test_a_status_is_told_once_however_the_look_up_names_it(start, named: Any):
    """No contract has the fields of a look-up; who applied there would read each status twice."""
    async with a_world(start, PortalSettings(look_up_status=named, **NOBODY)) as world:
        code = "G22.99-260303-000123"
        await submitted_on_portal(world, code)
        lost = {"value": True, "times": 2, "service": "DongBoTrangThaiHoSo"}
        await world.faults(lose_answer_after_applying=lost)
        await world.hears(ADossier(origin="PORTAL", portal_code=code).to_the_end())
        await world.settles()
        assert await world.statuses(code) == ["2", "4", "9", "10"]


@pytest.mark.parametrize(
    "message", ["Hồ sơ đã có trong danh sách khóa sổ, không nhận tiến độ", "Hồ sơ đã có trên hệ thống"]
)
async def test_progress_that_is_refused_of_a_dossier_that_is_there_is_shown(start, message: str):
    async with a_world(start) as world:
        await world.faults(refuse=refusing("CapNhatTienDoHoSoMC", -1, message))
        await world.hears(ADossier().went("accepted", "ACCEPTED"))
        await world.sends()
        assert [(row["answer_code"], row["answer"]) for row in await refused(world)] == [("-1", message)]


@pytest.mark.parametrize("code", [1, 200])
async def test_progress_is_told_by_its_words_beside_a_strange_code(start, code: int):
    async with a_world(start) as world:
        await world.faults(refuse=refusing("CapNhatTienDoHoSoMC", code, "Cập nhật tiến độ thành công"))
        dossier = ADossier().to_the_end()
        await world.hears(dossier)
        await world.settles()
        assert await world.statuses(dossier.code) == WHOLE


@pytest.mark.parametrize(
    ("message", "is_told"),
    [("Cập nhật trạng thái hồ sơ từ chối thành công", True), ("Yêu cầu bị từ chối, đã ghi nhận", False)],
)
async def test_a_told_refusal_said_back_is_none_of_the_telling(start, message: str, is_told: bool):
    async with a_world(start, PortalSettings(**NOBODY)) as world:
        code = "G22.99-260303-000123"
        await submitted_on_portal(world, code)
        await world.faults(refuse=[NOT_GRANTED, refusing("DongBoTrangThaiHoSo", 0, message)])
        dossier = ADossier(origin="PORTAL", portal_code=code).went("intake_refused", "INTAKE_REFUSED")
        await world.hears(dossier)
        await world.sends()
        assert await world.states(dossier.id) == ["CONFIRMED" if is_told else "REFUSED"]


REFUSALS = [
    (-1, "Trích yếu hồ sơ có phiên chợ không hợp lệ"),
    (-1, "Tệp bien-ban-phien-hop.pdf không tải được"),
    (-1, "Dữ liệu không hợp lệ, vui lòng kiểm tra và thử lại sau"),
    (-1, "Mã TTHC 1.004873 không tồn tại, vui lòng thử lại sau"),
    (-1, "Session data: MaTTHC is invalid"),
    *((code, "Mã thủ tục không tồn tại trong danh mục") for code in (401, 403, 408, 429, 500, 503)),
]


async def test_a_fault_of_the_dossier_is_shown_at_once_whatever_else_its_words_are_of(start):
    """Words of a session, or of a bad moment, beside it cost one session more at most."""
    async with a_world(start) as world:
        await told_whole(world)
        dossiers = [ADossier().went("accepted", "ACCEPTED") for _ in REFUSALS]
        await world.faults(
            refuse=[
                refusing("DongBoHoSoMC", code, message, dossier=one.code)
                for one, (code, message) in zip(dossiers, REFUSALS, strict=True)
            ]
        )
        for one in dossiers:
            began = len(world.wire.calls)
            await world.hears(one)
            await world.sends()
            calls = Counter(call.service for call in world.wire.calls[began:])
            assert calls["login"] <= 1, calls
            assert calls["DongBoHoSoMC"] <= 2, calls
        shown = {row["code"]: (row["answer_code"], row["answer"]) for row in await refused(world)}
        assert shown == {
            one.code: (str(code), message) for one, (code, message) in zip(dossiers, REFUSALS, strict=True)
        }


async def test_refusals_that_differ_in_codes_only_are_one_reason(start):
    async with a_world(start) as world:
        dossiers = [ADossier().went("accepted", "ACCEPTED") for _ in range(3)]
        words = [f"Mã hồ sơ {one.code} không đúng danh mục 12" for one in dossiers]
        await world.faults(
            refuse=[
                refusing("DongBoHoSoMC", -7, message, dossier=one.code)
                for one, message in zip(dossiers, words, strict=True)
            ]
        )
        await world.hears(*dossiers)
        await world.sends()
        (reason,) = (await world.ask("GET", FIGURES)).json()["refused_by_reason"]
        assert reason == {"code": "-7", "message": min(words), "rows": 3}
        await world.faults()
        reason.pop("rows")
        answer = await world.ask("POST", "/api/v1/portal-sync/replays", body=reason)
        assert answer.json() == {"replayed": 3}


LEDGER = "/api/v1/portal-sync/ledger"
FIGURES = "/api/v1/portal-sync/figures"


async def goes_on(world: World, rounds: int, *, seconds: float = 10) -> None:
    """Let the portal take a new dossier each so many seconds."""
    for _ in range(rounds):
        await world.hears(ADossier().went("accepted", "ACCEPTED"))
        await world.sends()
        world.passes(seconds=seconds)


async def attempts_of(world: World, dossier: ADossier) -> int:
    answer = await world.ask("GET", f"{LEDGER}?dossier_id={dossier.id}")
    assert answer.status_code == 200, answer.text
    return int(answer.json()["items"][0]["attempts"])


async def test_who_alone_meets_silence_waits_as_long_as_ever_and_is_shown_in_the_end(start):
    """Others that are taken wake it no more; words said twenty times of it alone are its answer."""
    async with a_world(start) as world:
        poison = ADossier().went("accepted", "ACCEPTED")
        words = "Lỗi hệ thống, mã tra cứu 8f3a-77"
        await world.faults(refuse=refusing("DongBoHoSoMC", 500, words, dossier=poison.code))
        await world.hears(poison)
        await goes_on(world, 60)
        assert 8 <= await attempts_of(world, poison) <= 12, "ten minutes of doubling waits"
        await goes_on(world, 1)
        figures = (await world.ask("GET", FIGURES)).json()
        assert (figures["refused"], figures["stuck"]) == (0, 1)
        assert figures["stuck_by_reason"][0]["message"].endswith(f"500 {words}")
        page = await world.ask("GET", f"{LEDGER}?stuck=true")
        assert page.status_code == 200, page.text
        listed = page.json()["items"]
        assert [row["code"] for row in listed] == [poison.code]
        await goes_on(world, 12, seconds=301)
        (row,) = await refused(world)
        assert (row["code"], row["attempts"]) == (poison.code, 20)
        assert row["answer"].endswith(words)
        told = await world.gateway.published("portal_sync.refused.v1")
        assert [one["data"]["portal_code"] for one in told] == [poison.code]
        await world.faults()
        assert (await world.ask("POST", f"{LEDGER}/{row['id']}/replay")).status_code == 200
        await world.sends()
        assert await world.statuses(poison.code) == ["1", "2"]


async def test_words_said_of_everybody_refuse_nobody(start):
    """A day of a portal that is polite about its own trouble, and a road of it that still works."""
    async with a_world(start, PortalSettings(**NOBODY)) as world:
        code = "G22.99-260303-000123"
        await submitted_on_portal(world, code)
        there = ADossier(origin="PORTAL", portal_code=code).went("accepted", "ACCEPTED")
        here = [ADossier().went("accepted", "ACCEPTED") for _ in range(2)]
        await world.faults(refuse=refusing("DongBoHoSoMC", 500, "Lỗi hệ thống"))
        await world.hears(*here)
        for state in ("PROCESSING", "SUSPENDED") * 15:
            there.went("handed_over" if state == "PROCESSING" else "suspended", state)
            await world.hears_on(there)
            await world.sends()
            world.passes(seconds=301)
        assert await refused(world) == []
        assert (await world.ask("GET", FIGURES)).json()["stuck"] == 2
        await world.faults()
        await world.settles()
        for one in here:
            assert await world.statuses(one.code) == ["1", "2"]


async def test_what_waits_for_hours_is_shown_with_why(start):
    """Nobody there, or a defect of ours: no words of the portal's, and never refused."""
    async with a_world(start) as world:
        dossier = ADossier().went("accepted", "ACCEPTED")
        await world.hears(dossier)
        await world.faults(html_5xx=True)
        await world.sends()
        assert (await world.ask("GET", FIGURES)).json()["stuck"] == 0
        await world.gateway.run_job(PORTAL_WATCH)
        assert REGISTRY.get_sample_value("gateway_portal_stuck") == 0
        world.passes(hours=3)
        await world.sends()
        await world.gateway.run_job(PORTAL_WATCH)
        assert REGISTRY.get_sample_value("gateway_portal_stuck") == 1, "an alert watches it"
        figures = (await world.ask("GET", FIGURES)).json()
        assert figures["stuck_by_reason"] == [{"code": "portal", "message": "HTTP 502", "rows": 1}]
        page = await world.ask("GET", f"{LEDGER}?stuck=true&state=WAITING")
        assert page.status_code == 200, page.text
        assert [row["code"] for row in page.json()["items"]] == [dossier.code]


@pytest.mark.parametrize("words", ["Đã nhận yêu cầu, đang xử lý", "Gửi thành công tới trục, chờ phản hồi"])
async def test_nought_in_words_nobody_knows_is_asked_after_and_told_again_where_nothing_is(start, words):
    async with a_world(start, PortalSettings(**NOBODY)) as world:
        await world.faults(refuse=refusing("DongBoHoSoMC", 0, words, times=2))
        await told_whole(world)


async def test_a_status_the_portal_says_it_is_working_on_is_asked_after_not_told_again(start):
    """The applicant would read each telling."""
    async with a_world(start, PortalSettings(**NOBODY)) as world:
        code = "G22.99-260303-000123"
        await submitted_on_portal(world, code)
        words = "Đã nhận yêu cầu, đang xử lý"
        await world.faults(refuse=refusing("DongBoTrangThaiHoSo", 0, words))
        began = len(world.wire.calls)
        dossier = ADossier(origin="PORTAL", portal_code=code).went("accepted", "ACCEPTED")
        await world.hears(dossier)
        for _ in range(5):
            await world.sends()
            world.passes(seconds=40)
        told = Counter(call.service for call in world.wire.calls[began:])
        assert (told["DongBoTrangThaiHoSo"], told["TraCuuHoSo"]) == (1, 5)


async def test_a_status_that_may_have_come_and_cannot_be_seen_is_for_people(start):
    """Told again by itself it would stand there twice (section 10)."""
    async with a_world(start, PortalSettings(**NOBODY)) as world:
        code = "G22.99-260303-000123"
        await submitted_on_portal(world, code)

        async def without_status(asked: str) -> PortalAnswer:
            return PortalAnswer(0, "", [{"MaHoSo": asked, "TinhTrangMoi": "Xong bước 1"}])

        world.gateway.runtime.resources.portal.reconcile._portal.look_up = without_status
        lost = {"value": True, "times": 1, "service": "DongBoTrangThaiHoSo"}
        await world.faults(lose_answer_after_applying=lost)
        await world.hears(ADossier(origin="PORTAL", portal_code=code).went("accepted", "ACCEPTED"))
        for _ in range(3):
            await world.sends()
            world.passes(seconds=400)
        (line,) = await refused(world)
        assert line["answer_code"] == "status-unknown"
        assert await world.statuses(code) == ["2"]


@pytest.mark.parametrize(
    ("code", "message", "state"),
    [
        (1, "Cập nhật đánh giá thành công", "TOLD"),
        (1, "Sai mã thủ tục", "REFUSED"),
        (0, "Kết nối thành công", "REFUSED"),
    ],
)
async def test_a_months_satisfaction_is_taken_in_words_of_success_beside_no_faults_code(
    start, code, message, state
):
    async with a_world(start, PortalSettings(**NOBODY)) as world:
        await world.faults(refuse=refusing("DongBoDanhGia", code, message))
        async with world.gateway.runtime.unit_of_work() as unit:
            lines = [(A_MONTH, summary_message(A_MONTH))]
            PostgresPortalSummaries(unit).put(lines, world.gateway.clock.now())
            await unit.commit()
        told = await world.gateway.runtime.resources.portal.exchange.satisfaction.tell()
        assert told == (state == "TOLD")
        assert await world.gateway.runtime.pool.fetchval("SELECT state FROM portal_summaries") == state
