"""Questions come down, are answered by their agency and told; an agency asks its own."""

from datetime import datetime, timedelta

from kernel.core.clock import VIETNAM
from kernel.testing.running import an_event
from services.gateway.domain.portal.exchange.questions import TELL_ANSWERS
from tests.integration.gateway.portal_exchange.exchange import QUESTIONS, asked_on_portal, exchange_of
from tests.integration.gateway.portal_world import World


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


async def test_a_question_to_an_agency_that_ended_is_answered_by_who_goes_on_for_it(near: World):
    await asked_on_portal(near, agency="H99.201")
    await exchange_of(near).questions.run()
    ended = {"code": "H99.201", "name": "Phường", "valid_to": "2026-03-03", "successors": ["H99"]}
    await near.gateway.receive(an_event("agency.changed.v1", "H99.201", ended, sequence=9))
    assert (await near.ask("GET", QUESTIONS, "can-bo")).json()["items"] == [], "its last day"
    near.passes(days=1)
    (line,) = (await near.ask("GET", QUESTIONS, "can-bo")).json()["items"]
    body = {"text": "Nộp tại Trung tâm.", "position": "Công chức"}
    answer = await near.ask("PUT", f"{QUESTIONS}/{line['id']}/answer", "can-bo", body, seen='"1"')
    assert answer.status_code == 204, answer.text


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
