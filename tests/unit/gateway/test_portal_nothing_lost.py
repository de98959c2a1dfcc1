"""Whatever a message of the portal says, however it is dressed, is in the dossier, parked or refused."""

import base64
import json
import unicodedata
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from services.gateway.domain.portal.wire.base64_text import base64_content
from services.gateway.domain.portal.wire.outline import NoOutline, NotJson
from services.gateway.domain.portal.wire.profiles import OF_NO_DOSSIER
from services.gateway.domain.portal.wire.words import NeedsPeople, NotUnderstood
from tests.unit.gateway.test_portal_net import nothing, read_through
from tests.unit.gateway.test_portal_spelling import (
    a_message,
    camel,
    in_elements,
    in_lists,
    snaked,
)

Json = dict[str, Any]
KNOWN = (
    *("LyDoDieuChinh", "ThongTinDaNop", "ThongTinSuaDoi", "DienThoai", "Email", "NgaySinh", "DiaChi"),
    *("DiaChiDoanhNghiep", "HinhThuc", "MaSoThue", "TenThuongNhan", "ChuHoSo", "SoGiayToChuHoSo"),
    *("MaDoiTuong", "LoaiDoiTuong", "DinhDanhCHS", "DuLieuEForm", "TaiLieuNop", "TenTepDonDangKy"),
    *("TaiKhoanDuocXacThucVoiVNeID", "TepDonDangKy", "TenTepDangKy", "URLTepDangKy", "DanhSachTaiLieu"),
    *("eform", "SoDienThoai", "MaHoSoQG", "NgayNopHoSo", "isUpdating", "MaCoQuanThucHien"),
)
APART = unicodedata.normalize("NFD", "Nghề nghiệp")
UNKNOWN = (
    *("Ngay", "service", "madonvi", "isSync", "KenhThucHien", "TrangThaiHoSo", "NoiNopHoSo", "SoBienNhan"),
    *("NgayTiepNhan", "DSKetNoiCSDL", "GhiChu", "Nghề nghiệp", APART, "Nghề\x01 nghiệp", "DuocTaiSuDung"),
    *("DuocSoHoa", "DuocLayTuKhoDMQG", "MaKetQuaThayThe", "TepDinhKemId", "DuongDanTaiTepTin", "IsDeleted"),
)
OF_A_CHANGE = {"MaCoQuanThucHien", "MaTTHC", "TaiKhoanDuocXacThucVoiVNeID"}
"""What a change does not change: the dossier keeps its agency, its procedure and who vouches for it."""
SILENT = OF_NO_DOSSIER
OF_THE_ROAD = {"Ngay", "service", "madonvi", "isSync"}
"""What an envelope says for who carries it; inside the content the same names are the applicant's."""
_IS_IN = {"DiaChi": "address", "TaiLieuNop": "file", "DuLieuEForm": "form", "DinhDanhCHS": "people"}
PLACES = (
    *("content", "envelope", "container", "again", "file", "address", "form", "prefixed"),
    *("nested", "head", "people", "list"),
)


def the_first(found: Json, name: str, *values: Any) -> None:
    found[name] = values[0]


BROKEN: dict[str, tuple[str, Callable[..., Any]]] = {
    "nothing": ("inbound.reading._YES", frozenset({"1", "true"})),  # type: ignore[dict-item]
    "what stands beside the form": ("inbound.reading.beside_form", nothing),
    "what is kept with the form": ("inbound.reading.kept_with_form", nothing),
    "what is said of files": ("inbound.files._remarks", nothing),
    "what is said twice": ("wire.spelling.lay_under", the_first),
    "members of one name": ("wire.json_text.with_members", dict),
    "names that are one when composed": ("wire.outline.with_members", dict),
    "names without controls": ("wire.envelope.with_members", dict),
}
"""Readers as a defect might leave them: what they drop is the net's to find."""
WRITINGS: dict[str, Callable[[Any], Any]] = {
    "as it is": lambda message: message,
    "in a request": lambda message: {"request": message},
    "in a list": lambda message: [message],
    "a text": json.dumps,
    "a request that is a text": lambda message: {"request": json.dumps(message)},
    "a content that is a text": lambda message: {**message, "data": json.dumps(message["data"])},
    "camels": lambda message: {
        **message,
        "data": {camel(name): one for name, one in message["data"].items()},
    },
    "snakes": lambda message: {
        **message,
        "data": {snaked(name): one for name, one in message["data"].items()},
    },
    "elements": in_elements,
    "lists": lambda message: {**message, "data": in_lists(message["data"])},
    "content in HoSo": lambda message: {**message, "data": {"HoSo": message["data"]}},
}
SIGN = "X.dau{}het"


class Saying(NamedTuple):
    """What is said: where, under which name, by which sign it is known, in which shape."""

    where: str
    name: str
    sign: str
    value: Any


def shapes(sign: str) -> st.SearchStrategy[Any]:
    number = int.from_bytes(sign.encode()) % 10**25
    content = base64.b64encode(sign.encode()).decode()
    file = {"TenTepDinhKem": f"{sign}.pdf", "Base64": content}
    return st.sampled_from(
        [
            sign,
            f" {sign}; 0900000001",
            {"a": sign},
            [sign, "b"],
            [sign],
            [{"a": sign}, {"b": "c"}],
            {"#text": sign},
            {"@thuocTinh": "1", "#text": sign},
            {"@thuocTinh": sign, "#text": "1"},
            {"item": [{"x": {"y": sign}}]},
            json.dumps({"a": sign}),
            json.dumps([sign]),
            file,
            [file],
            {"item": file},
            [{**file, "GhiChu": sign}],
            {"date": sign, "timezone": "UTC"},
            number,
            [number, 1],
        ]
    )


@st.composite
def sayings(draw: st.DrawFn) -> list[Saying]:
    """Draw one to three things that are said, each another member."""
    names = draw(st.lists(st.sampled_from([*KNOWN, *UNKNOWN]), min_size=1, max_size=3, unique=True))
    said = []
    for place, name in enumerate(names):
        sign = SIGN.format("abc"[place] * 3)
        said.append(Saying(draw(st.sampled_from(PLACES)), name, sign, draw(shapes(sign))))
    # What is put into another saying's place is not said there any more.
    replaced = {_IS_IN.get(one.name) for one in said if one.where == "content"}
    return [one for one in said if one.where not in replaced]


def dressed(said: list[Saying], writing: str, updating: str) -> bytes:
    """Return the plain message with all of it put where it is said, written as a bridge does."""
    message: Json = {**a_message(30, MaDoiTuong="", MaHoSoQG=""), "isUpdating": updating}
    data, beside = message["data"], {}
    at = {"envelope": message, "container": beside, "address": data["DiaChi"], "file": data["TaiLieuNop"][0]}
    at["form"] = data["DuLieuEForm"]
    data["KhuVuc"] = {"Thua": {"So": "12"}}
    data["CacCon"] = [{"Ten": "A", "NamSinh": "2020"}, {"Ten": "B", "NamSinh": "2020"}]
    data["DinhDanhCHS"] = [{"LoaiDinhDanh": "1", "SoDinhDanh": "099088000011"}]
    message["Header"] = {"requestId": "1"}
    at |= {"nested": data["KhuVuc"]["Thua"], "list": data["CacCon"][1], "head": message["Header"]}
    at["people"] = data["DinhDanhCHS"][0]
    how = {"again": again, "prefixed": lambda name: f"n0:{name}"}
    for one in said:
        at.get(one.where, data)[how.get(one.where, str)(one.name)] = one.value
    if beside:
        message["data"] = {"HoSo": data, **beside}
    text = json.dumps(WRITINGS[writing](message))
    for one in said:
        for how in (str, camel, snaked):
            text = text.replace(how(again(one.name)), one.name)
    return text.encode()


def again(name: str) -> str:
    """Return a name for a member said a second time, which no object of Python's can say."""
    return f"@@{name}@@"


def heard(body: bytes) -> tuple[str, bool] | None:
    """Return all that is told on, and whether it is a change; None for what is parked or refused aloud."""
    try:
        as_read, found = read_through(body)
    except (NeedsPeople, NotUnderstood, NotJson, NoOutline):
        return None
    if found.people_why:
        return None
    handed = found.handed
    listed = [one.get("content_base64") for one in handed.body["attachments"]]
    files = [base64_content(one).decode("latin-1") for one in listed if one]
    asked_for = [one.get("link") for one in as_read.body["attachments"]]
    told = [handed.body, asked_for, handed.missing, handed.deleted, handed.tech_id, handed.portal_code, files]
    return json.dumps(told, ensure_ascii=False), handed.is_supplement


def is_told(one: Saying, told: str) -> bool:
    values = one.value if isinstance(one.value, list) else [one.value]
    number = next((str(value) for value in values if isinstance(value, int)), one.sign)
    return number.casefold() in told.casefold()


SEEN = "X.dauaaahet"


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sayings(), st.sampled_from(sorted(WRITINGS)), st.sampled_from(["True", "False"]))
@example(
    [Saying("envelope", "TaiLieuNop", SEEN, [{"TenTepDinhKem": SEEN, "Base64": "QUJD"}])], "as it is", "0"
)
@example([Saying("content", "ThongTinSuaDoi", SEEN, {"a": SEEN})], "as it is", "True")
@example([Saying("content", "LyDoDieuChinh", SEEN, SEEN)], "as it is", "False")
@example([Saying("content", "DienThoai", SEEN, SEEN)], "as it is", "True")
@example([Saying("address", "TenXa", SEEN, SEEN)], "as it is", "False")
@example([Saying("content", "SoGiayToChuHoSo", SEEN, [SEEN, "b"])], "as it is", "False")
@example([Saying("content", "DinhDanhCHS", SEEN, [{"x": SEEN}])], "as it is", "False")
@example([Saying("content", "URLTepDangKy", SEEN, [SEEN, "b"])], "as it is", "True")
@example([Saying("file", "TepDinhKemId", SEEN, SEEN)], "as it is", "False")
@example([Saying("file", "DuongDanTaiTepTin", SEEN, SEEN)], "as it is", "False")
@example([Saying("content", "Ngay", SEEN, SEEN)], "as it is", "False")
@example([Saying("container", "Ngay", SEEN, SEEN)], "as it is", "False")
@example([Saying("container", "service", SEEN, SEEN)], "a content that is a text", "True")
@example([Saying("content", "MaDoiTuong", SEEN, {"@ma": "x", "#text": SEEN})], "as it is", "True")
@example([Saying("content", "SoBienNhan", SEEN, SEEN)], "as it is", "True")
@example(
    [Saying("content", "Nghề nghiệp", SEEN, SEEN), Saying("content", APART, "X.daubbbhet", "X.daubbbhet")],
    "as it is",
    "False",
)
@example(
    [Saying("form", "GhiChu", SEEN, SEEN), Saying("prefixed", "DienThoai", "X.daubbbhet", "X.daubbbhet")],
    "as it is",
    "True",
)
@example([Saying("again", "TaiLieuNop", SEEN, [{"TenTepDinhKem": SEEN, "Base64": "QUJD"}])], "as it is", "0")
def test_all_that_is_said_is_told_on_or_people_are_asked(
    said: list[Saying], writing: str, updating: str
) -> None:
    assert lost(said, writing, updating) == []


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    sayings(),
    st.sampled_from(sorted(WRITINGS)),
    st.sampled_from(["True", "False"]),
    st.sampled_from(sorted(BROKEN)),
)
@example([Saying("content", "GhiChu", SEEN, SEEN)], "as it is", "False", "what stands beside the form")
@example([Saying("address", "TenXa", SEEN, SEEN)], "as it is", "False", "what is kept with the form")
@example([Saying("again", "GhiChu", SEEN, SEEN)], "as it is", "False", "members of one name")
@example([Saying("prefixed", "LoaiDoiTuong", SEEN, SEEN)], "as it is", "True", "what is said twice")
def test_that_holds_whichever_reader_is_broken(
    said: list[Saying], writing: str, updating: str, broken: str
) -> None:
    room, how = BROKEN[broken]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"services.gateway.domain.portal.{room}", how)
        assert lost(said, writing, updating) == []


def lost(said: list[Saying], writing: str, updating: str) -> list[Saying]:
    """Return what was said and stands nowhere in a message that is answered 0."""
    found = heard(dressed(said, writing, updating))
    if found is None:
        return []
    told, is_change = found
    silent = SILENT | OF_A_CHANGE if is_change else SILENT
    heard_of = [one for one in said if one.where not in {"envelope", "head"} or one.name not in OF_THE_ROAD]
    return [one for one in heard_of if one.name not in silent and not is_told(one, told)]
