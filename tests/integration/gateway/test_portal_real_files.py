"""Forms that are understood when a message is short are understood when it carries a real file."""

import base64
import json
import os
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from contracts.limits import MOST_FORM_ANSWERS
from services.gateway.jobs.portal.intake import PORTAL_INTAKE
from tests.builders.gateway.portal import CODE as CODE_HERE
from tests.builders.gateway.portal import a_message
from tests.integration.gateway.portal_world import World, a_world
from tests.integration.gateway.test_portal_corrections import INBOUND, correct, the_line
from tests.integration.gateway.test_portal_intake import FORWARD, KEY, a_supplement, inbox, send

Json = dict[str, Any]
Files = list[bytes]
CODE = "G22.99-260303-{:06d}"


def listed(files: Files, write: Callable[[bytes], str] = lambda one: base64.b64encode(one).decode()) -> Any:
    return [
        {"TenTepDinhKem": f"{place}.pdf", "MaThanhPhanHoSo": "TP01", "Base64": write(one)}
        for place, one in enumerate(files)
    ]


def in_lines(one: bytes) -> str:
    text = base64.b64encode(one).decode()
    return "\r\n".join(text[at : at + 76] for at in range(0, len(text), 76))


def for_addresses(one: bytes) -> str:
    return base64.urlsafe_b64encode(one).decode().rstrip("=")


def as_form(members: Json, *, escapes: str = "") -> bytes:
    return urlencode({name: json.dumps(one) for name, one in members.items()}, safe=escapes).encode()


def with_files(how: Callable[[Any], Any]) -> Callable[[str, Files], bytes]:
    return lambda code, files: json.dumps(a_message(code, TaiLieuNop=how(listed(files)))).encode()


def in_a_text(code: str, files: Files, how: Callable[[Any], Any] = lambda one: one, **as_it: Any) -> bytes:
    message = a_message(code, TaiLieuNop=how(listed(files)))
    return json.dumps({**message, "data": json.dumps(message["data"], **as_it)}, **as_it).encode()


def with_a_mark(message: Json) -> bytes:
    return json.dumps({**message, "data": "\ufeff" + json.dumps(message["data"])}).encode()


HEAD = f"data:application/pdf;name={quote('đơn đề nghị ' * 20)};base64,"
FORMS: dict[str, Callable[[str, Files], bytes]] = {
    "plain": with_files(lambda one: one),
    "files as a text": with_files(json.dumps),
    "files as a text that is a text": with_files(lambda one: json.dumps(json.dumps(one))),
    "every file a text": with_files(lambda one: [json.dumps(each) for each in one]),
    "the content as a text": in_a_text,
    "files as a text in a text": lambda code, files: in_a_text(code, files, json.dumps),
    "all of it indented": lambda code, files: in_a_text(code, files, lambda one: json.dumps(one, indent=2)),
    "letters as they are": lambda code, files: in_a_text(code, files, json.dumps, ensure_ascii=False),
    "base64 for addresses, not padded": lambda code, files: json.dumps(
        a_message(code, TaiLieuNop=listed(files, for_addresses))
    ).encode(),
    "base64 in lines in a text": lambda code, files: json.dumps(
        a_message(code, TaiLieuNop=json.dumps(listed(files, in_lines)))
    ).encode(),
    "base64 behind a long head": lambda code, files: json.dumps(
        a_message(code, TaiLieuNop=listed(files, lambda one: HEAD + in_lines(one)))
    ).encode(),
    "a form with the message": lambda code, files: as_form(
        {"data": a_message(code, TaiLieuNop=listed(files))}
    ),
    "a form with the envelope": lambda code, files: as_form(
        {"service": "x", "isUpdating": "False", "data": a_message(code, TaiLieuNop=listed(files))["data"]}
    ),
    "a form with the files as a text": lambda code, files: as_form(
        {"Service": "x", "Data": a_message(code, TaiLieuNop=json.dumps(listed(files)))["data"]}
    ),
    "a form with the message as a text": lambda code, files: as_form(
        {"data": json.dumps(a_message(code, TaiLieuNop=listed(files)))}
    ),
    "a list of one text": lambda code, files: json.dumps(
        [json.dumps(a_message(code, TaiLieuNop=listed(files)))]
    ).encode(),
    "a mark before the content's text": lambda code, files: with_a_mark(
        a_message(code, TaiLieuNop=listed(files))
    ),
    "a form whose plus nobody escaped": lambda code, files: as_form(
        {"data": a_message(code, TaiLieuNop=listed(files))}, escapes="+/="
    ),
    "two bytes a letter": lambda code, files: json.dumps(
        a_message(code, TaiLieuNop=listed(files)), ensure_ascii=False
    ).encode("utf-16"),
    "two bytes a letter, the other way round, no mark": lambda code, files: json.dumps(
        a_message(code, TaiLieuNop=json.dumps(listed(files))), ensure_ascii=False
    ).encode("utf-16-be"),
}


async def post(world: World, body: bytes) -> Json:
    answer = await world.gateway.client.post(f"{FORWARD}/nhanhsdvcqg", content=body, headers=KEY)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def contents(world: World, told: Json) -> Files:
    """Return the files the dossier service has of a message, told in it or brought before it."""
    return [
        base64.b64decode(one["content_base64"], validate=True)
        if "content_base64" in one
        else bytes(world.dossiers.upload(one["upload_id"]).content)
        for one in told["attachments"]
    ]


@pytest.fixture
async def world(start):
    async with a_world(start) as found:
        yield found


@pytest.mark.parametrize("sizes", [(500, 41), (30_000, 41), (600_001, 300_002)], ids=str)
async def test_a_real_file_comes_in_whatever_it_is_written_in(world: World, sizes: tuple[int, ...]):
    files = [os.urandom(size) for size in sizes]
    for number, (name, write) in enumerate(FORMS.items()):
        code = CODE.format(number)
        answer = await post(world, write(code, files))
        assert answer == {"error_code": 0, "message": f"{code}| tiếp nhận thành công"}, name
        told = world.dossiers.calls[-1]["body"]
        assert contents(world, told) == files, name
        assert told["owner"]["full_name"] == "Nguyễn Văn An", name
    assert len(world.dossiers.taken) == len(FORMS)


async def test_twenty_megabytes_come_in_too(world: World):
    files = [os.urandom(1_000_000), os.urandom(20_000_000)]
    body = FORMS["files as a text in a text"](CODE.format(1), files)
    assert (await post(world, body))["error_code"] == 0
    assert contents(world, world.dossiers.calls[-1]["body"]) == files


async def test_a_form_of_answers_longer_than_a_held_text_is_read(world: World):
    answers = {f"truong_{n}": "x" * 900 for n in range(100)}
    assert (await send(world, a_message(DuLieuEForm=json.dumps(answers))))["error_code"] == 0
    assert world.dossiers.calls[-1]["body"]["form_data"] == answers | ADDRESS


BROKEN = {
    "short": base64.b64encode(b"%PDF" + b"x" * 30_000).decode().replace("eHh4", "eH*4", 1),
    "long": base64.b64encode(b"%PDF" + b"x" * 300_000).decode().replace("eHh4", "eH*4", 1),
    "short and cut within a byte": base64.b64encode(b"%PDF" + b"x" * 3_000).decode()[:-3],
    "no file at all": "====",
    "long words": "không phải tệp " * 9_000,
    "a text that begins as JSON": "[" + "x" * 100_000,
}


async def test_a_file_nobody_can_read_is_for_people_who_let_the_dossier_in_without_it(world: World):
    good = base64.b64encode(b"%PDF-1.4").decode()
    for number, (name, broken) in enumerate([*BROKEN.items()] * 2):
        files = [
            {"TenTepDinhKem": "tờ khai.pdf", "Base64": broken},
            {"TenTepDinhKem": "ảnh.pdf", "Base64": good},
        ]
        said = files if number < len(BROKEN) else json.dumps(files)
        answer = await send(world, a_message(CODE.format(number), TaiLieuNop=said))
        assert answer["error_code"] == 0, name
        line = await the_line(world)
        assert line["reason"] == "tệp không đọc được: TaiLieuNop.0.Base64", name
        assert line["next_attempt_at"] is None, "time does not mend it"
        shown = (await world.ask("GET", f"{INBOUND}/{line['id']}")).json()["fields"]
        told = {one["name"]: one["value"] for one in shown}
        assert told["TaiLieuNop.0.Base64"] == "(có nội dung, chỉ bỏ được)"
        assert told["TaiLieuNop.0.TenTepDinhKem"] == "tờ khai.pdf"
        written = await correct(world, line, **{"TaiLieuNop.0.Base64": good})
        error = written.json()["errors"][0]
        assert (written.status_code, error["path"]) == (422, "fields.TaiLieuNop.0.Base64")
        assert (await correct(world, line, **{"TaiLieuNop.0.Base64": ""})).status_code == 200
        await world.gateway.run_job(PORTAL_INTAKE)
        body = world.dossiers.calls[-1]["body"]
        assert (body["portal_code"], len(world.dossiers.calls)) == (CODE.format(number), number + 1), name
        assert [one["name"] for one in body["attachments"]] == ["ảnh.pdf"]
        assert body["note"].endswith("cần yêu cầu bổ sung: tờ khai.pdf")


DAMAGED = (422, "attachment-damaged", "Tệp bị hỏng, không mở được")
NO_TYPE = (415, "attachment-type", "Loại tệp không được chấp nhận")


async def test_a_file_that_does_not_open_is_for_people_as_one_nobody_can_read(world: World):
    """A damaged PDF, a program, a page: each is named, long or short; the dossier goes in without them."""
    world.dossiers.not_taken = {"hỏng.pdf": DAMAGED, "chạy.exe": NO_TYPE, "đơn.pdf": DAMAGED}
    short, long = as_base64(b"%PDF-1.4"), as_base64(os.urandom(200_000))
    files = [
        {"TenTepDinhKem": "tốt.pdf", "Base64": short},
        {"TenTepDinhKem": "hỏng.pdf", "Base64": long},
        {"TenTepDinhKem": "chạy.exe", "Base64": short},
    ]
    message = a_message(TaiLieuNop=files, TenTepDonDangKy="đơn.pdf", TepDonDangKy=short)
    answer = await send(world, message)
    assert answer == {"error_code": 0, "message": f"{CODE_HERE}| đã tiếp nhận, chờ xử lý"}
    line = await the_line(world)
    places = {"TaiLieuNop.1.Base64", "TaiLieuNop.2.Base64", "TepDonDangKy"}
    assert line["reason"] == (
        "tệp không nhận được: TepDonDangKy (Tệp bị hỏng, không mở được);"
        " TaiLieuNop.1.Base64 (Tệp bị hỏng, không mở được);"
        " TaiLieuNop.2.Base64 (Loại tệp không được chấp nhận)"
    )
    assert (line["state"], line["next_attempt_at"]) == ("PARKED", None), "time does not mend it"
    assert (await correct(world, line, **dict.fromkeys(places, ""))).status_code == 200
    await world.gateway.run_job(PORTAL_INTAKE)
    body = world.dossiers.calls[-1]["body"]
    assert [one["name"] for one in body["attachments"]] == ["tốt.pdf"]
    assert all(name in body["note"] for name in ("đơn.pdf", "hỏng.pdf", "chạy.exe"))
    assert list(world.dossiers.taken) == [CODE_HERE]


async def test_a_supplement_with_a_file_that_does_not_open_waits_for_people_too(world: World):
    await send(world, a_message())
    world.dossiers.not_taken = {"hỏng.pdf": DAMAGED}
    paper = {"TenTepDinhKem": "hỏng.pdf", "Base64": as_base64(b"%PDF-1.4")}
    assert (await send(world, a_supplement(TaiLieuNop=[paper])))["error_code"] == 0
    line = await the_line(world)
    assert (line["state"], "TaiLieuNop.0.Base64" in line["reason"]) == ("PARKED", True)


async def test_more_answers_than_a_dossier_takes_come_in_together_under_one_name(world: World):
    answers = {f"truong_{n}": str(n) for n in range(700)}
    assert (await send(world, a_message(DuLieuEForm=answers)))["error_code"] == 0
    told = world.dossiers.calls[-1]["body"]["form_data"]
    assert len(told) == MOST_FORM_ANSWERS
    rest = told.pop("Các trường khác")
    assert told | rest == answers | ADDRESS
    assert told.keys() < answers.keys(), "what comes first stays by itself"


async def test_more_files_than_a_dossier_takes_are_for_people_who_are_told_how_many(world: World):
    files = [{"TenTepDinhKem": f"{n}.pdf", "Base64": as_base64(b"%PDF-1.4")} for n in range(62)]
    assert (await send(world, a_message(TaiLieuNop=files)))["error_code"] == 0
    line = await the_line(world)
    assert line["reason"] == (
        "cần sửa: TaiLieuNop (có 62 tệp, một lần nhận tối đa 60: để trống nội dung hoặc địa chỉ tệp thừa,"
        " phần còn lại yêu cầu bổ sung sau)"
    )
    left_out = {f"TaiLieuNop.{n}.Base64": "" for n in (60, 61)}
    assert (await correct(world, line, **left_out)).status_code == 200
    await world.gateway.run_job(PORTAL_INTAKE)
    body = world.dossiers.calls[-1]["body"]
    assert len(body["attachments"]) == 60
    assert body["note"].endswith("cần yêu cầu bổ sung: 60.pdf, 61.pdf")


NOT_READ: dict[str, tuple[Json, str, str]] = {
    "no list": ({"TaiLieuNop": "tệp gửi sau"}, "TaiLieuNop", "danh sách tệp"),
    "a list that ends too early": ({"TaiLieuNop": '[{"TenTepDinhKem": "a'}, "TaiLieuNop", "danh sách tệp"),
    "words among files": ({"TaiLieuNop": ["một tệp"]}, "TaiLieuNop.0", "TaiLieuNop.0"),
    "a content under another name": (
        {"TaiLieuNop": [{"TenTepDinhKem": "a.pdf", "Tep": "A" * 600}]},
        "TaiLieuNop.0.Tep",
        "a.pdf",
    ),
    "no form": ({"DuLieuEForm": [{"a": 1}, "b"]}, "DuLieuEForm", "biểu mẫu điện tử"),
    "no number": ({"SoGiayToChuHoSo": "099-08 số 8"}, "SoGiayToChuHoSo", "số giấy tờ của chủ hồ sơ"),
}


async def test_whatever_waits_for_people_can_be_let_in_by_them(world: World):
    """A receipt is given for nothing that can never come in."""
    for number, (name, (said, field, called)) in enumerate(NOT_READ.items()):
        code = CODE.format(number)
        answer = await send(world, a_message(code, **said))
        assert answer == {"error_code": 0, "message": f"{code}| đã tiếp nhận, chờ xử lý"}, name
        line = await the_line(world)
        assert (field in line["reason"], line["portal_code"]) == (True, code), name
        corrected = await correct(world, line, **{field: ""})
        assert corrected.status_code == 200, corrected.text
        await world.gateway.run_job(PORTAL_INTAKE)
        body = world.dossiers.calls[-1]["body"]
        assert (body["portal_code"], len(world.dossiers.calls)) == (code, number + 1), name
        assert re.search(rf"cần yêu cầu bổ sung: .*{re.escape(called)}", body["note"]), name


async def test_a_message_that_waits_for_people_keeps_no_newer_one_of_its_dossier_out(world: World):
    await send(world, a_message(TaiLieuNop=[{"TenTepDinhKem": "a.pdf", "Base64": "hỏng"}]))
    assert (await send(world, a_message()))["error_code"] == 0
    assert [state for state, _, _ in await inbox(world)] == ["PARKED", "DONE"]
    line = await the_line(world)
    await correct(world, line, **{"TaiLieuNop.0.Base64": ""})
    await world.gateway.run_job(PORTAL_INTAKE)
    assert len(world.dossiers.taken) == 1
    assert [state for state, _, _ in await inbox(world)] == ["DONE", "DONE"]


ADDRESS = {"DiaChi": a_message()["data"]["DiaChi"]}
"""With the code of the province, for which the dossier has no place but the form."""
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"


def as_base64(content: bytes, head: str = "") -> str:
    return head + base64.b64encode(content).decode()


async def test_a_picture_among_the_answers_of_a_form_is_a_file_of_the_dossier(world: World):
    """Long or short, bare or behind a head, in a list of names and values; the answer names the file."""
    photo, drawn, child = PNG + os.urandom(400_000), PNG + os.urandom(900), JPEG + os.urandom(90_000)
    answers = {
        "anh": as_base64(photo, "data:image/png;base64,"),
        "chu_ky": as_base64(drawn, "data:image/png;base64,"),
        "con": [{"ten": "Bé", "anh": as_base64(child)}],
    }
    told = {
        "anh": "(tệp kèm theo: anh.png)",
        "chu_ky": "(tệp kèm theo: chu_ky.png)",
        "con": [{"ten": "Bé", "anh": "(tệp kèm theo: con.0.anh.jpg)"}],
    }
    paper = os.urandom(30_000)
    pairs = [{"key": name, "value": value} for name, value in answers.items()]
    for number, form in enumerate((answers, json.dumps(answers), pairs)):
        message = a_message(CODE.format(number), TaiLieuNop=listed([paper]), DuLieuEForm=form)
        assert (await send(world, message))["error_code"] == 0
        body = world.dossiers.calls[-1]["body"]
        assert body["form_data"] == told | ADDRESS
        assert contents(world, body) == [paper, photo, drawn, child]
        names = [one["name"] for one in body["attachments"]]
        assert names == ["0.pdf", "anh.png", "chu_ky.png", "con.0.anh.jpg"]


async def test_pictures_of_a_form_are_bounded_and_a_broken_one_is_for_people(world: World):
    picture = as_base64(PNG + os.urandom(70_000))
    many = a_message(CODE.format(1), DuLieuEForm={str(n): picture for n in range(21)})
    assert (await send(world, many))["error_code"] == 0
    ((state, _, reason),) = await inbox(world)
    assert state == "PARKED"
    assert "quá 20 hình ảnh" in reason
    broken = a_message(CODE.format(2), DuLieuEForm={"anh": picture[:50_000] + "*" + picture[50_000:]})
    assert (await send(world, broken))["error_code"] == 0
    assert (await inbox(world))[-1][2] == "tệp không đọc được: DuLieuEForm.anh"
    line = (await world.ask("GET", f"{INBOUND}?code={CODE.format(2)}")).json()["items"][0]
    assert (await correct(world, line, **{"DuLieuEForm.anh": ""})).status_code == 200
    await world.gateway.run_job(PORTAL_INTAKE)
    body = world.dossiers.calls[-1]["body"]
    assert (body["form_data"]["anh"], len(body["attachments"])) == ("", 1)
    assert "DuLieuEForm.anh" in body["note"], "what is to be asked for"


async def test_a_long_text_where_no_file_stands_is_refused_also_in_a_text(world: World):
    message = a_message(CODE.format(1), TaiLieuNop=json.dumps([]), ThongTinDaNop="x" * 70_000)
    where = "data.ThongTinDaNop (tối đa 64 KB)"
    refused = {"error_code": -1, "message": f"| Có chuỗi quá dài ngoài các trường tệp: {where}"}
    assert await send(world, message) == refused
    assert await send(world, {**message, "data": json.dumps(message["data"])}) == refused
    deep = json.dumps([{"TenTepDinhKem": json.loads("[" * 40 + "]" * 40)}])
    answer = await send(world, a_message(TaiLieuNop=deep))
    assert answer == {"error_code": -1, "message": "| Nội dung lồng nhau quá sâu (tối đa 32 cấp)"}
