"""Catalogues, questions and satisfaction, over both roads, through a portal that is away and back."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI, Request

from kernel.core.clock import VIETNAM
from services.gateway.domain.portal_answers import PortalAnswer
from services.gateway.domain.portal_codes import CodeKind
from services.gateway.domain.portal_questions import TELL_ANSWERS, TELL_OWN, are_same_words
from services.gateway.jobs.portal_exchange import PORTAL_EXCHANGE
from tests.builders.gateway.portal import a_message
from tests.integration.gateway.portal_dossier_service import scopes_of
from tests.integration.gateway.portal_dossiers import ADossier
from tests.integration.gateway.portal_world import World, a_world
from tests.integration.gateway.test_portal_intake import send
from tests.serving import served

QUESTIONS = "/api/v1/portal-questions"
SYNC = "/api/v1/portal-sync"
JOBS = {job.name: job for job in PORTAL_EXCHANGE}
ROADS = {
    "direct": {},
    "exchange": {"portal_prefix": "/VXPAdapter/RestService/forward"},
    "gateway": {"portal_driver": "gateway"},
}


class Surveys:
    """A survey service with one page an agency."""

    def __init__(self) -> None:
        self.scores: dict[str, dict[int, int]] = {"H99": {5: 6, 4: 3, 2: 1}, "H99.201": {5: 2}}
        self.asked: list[str] = []
        self.is_down = False

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/v1/satisfaction-summaries")
        async def page(request: Request, month: str, cursor: str = "") -> Any:
            if self.is_down:
                raise RuntimeError
            assert scopes_of(request) == ["survey.summaries"]
            self.asked.append(month)
            agencies = sorted(self.scores)
            place = int(cursor or 0)
            item = {
                "agency": agencies[place],
                "procedure": "1.004873",
                "questionnaire": "dossier-rating",
                "version": 1,
                "questions": [
                    {"code": "TIME", "text": "Thời gian?", "scores": self.scores[agencies[place]]},
                    {"code": "ONLINE_QUALITY", "text": "Trực tuyến?", "scores": {"5": 5}},
                ],
            }
            return {
                "items": [item],
                "next_cursor": str(place + 1) if place + 1 < len(agencies) else None,
            }

        return app


@pytest.fixture
def surveys() -> Surveys:
    return Surveys()


@pytest.fixture(params=list(ROADS))
async def world(start, surveys: Surveys, request: Any) -> AsyncIterator[World]:
    async with (
        served(surveys.app()) as url,
        a_world(start, survey_url=url, **ROADS[request.param]) as found,
    ):
        yield found


@pytest.fixture
async def near(start, surveys: Surveys) -> AsyncIterator[World]:
    async with served(surveys.app()) as url, a_world(start, survey_url=url) as found:
        yield found


def exchange_of(world: World) -> Any:
    return world.gateway.runtime.resources.portal.exchange


async def asked_on_portal(world: World, agency: str = "H99", text: str = "Nộp hồ sơ ở đâu?") -> int:
    body = {
        "agency": agency,
        "text": text,
        "sector_code": "G15-TP07",
        "name": "Nguyễn Văn An",
        "email": "an@example.vn",
    }
    answer = await world.portal.post("/sandbox/questions", json=body)
    return int(answer.json()["HOIDAPID"])


async def test_the_portals_catalogues_are_read_and_names_find_candidates(world: World):
    read = await exchange_of(world).catalogues.run()
    assert set(read) == set(CodeKind)
    assert all(lines > 0 for lines in read.values())
    assert await exchange_of(world).catalogues.run() == {}
    listed = (await world.ask("GET", f"{SYNC}/catalogues/PROCEDURE", "giam-sat")).json()["items"]
    first = listed[0]
    asked = {"name": first["name"]}
    shown = await world.gateway.client.get(
        f"{SYNC}/mappings/PROCEDURE/BL.0001", params=asked, headers=await bearer(world, "giam-sat")
    )
    best = shown.json()["candidates"][0]
    assert (best["code"], best["likeness"], shown.headers["etag"]) == (first["code"], 100, '"0"')
    detail = await world.ask("GET", f"{SYNC}/catalogues/PROCEDURE/{first['code']}")
    assert detail.json()["detail"]["TENTTHC"] == first["name"]


async def bearer(world: World, who: str) -> dict[str, str]:
    form = {"grant_type": "urn:motcua:development", "subject": who}
    token = (await world.gateway.client.post("/oidc/token", data=form)).json()["access_token"]
    return {"Authorization": f"Bearer {token}"}


async def test_an_answer_gives_back_the_agency_as_the_portal_named_it(near: World):
    """In the older form; also of a question that was kept before its agency was."""
    await asked_on_portal(near, "000.00.00.H99")
    await exchange_of(near).questions.run()
    await near.gateway.runtime.pool.execute("UPDATE portal_questions SET portal_agency = ''")
    near.passes(hours=2)
    await exchange_of(near).questions.run()
    (line,) = (await near.ask("GET", QUESTIONS, "can-bo")).json()["items"]
    assert line["agency"] == "H99"
    body = {"text": "Nộp tại Trung tâm.", "position": "Công chức"}
    answer = await near.ask("PUT", f"{QUESTIONS}/{line['id']}/answer", "can-bo", body, seen='"1"')
    assert answer.status_code == 204, "that the portal was asked again is no change"
    assert await exchange_of(near).answers.run() == 1
    (told,) = [one.body["data"][0] for one in near.wire.calls if one.service == TELL_ANSWERS]
    assert told["MADONVI"] == "000.00.00.H99"


async def test_a_question_comes_down_is_answered_and_the_answer_is_there(world: World):
    number = await asked_on_portal(world)
    assert await exchange_of(world).questions.run() == 1
    (line,) = (await world.ask("GET", QUESTIONS, "can-bo")).json()["items"]
    assert (line["number"], line["state"], "asker" in line) == (number, "OPEN", False)
    shown = await world.ask("GET", f"{QUESTIONS}/{line['id']}", "can-bo")
    assert shown.json()["asker"]["name"] == "Nguyễn Văn An"
    body = {"text": "Nộp tại Trung tâm.", "position": "Công chức"}
    answer = await world.ask(
        "PUT", f"{QUESTIONS}/{line['id']}/answer", "can-bo", body, seen=shown.headers["etag"]
    )
    assert (answer.status_code, answer.headers["etag"]) == (204, '"2"')
    assert await exchange_of(world).answers.run() == 1
    again = await world.ask("GET", f"{QUESTIONS}/{line['id']}", "quan-tri")
    assert (again.json()["state"], again.json()["readings"][0]["subject"]) == ("TOLD", "can-bo")
    told = await exchange_of(world).national.read("LayNoiDungTraLoiTheoCauHoi", cauhoiid=str(number))
    assert [one["NOIDUNGTRALOI"] for one in told.result] == ["Nộp tại Trung tâm."]


async def test_an_agencys_own_question_is_told_and_listed_there(world: World):
    body = {"question": "Lệ phí?", "text": "Không thu.", "position": "Công chức", "subject": "G15-TP07"}
    kept = await world.ask("POST", QUESTIONS, "can-bo", body)
    assert kept.status_code == 201, kept.text
    assert await exchange_of(world).answers.run() == 1
    there = await exchange_of(world).national.read("LayDanhSachHoiDapBoCoQuan")
    assert [(one["NOIDUNG"], one["NOIDUNGTRALOI"]) for one in there.result] == [("Lệ phí?", "Không thu.")]


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


async def test_every_other_reading_service_answers(world: World):
    national = exchange_of(world).national
    assert (await national.read("LayDVC")).result["data"]
    assert (await national.read("LayDanhSachTTHCDonVi", maDonVi="G15")).code == 0
    assert (await national.read("LayQDCB", idQDCB="1")).code == 0
    for table in ("LayDanhMucDoiTuong", "LayDanhMucCapThucHien", "LayDanhMucLoaiThuTuc"):
        assert (await national.read(table)).result
    found = await national.read("TraCuuTechID", provider="wso2is", mstorcmnd="099088000011")
    assert found.result[0]["TECHNICALID"]


async def test_an_answer_lost_on_the_way_is_asked_after_and_not_told_twice(near: World):
    await asked_on_portal(near)
    await exchange_of(near).questions.run()
    (line,) = (await near.ask("GET", QUESTIONS, "can-bo")).json()["items"]
    body = {"text": "Nộp tại Trung tâm.", "position": "Công chức"}
    await near.ask("PUT", f"{QUESTIONS}/{line['id']}/answer", "can-bo", body, seen='"1"')
    lost = {"value": "cut", "times": 1, "service": "DongBoKetQuaHoiDapGuiTuDVCQG"}
    await near.faults(lose_answer_after_applying=lost)
    assert await exchange_of(near).answers.run() == 0
    near.passes(seconds=2)
    # What would be declined if it were told again shows whether it was.
    await near.faults(refuse={"error_code": -9, "message": "hai lần", "service": lost["service"]})
    assert await exchange_of(near).answers.run() == 1
    shown = (await near.ask("GET", f"{QUESTIONS}/{line['id']}")).json()
    assert (shown["state"], shown["portal_answer"]) == ("TOLD", "đã có trên Cổng")


@pytest.mark.parametrize(
    "kept",
    [
        "<p>Nộp tại Trung tâm A &amp; B.</p><p>Mang thẻ căn cước.</p>",
        "Nộp tại Trung tâm A &amp; B.\r\nMang thẻ căn cước.",
        "&lt;p&gt;Nộp tại Trung tâm A &amp;amp; B.&lt;br&gt;Mang <b>th</b>ẻ căn cước.&lt;/p&gt;",
    ],
)
async def test_an_answer_the_portal_keeps_as_a_page_has_it_is_there_and_not_told_twice(
    near: World, kept: str
):
    await asked_on_portal(near)
    await exchange_of(near).questions.run()
    (line,) = (await near.ask("GET", QUESTIONS, "can-bo")).json()["items"]
    body = {"text": "Nộp tại Trung tâm A & B.\nMang thẻ căn cước.", "position": "Công chức"}
    await near.ask("PUT", f"{QUESTIONS}/{line['id']}/answer", "can-bo", body, seen='"1"')
    lost = {"value": "cut", "times": 1, "service": TELL_ANSWERS}
    await near.faults(lose_answer_after_applying=lost)
    national, real = exchange_of(near).answers._national, exchange_of(near).answers._national.read

    async def read(service: str, **asked: str) -> PortalAnswer:
        answer = await real(service, **asked)
        return replace(answer, result=[{**one, "NOIDUNGTRALOI": kept} for one in answer.result])

    national.read = read
    assert await exchange_of(near).answers.run() == 0
    near.passes(hours=1)
    assert await exchange_of(near).answers.run() == 1
    assert len([call for call in near.wire.calls if call.service == TELL_ANSWERS]) == 1


@pytest.mark.parametrize("is_own", [True, False])
async def test_words_of_success_beside_another_code_than_a_faults_are_no_refusal_of_an_answer(
    near: World, is_own: bool
):
    """An agency's own question is told; of an answer the portal is asked, and what is not there yet waits."""
    if is_own:
        own = {"question": "Lệ phí?", "text": "Không thu.", "position": "Công chức", "subject": "G15-TP07"}
        await near.ask("POST", QUESTIONS, "can-bo", own)
    else:
        await asked_on_portal(near)
        await exchange_of(near).questions.run()
        (line,) = (await near.ask("GET", QUESTIONS, "can-bo")).json()["items"]
        body = {"text": "Nộp tại Trung tâm.", "position": "Công chức"}
        await near.ask("PUT", f"{QUESTIONS}/{line['id']}/answer", "can-bo", body, seen='"1"')
    said = {"error_code": 1, "message": "Cập nhật câu trả lời thành công"}
    await near.faults(refuse={**said, "service": TELL_OWN if is_own else TELL_ANSWERS})
    assert await exchange_of(near).answers.run() == is_own
    state = await near.gateway.runtime.pool.fetchval("SELECT state FROM portal_questions")
    assert state == ("TOLD" if is_own else "ANSWERED")
    await near.faults()
    near.passes(hours=1)
    assert await exchange_of(near).answers.run() == (not is_own)
    assert await near.gateway.runtime.pool.fetchval("SELECT state FROM portal_questions") == "TOLD"


async def test_a_portal_that_is_busy_when_asked_after_an_answer_is_not_told_it_twice(near: World):
    """Its trouble is no word on whether the answer is there; and a line break it writes otherwise is one."""
    number = await asked_on_portal(near)
    await exchange_of(near).questions.run()
    (line,) = (await near.ask("GET", QUESTIONS, "can-bo")).json()["items"]
    text = "Nộp tại Trung tâm.\nMang theo thẻ căn cước."
    body = {"text": text, "position": "Công chức"}
    await near.ask("PUT", f"{QUESTIONS}/{line['id']}/answer", "can-bo", body, seen='"1"')
    told = "DongBoKetQuaHoiDapGuiTuDVCQG"
    await near.faults(lose_answer_after_applying={"value": "cut", "times": 1, "service": told})
    assert await exchange_of(near).answers.run() == 0
    national, real = exchange_of(near).answers._national, exchange_of(near).answers._national.read
    words: list[PortalAnswer] = [PortalAnswer(-1, "Dữ liệu đang được tổng hợp")]

    async def read(service: str, **asked: str) -> PortalAnswer:
        if words:
            return words.pop()
        answer = await real(service, **asked)
        written = [{**one, "NOIDUNGTRALOI": text.replace("\n", "<br/> ")} for one in answer.result]
        return replace(answer, result=written)

    national.read = read
    for _ in range(2):
        near.passes(hours=1)
        await exchange_of(near).answers.run()
    national.read = real
    answers = await real("LayNoiDungTraLoiTheoCauHoi", cauhoiid=str(number))
    calls = [call for call in near.wire.calls if call.service == told]
    assert (len(calls), len(answers.result)) == (1, 1)
    assert await near.gateway.runtime.pool.fetchval("SELECT state FROM portal_questions") == "TOLD"


@pytest.mark.parametrize(
    ("one", "other", "are_same"),
    [
        ("Phí < 5 và > 3", "<p>Phí &lt; 5 và &gt; 3</p>", True),
        ("a<b và c>d", "a&lt;b và c&gt;d", True),
        ("<b>Nộp</b> tại A", "Nộp tại A", True),
        ("Nộp tại A.", "Nộp tại A. Mang thẻ.", False),
        ("Nộp tại A", "Nộp tại B", False),
        ("A và B", "A & B", False),
    ],
)
def test_an_answer_is_known_by_its_words_and_not_by_how_a_page_writes_them(
    one: str, other: str, are_same: bool
):
    assert are_same_words(one, other) is are_same
    assert are_same_words(other, one) is are_same


async def test_what_the_portal_declines_is_shown_and_answered_anew(near: World):
    await asked_on_portal(near)
    await exchange_of(near).questions.run()
    (line,) = (await near.ask("GET", QUESTIONS, "can-bo")).json()["items"]
    address, body = f"{QUESTIONS}/{line['id']}/answer", {"text": "Một", "position": "Công chức"}
    await near.ask("PUT", address, "can-bo", body, seen='"1"')
    service = "DongBoKetQuaHoiDapGuiTuDVCQG"
    await near.faults(refuse={"error_code": -9, "message": "không nhận", "service": service})
    assert await exchange_of(near).answers.run() == 0
    (declined,) = (await near.ask("GET", f"{QUESTIONS}?state=REFUSED")).json()["items"]
    assert declined["portal_answer"] == "không nhận"
    await near.faults()
    stale = await near.ask("PUT", address, "can-bo", body, seen='"1"')
    assert stale.status_code == 412
    assert (await near.ask("PUT", address, "can-bo", body, seen='"2"')).status_code == 204
    assert await exchange_of(near).answers.run() == 1


async def test_who_asked_is_sealed_seen_by_its_agency_only_and_forgotten(near: World):
    await asked_on_portal(near, agency="H99.201")
    await exchange_of(near).questions.run()
    pool = near.gateway.runtime.pool
    row = await pool.fetchrow("SELECT * FROM portal_questions")
    assert "Nguyễn" not in str(dict(row))
    assert "Nộp" not in str(dict(row))
    address = f"{QUESTIONS}/{row['id']}"
    assert (await near.ask("GET", QUESTIONS, "can-bo")).json()["items"] == []
    assert (await near.ask("GET", address, "can-bo")).status_code == 404
    assert (await near.ask("GET", address, "giam-sat")).status_code == 200
    body = {"text": "Một", "position": "Chánh Văn phòng"}
    refused = await near.ask("PUT", f"{address}/answer", "can-bo", body, seen='"1"')
    assert refused.status_code == 404
    await pool.execute("UPDATE portal_questions SET state = 'TOLD', told_at = $1", datetime.now(VIETNAM))
    async with near.gateway.runtime.unit_of_work() as unit:
        work = near.gateway.runtime.open_work(unit)
        far = near.gateway.clock.now() + timedelta(days=3650)
        work.portal_questions.forget(before=far, now=far)
        await unit.commit()
    assert (await near.ask("GET", address, "giam-sat")).json()["asker"]["name"] == ""


async def test_one_answered_on_the_portal_itself_closes_here(near: World):
    number = await asked_on_portal(near)
    await exchange_of(near).questions.run()
    said = {
        "HOIDAPID": str(number),
        "MADONVI": "H99",
        "NGUOITRALOI": "Người khác",
        "NGAYTRALOI": "03/03/2026",
        "NOIDUNGTRALOI": "Đã trả lời",
    }
    await exchange_of(near).national.write("DongBoKetQuaHoiDapGuiTuDVCQG", [said])
    near.passes(hours=1)
    await exchange_of(near).questions.run()
    (line,) = (await near.ask("GET", QUESTIONS, "can-bo")).json()["items"]
    assert (line["state"], line["answer"]["text"]) == ("CLOSED", "Đã trả lời")
    late = await near.ask(
        "PUT",
        f"{QUESTIONS}/{line['id']}/answer",
        "can-bo",
        {"text": "Muộn", "position": "Công chức"},
        seen='"2"',
    )
    assert (late.status_code, late.json()["code"]) == (409, "question-closed")


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


async def test_a_list_that_comes_back_empty_takes_nothing_away(near: World):
    await exchange_of(near).catalogues.run()
    before = await near.gateway.count("portal_codes")
    await near.portal.put("/sandbox/catalogue", json=[])
    near.passes(hours=25)
    await near.gateway.run_job(JOBS["portal_catalogues"])
    gone = "SELECT count(*) FROM portal_codes WHERE gone_at IS NOT NULL"
    assert await near.gateway.runtime.pool.fetchval(gone) == 0
    assert await near.gateway.count("portal_codes") == before


class Reshaped:
    """The portal as the sandbox answers, its lists in other containers."""

    def __init__(self, national: Any, reshaped: dict[str, Any]) -> None:
        self._national, self._reshaped = national, reshaped

    async def read(self, service: str, **asked: str) -> Any:
        answer = await self._national.read(service, **asked)
        return replace(answer, result=self._reshaped["how"](answer.result))


async def told_of(world: World, name: str) -> dict[str, Any]:
    world._tokens.clear()
    lists = (await world.ask("GET", f"{SYNC}/figures")).json()["lists"]
    return dict(next(one for one in lists if one["name"] == name))


SHAPES: dict[str, Any] = {
    "data": lambda result: {"data": result},
    "a text": json.dumps,
    "odd numbers": lambda result: [{**one, "HOIDAPID": f"{one['HOIDAPID']}.0"} for one in result],
}


async def test_lists_are_read_in_other_containers_and_what_is_no_list_is_told(near: World):
    """Every list of the portal goes by one reader; what it cannot read stands in the figures."""
    exchange, reshaped = exchange_of(near), {"how": lambda result: result}
    for list_ in (exchange.questions, exchange.catalogues):
        list_._lists = replace(list_._lists, national=Reshaped(exchange.national, reshaped))
    for place, how in enumerate(SHAPES.values()):
        reshaped["how"] = how
        await asked_on_portal(near, text=f"Câu {place}?")
        near.passes(hours=2)
        await near.gateway.run_job(JOBS["portal_questions"])
        assert await near.gateway.count("portal_questions") == place + 1
    reshaped["how"] = lambda result: [*result, "không phải câu hỏi", {"HOIDAPID": "abc"}]
    near.passes(hours=2)
    await near.gateway.run_job(JOBS["portal_questions"])
    told = await told_of(near, "questions")
    assert (told["lines"], told["unread"], told["fault"]) == (len(SHAPES), 2, "")
    reshaped["how"] = lambda _: "hệ thống đang bảo trì"
    near.passes(hours=26)
    for job in ("portal_questions", "portal_catalogues"):
        await near.gateway.run_job(JOBS[job])
    told = await told_of(near, "questions")
    assert (told["lines"], told["fault"]) == (len(SHAPES), "không phải danh sách: str")
    assert (await told_of(near, "codes:PROCEDURE"))["read_at"] is None
    reshaped["how"] = lambda result: result
    for job in ("portal_questions", "portal_catalogues"):
        await near.gateway.run_job(JOBS[job])
    assert {(await told_of(near, name))["fault"] for name in ("questions", "codes:PROCEDURE")} == {""}


async def test_a_line_nobody_can_read_takes_no_code_away(near: World):
    exchange = exchange_of(near)
    await exchange.catalogues.run()
    gone = "SELECT count(*) FROM portal_codes WHERE kind = 'PROCEDURE' AND gone_at IS NOT NULL"
    for first, lost in ((["không đọc được"], 0), ([], 1)):
        reshaped = {"how": lambda result, first=first: [*first, *result[1:]]}
        lists = replace(exchange.catalogues._lists, national=Reshaped(exchange.national, reshaped))
        exchange.catalogues._lists = lists
        near.passes(hours=25)
        await exchange.catalogues.run()
        assert await near.gateway.runtime.pool.fetchval(gone) == lost


async def test_a_mapping_is_one_to_one_and_told_from_both_sides(near: World):
    address = f"{SYNC}/mappings/PROCEDURE"
    code = {"portal_code": "9.999999"}
    assert (await near.ask("PUT", f"{address}/1.004873", body=code, seen='"0"')).status_code == 204
    taken = await near.ask("PUT", f"{address}/BL.0002", body=code, seen='"0"')
    assert (taken.status_code, taken.json()["code"]) == (409, "portal-code-taken")
    wrong = await near.ask("PUT", f"{address}/BL.0002", body={"portal_code": "BL"}, seen='"0"')
    assert (wrong.status_code, wrong.json()["errors"][0]["path"]) == (422, "portal_code")
    answer = await send(near, a_message("G22.99-260303-000777", MaTTHC="9.999999"))
    assert answer["error_code"] == 0
    assert near.dossiers.calls[-1]["body"]["procedure_code"] == "1.004873"
    assert (await near.ask("DELETE", f"{address}/1.004873", seen='"7"')).status_code == 412
    assert (await near.ask("DELETE", f"{address}/1.004873", seen='"1"')).status_code == 204
    assert (await near.ask("DELETE", f"{address}/1.004873", seen='"1"')).status_code == 404


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
