"""An answer is told once, whatever becomes of what the portal says to it."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from services.gateway.domain.portal.answers.answer import PortalAnswer
from services.gateway.domain.portal.exchange.questions import (
    ANSWERS_OF_ONE,
    TELL_ANSWERS,
    TELL_OWN,
    are_same_words,
)
from tests.integration.gateway.portal_exchange.exchange import QUESTIONS, asked_on_portal, exchange_of
from tests.integration.gateway.portal_wire import Call
from tests.integration.gateway.portal_world import World


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


async def test_an_own_question_is_told_by_words_of_success_beside_another_code_than_a_faults(near: World):
    own = {"question": "Lệ phí?", "text": "Không thu.", "position": "Công chức", "subject": "G15-TP07"}
    await near.ask("POST", QUESTIONS, "can-bo", own)
    said = {"error_code": 1, "message": "Cập nhật câu hỏi thành công"}
    await near.faults(refuse={**said, "service": TELL_OWN})
    assert await exchange_of(near).answers.run() == 1
    assert await near.gateway.runtime.pool.fetchval("SELECT state FROM portal_questions") == "TOLD"


@pytest.mark.parametrize(
    ("code", "message", "is_shown", "ends"),
    [
        (1, "Cập nhật câu trả lời thành công", True, "TOLD"),
        (0, "Thành công, câu trả lời sẽ được duyệt", True, "TOLD"),
        (0, "Yêu cầu của bạn đang chờ duyệt", True, "TOLD"),
        (1, "Cập nhật câu trả lời thành công", False, "TOLD"),
        (0, "Thành công, câu trả lời sẽ được duyệt", False, "TOLD"),
        (0, "Gọi dịch vụ thành công", False, "REFUSED"),
    ],
)
async def test_an_answer_that_waits_for_approval_is_told_once_and_looked_after(
    near: World, code: int, message: str, ends: str, *, is_shown: bool
):
    """What is never shown is in the end what the portal's words say: taken, or for people."""
    await asked_on_portal(near)
    await exchange_of(near).questions.run()
    (line,) = (await near.ask("GET", QUESTIONS, "can-bo")).json()["items"]
    body = {"text": "Nộp tại Trung tâm.", "position": "Công chức"}
    await near.ask("PUT", f"{QUESTIONS}/{line['id']}/answer", "can-bo", body, seen='"1"')
    hidden = [True]

    def speak(call: Call, answer: Any) -> Any:
        if call.service == ANSWERS_OF_ONE and hidden:
            return {**answer, "result": []}
        return {"error_code": code, "message": message} if call.service == TELL_ANSWERS else answer

    near.wire.calls.clear()
    near.wire.speaks = speak
    for round_ in range(22):
        if round_ == 3 and is_shown:
            hidden.clear()
        await exchange_of(near).answers.run()
        shown = (await near.ask("GET", f"{QUESTIONS}/{line['id']}")).json()
        if round_ < 3:
            assert (shown["state"], shown["portal_answer"]) == ("ANSWERED", message)
        near.passes(minutes=6)
    assert shown["state"] == ends
    calls = Counter(call.service for call in near.wire.calls)
    assert (calls[TELL_ANSWERS], calls[ANSWERS_OF_ONE]) == (1, 4 if is_shown else 20)


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
