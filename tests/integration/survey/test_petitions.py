"""Petitions from sending to the published answer, on real PostgreSQL."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from kernel.core.clock import VIETNAM
from kernel.core.errors import Stale
from kernel.core.event import Event
from kernel.postgres.migrations import differences
from kernel.sealing import Sealer
from kernel.testing.running import (
    TEST_PII_KEY,
    RunningService,
    a_person,
    a_service,
    a_staff_member,
    an_event,
)
from services.survey.jobs.petitions import PETITION_FORGETTING
from services.survey.store.petition_tables import metadata
from services.survey.use_cases.petitions.file_petition import Filed, file_petition

EXAMPLES = Path(__file__).parents[3] / "contracts" / "events" / "examples"
Start = Callable[..., Awaitable[RunningService]]
AN = a_person("cong-dan-an")
MANAGER = a_staff_member("ONE_STOP_MANAGER", agency="H99.201", subject="can-bo-lan")
CLERK = a_staff_member("ONE_STOP_OFFICER", agency="H99.201")
OTHER = a_staff_member("SIGNER", agency="H99.202")
SUPERVISOR = a_staff_member("SUPERVISOR", agency="H99")
PORTAL = a_service("portal.petitions")
BODY = {
    "agency": "H99.201",
    "title": "Cán bộ hẹn trả kết quả nhiều lần",
    "text": "Tôi đã đến bốn lần mà chưa nhận được kết quả đăng ký khai sinh.",
    "name": "Nguyễn Văn An",
    "address": "12 ngõ Bến Đò, phường Bến Lam",
    "phone": "0912345678",
    "email": "an@example.vn",
}
ANSWER = {"text": "Kết quả đã có; cơ quan xin lỗi vì đã hẹn lại nhiều lần."}


def an_agency(code: str, calendar: str | None = "som") -> Event:
    data = json.loads((EXAMPLES / "agency.changed.v1" / "typical.json").read_text(encoding="utf-8"))
    return an_event("agency.changed.v1", code, {**data, "code": code, "calendar": calendar})


@pytest.fixture
async def survey(start: Start) -> RunningService:
    running = await start("survey")
    year = json.loads((EXAMPLES / "calendar.changed.v1" / "typical.json").read_text(encoding="utf-8"))
    await running.receive(
        an_agency("H99.201"), an_agency("H99.202"), an_event("calendar.changed.v1", "som/2026", year)
    )
    return running


async def sent(survey: RunningService, **changed: Any) -> Any:
    answer = await survey.post("/v1/petitions", {**BODY, **changed}, AN)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def does(
    survey: RunningService, one: Any, what: str, body: Any, by: Any = MANAGER, seen: int | None = None
) -> Any:
    version = one["version"] if seen is None else seen
    return await survey.post(f"/v1/petitions/{one['id']}/{what}", body, by, version=version)


async def answered(survey: RunningService, **changed: Any) -> Any:
    one = await sent(survey, **changed)
    taken = (await does(survey, one, "classification", {"kind": "CONDUCT"})).json()
    return (await does(survey, taken, "answer", ANSWER)).json()


async def merged(survey: RunningService, code: str, heir: str, last_day: str = "2026-03-04") -> None:
    """End an agency after that day; another goes on with its work."""
    told = an_agency(code)
    ends = {"valid_to": last_day, "successors": [heir], "continuing": {"agency": heir, "by_procedure": {}}}
    await survey.receive(an_agency(heir), replace(told, data={**told.data, **ends}, sequence=2))


async def test_a_petition_of_an_agency_that_ended_is_worked_and_answered_by_who_goes_on_for_it(
    survey: RunningService,
) -> None:
    """Through two mergers, one of before heirs were kept; on its last day it is still the ended one's."""
    one = await sent(survey)
    await merged(survey, "H99.201", "H99.210")
    await survey.runtime.pool.execute("UPDATE offices SET continuing = '', heirs = '{}'")
    await merged(survey, "H99.201", "H99.210")
    await merged(survey, "H99.210", "H99.220")
    heir = a_staff_member("ONE_STOP_MANAGER", agency="H99.220", subject="can-bo-moi")
    survey.clock.advance(timedelta(days=1))
    assert (await survey.get("/v1/petitions", heir)).json()["items"] == []
    assert (await survey.get("/v1/petitions", MANAGER)).json()["items"] != []
    survey.clock.advance(timedelta(days=1))
    for asked in ("", "?agency=H99.201"):
        assert [line["id"] for line in (await survey.get(f"/v1/petitions{asked}", heir)).json()["items"]] == [
            one["id"]
        ]
    assert (await survey.get(f"/v1/petitions/{one['id']}", heir)).status_code == 200
    assert (await survey.get(f"/v1/petitions/{one['id']}", OTHER)).status_code == 404
    assert (await does(survey, one, "classification", {"kind": "CONDUCT"}, OTHER)).status_code == 404
    taken = await does(survey, one, "classification", {"kind": "CONDUCT"}, heir)
    assert (taken.status_code, taken.json()["due_at"]) == (200, "2026-03-24T17:00:00+07:00")
    done = await does(survey, taken.json(), "answer", ANSWER, heir)
    assert (done.status_code, done.json()["agency"]["code"]) == (200, "H99.220")
    (told,) = await survey.published("petition.answered.v1")
    assert (told["data"]["agency"]["code"], told["data"]["former_agency"]) == ("H99.220", None)
    unpublished = await survey.get("/v1/petitions/unpublished", heir)
    assert [line["id"] for line in unpublished.json()["items"]] == [one["id"]]


async def test_what_is_sent_to_an_agency_that_ended_is_received_by_who_goes_on_for_it(
    survey: RunningService,
) -> None:
    await merged(survey, "H99.201", "H99.210")
    await merged(survey, "H99.210", "H99.220")
    await merged(survey, "H99.230", "H99.230")
    survey.clock.advance(timedelta(days=2))
    assert (await sent(survey))["agency"]["code"] == "H99.220"
    one = await sent(survey, agency="H99.202")
    moved = await does(survey, one, "forwarding", {"agency": "H99.201", "reason": "Thuộc xã cũ"}, OTHER)
    assert (moved.status_code, moved.json()["agency"]["code"]) == (200, "H99.220")
    nobody = await survey.post("/v1/petitions", {**BODY, "agency": "H99.230"}, AN)
    assert (nobody.status_code, nobody.json()["errors"][0]["path"]) == (422, "agency")


async def test_those_of_an_agency_split_by_procedure_are_taken_on_by_any_that_goes_on_and_counted_there(
    survey: RunningService,
) -> None:
    """A petition names no procedure: whoever of them it belongs to answers it."""
    here, there = await sent(survey), await sent(survey)
    before = await answered(survey)
    split = {"agency": "H99.210", "by_procedure": {"1.004441": "H99.220"}}
    ends = {"valid_to": "2026-03-04", "successors": ["H99.210", "H99.220"], "continuing": split}
    ended = an_agency("H99.201")
    await survey.receive(
        an_agency("H99.210"), an_agency("H99.220"), replace(ended, data={**ended.data, **ends}, sequence=2)
    )
    survey.clock.advance(timedelta(days=2))
    heirs = [a_staff_member("ONE_STOP_MANAGER", agency=code) for code in ("H99.210", "H99.220")]
    for heir in heirs:
        lines = (await survey.get("/v1/petitions", heir)).json()["items"]
        assert {line["id"] for line in lines} >= {here["id"], there["id"]}
    taken = await does(survey, there, "classification", {"kind": "CONDUCT"}, heirs[1])
    assert (taken.status_code, taken.json()["agency"]["code"]) == (200, "H99.220")
    assert (await does(survey, there, "classification", {"kind": "CONDUCT"}, heirs[0])).status_code == 404
    listed = {}
    for agency in ("H99.201", "H99.210", "H99.220"):
        listed[agency] = set()
        for number in ("COUNTED", "IN_TIME"):
            asked = f"agency={agency}&from=2026-03-01&to=2026-03-31&number={number}"
            answer = await survey.get(f"/v1/indices/petitions/items?{asked}", SUPERVISOR)
            listed[agency] |= {line["petition_id"] for line in answer.json()["items"]}
    assert listed == {"H99.201": {before["id"]}, "H99.210": {here["id"]}, "H99.220": {there["id"]}}


async def test_migrations_and_tables_agree(survey: RunningService) -> None:
    assert await differences(survey.runtime.settings.database_url.get_secret_value(), metadata) == []


async def test_a_petition_is_taken_answered_rated_and_published(survey: RunningService) -> None:
    """Sent on Tuesday 3 March 08:00: to be routed in two working days, answered in fifteen."""
    one = await sent(survey)
    assert (one["state"], one["due_at"]) == ("RECEIVED", "2026-03-24T17:00:00+07:00")
    line = (await survey.get("/v1/petitions", CLERK)).json()["items"][0]
    assert line["due_at"] == "2026-03-05T17:00:00+07:00"
    taken = await does(survey, one, "classification", {"kind": "CONDUCT"}, CLERK)
    assert (taken.status_code, taken.json()["due_at"]) == (200, "2026-03-24T17:00:00+07:00")
    assert (await does(survey, taken.json(), "answer", ANSWER, CLERK)).status_code == 403
    done = (await does(survey, taken.json(), "answer", ANSWER)).json()
    seen = await survey.get(f"/v1/petitions/{one['id']}", AN)
    assert [entry["text"] for entry in seen.json()["said"]] == [ANSWER["text"]]
    assert "sender" not in seen.json()
    rated = await does(survey, done, "rating", {"is_satisfied": True}, AN)
    assert (rated.status_code, rated.json()["is_satisfied"]) == (200, True)
    text = {"title": "Hẹn trả nhiều lần", "text": "Người dân phải đến nhiều lần.", "answer": ANSWER["text"]}
    assert (await does(survey, rated.json(), "publication", text)).status_code == 200
    published = (await survey.get("/v1/published-petitions")).json()["items"]
    assert [(item["title"], item["agency"]["code"]) for item in published] == [
        ("Hẹn trả nhiều lần", "H99.201")
    ]
    assert "Nguyễn Văn An" not in json.dumps(published, ensure_ascii=False)
    gone = await survey.client.delete(
        f"/v1/petitions/{one['id']}/publication",
        headers=survey.headers(MANAGER, version=rated.json()["version"] + 1),
    )
    assert gone.status_code == 200, gone.text
    assert (await survey.get("/v1/published-petitions")).json()["items"] == []
    at_work = (await survey.get(f"/v1/petitions/{one['id']}", MANAGER)).json()
    assert at_work["sender"]["phone"] == BODY["phone"]
    assert [act["action"] for act in at_work["acts"]] == [
        *("FILED", "CLASSIFIED", "ANSWERED", "RATED", "PUBLISHED", "WITHDRAWN")
    ]


async def test_it_is_sent_where_it_belongs_and_not_round_in_circles(survey: RunningService) -> None:
    one = await sent(survey)
    reason = "Thuộc thẩm quyền của cơ quan khác"
    survey.clock.set(datetime(2026, 3, 6, 9, 0, tzinfo=VIETNAM))
    moved = await does(survey, one, "forwarding", {"agency": "H99.202", "reason": reason}, CLERK)
    assert (moved.status_code, moved.json()["agency"]["code"]) == (200, "H99.202")
    assert moved.json()["due_at"] == "2026-03-10T17:00:00+07:00", "its terms begin there"
    assert (await does(survey, moved.json(), "classification", {"kind": "PROPOSAL"})).status_code == 404
    back = await does(survey, moved.json(), "forwarding", {"agency": "H99.201", "reason": reason}, OTHER)
    assert (back.status_code, back.json()["code"]) == (409, "petition-was-there")
    away = await does(survey, moved.json(), "forwarding", {"agency": "H99.999", "reason": reason}, OTHER)
    assert (away.status_code, away.json()["code"]) == (422, "petition-agency-unknown")
    assert (await survey.get(f"/v1/petitions/{one['id']}", OTHER)).json()["is_late"] is True
    assert reason not in (await survey.get(f"/v1/petitions/{one['id']}", AN)).text
    event = (await survey.published("petition.forwarded.v1"))[0]["data"]
    assert (event["agency"]["code"], event["former_agency"]) == ("H99.202", "H99.201")


async def test_the_clock_stands_while_the_sender_completes_it(survey: RunningService) -> None:
    one = await sent(survey)
    taken = (await does(survey, one, "classification", {"kind": "CONDUCT"})).json()
    asked = (
        await does(survey, taken, "information-request", {"text": "Đề nghị cho biết ngày đến."}, CLERK)
    ).json()
    assert (asked["state"], asked["due_at"]) == ("NEEDS_INFO", None)
    early = await does(survey, asked, "answer", ANSWER)
    assert (early.status_code, early.json()["code"]) == (409, "petition-state")
    survey.clock.set(datetime(2026, 3, 10, 10, 0, tzinfo=VIETNAM))
    text = {"text": "Tôi đến các ngày 02, 09, 16 và 23 tháng 02."}
    added = await does(survey, asked, "information", text, AN)
    assert (added.status_code, added.json()["state"]) == (200, "HANDLING")
    assert added.json()["due_at"] == "2026-03-31T17:00:00+07:00"
    assert (await does(survey, asked, "information", text, a_person("nguoi-khac"))).status_code == 404


async def test_without_an_account_reference_and_code_open_it_and_nothing_else(survey: RunningService) -> None:
    """Told once; unknown, wrong and another's are one answer."""
    filed = (await survey.post("/v1/open-petitions", BODY)).json()
    key = {
        "reference": filed["reference"].lower(),
        "code": f" {filed['code'].lower()[:8]}-{filed['code'][8:]}",
    }
    shown = await survey.post("/v1/petition-look-ups", key)
    assert (shown.status_code, shown.json()["title"]) == (200, BODY["title"])
    assert filed["code"] not in shown.text
    other = (await survey.post("/v1/open-petitions", BODY)).json()
    own = await sent(survey)
    refused = []
    for reference, code in (
        ("PA-260303-AAAAAAAA", filed["code"]),
        (filed["reference"], other["code"]),
        (filed["reference"], "AAAA"),
        (own["reference"], filed["code"]),
    ):
        answer = await survey.post("/v1/petition-look-ups", {"reference": reference, "code": code})
        refused.append((answer.status_code, answer.content))
    assert refused[0][0] == 404
    assert all(one == refused[0] for one in refused)
    taken = (await does(survey, filed, "classification", {"kind": "CONDUCT"})).json()
    asked = (await does(survey, taken, "information-request", {"text": "Đề nghị nói rõ hơn."})).json()
    body = {**key, "text": "Tôi bổ sung như sau: ngày 02."}
    added = await survey.post("/v1/petition-look-ups/information", body, version=asked["version"])
    assert added.status_code == 200, added.text
    done = (await does(survey, added.json(), "answer", ANSWER)).json()
    rating = {**key, "is_satisfied": False, "again": "Câu trả lời chưa đúng điều tôi hỏi."}
    again = await survey.post("/v1/petition-look-ups/rating", rating, version=done["version"])
    assert (again.status_code, again.json()["state"]) == (200, "RECEIVED")


async def test_one_of_the_portals_appears_once(survey: RunningService) -> None:
    body = {"portal_id": "PAKN-1001", "agency": "H99.201", "text": "Nội dung phản ánh"}
    told = [await survey.post("/v1/portal-petitions", body, PORTAL) for _ in range(2)]
    told += await asyncio.gather(
        *(survey.post("/v1/portal-petitions", {**body, "portal_id": "PAKN-2"}, PORTAL) for _ in range(4))
    )
    assert {answer.status_code for answer in told} <= {201, 412}
    assert await survey.count("petitions") == 2
    assert len(await survey.published("petition.received.v1")) == 2
    assert (await survey.post("/v1/portal-petitions", body, MANAGER)).status_code == 403


async def test_those_of_the_portal_are_listed_with_its_numbers(survey: RunningService) -> None:
    """What was answered here is told there by hand, by the portal's number: no service for it is known."""
    for number in ("PAKN-7", "PAKN-8"):
        body = {"portal_id": number, "agency": "H99.201", "text": "Nội dung phản ánh"}
        kept = await survey.post("/v1/portal-petitions", body, PORTAL)
        assert kept.status_code == 201, kept.text
    await sent(survey)
    listed = (await survey.get("/v1/petitions?source=PORTAL", MANAGER)).json()["items"]
    assert [one["portal_id"] for one in listed] == ["PAKN-7", "PAKN-8"]
    taken = (await does(survey, listed[0], "classification", {"kind": "CONDUCT"})).json()
    assert (await does(survey, taken, "answer", ANSWER)).status_code == 200
    answered = (await survey.get("/v1/petitions?source=PORTAL&state=ANSWERED", MANAGER)).json()["items"]
    assert [one["portal_id"] for one in answered] == ["PAKN-7"]
    here = (await survey.get("/v1/petitions?source=HERE", MANAGER)).json()["items"]
    assert [one["portal_id"] for one in here] == [None]
    assert (await survey.get("/v1/petitions?source=X", MANAGER)).status_code == 422


async def test_a_petition_kept_with_the_portals_words_below_its_own_is_heard_as_its_own(
    survey: RunningService,
) -> None:
    """As they were kept before: neither what stood below, nor what was listed since, is said anew."""
    below = "\n\n[Cổng Dịch vụ công quốc gia ghi thêm]\nSTT: 1"
    body = {"portal_id": "PAKN-4", "agency": "H99.201", "title": "Tiêu đề", "text": "Nội dung phản ánh"}
    kept = (await survey.post("/v1/portal-petitions", {**body, "text": body["text"] + below}, PORTAL)).json()
    asked = (await does(survey, kept, "information-request", {"text": "Đề nghị nói rõ hơn."})).json()
    again = (await survey.post("/v1/portal-petitions", {**body, "beside": "STT: 2"}, PORTAL)).json()
    assert (again["state"], again["version"]) == ("NEEDS_INFO", asked["version"])
    async with survey.runtime.unit_of_work() as unit:
        work = survey.runtime.open_work(unit)
        one = await work.petitions.by_portal("PAKN-4")
        old = {"title": "Tiêu đề", "text": f"Bổ sung{below}", "phone": "0900000011"}
        work.petitions.show(replace(one, words={**one.words, "listed": old}))
        await unit.commit()
    told = {**body, "text": "Bổ sung", "phone": "0900000011"}
    assert (await survey.post("/v1/portal-petitions", told, PORTAL)).json()["state"] == "NEEDS_INFO"
    said = (await survey.post("/v1/portal-petitions", {**told, "phone": "0911111111"}, PORTAL)).json()
    assert (said["state"], said["said"][-1]["text"]) == ("RECEIVED", "Số điện thoại: 0911111111")


async def test_two_readings_of_the_portals_list_at_once_keep_one(survey: RunningService) -> None:
    """Both looked before either wrote: the database decides, and nothing of the second is kept or told."""
    filed = Filed(agency="H99.201", title="", text="Nội dung", sender={}, portal_id="PAKN-3")
    now = survey.clock.now()
    async with survey.runtime.unit_of_work() as one, survey.runtime.unit_of_work() as other:
        for unit in (one, other):
            await file_petition(filed, work=survey.runtime.open_work(unit), now=now)
        await one.commit()
        with pytest.raises(Stale):
            await other.commit()
    assert await survey.count("petitions") == 1
    assert len(await survey.published("petition.received.v1")) == 1


async def test_who_sends_too_many_is_slowed_down_and_counted_side_by_side(start: Start) -> None:
    survey = await start("survey", petitions_a_day=3)
    await survey.receive(an_agency("H99.201"))
    answers = await asyncio.gather(*(survey.post("/v1/open-petitions", BODY) for _ in range(6)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [201] * 3 + [429] * 3
    assert await survey.count("petitions") == 3
    other = await survey.post("/v1/open-petitions", {**BODY, "phone": "0987654321"})
    assert (other.status_code, other.json()["due_at"]) == (201, None), "no calendar yet: kept all the same"
    same = await survey.post("/v1/open-petitions", {**BODY, "phone": "+84912345678"})
    assert (same.status_code, same.json()["code"]) == (429, "too-many-petitions")
    survey.clock.advance(timedelta(days=1, seconds=1))
    assert (await survey.post("/v1/open-petitions", BODY)).status_code == 201


@pytest.mark.parametrize(
    "changed",
    [
        {"agency": "H99.999"},
        {"phone": "113"},
        {"text": "ngắn"},
        {"text": "x" * 10_001},
        {"title": "x" * 301},
        {"name": "  "},
        {"email": "khong-phai-thu"},
        {"kind": "CONDUCT"},
        {"dossier_code": "<b>"},
    ],
)
async def test_what_cannot_be_a_petition_is_refused_and_changes_nothing(
    survey: RunningService, changed: dict[str, Any]
) -> None:
    answer = await survey.post("/v1/open-petitions", {**BODY, **changed})
    assert answer.status_code == 422
    assert await survey.count("petitions") == 0


async def test_a_huge_body_is_refused_and_markup_stays_text(survey: RunningService) -> None:
    huge = await survey.post("/v1/open-petitions", {**BODY, "more": "x" * 70_000})
    assert huge.status_code == 413
    evil = '<script>alert(1)</script> {{ 7*7 }} "quoted" và <b>chữ</b>'
    filed = await survey.post("/v1/open-petitions", {**BODY, "title": evil, "text": evil})
    assert (filed.json()["title"], filed.headers["content-type"]) == (evil, "application/json")


async def test_nothing_of_a_person_lies_open_and_events_carry_no_words(survey: RunningService) -> None:
    await answered(survey)
    await survey.post("/v1/open-petitions", {**BODY, "phone": "0987654321"})
    kept = ""
    for table in ("petitions", "petition_acts", "outbox", "idempotency_keys"):
        for row in await survey.runtime.pool.fetch(f"SELECT t::text AS row FROM {table} t"):
            kept += row["row"]
    for hidden in ("Nguyễn Văn An", "0912345678", "an@example.vn", "Bến Đò", BODY["text"], ANSWER["text"]):
        assert hidden not in kept, hidden
        assert hidden.encode().hex() not in kept, hidden
    for row in await survey.published():
        schema = json.loads((EXAMPLES.parent / f"{row['type']}.schema.json").read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator(schema).validate(row["data"])
    contact = Sealer(TEST_PII_KEY).open(
        (await survey.published("petition.received.v1"))[0]["data"]["contact"], purpose="contact"
    )
    assert contact == {"name": "Nguyễn Văn An", "phone": "0912345678", "email": "an@example.vn"}


@pytest.mark.parametrize(
    "leak",
    [
        "Ông NGUYỄN  VĂN AN phản ánh",
        "Ông nguyen van an phản ánh",
        "gọi số 091.234.5678 để biết",
        "gọi +84 912 345 678 để biết",
        "căn cước 001099000011 đã nộp",
        "thư gửi an@example.vn ngay",
        "ở 12 ngõ Bến Đò, phường Bến Lam",
    ],
)
async def test_what_still_names_the_sender_is_not_published(survey: RunningService, leak: str) -> None:
    done = await answered(survey)
    clean = {"title": "Hẹn trả nhiều lần", "text": "Người dân phải đến nhiều lần.", "answer": ANSWER["text"]}
    for place in clean:
        refused = await does(survey, done, "publication", {**clean, place: leak})
        assert (refused.status_code, refused.json()["code"]) == (422, "petition-names-sender")
    assert (await survey.get("/v1/published-petitions")).json()["items"] == []


async def test_another_office_a_citizen_and_a_stale_screen_change_nothing(survey: RunningService) -> None:
    one = await sent(survey)
    for what, body in (
        ("classification", {"kind": "CONDUCT"}),
        ("rejection", {"reason": "UNCLEAR", "text": "Nội dung không rõ ràng."}),
        ("information-request", {"text": "Đề nghị nói rõ hơn."}),
    ):
        for by in (OTHER, SUPERVISOR, AN):
            assert (await does(survey, one, what, body, by)).status_code == 404, what
        assert (await does(survey, one, what, body, seen=7)).status_code == 412
        bare = await survey.post(f"/v1/petitions/{one['id']}/{what}", body, MANAGER)
        assert bare.status_code == 428
    assert (await survey.get(f"/v1/petitions/{one['id']}", OTHER)).status_code == 404
    assert (await survey.get("/v1/petitions", AN)).status_code == 403
    assert (await survey.get("/v1/petitions?agency=H99.202", MANAGER)).status_code == 403
    assert (await survey.get("/v1/petitions?agency=H99.201", SUPERVISOR)).json()["items"][0]["version"] == 1
    await survey.get(f"/v1/petitions/{one['id']}", SUPERVISOR)
    readers = await survey.runtime.pool.fetch("SELECT subject FROM petition_readings")
    assert [row["subject"] for row in readers] == [SUPERVISOR.subject]


async def test_a_denunciation_is_pointed_at_and_referred(survey: RunningService) -> None:
    one = await sent(survey, title="Đơn TỐ CÁO cán bộ nhận tiền")
    shown = (await survey.get(f"/v1/petitions/{one['id']}", MANAGER)).json()
    assert shown["hints"] == ["DENUNCIATION"]
    body = {"reason": "DENUNCIATION", "text": "Đề nghị gửi đến Thanh tra theo Luật Tố cáo."}
    assert (await does(survey, one, "rejection", body)).json()["state"] == "REJECTED"
    seen = (await survey.get(f"/v1/petitions/{one['id']}", AN)).json()
    assert (seen["reject_reason"], seen["said"][0]["text"]) == ("DENUNCIATION", body["text"])


async def test_a_repeated_request_is_the_same_petition(survey: RunningService) -> None:
    headers = {"Idempotency-Key": "mot-lan"}
    told = [await survey.client.post("/v1/open-petitions", json=BODY, headers=headers) for _ in range(2)]
    assert told[0].json() == told[1].json()
    assert await survey.count("petitions") == 1


async def test_lists_are_paged_by_what_is_due_and_own_ones_by_time(survey: RunningService) -> None:
    for day in (3, 4, 5):
        survey.clock.set(datetime(2026, 3, day, 9, 0, tzinfo=VIETNAM))
        await sent(survey)
    for path, by in (("/v1/petitions", MANAGER), ("/v1/own-petitions", AN)):
        found, cursor = [], ""
        while True:
            page = (await survey.get(f"{path}?limit=2&cursor={cursor}", by)).json()
            found += [item["reference"] for item in page["items"]]
            cursor = page["next_cursor"]
            if not cursor:
                break
        assert len(set(found)) == 3 == len(found), path
        days = [one[3:9] for one in found]
        assert days == sorted(days, reverse=path == "/v1/own-petitions")
        assert (await survey.get(f"{path}?cursor=WyJ4IiwieSJd", by)).status_code == 422


async def test_words_and_sender_are_forgotten_after_their_time(start: Start) -> None:
    survey = await start("survey", petition_keep_days=30)
    await survey.receive(an_agency("H99.201"))
    one = await answered(survey)
    await sent(survey)
    survey.clock.advance(timedelta(days=31))
    await survey.run_job(PETITION_FORGETTING)
    shown = (await survey.get(f"/v1/petitions/{one['id']}", MANAGER)).json()
    assert (shown["title"], shown["sender"], shown["state"]) == ("", None, "ANSWERED")
    assert await survey.runtime.pool.fetchval("SELECT count(*) FROM petitions WHERE words <> ''") == 1


async def test_a_petition_of_the_linked_account_is_ones_own(survey: RunningService) -> None:
    one = await sent(survey)
    new = a_person("tai-khoan-moi")
    linked = a_person("tai-khoan-moi", also=frozenset({AN.subject}))
    path = f"/v1/petitions/{one['id']}"
    assert [item["id"] for item in (await survey.get("/v1/own-petitions", linked)).json()["items"]] == [
        one["id"]
    ]
    assert (await survey.get(path, linked)).status_code == 200
    assert (await survey.get("/v1/own-petitions", new)).json()["items"] == []
    assert (await survey.get(path, new)).status_code == 404
