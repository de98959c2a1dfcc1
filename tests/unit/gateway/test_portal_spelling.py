"""One message in the spellings and containers of bridges: the same dossier, or parked, never less."""

import base64
import json
import random
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.gateway.domain.portal.inbound.corrections import corrected, left_out, removable
from services.gateway.domain.portal.inbound.messages import Inbound
from services.gateway.domain.portal.inbound.reading import Handed, handed_of
from services.gateway.domain.portal.wire.outline import Bounds, NoOutline
from services.gateway.domain.portal.wire.profiles import GENERAL
from services.gateway.domain.portal.wire.words import NeedsPeople, NotUnderstood
from services.gateway.use_cases.portal.inbound.bodies import Said, read_message
from services.gateway.use_cases.portal.inbound.handing import require_only_files
from tests.builders.gateway.portal import a_message as a_portal_message

Json = dict[str, Any]
SIZES = (30, 22_500, 1_500_000)
CONTENTS = {size: random.Random(size).randbytes(size) for size in SIZES}


def a_file(size: int) -> Json:
    content = base64.b64encode(CONTENTS[size]).decode()
    return {"TenTepDinhKem": "a.pdf", "MaThanhPhanHoSo": "TP01", "Base64": content}


def a_message(size: int, **changed: Any) -> Json:
    told = {"TaiLieuNop": [a_file(size)], "DuLieuEForm": {"ho_ten": "An"}, **changed}
    return a_portal_message("G22.99-260303-000001", **told)


def message_of(body: bytes) -> Inbound:
    return Inbound(
        id=UUID(int=1), path=GENERAL, body=body, sha256=b"", received_at=datetime(2026, 3, 3, tzinfo=UTC)
    )


async def read(message: Any) -> Said:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return await read_message(message_of(body), lambda: None, Bounds())  # type: ignore[arg-type, return-value]


def at_once(work: Coroutine[Any, Any, Any]) -> Any:
    """Run what waits for nothing."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("it waits")


async def understood(message: Any) -> tuple[Json, list[bytes]]:
    """Return what the dossier service is told of a message, and what is in its files."""
    said = await read(message)
    handed = handed_of(GENERAL, said.value)
    require_only_files(said, handed, set())
    return {**handed.body, "attachments": [], "missing": handed.missing}, await contents(said, handed)


async def contents(said: Said, handed: Handed) -> list[bytes]:
    found = []
    for file in handed.body["attachments"]:
        text = file["content_base64"]
        long = said.files.get(text)
        found.append(
            base64.b64decode(text) if long is None else b"".join([one async for one in long.content()])
        )
    return found


def named(how: Callable[[str], str]) -> Callable[[Json], Any]:
    return lambda message: {**message, "data": {how(name): one for name, one in message["data"].items()}}


def deep(how: Callable[[str], str], value: Any) -> Any:
    """Rename every member but the form's own, which are nobody's to rename."""
    if isinstance(value, dict):
        return {how(name): one if name == "DuLieuEForm" else deep(how, one) for name, one in value.items()}
    return [deep(how, one) for one in value] if isinstance(value, list) else value


def camel(name: str) -> str:
    return name[:1].lower() + name[1:]


def snaked(name: str) -> str:
    return "".join(f"_{sign}" if sign.isupper() else sign.upper() for sign in name).lstrip("_").upper()


def in_lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: one if name == "DuLieuEForm" else [in_lists(one)] for name, one in value.items()}
    return [in_lists(one) for one in value] if isinstance(value, list) else value


def in_elements(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: in_elements(one) for name, one in value.items()}
    return [in_elements(one) for one in value] if isinstance(value, list) else {"#text": value}


def with_data(how: Callable[[Any], Any]) -> Callable[[Json], Any]:
    return lambda message: {**message, "data": how(message["data"])}


OF_THE_OWNER = ("ChuHoSo", "LoaiDoiTuong", "SoGiayToChuHoSo", "NgaySinh", "DiaChi", "DienThoai", "Email")


def in_parts(data: Json, parts: dict[str, tuple[str, ...]]) -> Json:
    """Put members of a content into objects of their own."""
    inside = {part: {name: data[name] for name in names} for part, names in parts.items()}
    return {
        name: one for name, one in data.items() if not any(name in one for one in parts.values())
    } | inside


def with_files(how: Callable[[Any], Any], name: str = "TaiLieuNop") -> Callable[[Json], Any]:
    def written(data: Json) -> Json:
        rest = {member: one for member, one in data.items() if member != "TaiLieuNop"}
        return {**rest, name: how(data["TaiLieuNop"][0])}

    return with_data(written)


def a_list(**member: Any) -> Callable[[Json], Any]:
    return with_files(lambda _: [member])


FORMS: dict[str, Callable[[Json], Any]] = {
    "capitals": named(str.upper),
    "small letters": named(str.lower),
    "camels": named(camel),
    "camels all through": lambda message: deep(camel, message),
    "capitals all through": lambda message: deep(str.upper, message),
    "snakes": with_data(lambda data: deep(snaked, data)),
    "blanks behind names": named(lambda name: f"{name} "),
    "a prefix": named(lambda name: f"ns0:{name}"),
    "lists of one": with_data(in_lists),
    "elements": with_data(in_elements),
    "elements all through": in_elements,
    "a moment as PHP has it": with_data(
        lambda data: {
            **data,
            "NgayNopHoSo": {"date": "2026-03-03 08:15:00.000000", "timezone": "Asia/Ho_Chi_Minh"},
        }
    ),
    "a moment of elsewhere as PHP has it": with_data(
        lambda data: {**data, "NgayNopHoSo": {"date": "2026-03-03 01:15:00.0", "timezone": "UTC"}}
    ),
    "moments as Jackson has them": with_data(
        lambda data: {**data, "NgayNopHoSo": [2026, 3, 3, 8, 15], "NgaySinh": [1988, 1, 1]}
    ),
    "a moment of Jackson with seconds": with_data(
        lambda data: {**data, "NgayNopHoSo": [2026, 3, 3, 8, 15, 0, 0]}
    ),
    "whose it is in a part": with_data(lambda data: in_parts(data, {"owner": OF_THE_OWNER})),
    "the dossier and whose it is in two parts": with_data(
        lambda data: {
            "ThongTinHoSo": {name: one for name, one in data.items() if name not in OF_THE_OWNER},
            **in_parts({name: data[name] for name in OF_THE_OWNER}, {"ThongTinChuHoSo": OF_THE_OWNER}),
        }
    ),
    "its procedure in a part of its own": with_data(lambda data: in_parts(data, {"thuTuc": ("MaTTHC",)})),
    "a moment of JavaScript": with_data(lambda data: {**data, "NgayNopHoSo": 1772500500000}),
    "in a request": lambda message: {"request": message},
    "in an envelope of SOAP": lambda message: {
        "Envelope": {"@xmlns": "x", "Header": {}, "Body": {"request": message}}
    },
    "in a request that is a text": lambda message: {"request": json.dumps(message)},
    "content in HoSo": with_data(lambda data: {"HoSo": data}),
    "content in HoSo beside other things": with_data(lambda data: {"HoSo": data, "Khac": []}),
    "content in a list of items": with_data(lambda data: {"item": [data]}),
    "content in a list of lists": with_data(lambda data: [[data]]),
    "content by its place": with_data(lambda data: {"0": data}),
    "all of it a text": json.dumps,
    "a blank content beside the full one": lambda message: {
        "service": "x",
        "data": {},
        "Data": message["data"],
    },
    "no number": lambda message: json.dumps({**message, "So": float("nan")}).encode(),
    "half a letter": lambda message: json.dumps(message).replace("DongBo", "\\ud83dDongBo").encode(),
    "files in items": with_files(lambda file: {"item": [file]}),
    "one file in an item": with_files(lambda file: {"TaiLieu": file}),
    "files by their places": with_files(lambda file: {"0": file, "1": None}),
    "files in lists": with_files(lambda file: [[file]]),
    "files in items in a list": with_files(lambda file: [{"item": [file]}]),
    "files under small letters": with_files(lambda file: [file], "tailieunop"),
    "files under another name": with_files(lambda file: [file], "DanhSachTaiLieuNop"),
    "files as a text in an item": with_files(lambda file: {"item": [json.dumps(file)]}),
    "a content in an element": with_files(lambda file: [{**file, "Base64": {"#text": file["Base64"]}}]),
    "a name by another name": with_files(
        lambda file: [{"TenTep": file["TenTepDinhKem"], "Base64": file["Base64"], "maThanhPhanHoSo": "TP01"}]
    ),
}


@pytest.mark.parametrize(
    ("told", "code"), [(1.0108, "1.010800"), ("2.5", "2.500000"), (2.000908, "2.000908")]
)
async def test_a_procedure_as_a_number_has_its_noughts_again(told: Any, code: str) -> None:
    assert (await understood(a_message(SIZES[0], MaTTHC=told)))[0]["procedure_code"] == code


async def test_two_who_may_own_it_are_nobodys_to_choose_from() -> None:
    message = a_message(SIZES[0])
    owner = {name: message["data"].pop(name) for name in OF_THE_OWNER}
    message["data"] |= {"NguoiNop": owner, "NguoiUyQuyen": {**owner, "ChuHoSo": "Trần Thị Bình"}}
    with pytest.raises((NeedsPeople, NotUnderstood)):
        await understood(message)


@pytest.mark.parametrize(
    "told", [[3, 3, 2026], [2026, 3, 3, 8], [2026, 13, 3], [2026, True, 3], [2026, 3.0, 3]]
)
async def test_numbers_that_are_no_moment_are_for_people(told: Any) -> None:
    with pytest.raises(NeedsPeople):
        await understood(a_message(SIZES[0], NgayNopHoSo=told))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", FORMS)
async def test_whatever_a_bridge_makes_of_it_it_is_the_same_dossier(name: str, size: int) -> None:
    plain = await understood(a_message(size))
    assert (plain[1], plain[0]["missing"]) == ([CONTENTS[size]], ())
    assert await understood(FORMS[name](a_message(size))) == plain


STRANGE: dict[str, tuple[Callable[[Json], Any], str]] = {
    "a list nobody told us of": (with_files(lambda file: [file], "HoSoKemTheo"), "HoSoKemTheo"),
    "a paper of a supplement by another name": (
        with_files(
            lambda file: [{"DanhSachGiayToBoSung": [{"TenTep": "a.pdf", "NoiDung": file["Base64"]}]}],
            "DanhSachHoSoBoSung",
        ),
        "DanhSachHoSoBoSung.0.DanhSachGiayToBoSung.0.NoiDung",
    ),
    "two lists": (
        lambda message: {
            **message,
            "data": {**message["data"], "DanhSachTaiLieuNop": [{**a_file(SIZES[1]), "TenTep": "b.pdf"}]},
        },
        "DanhSachTaiLieuNop",
    ),
    "a content by another name": (
        with_files(lambda file: [{"TenTep": "a.pdf", "NoiDung": file["Base64"]}]),
        "TaiLieuNop.0.NoiDung",
    ),
    "a content as bytes": (
        a_list(TenTep="a.pdf", Base64=[37, 80, 68, 70]),
        "TaiLieuNop.0.Base64",
    ),
    "an address by another name": (
        a_list(TenTepDinhKem="a.pdf", NoiLuu="https://dvc.example/a.pdf"),
        "TaiLieuNop.0.NoiLuu",
    ),
    "two addresses": (
        a_list(TenTepDinhKem="a.pdf", DuongDanTaiTepTin=["https://a.example/1", "https://a.example/2"]),
        "TaiLieuNop.0.DuongDanTaiTepTin",
    ),
    "an element that says nothing known": (a_list(LoaiGiayTo=1), "TaiLieuNop.0"),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", STRANGE)
async def test_what_may_be_a_file_is_for_people_who_let_the_dossier_in_without_it(
    name: str, size: int
) -> None:
    write, place = STRANGE[name]
    said = await read(write(a_message(size)))
    with pytest.raises(NeedsPeople, match=rf"tệp không đọc được: {place} "):
        handed_of(GENERAL, said.value)
    assert place in removable(GENERAL, said.value)
    without, texts = left_out(GENERAL, said.value, {place: ""})
    handed = handed_of(GENERAL, corrected(GENERAL, said.value, {place: ""}))
    require_only_files(said, handed, texts)
    assert {*handed.missing, *without.values()} - {""}, "what was left out is told of"


ROUNDS: dict[str, Callable[[Json], Any]] = {
    "as the contract has them": lambda file: [{"NoiDungBoSung": "x", "DanhSachGiayToBoSung": [file]}],
    "in containers": lambda file: {
        "HoSoBoSung": [{"NOI_DUNG_BO_SUNG": "x", "danhSachGiayToBoSung": {"GiayTo": file}}]
    },
    "as a text": lambda file: json.dumps([{"NoiDungBoSung": "x", "DanhSachGiayToBoSung": [file]}]),
    "with a file in the place of its papers": lambda file: [{"NoiDungBoSung": "x", **file}],
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ROUNDS)
async def test_papers_of_rounds_of_supplements_are_papers_however_they_are_listed(
    name: str, size: int
) -> None:
    message = with_files(ROUNDS[name], "DanhSachHoSoBoSung")(a_message(size))
    said = await read(message)
    handed = handed_of(GENERAL, said.value)
    require_only_files(said, handed, set())
    assert await contents(said, handed) == [CONTENTS[size]]
    assert [file["component_code"] for file in handed.body["attachments"]] == ["TP01"]
    assert handed.body["form_data"]["DanhSachHoSoBoSung.0.NoiDungBoSung"] == "x"
    assert "DanhSachHoSoBoSung" not in removable(GENERAL, said.value), "no list of files goes as a whole"
    place = f"{handed.places[0]}.Base64"
    assert corrected(GENERAL, said.value, {place: ""}) != said.value
    assert left_out(GENERAL, said.value, {place: ""})[1], "one paper may be left out"


async def test_of_a_list_left_out_as_a_whole_every_file_is_asked_for_by_its_name() -> None:
    files = [{"item": [{"TenTep": f"{name}.pdf", "Base64": "JVBERi0="}]} for name in "ab"]
    said = await read(a_message(SIZES[0], HoSoKemTheo=files))
    without, _ = left_out(GENERAL, said.value, {"HoSoKemTheo": ""})
    assert without == {"HoSoKemTheo": "HoSoKemTheo (a.pdf, b.pdf)"}


async def test_a_paper_named_by_its_code_only_is_asked_for() -> None:
    told, files = await understood(with_files(lambda _: [{"MaThanhPhanHoSo": "TP01"}])(a_message(30)))
    assert (told["missing"], files) == (("TP01",), [])


MANY: dict[str, Json] = {
    "files": {"TaiLieuNop": [[["x"]]] * 20_000},
    "members": {"Khac": {f"x{place}": 1 for place in range(50_001)}},
    "in a text": {"DuLieuEForm": json.dumps([0] * 50_001)},
    "in several texts": {
        "DuLieuEForm": json.dumps([0] * 20_000),
        "DinhDanhCHS": json.dumps([0] * 20_000),
        "DiaChi": json.dumps([0] * 20_000),
    },
}


@pytest.mark.parametrize("name", MANY)
async def test_of_very_many_members_none_is_read_for_while_one_is_all_others_wait(name: str) -> None:
    with pytest.raises(NoOutline, match="quá nhiều"):
        await read(a_message(30, **MANY[name]))
