"""The net under the readers of the portal's messages: whatever they drop goes along, or waits for people."""

import asyncio
import json
import time
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from services.gateway.domain.portal.inbound import net as portal_net
from services.gateway.domain.portal.inbound import reading as portal_reading
from services.gateway.domain.portal.inbound.declared import DECLARED, Declared
from services.gateway.domain.portal.inbound.net import LEFT, REMAINDER
from services.gateway.domain.portal.inbound.reading import Handed
from services.gateway.domain.portal.wire.outline import Bounds
from services.gateway.domain.portal.wire.words import NeedsPeople
from services.gateway.use_cases.portal.inbound import accounting as portal_accounting
from services.gateway.use_cases.portal.inbound import bodies as portal_bodies
from services.gateway.use_cases.portal.inbound.accounting import Accounted, accounted
from services.gateway.use_cases.portal.inbound.bodies import read_message
from services.gateway.use_cases.portal.inbound.handing import with_files_there
from services.gateway.use_cases.portal.inbound.understanding import understood
from tests.unit.gateway.test_portal_spelling import OF_THE_OWNER, a_message, at_once, message_of

Json = dict[str, Any]
ACCOUNT = "5e1b7f7c-3c1f-4f4e-9d2e-1f0a2b3c4d5e"


def looked_over(message: Any, **corrections: str) -> Accounted:
    """Return a message as it would be handed in, and what the last look found."""
    return read_through(message, **corrections)[1]


def read_through(message: Any, **corrections: str) -> tuple[Handed, Accounted]:
    """Return a message as it was read, and as it would be handed in; no address it names answers."""
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    came = message_of(body)
    object.__setattr__(came, "corrections", corrections)
    said = at_once(read_message(came, lambda: None, Bounds()))  # type: ignore[arg-type, return-value]
    handed, lengths = at_once(understood(said, came))
    linked = {place: None for place, one in enumerate(handed.body["attachments"]) if "link" in one}
    ready = at_once(with_files_there(said, handed, came, None, linked, lengths))  # type: ignore[arg-type]
    found: Accounted = at_once(accounted(ready, handed, said, came))
    return handed, found


def carried(message: Any) -> Json:
    found = looked_over(message)
    assert found.people_why == ""
    told: Json = found.handed.body["form_data"].get(REMAINDER, {})
    return told


def with_data(**changed: Any) -> Json:
    return a_message(30, **changed)


def beside(**changed: Any) -> Json:
    return {**a_message(30), **changed}


def a_change(**changed: Any) -> Json:
    data = {"MaHoSoQG": "G22.99-260303-000001", "NgayNopHoSo": "20260304081500", **changed}
    return {"service": "DongBoHoSo", "isUpdating": "True", "data": data}


def test_a_message_all_of_which_is_read_goes_as_it_is() -> None:
    found = looked_over(with_data(GhiChu="cẩn thận", Fax="", MaDoiTuong=ACCOUNT))
    assert (found.people_why, found.unread) == ("", ())
    assert found.handed.body["form_data"]["GhiChu"] == "cẩn thận"
    assert REMAINDER not in found.handed.body["form_data"]


def test_what_is_read_in_parts_and_numbers_leaves_nothing_over() -> None:
    data = with_data(NgayNopHoSo=[2026, 3, 3, 8, 15], MaTTHC=1.0108, NgaySinh=[1988, 1, 1])["data"]
    owner = {name: data.pop(name) for name in OF_THE_OWNER}
    found = looked_over(
        {"service": "DongBoHoSo", "isUpdating": "False", "data": {"ThongTinHoSo": data, "ChuThe": owner}}
    )
    assert (found.people_why, found.unread) == ("", ())
    assert found.handed.body["owner"]["birth_date"] == "1988-01-01"
    assert found.handed.body["procedure_code"] == "1.010800"


def test_a_form_nobody_reads_is_left_out_and_read_as_it_came() -> None:
    told = with_data(DuLieuEForm=["Nghề nghiệp: thợ mộc", "Dân tộc: Thái"])
    with pytest.raises(NeedsPeople):
        looked_over(told)
    found = looked_over(told, DuLieuEForm="")
    assert found.handed.body["form_data"]["DuLieuEForm (như bản tin)"] == told["data"]["DuLieuEForm"]
    assert (found.people_why, REMAINDER in found.handed.body["form_data"]) == ("", False)


def nothing(*_: Any, **__: Any) -> Json:
    return {}


def a_link_only(_: Any, kind: Json) -> Json | None:
    return {"component_code": "", "name": "a.pdf", "link": "https://x.vn/a"} if kind["list"] else None


def last_of_each(pairs: Any) -> Json:
    return dict(pairs)


BROKEN: dict[str, tuple[Any, str, Any, Json, Json]] = {
    "what stands beside the form": (
        portal_reading,
        "beside_form",
        nothing,
        with_data(GhiChu="cẩn thận", CacCon=[{"Ten": "A", "NamSinh": 2020}, {"Ten": "B", "NamSinh": 2020}]),
        {
            "data.GhiChu": "cẩn thận",
            "data.CacCon.0.Ten": "A",
            "data.CacCon.0.NamSinh": "2020",
            "data.CacCon.1.Ten": "B",
            "data.CacCon.1.NamSinh": "2020",
        },
    ),
    "what is kept with the form": (
        portal_reading,
        "kept_with_form",
        nothing,
        with_data(DienThoai="0900000000; 0911111111", DiaChi={"MaXa": "12345", "DiaChiChiTiet": "Số 1"}),
        {"data.DienThoai": "0900000000; 0911111111", "data.DiaChi.MaXa": "12345"},
    ),
    "what stands beside the content": (
        portal_bodies,
        "content_beside",
        nothing,
        beside(YKien="đồng ý"),
        {"YKien": "đồng ý"},
    ),
    "one of two people born on one day": (
        portal_reading,
        "form_of",
        lambda _: {"me": {"NgaySinh": "19600101"}},
        with_data(DuLieuEForm={"cha": {"NgaySinh": "19600101"}, "me": {"NgaySinh": "19600101"}}),
        {"data.DuLieuEForm.me.NgaySinh": "19600101"},
    ),
    "the unit of a figure": (
        portal_reading,
        "form_of",
        lambda _: {"dienTich": "120"},
        with_data(DuLieuEForm={"dienTich": {"@donVi": "m2", "#text": "120"}}),
        {"data.DuLieuEForm.dienTich.@donVi": "m2"},
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_what_a_broken_reader_drops_goes_along_by_where_it_stood(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, name, broken, message, dropped = BROKEN[fault]
    assert carried(message) == {}
    monkeypatch.setattr(room, name, broken)
    assert carried(message) == dropped


def test_a_name_said_twice_whose_second_is_dropped_goes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps(with_data(GhiChu="một", DuLieuEForm={"nghe": "A", "@@": "B"})).replace("@@", "nghe")
    assert carried(text.encode()) == {}
    monkeypatch.setattr("services.gateway.domain.portal.wire.json_text.with_members", last_of_each)
    assert carried(text.encode()) == {"data.DuLieuEForm.nghe": "A"}


def test_two_names_that_are_one_when_composed_do_not_lose_either(monkeypatch: pytest.MonkeyPatch) -> None:
    apart = unicodedata.normalize("NFD", "Nghề")
    message = with_data(DuLieuEForm={"Nghề": "A", apart: "B"})
    assert carried(message) == {}
    monkeypatch.setattr("services.gateway.domain.portal.wire.outline.with_members", last_of_each)
    assert list(carried(message).values()) == ["A"]


@pytest.mark.parametrize(
    ("message", "dropped"),
    [
        (
            with_data(TaiLieuNop=[{"TenTepDinhKem": {"@ngay": "01/03", "#text": "a.pdf"}, "Base64": "QUJD"}]),
            {"data.TaiLieuNop.0.TenTepDinhKem.@ngay": "01/03"},
        ),
        (
            with_data(
                TaiLieuNop={"@ghiChu": "bản chính", "item": [{"TenTepDinhKem": "a", "Base64": "QUJD"}]}
            ),
            {"data.TaiLieuNop.@ghiChu": "bản chính"},
        ),
        (with_data(DiaChi={"TenXa": {"@ma": "12", "#text": "Bến Lam"}}), {"data.DiaChi.TenXa.@ma": "12"}),
        (beside(service={"x": {"y": "lạ"}}), {"service.x.y": "lạ"}),
        (
            a_change(TenTepDangKy=f"{'rất dài ' * 30}.pdf"),
            {"data.TenTepDangKy": f"{'rất dài ' * 30}.pdf"},
        ),
    ],
)
def test_what_no_reader_of_today_reads_goes_along(message: Json, dropped: Json) -> None:
    """Found by the net itself when it was laid under."""
    assert carried(message) == dropped


@pytest.mark.parametrize(
    ("room", "name", "broken", "message", "why"),
    [
        (
            "services.gateway.use_cases.portal.inbound.bodies",
            "content_beside",
            nothing,
            beside(ChuHoSo="Trần Thị Bình"),
            "phần chưa đọc được: ChuHoSo",
        ),
        (
            "services.gateway.domain.portal.inbound.files",
            "_file",
            a_link_only,
            with_data(),
            "phần chưa đọc được: data.TaiLieuNop.0.Base64",
        ),
        (
            "services.gateway.domain.portal.inbound.reading",
            "beside_form",
            nothing,
            with_data(VanBan="chữ " * 600),
            "phần chưa đọc được: data.VanBan",
        ),
    ],
)
def test_what_may_decide_or_is_no_remark_waits_for_people(
    room: str, name: str, broken: Any, message: Json, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{room}.{name}", broken)
    found = looked_over(message)
    assert found.people_why.startswith(why)
    without = looked_over(message, **{LEFT: ""})
    assert without.people_why == ""
    assert set(without.handed.body["form_data"][REMAINDER].values()) == {"(không đưa vào hồ sơ)"}
    as_it_is = looked_over(message, **{LEFT: "đưa vào"})
    assert set(as_it_is.handed.body["form_data"][REMAINDER]) == set(
        without.handed.body["form_data"][REMAINDER]
    )
    assert "(không đưa vào hồ sơ)" not in as_it_is.handed.body["form_data"][REMAINDER].values()


def test_figures_name_no_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sender may call a member by somebody's name."""
    monkeypatch.setattr(portal_reading, "beside_form", nothing)
    found = looked_over(with_data(**{"Nguyễn Văn Bê": {"MaXa": ["099", "098"]}}))
    assert found.unread == ("data.?.maxa.[]",)


FILE = {"TenTepDinhKem": "a.pdf", "Base64": "QUJD"}


@pytest.mark.parametrize(
    ("form", "answers"),
    [
        ("null", {}),
        ([{"ho_ten": "An"}, {"nghe": "thợ"}], {"ho_ten": "An", "nghe": "thợ"}),
        ([{"nghe": "thợ"}, {"nghe": "giáo viên"}], {"1": {"nghe": "thợ"}, "2": {"nghe": "giáo viên"}}),
        (
            [{"key": "nghe", "label": "Nghề", "value": "thợ"}, {"key": "tuoi", "value": 38}],
            {"nghe": {"label": "Nghề", "value": "thợ"}, "tuoi": 38},
        ),
    ],
)
def test_answers_of_a_form_are_read_as_serializers_and_builders_write_them(form: Any, answers: Json) -> None:
    found = looked_over(with_data(DuLieuEForm=form))
    assert (found.people_why, found.unread) == ("", ())
    told = {name: one for name, one in found.handed.body["form_data"].items() if name != "DiaChi"}
    assert told == answers


@pytest.mark.parametrize(
    "files",
    [
        {"$type": "System.Collections.Generic.List", "$values": [{"$id": "2", **FILE}]},
        [{"$id": "5", **FILE}, {"$ref": "5"}],
        [{"TenTepDinhKem": {"_text": "a.pdf"}, "Base64": {"": "QUJD"}}],
        [{"TenTepDinhKem": {"__cdata": "a.pdf"}, "Base64": {"_cdata": "QUJD"}}],
    ],
)
def test_files_are_read_as_dotnet_and_javascript_write_lists_and_elements(files: Any) -> None:
    (file,) = looked_over(with_data(TaiLieuNop=files)).handed.body["attachments"]
    assert (file["name"], file["content_base64"]) == ("a.pdf", "QUJD")


@pytest.mark.parametrize("name", ["DanhSachTep", "TepDinhKem", "Files"])
def test_files_in_a_list_of_their_own_in_their_component_are_each_of_it(name: str) -> None:
    inner = [{"TenTep": "a.pdf", "NoiDungTep": "QUJD"}, {"TenTep": "b.pdf", "NoiDungTep": "REVG"}]
    found = looked_over(with_data(TaiLieuNop=[{"MaThanhPhanHoSo": "TP01", "GhiChu": "gốc", name: inner}]))
    told = found.handed.body["attachments"]
    assert [(file["component_code"], file["name"]) for file in told] == [("TP01", "a.pdf"), ("TP01", "b.pdf")]
    assert found.handed.body["form_data"]["TaiLieuNop.0.GhiChu"] == "gốc"
    assert (found.people_why, found.unread) == ("", ())


@pytest.mark.parametrize("word", ["Có", "Y", "yes", "True", 1])
def test_a_file_said_to_be_deleted_in_any_word_stays_out(word: Any) -> None:
    body = looked_over(with_data(TaiLieuNop=[{**FILE, "IsDeleted": word}])).handed.body
    assert body["attachments"] == []
    assert "a.pdf" in body["note"]


def test_a_file_nobody_can_say_is_deleted_is_for_people_who_say_it() -> None:
    message = with_data(TaiLieuNop=[{**FILE, "IsDeleted": "có lẽ"}])
    with pytest.raises(NeedsPeople, match=r"TaiLieuNop\.0\.IsDeleted"):
        looked_over(message)
    assert len(looked_over(message, **{"TaiLieuNop.0.IsDeleted": "0"}).handed.body["attachments"]) == 1


def test_reuse_in_a_word_is_reuse() -> None:
    (file,) = looked_over(with_data(TaiLieuNop=[{**FILE, "DuocTaiSuDung": "True"}])).handed.body[
        "attachments"
    ]
    assert file["reuse"] == 1


EVERYTHING: tuple[Json, ...] = (
    beside(
        **dict.fromkeys((one.name for one in DECLARED if one.where == "ENVELOPE"), "đường đi"),
        isUpdating="False",
        data={**a_message(30)["data"], "SecurityKey": "k", "MaDoiTuong": ACCOUNT},
    ),
    with_data(
        MaHoSoQG="G22.99-260303-000001",
        SoDienThoai="0900000000",
        DiaChi="Số 1, phố Mẫu",
        TaiKhoanDuocXacThucVoiVNeID="0",
        TenTTHC="t",
        MaLinhVuc="l",
        TenLinhVuc="v",
        DonViXuLy="d",
        HoSoCoThanhPhanSoHoa="1",
        KenhThucHien="2",
        NoiNopHoSo="1",
        TrangThaiHoSo="1",
        SoGiayToChuHoSo="000000001",
        DinhDanhCHS=[{"SoDinhDanh": "000000001"}],
        TaiLieuNop=[
            {
                "TenTepDinhKem": "a.pdf",
                "Base64": "QUJD",
                "IsDeleted": "0",
                "DuocTaiSuDung": "0",
                "DuocLayTuKhoDMQG": "0",
                "DuocSoHoa": "1",
            }
        ],
    ),
    with_data(
        DienThoai="0",
        DiaChi={"DiaChiChiTiet": "Số 1"},
        SoGiayToChuHoSo="",
        DinhDanhCHS=[{"LoaiDinhDanh": "1", "SoDinhDanh": "099088000011"}],
    ),
    with_data(
        DienThoai="",
        SoDienThoai="0",
        LoaiDoiTuong="2",
        MaSoThue="0100109106",
        SoGiayToChuHoSo="",
    ),
    {
        "service": "x",
        "isSync": "true",
        "madonvi": "H99",
        "TenThuongNhan": "Công ty",
        "MaSoThue": "0100109106",
        "MaHoSo": "G22.99-260303-000002",
        "MaTTHC": "1.000002",
        "NgayNopHoSo": "20260303081500",
        "DiaChiDoanhNghiep": "Số 2",
        "TenTepDonDangKy": "don.pdf",
    },
    with_data(
        **dict.fromkeys(("DuLieuEForm", "TaiLieuNop", "DinhDanhCHS", "DiaChi", "DiaChiDoanhNghiep"), "null")
    ),
    with_data(DuLieuEForm="", eform="null"),
    a_change(LyDoDieuChinh="một", ThongTinDaNop="hai", ThongTinSuaDoi="ba", TenTepDangKy="don.pdf"),
)


def left_of_everything() -> int:
    return sum(len(looked_over(message).unread) for message in EVERYTHING)


def test_nothing_is_left_of_messages_the_contract_describes() -> None:
    assert left_of_everything() == 0


@pytest.mark.parametrize("one", DECLARED, ids=lambda one: f"{one.name} in {one.where}")
def test_each_exception_is_needed_by_a_message_of_the_contract(
    one: Declared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exception nobody needs would hide what it was not meant for."""
    assert one.why
    others = [other for other in portal_net._BY_NAME[one.name] if other is not one]
    monkeypatch.setitem(portal_net._BY_NAME, one.name, others)
    assert left_of_everything() > 0


FIGURES: dict[str, Callable[[], Any]] = {
    "members of one name": lambda: (
        json.dumps(with_data(DuLieuEForm={f"@{n}@": "a" for n in range(22_000)}))
    ).encode(),
    "values that are the same": lambda: with_data(DuLieuEForm={"a": ["1"] * 45_000}),
    "moments of PHP": lambda: with_data(DuLieuEForm={"a": [{"date": "x", "timezone": "UTC"}] * 15_000}),
    "one object said again": lambda: with_data(**{f"n{n}:Con": {"a": "b"} for n in range(15_000)}),
    "spellings of a code": lambda: with_data(DuLieuEForm={f"n{n}:MaHoSo": str(n) for n in range(40_000)}),
    "texts in texts": lambda: with_data(DuLieuEForm={f"a{n}": json.dumps(["b", "c"]) for n in range(20_000)}),
    "values in texts": lambda: with_data(DuLieuEForm={f"a{n}": json.dumps(["1"] * 9_000) for n in range(60)}),
    "deep": lambda: with_data(DuLieuEForm={"a": [nested(24) for _ in range(1_800)]}),
}


def nested(levels: int) -> Any:
    return {"a": nested(levels - 1)} if levels else "b"


@pytest.mark.parametrize("shape", FIGURES)
def test_the_last_look_costs_as_much_as_there_is_to_look_at(
    shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where nothing of it is found, of as much as the bounds let in: half a second or so."""
    message = FIGURES[shape]()
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    came = message_of(body)
    said = asyncio.run(read_message(came, lambda: None, Bounds()))  # type: ignore[arg-type, return-value]
    handed, _ = asyncio.run(understood(said, came))
    for form in (handed.body["form_data"], {}):
        seen = portal_accounting.replace(handed, body={**handed.body, "form_data": form})
        began = time.thread_time()
        left = portal_accounting._left_of(seen, handed, said, came)
        assert time.thread_time() - began < 4
        assert bool(left) == (not form)


def test_many_values_in_few_texts_are_not_looked_at_on_the_loop() -> None:
    came = message_of(json.dumps(FIGURES["values in texts"]()).encode())
    said = asyncio.run(read_message(came, lambda: None, Bounds()))  # type: ignore[arg-type, return-value]
    assert said.values < 1_000 < said.values_in_texts
