"""What stands beside the content, or is said again, is in the dossier or asked about, never gone."""

import asyncio
import json
import time
import unicodedata
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

import pytest

from services.gateway.domain.portal.inbound.corrections import correctable, corrected, left_out, removable
from services.gateway.domain.portal.inbound.reading import handed_of
from services.gateway.domain.portal.wire.json_text import parsed
from services.gateway.domain.portal.wire.profiles import GENERAL
from services.gateway.domain.portal.wire.words import NeedsPeople, NotUnderstood
from services.gateway.use_cases.portal.inbound.handing import key_of
from tests.builders.gateway.portal import a_message as a_portal_message
from tests.unit.gateway.test_portal_spelling import (
    CONTENTS,
    SIZES,
    a_file,
    a_message,
    read,
    understood,
)

Json = dict[str, Any]
SMALL, OTHER = SIZES[0], SIZES[1]


def beside(name: str, *, also: bool = False) -> Callable[[Json], Any]:
    """Move a member of the content beside it in the envelope."""
    return lambda message: {
        **message,
        "data": message["data"] if also else {**message["data"], name: None},
        name: message["data"][name],
    }


def in_container(inner: Any, outer: Any) -> Callable[[Json], Any]:
    """Put the dossier into a container, files within and beside it."""

    def written(message: Json) -> Json:
        dossier = {name: one for name, one in message["data"].items() if name != "TaiLieuNop"}
        held = dossier if inner is None else {**dossier, "TaiLieuNop": inner}
        return {**message, "data": {"HoSo": held, "TaiLieuNop": outer}}

    return written


def again(member: str, *values: Any) -> Callable[[Json], bytes]:
    """Write a member of the content as often as there are values."""

    def written(message: Json) -> bytes:
        rest = json.dumps({name: one for name, one in message["data"].items() if name != member})
        more = ", ".join(f'"{member}": {json.dumps(one)}' for one in values)
        text = json.dumps({**message, "data": 0})
        return text.replace('"data": 0', f'"data": {rest[:-1]}, {more}}}').encode()

    return written


def in_items(*files: Json) -> Callable[[Json], bytes]:
    """Write files as a bridge writes repeated elements."""
    items = ", ".join(f'"item": {json.dumps(one)}' for one in files)

    def written(message: Json) -> bytes:
        text = json.dumps({**message, "data": {**message["data"], "TaiLieuNop": 0}})
        return text.replace('"TaiLieuNop": 0', f'"TaiLieuNop": {{{items}}}').encode()

    return written


FORM = {"ho_ten": "An", "DiaChi": a_message(SMALL)["data"]["DiaChi"]}
"""With the code of the province, which the dossier has no place for."""
FILE, FILE_2 = a_file(SMALL), {**a_file(OTHER), "TenTepDinhKem": "b.pdf"}
SAME: dict[str, Callable[[Json], Any]] = {
    "files beside the content": beside("TaiLieuNop"),
    "the form beside the content": beside("DuLieuEForm"),
    "files beside the content and in it": beside("TaiLieuNop", also=True),
    "a name beside the content": beside("ChuHoSo"),
    "the code beside the content": beside("MaHoSo"),
    "files beside a dossier with a blank list": in_container([], [FILE]),
    "files beside a dossier with none": in_container(None, [FILE]),
    "the same files beside a dossier": in_container([FILE], [FILE]),
    "a list said again": again("TaiLieuNop", [FILE], [FILE]),
    "a list said again, blank": again("TaiLieuNop", [FILE], []),
    "a blank list and then the files": again("TaiLieuNop", None, [FILE]),
    "a name said again": again("ChuHoSo", "Nguyễn Văn An", "Nguyễn Văn An "),
    "files beside a request": lambda message: {
        "request": {**message, "data": {**message["data"], "TaiLieuNop": []}},
        "TaiLieuNop": message["data"]["TaiLieuNop"],
    },
    "a file's text beside a request that is a text": lambda message: {
        "request": json.dumps(message),
        "ThoiDiem": None,
        "RequestId": "8c1d",
    },
    "an element that is nil": lambda message: {
        **message,
        "data": {**message["data"], "Fax": {"@xsi:nil": "true"}, "MaHoSoQG": {"$": {"xsi:nil": "true"}}},
    },
    "a truth for what there is none of": lambda message: {
        **message,
        "data": {**message["data"], "MaHoSoQG": False, "MaDoiTuong": False},
    },
}


@pytest.mark.parametrize("name", SAME)
async def test_wherever_it_stands_it_is_the_same_dossier(name: str) -> None:
    assert await understood(SAME[name](a_message(SMALL))) == await understood(a_message(SMALL))


BOTH: dict[str, Callable[[Json], Any]] = {
    "two lists, one beside": lambda message: {**message, "TaiLieuNop": [FILE_2]},
    "two lists, one beside in other letters": lambda message: {**message, "TAILIEUNOP": [FILE_2]},
    "two lists in a container": in_container([FILE], [FILE_2]),
    "a list said again": again("TaiLieuNop", [FILE], [FILE_2]),
    "an element said again": again("TaiLieuNop", FILE, FILE_2),
    "items said again": in_items(FILE, FILE_2),
    "items said again, one twice": in_items(FILE, FILE, FILE_2),
}


@pytest.mark.parametrize("name", BOTH)
async def test_files_of_two_lists_are_all_there(name: str) -> None:
    told, files = await understood(BOTH[name](a_message(SMALL)))
    assert (files, told["missing"]) == ([CONTENTS[SMALL], CONTENTS[OTHER]], ())


TWICE: dict[str, tuple[Callable[[Json], Any], str]] = {
    "a number": (again("SoGiayToChuHoSo", "099088000011", "099088000022"), "SoGiayToChuHoSo (2)"),
    "a number, thrice": (
        again("SoGiayToChuHoSo", "099088000011", "099088000022", "1"),
        "SoGiayToChuHoSo (2)",
    ),
    "a name": (again("ChuHoSo", "An", "Bình"), "ChuHoSo (2)"),
    "a code beside the content": (lambda message: {**message, "MaHoSo": "G22.99-1"}, "MaHoSo (2)"),
    "two spellings": (
        lambda message: {**message, "data": {**message["data"], "chuhoso": "Bình"}},
        "ChuHoSo (2)",
    ),
    "a list of numbers": (again("SoGiayToChuHoSo", ["099088000011", "099088000022"]), "SoGiayToChuHoSo"),
    "two accounts": (again("MaDoiTuong", {"a": "1", "b": "2"}), "MaDoiTuong"),
    "two contents of the form to sign": (again("TepDonDangKy", ["JVBERi0=", "JVBERi0x"]), "TepDonDangKy"),
    "a list of addresses": (again("DiaChi", [{"DiaChiChiTiet": "a"}, {"DiaChiChiTiet": "b"}]), "DiaChi"),
}


@pytest.mark.parametrize("name", TWICE)
async def test_which_of_two_counts_is_for_people_who_let_the_dossier_in(name: str) -> None:
    write, place = TWICE[name]
    said = await read(write(a_message(SMALL)))
    with pytest.raises(NeedsPeople, match=f"^cần sửa: {place.split(' ')[0]}"):
        handed_of(GENERAL, said.value)
    assert place in removable(GENERAL, said.value)
    assert correctable(GENERAL, said.value)[place]
    left_out(GENERAL, said.value, {place: ""})
    assert (
        handed_of(GENERAL, corrected(GENERAL, said.value, {place: ""})).portal_code == "G22.99-260303-000001"
    )


async def test_which_of_two_names_was_left_out_is_no_paper_to_be_asked_for() -> None:
    said = await read(again("ChuHoSo", "An", "Bình")(a_message(SMALL)))
    assert correctable(GENERAL, said.value)["ChuHoSo (2)"] == "Bình"
    assert left_out(GENERAL, said.value, {"ChuHoSo (2)": ""})[0] == {"ChuHoSo (2)": ""}


@pytest.mark.parametrize(
    "updating", [["True"], {"#text": "True"}, {"@type": "bool", "#text": "true"}, [{"#text": "1"}], "True", 1]
)
async def test_a_change_is_a_change_however_a_bridge_writes_the_word(updating: Any) -> None:
    said = await read({**a_message(SMALL), "isUpdating": updating, "service": {"#text": "DongBoHoSo"}})
    assert handed_of(GENERAL, said.value).is_supplement
    assert said.value["service"] == "DongBoHoSo"


@pytest.mark.parametrize("updating", [["True", "False"], {"giaTri": {"a": "True"}}, [["x", "y"]]])
async def test_a_word_nobody_can_read_is_no_create(updating: Any) -> None:
    said = await read({**a_message(SMALL), "isUpdating": updating})
    with pytest.raises(NeedsPeople, match="cần sửa: isUpdating"):
        handed_of(GENERAL, said.value)


async def test_a_container_says_whether_it_is_a_change() -> None:
    said = await read({"isUpdating": "True", "request": a_message(SMALL)["data"]})
    assert handed_of(GENERAL, said.value).is_supplement


async def test_what_only_the_road_understands_is_no_answer_of_the_form() -> None:
    told, _ = await understood({**a_message(SMALL), "SecurityKey": "k", "request_id": "7", "isSync": True})
    assert told["form_data"] == FORM


async def test_a_dossier_that_names_another_is_not_that_one() -> None:
    message = {"data": {"MaTTHC": "1.004873", "ChuHoSo": "An", "HoSoLienQuan": {"MaHoSo": "G22.99-1"}}}
    said = await read(message)
    assert said.value["data"]["MaTTHC"] == "1.004873"
    assert "MaHoSo" not in said.value["data"]


NONE = (
    "/Date(-62135596800000)/",
    "/Date(-62135596800000+0700)/",
    "/Date(-62135622000000)/",
    "0001-01-01T00:00:00",
)


@pytest.mark.parametrize("text", NONE)
async def test_the_first_moment_of_all_is_none(text: str) -> None:
    birth = {**a_message(SMALL), "data": {**a_message(SMALL)["data"], "NgaySinh": text}}
    told, _ = await understood(birth)
    assert "birth_date" not in told["owner"]
    supplement = {"MaHoSoQG": "G22.99-1", "NgayNopHoSo": text, "LyDoDieuChinh": "x"}
    said = await read({"data": supplement})
    assert handed_of(GENERAL, said.value).body["submitted_at"] is None
    create = {**a_message(SMALL), "data": {**a_message(SMALL)["data"], "NgayNopHoSo": text}}
    said = await read(create)
    with pytest.raises(NeedsPeople, match="không nói ngày giờ nộp"):
        handed_of(GENERAL, said.value)


async def test_a_moment_no_calendar_has_is_for_people() -> None:
    text = "/Date(-99999999999999)/"
    said = await read({**a_message(SMALL), "data": {**a_message(SMALL)["data"], "NgayNopHoSo": text}})
    with pytest.raises(NeedsPeople, match="không đọc được ngày giờ"):
        handed_of(GENERAL, said.value)


SHORT = "JVBERi0xLjQgc2Vjb25k"
SECOND: dict[str, Any] = {
    "NoiDungTep": SHORT,
    "Base64_2": SHORT,
    "TepKyPhu": SHORT,
    "DuongDan": "https://dvc.example/2.pdf",
    "NoiLuu": "https://dvc.example/2.pdf",
}


@pytest.mark.parametrize("name", SECOND)
async def test_a_second_content_of_a_file_is_for_people(name: str) -> None:
    file = {**FILE, "DuongDanTaiTepTin": "https://dvc.example/1.pdf", name: SECOND[name]}
    said = await read({**a_message(SMALL), "data": {**a_message(SMALL)["data"], "TaiLieuNop": [file]}})
    with pytest.raises(NeedsPeople, match=rf"tệp không đọc được: TaiLieuNop.0.{name} "):
        handed_of(GENERAL, said.value)
    assert f"TaiLieuNop.0.{name}" in removable(GENERAL, said.value)


async def test_what_is_said_of_a_file_stands_with_the_form() -> None:
    file = {**FILE, "GhiChu": "bản sao chứng thực", "SoTrang": 2, "IsDeleted": "False"}
    told, _ = await understood(
        {**a_message(SMALL), "data": {**a_message(SMALL)["data"], "TaiLieuNop": [file]}}
    )
    assert told["form_data"] == {
        **FORM,
        "TaiLieuNop.0.GhiChu": "bản sao chứng thực",
        "TaiLieuNop.0.SoTrang": 2,
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12345678901234567890123", "12345678901234567890123"),
        ("-9007199254740993", "-9007199254740993"),
        ("9007199254740992", 9007199254740992),
        ("1e999", "1e999"),
        ("1" + "0" * 5000, "1" + "0" * 5000),
        ("0.1000000000000000055", "0.1000000000000000055"),
        ("1e-400", "1e-400"),
        ("0.1", 0.1),
        ("1.50", 1.5),
        ("NaN", None),
        ("-0.0", 0.0),
        ("20260303081500.0", 20260303081500.0),
    ],
)
def test_no_number_is_rounded_in_silence(text: str, value: Any) -> None:
    assert parsed(f'{{"So": {text}}}'.encode()) == {"So": value}


def test_a_member_said_a_hundred_thousand_times_costs_no_more_than_its_length() -> None:
    members = ", ".join(f'"a": {number}' for number in range(100_000))
    told = parsed(f"{{{members}}}".encode())
    assert (told["a"], len(told["a (2)"])) == (0, 99_999)


async def test_no_is_an_answer() -> None:
    told, _ = await understood(
        {**a_message(SMALL), "data": {**a_message(SMALL)["data"], "DaCamKet": False, "SoCon": 0}}
    )
    assert told["form_data"] == {**FORM, "DaCamKet": False, "SoCon": 0}


async def test_an_address_in_parts_is_written_as_on_a_letter_and_kept_in_its_parts() -> None:
    parts = {"DiaChiChiTiet": "Số 1", "TenXa": "Phường A", "TenTinh": "Tỉnh B", "MaXa": "00001"}
    told, _ = await understood({**a_message(SMALL), "data": {**a_message(SMALL)["data"], "DiaChi": parts}})
    assert told["owner"]["address"] == "Số 1, Phường A, Tỉnh B"
    assert told["form_data"]["DiaChi"] == parts


def apart(text: str) -> str:
    return unicodedata.normalize("NFD", text)


ONE_NAME = (("Họ tên mẹ", apart("Họ tên mẹ")), (apart("Họ tên mẹ"), "Họ tên mẹ"), ("gc", "gc\x01"))


@pytest.mark.parametrize("names", ONE_NAME)
async def test_two_names_that_are_one_when_they_are_composed_are_said_twice(names: tuple[str, str]) -> None:
    told = dict(zip(names, ("Lê", "Trần"), strict=True))
    name = min(names, key=len)
    both = {name: "Lê", f"{name} (2)": "Trần"}
    form, _ = await understood(a_message(SMALL, DuLieuEForm=told))
    content, _ = await understood(a_message(SMALL, DuLieuEForm={}, **told))
    file, _ = await understood(a_message(SMALL, DuLieuEForm={}, TaiLieuNop=[{**FILE, **told}]))
    assert both.items() <= form["form_data"].items()
    assert both.items() <= content["form_data"].items()
    assert {f"TaiLieuNop.0.{one}": value for one, value in both.items()}.items() <= file["form_data"].items()


async def test_an_answer_said_twice_and_beside_the_form_once_more_is_there_three_times() -> None:
    message = a_message(SMALL, DuLieuEForm=0, NgheNghiep="thợ may")
    twice = '{"NgheNghiep": "công nhân", "NgheNghiep": "giáo viên"}'
    told, _ = await understood(
        json.dumps(message).replace('"DuLieuEForm": 0', f'"DuLieuEForm": {twice}').encode()
    )
    assert told["form_data"]["NgheNghiep"] == "công nhân"
    assert told["form_data"]["NgheNghiep (2)"] == ["giáo viên", "thợ may"]


def another(code: str = "G22.99-260303-000002") -> Json:
    return a_portal_message(code, ChuHoSo="Trần Thị Bình", TaiLieuNop=[])


def with_contents(*contents: Any, name: str = "data") -> bytes:
    """Write an envelope with several contents, the last under another name."""
    *names, _ = ("data",) * len(contents)
    members = ", ".join(
        f'"{one}": {json.dumps(told)}' for one, told in zip((*names, name), contents, strict=True)
    )
    return f'{{"service": "DongBoHoSo", "isUpdating": "False", {members}}}'.encode()


A, B = a_message(SMALL)["data"], another()["data"]
SEVERAL: dict[str, bytes] = {
    "two texts": with_contents(json.dumps(A), json.dumps(B)),
    "a text and an object": with_contents(json.dumps(A), B),
    "an object and a text": with_contents(A, json.dumps(B)),
    "two objects": with_contents(A, B),
    "two texts, spelled otherwise": with_contents(json.dumps(A), json.dumps(B), name="Data"),
    "a text beside under a name of its own": with_contents(A, json.dumps(B), name="HoSoKhac"),
    "an object beside under a name of its own": with_contents(A, [B], name="HoSoKhac"),
    "one of two contents of one dossier": with_contents(
        json.dumps(A), json.dumps({**A, "DuLieuEForm": {"x": "y"}})
    ),
    "an object in a container and a text beside": json.dumps(
        {"request": {"data": A}, "request2": json.dumps(another())}
    ).encode(),
    "a form's two messages": b"&".join(
        b"data=" + quote_plus(json.dumps(one)).encode() for one in (a_message(SMALL), another())
    ),
    "a form's two contents": b"&".join(b"data=" + quote_plus(json.dumps(one)).encode() for one in (A, B)),
}


@pytest.mark.parametrize("name", SEVERAL)
async def test_of_two_dossiers_in_a_message_none_becomes_an_answer_of_the_other(name: str) -> None:
    said = await read(SEVERAL[name])
    with pytest.raises(NotUnderstood, match=r"mỗi bản tin một hồ sơ|bắt buộc data"):
        handed_of(GENERAL, said.value)


async def test_a_form_with_one_message_twice_is_that_message() -> None:
    body = b"data=" + quote_plus(json.dumps(a_message(SMALL))).encode()
    assert await understood(body + b"&" + body) == await understood(a_message(SMALL))


async def test_the_name_of_another_dossier_beside_the_content_stands_with_the_form() -> None:
    told, _ = await understood({**a_message(SMALL), "LienQuan": {"MaHoSo": "G22.99-1", "QuanHe": "cùng chủ"}})
    assert told["form_data"]["LienQuan"] == {"MaHoSo": "G22.99-1", "QuanHe": "cùng chủ"}


def seconds_for(work: Callable[[], Any]) -> float:
    """Return the time this process had to work, whoever else has the machine."""
    began = time.process_time()
    work()
    return time.process_time() - began


@pytest.mark.parametrize("value", ["An", [{"TenTepDinhKem": "a.pdf", "Base64": "QUJD"}]])
@pytest.mark.parametrize("is_beside", [True, False])
def test_one_member_in_thousands_of_spellings_is_read_in_no_time(value: Any, is_beside: bool) -> None:
    message = a_message(SMALL)
    name = "ChuHoSo" if value == "An" else "TaiLieuNop"
    held = message if is_beside else message["data"]
    held |= {f"n{place}:{name}": [value, place] for place in range(4_000)}
    body = json.dumps(message).encode()
    assert seconds_for(lambda: asyncio.run(read(body))) < 2.0  # It was twelve and more.


def test_what_stands_deep_beside_the_form_is_looked_through_once() -> None:
    deep = json.loads('{"a":' * 25 + '"x"' + "}" * 25)
    data = a_message(SMALL)["data"] | {f"k{place}": deep for place in range(1_500)}
    assert seconds_for(lambda: handed_of(GENERAL, {"data": data})) < 1.5  # It was seven.


async def test_what_a_change_says_of_the_dossiers_road_stands_with_its_form() -> None:
    news = {
        "KenhThucHien": "3",
        "DonViXuLy": "UBND phường Bến Lam",
        "SoBienNhan": "BN-7",
        "TrangThaiHoSo": "2",
    }
    content = {"MaHoSoQG": "G22.99-1", "NgayNopHoSo": "20260304081500", **news}
    told, _ = await understood({"isUpdating": "True", "data": {**content, "ThongTinDaNop": "Đã nộp"}})
    assert told["form_data"] == news


async def test_of_a_create_only_what_every_dossier_begins_as_is_left_out() -> None:
    plain = {
        "KenhThucHien": "2",
        "NoiNopHoSo": "1",
        "TrangThaiHoSo": "1",
        "DonViXuLy": "Sở",
        "TenTTHC": "Cấp",
    }
    news = {"KenhThucHien": "3", "NoiNopHoSo": "2", "SoBienNhan": "BN-7", "Ngay": "01/03/2026"}
    told, _ = await understood(a_message(SMALL, **plain))
    assert told["form_data"] == FORM
    told, _ = await understood(a_message(SMALL, **{**plain, **news}))
    assert told["form_data"] == FORM | news


@pytest.mark.parametrize("updating", ["True", "False"])
@pytest.mark.parametrize("status", ["3", "7", 7, "8", "9", "10", "11"])
async def test_a_status_nobody_has_who_hands_papers_in_is_for_people(updating: str, status: Any) -> None:
    said = await read({**a_message(SMALL, TrangThaiHoSo=status), "isUpdating": updating})
    with pytest.raises(NeedsPeople, match=r"^cần sửa: TrangThaiHoSo"):
        handed_of(GENERAL, said.value)
    assert "TrangThaiHoSo" in correctable(GENERAL, said.value)
    handed_of(GENERAL, corrected(GENERAL, said.value, {"TrangThaiHoSo": ""}))


WITHDRAWN = [
    *({name: "7"} for name in ("trangThaiHoSo", "TRANGTHAIHOSO", "TRANG_THAI_HO_SO", "ns1:TrangThaiHoSo")),
    *({"TrangThaiHoSo": said} for said in ("07", "7.0", 7, ["7"], {"@ma": "x", "#text": "7"})),
    *({"TrangThaiHoSo": said} for said in ("Công dân yêu cầu rút hồ sơ", "7 - Công dân yêu cầu rút hồ sơ")),
    *(
        {"TrangThaiHoSo": said}
        for said in ({"Ma": "7", "Ten": "Rút"}, "Xin rút lại hồ sơ", "cong dan rut ho so")
    ),
    *({name: "7"} for name in ("TrangThai", "MaTrangThai", "MaTrangThaiHoSo")),
    {"TenTrangThai": "Công dân yêu cầu rút hồ sơ"},
    *({name: "7"} for name in ("TrangThaiHS", "TrangThaiXuLy", "MaTrangThaiXuLy")),
    *({"TrangThai": said} for said in ("RUT_HO_SO", "Rút HS", "Hủy hồ sơ", "Đã rút", "huy-ho-so")),
    *({"TenTrangThai": said} for said in ("CONG_DAN_YEU_CAU_RUT_HO_SO", "Hồ sơ xin rút", "Hồ sơ đã rút")),
    {"TrangThaiHoSo": "2", "n0:TrangThaiHoSo": "7"},
]


@pytest.mark.parametrize("updating", ["True", "False"])
@pytest.mark.parametrize("told", WITHDRAWN, ids=str)
async def test_a_withdrawal_is_heard_however_it_is_written(updating: str, told: Json) -> None:
    """Taken for papers it would make a dossier go on that its applicant has given up."""
    said = await read({**a_message(SMALL, **told), "isUpdating": updating})
    with pytest.raises(NeedsPeople, match=r"^cần sửa: .*công dân yêu cầu rút hồ sơ"):
        handed_of(GENERAL, said.value)
    (name,) = [one for one in correctable(GENERAL, said.value) if one in told and told[one] != "2"]
    assert name not in removable(GENERAL, said.value)
    handed_of(GENERAL, corrected(GENERAL, said.value, {name: "2"}))


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"YeuCauKhac": "1"},
        {"NoiDung": "Xin rút hồ sơ"},
        {"LyDoDieuChinh": "Công dân yêu cầu rút hồ sơ"},
        {"TrangThaiHoSo": "5", "TaiLieuNop": [], "DuLieuEForm": {"a": ""}},
    ],
    ids=str,
)
async def test_a_change_that_hands_nothing_in_is_for_people(told: Json) -> None:
    """Told on as a supplement it would make a dossier go on that its applicant may have given up."""
    content = {"MaHoSoQG": "G22.99-1", "NgayNopHoSo": "20260304081500", **told}
    said = await read({"isUpdating": "True", "data": content})
    with pytest.raises(NeedsPeople, match=r"^cần sửa: LyDoDieuChinh \(không kèm tệp"):
        handed_of(GENERAL, said.value)
    assert "LyDoDieuChinh" in correctable(GENERAL, said.value)
    words = "Công dân giải trình tại quầy"
    handed = handed_of(GENERAL, corrected(GENERAL, said.value, {"LyDoDieuChinh": words}))
    assert (handed.is_supplement, handed.body["note"]) == (True, words)


@pytest.mark.parametrize(
    "told",
    [
        {"LyDoRutHoSo": "đổi ý"},
        {"LyDoHuy": "không còn nhu cầu"},
        {"YeuCauRutHoSo": "1"},
        {"TrangThaiHoSo": "đang chờ"},
    ],
    ids=str,
)
async def test_a_change_whose_status_nobody_can_read_is_for_people(told: Json) -> None:
    said = await read({**a_message(SMALL, **told), "isUpdating": "True"})
    with pytest.raises(NeedsPeople, match=r"^cần sửa: "):
        handed_of(GENERAL, said.value)
    created = await read(a_message(SMALL, **told))
    assert told.items() <= handed_of(GENERAL, created.value).body["form_data"].items()


ANOTHER = {"MaHoSo": "G22.99-260303-000002", "MaTTHC": "1.004874", "ChuHoSo": "Trần Thị Bình"}


@pytest.mark.parametrize(
    "told",
    [
        {"HoSoLienThong": ANOTHER},
        {"HoSoLienQuan": json.dumps(ANOTHER)},
        {"HoSoLienQuan": [json.dumps(ANOTHER)]},
        {"LienThong": {"DanhSach": [{"HoSo": ANOTHER}]}},
    ],
    ids=["an object", "a text", "a list of texts", "deep"],
)
async def test_a_dossier_inside_another_is_no_answer_of_its_form(told: Json) -> None:
    """As an answer strangers would read it, and nobody would ask for the dossier."""
    said = await read(a_message(SMALL, **told))
    with pytest.raises(NotUnderstood, match="nhiều hồ sơ"):
        handed_of(GENERAL, said.value)
    same = {name: {**ANOTHER, "MaHoSo": "G22.99-260303-000001"} for name in told}
    handed_of(GENERAL, (await read(a_message(SMALL, **same))).value)
    handed_of(GENERAL, (await read(a_message(SMALL, DuLieuEForm={"hoSoTruoc": ANOTHER}))).value)


async def test_two_envelopes_that_differ_in_whether_it_is_a_change_are_for_people() -> None:
    said = await read({"isUpdating": "True", "request": {**a_message(SMALL), "isUpdating": "False"}})
    with pytest.raises(NeedsPeople, match="isUpdating"):
        handed_of(GENERAL, said.value)
    same = await read({"isUpdating": "false", "request": {**a_message(SMALL), "isUpdating": "False"}})
    assert not handed_of(GENERAL, same.value).is_supplement


async def test_where_a_file_is_from_is_told_of_it_and_its_numbers_stand_with_the_form() -> None:
    flags = {"DuocTaiSuDung": "2", "DuocLayTuKhoDMQG": "True", "DuocSoHoa": 0}
    others = {"MaKetQuaThayThe": "KQ.01", "TepDinhKemId": "77", "DuongDanTaiTepTin": "https://x.gov.vn/b.pdf"}
    said = await read(a_message(SMALL, DuLieuEForm={}, TaiLieuNop=[{**FILE, **flags, **others}]))
    body = handed_of(GENERAL, said.value).body
    (file,) = body["attachments"]
    assert (file["reuse"], file["is_from_personal_store"], file["is_digitised"]) == (2, True, False)
    assert {f"TaiLieuNop.0.{name}": value for name, value in (flags | others).items()}.items() <= body[
        "form_data"
    ].items()


async def test_flags_of_a_file_that_say_nothing_of_it_are_no_answers() -> None:
    flags = {"DuocTaiSuDung": "0", "DuocLayTuKhoDMQG": "0", "DuocSoHoa": "1", "IsDeleted": "False"}
    told, _ = await understood(a_message(SMALL, TaiLieuNop=[{**FILE, **flags}]))
    assert told == (await understood(a_message(SMALL)))[0]


BROKEN = "data:image/png;base64,iVBORw0KGgo!!!!"
PICTURES: dict[str, tuple[Any, str, Any]] = {
    "a list of pairs": (
        [{"key": "anh.x", "value": BROKEN}, {"key": "y", "value": "2"}],
        "DuLieuEForm.0.value",
        {"anh.x": "", "y": "2"},
    ),
    "a name with points": ({"1.2 anh": BROKEN, "y": "2"}, "DuLieuEForm.1.2 anh", {"1.2 anh": "", "y": "2"}),
    "in a group": (
        {"nguoiNop": {"anh": BROKEN, "ten": "An"}},
        "DuLieuEForm.nguoiNop.anh",
        {"nguoiNop": {"anh": "", "ten": "An"}},
    ),
    "in a list in a group": (
        {"anh": [{"tep": BROKEN, "so": 1}, {"so": 2}]},
        "DuLieuEForm.anh.0.tep",
        {"anh": [{"tep": "", "so": 1}, {"so": 2}]},
    ),
}


@pytest.mark.parametrize("name", PICTURES)
async def test_a_picture_that_is_left_out_leaves_all_other_answers(name: str) -> None:
    form, place, left = PICTURES[name]
    said = await read(a_message(SMALL, DuLieuEForm=form))
    assert place in removable(GENERAL, said.value)
    told = handed_of(GENERAL, corrected(GENERAL, said.value, {place: ""})).body["form_data"]
    assert left.items() <= told.items()


async def test_a_strange_member_whose_name_has_points_can_be_left_out() -> None:
    said = await read(a_message(SMALL, **{"Tep.Dinh.Kem": "QUJD" * 200}))
    with pytest.raises(NeedsPeople, match=r"Tep\.Dinh\.Kem"):
        handed_of(GENERAL, said.value)
    assert handed_of(GENERAL, corrected(GENERAL, said.value, {"Tep.Dinh.Kem": ""})).portal_code


INSIDE: dict[str, Any] = {
    "data": {"eform": "x"},
    "signature": "nét vẽ",
    "Username": "an",
    "@nguon": "SOAP",
    "service": "x",
}


@pytest.mark.parametrize("name", INSIDE)
async def test_what_a_container_of_the_content_says_is_the_contents_whatever_its_name(name: str) -> None:
    message = a_message(SMALL)
    told, _ = await understood({**message, "data": {"HoSo": message["data"], name: INSIDE[name]}})
    assert told["form_data"] == FORM | {name: INSIDE[name]}


async def test_only_single_short_values_of_an_envelope_are_the_roads() -> None:
    signed = {"Signature": {"nguoiKy": "An"}, "Header": {"GhiChuCuaCongDan": "gấp"}}
    plain = {"signature": "MEUCIQ==", "header": {"requestId": "7", "token": "t"}, "@id": "1"}
    told, _ = await understood({**a_message(SMALL), **signed})
    assert told["form_data"] == FORM | signed
    told, _ = await understood({**a_message(SMALL), **plain})
    assert told["form_data"] == FORM


async def test_supplements_that_name_other_files_have_other_keys() -> None:
    keys = set()
    for files in (
        [],
        [{"TenTepDinhKem": "a.pdf"}],
        [{"TenTepDinhKem": "b.pdf"}],
        [FILE | {"IsDeleted": "1"}],
    ):
        content = {"MaHoSoQG": "G22.99-1", "NgayNopHoSo": "20260304081500", "TaiLieuNop": files}
        content["ThongTinDaNop"] = "Đã nộp"
        said = await read({"isUpdating": "True", "data": content})
        keys.add(await key_of(handed_of(GENERAL, said.value), said, 1))
    assert len(keys) == 4


async def test_meanwhile_everybody_else_is_answered() -> None:
    data = a_message(SMALL)["data"] | {f"k{place}": "x" for place in range(45_000)}
    body = json.dumps({"data": data}).encode()
    answered, is_read = 0, False

    async def ask() -> None:
        nonlocal answered
        while not is_read:
            await asyncio.sleep(0.001)
            answered += 1

    other = asyncio.create_task(ask())
    await asyncio.sleep(0)
    await read(body)
    is_read = True
    await other
    # Read in one go on the loop, nobody would be answered but once or twice, however fast the machine is.
    assert answered > 10, answered


async def test_what_an_attribute_says_of_an_element_stays() -> None:
    size, people = {"@donVi": "m2", "#text": "120"}, {"@ma": "05", "#text": "Kinh"}
    phone = {"@loai": "di động", "@xmlns:x": "y", "@type": "string", "#text": "0900000000"}
    told, _ = await understood(
        a_message(SMALL, DuLieuEForm={"dienTich": size}, DanToc=people, DienThoai=phone)
    )
    assert told["owner"]["phone"] == "0900000000"
    del told["form_data"]["DiaChi"]
    assert told["form_data"] == {"dienTich": size, "DanToc": people, "DienThoai.@loai": "di động"}


async def test_every_file_that_is_only_named_can_be_asked_for_by_its_name() -> None:
    named = [{"TenTepDinhKem": f"Giấy {place}.pdf"} for place in range(15)]
    named += [{**FILE, "TenTepDinhKem": f"Cũ {place}.pdf", "IsDeleted": "1"} for place in range(15)]
    named += [{**FILE, "TenTepDinhKem": "Đơn " * 60 + ".pdf"}]
    told, _ = await understood(a_message(SMALL, TaiLieuNop=named))
    names = {f"TaiLieuNop.{place}.TenTepDinhKem": one["TenTepDinhKem"] for place, one in enumerate(named)}
    assert names.items() <= told["form_data"].items()


NO_VALUES: dict[str, tuple[Any, str, Any]] = {
    "two names": ({"ChuHoSo": ["An", "Bình"]}, "ChuHoSo", ["An", "Bình"]),
    "a name in parts": ({"ChuHoSo": {"Ho": "Trần", "Ten": "An"}}, "ChuHoSo", {"Ho": "Trần", "Ten": "An"}),
    "two telephones": (
        {"DienThoai": ["0900000001", "0900000002"]},
        "DienThoai",
        ["0900000001", "0900000002"],
    ),
    "a number and who gave it": (
        {"SoGiayToChuHoSo": {"So": "099088000011", "NoiCap": "Tỉnh Mẫu"}},
        "SoGiayToChuHoSo",
        {"So": "099088000011", "NoiCap": "Tỉnh Mẫu"},
    ),
    "two addresses": (
        {"DiaChi": [{"DiaChiChiTiet": "Số 1"}, {"DiaChiChiTiet": "Số 2"}]},
        "DiaChi.DiaChiChiTiet",
        [{"DiaChiChiTiet": "Số 1"}, {"DiaChiChiTiet": "Số 2"}],
    ),
    "two streets": (
        {"DiaChi": {"DiaChiChiTiet": ["Số 1", "Số 2"], "TenXa": "Xã Mẫu"}},
        "DiaChi.DiaChiChiTiet",
        {"DiaChiChiTiet": ["Số 1", "Số 2"]},
    ),
}


@pytest.mark.parametrize("name", NO_VALUES)
async def test_what_a_correction_puts_one_value_for_stands_with_the_form(name: str) -> None:
    """People wrote one; the officer reads what the applicant said all the same."""
    more, place, kept = NO_VALUES[name]
    said = await read(a_message(SMALL, **more))
    with pytest.raises(NeedsPeople):
        handed_of(GENERAL, said.value)
    value = "" if place in removable(GENERAL, said.value) else "Số 1, phố Mẫu"
    told = handed_of(GENERAL, corrected(GENERAL, said.value, {place: value})).body["form_data"]
    assert told[f"{place.split('.')[0]} (như bản tin)"] == kept


async def test_what_people_correct_that_was_one_value_stands_once() -> None:
    said = await read(a_message(SMALL))
    told = handed_of(GENERAL, corrected(GENERAL, said.value, {"ChuHoSo": "Nguyễn Văn B"})).body
    assert told["owner"]["full_name"] == "Nguyễn Văn B"
    assert told["form_data"] == (await understood(a_message(SMALL)))[0]["form_data"]
