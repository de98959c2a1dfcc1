"""One dossier, written as many systems write it: each is accepted and understood like the plain form."""

import base64
import json
import unicodedata
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from tests.integration.gateway.portal_dossiers import ADossier
from tests.integration.gateway.portal_world import World, a_world
from tests.integration.gateway.test_portal_intake import (
    FORWARD,
    KEY,
    PDF,
    a_message,
    a_tax_notice,
    a_tax_voucher,
    send,
)

Json = dict[str, Any]
CODE = "G22.99-260303-{:06d}"
LONG_PDF = base64.b64encode(b"%PDF-1.4 " + bytes(range(256)) * 3).decode()
PLAIN = {
    "NgayNopHoSo": "20260303081500",
    "TaiKhoanDuocXacThucVoiVNeID": "1",
    "TaiLieuNop": [{"TenTepDinhKem": "tờ khai.pdf", "MaThanhPhanHoSo": "TP01", "Base64": LONG_PDF}],
}


def as_json(message: Any, **how: Any) -> bytes:
    return json.dumps(message, **how).encode()


def with_data(**changed: Any) -> Callable[[Json], bytes]:
    """Return how the plain form is written with other members of its content."""
    return lambda message: as_json({**message, "data": {**message["data"], **changed}})


def with_file(**changed: Any) -> Callable[[Json], bytes]:
    file = PLAIN["TaiLieuNop"][0]
    return with_data(TaiLieuNop=[{**file, **changed}])  # type: ignore[dict-item]


def spaced(message: Json) -> bytes:
    """Write a blank before and behind every text that is no file."""
    data = {
        name: f"  {value} " if isinstance(value, str) else value for name, value in message["data"].items()
    }
    return as_json({**message, "data": data})


def without_blanks(message: Json) -> bytes:
    blank = ("MaHoSoQG", "Fax", "SoVanBan", "MaDoiTuong")
    return as_json({**message, "data": {**message["data"], **dict.fromkeys(blank, "")}})


FORMS: dict[str, Callable[[Json], bytes]] = {
    "plain": as_json,
    "letters as they are": lambda message: as_json(message, ensure_ascii=False),
    "letters taken apart": lambda message: unicodedata.normalize(
        "NFD", json.dumps(message, ensure_ascii=False)
    ).encode(),
    "letters taken apart and escaped": lambda message: as_json(
        json.loads(unicodedata.normalize("NFD", json.dumps(message, ensure_ascii=False)))
    ),
    "a byte order mark": lambda message: b"\xef\xbb\xbf" + as_json(message),
    "indented": lambda message: as_json(message, indent=4),
    "blanks around texts": spaced,
    "members that are blank": without_blanks,
    "null for what is absent": with_data(MaHoSoQG=None, Fax=None, MaDoiTuong=None, SoVanBan=None),
    "members nobody knows that are blank": with_data(TruongMoi={"a": [None]}, KhoaMoi="", SoTrang=None),
    "members the dossier has itself": with_data(TenTTHC="Cấp giấy", DonViXuLy="Sở", KenhThucHien="2"),
    "numbers for codes": with_data(HinhThuc=1, LoaiDoiTuong=1, TaiKhoanDuocXacThucVoiVNeID=1),
    "a number for a moment": with_data(NgayNopHoSo=20260303081500),
    "a number with a point": with_data(NgayNopHoSo=20260303081500.0, LoaiDoiTuong=1.0),
    "a text for a truth": with_data(TaiKhoanDuocXacThucVoiVNeID="True"),
    "a truth": with_data(TaiKhoanDuocXacThucVoiVNeID=True),
    "a birth with hours": with_data(NgaySinh="19880101000000"),
    "a birth with strokes": with_data(NgaySinh="01/01/1988"),
    "a birth with dashes": with_data(NgaySinh="01-01-1988"),
    "a birth as a number": with_data(NgaySinh=19880101),
    "an agency of the new kind": with_data(MaCoQuanThucHien="H99.201"),
    "the gateway's names": lambda message: as_json(
        {
            "SecurityKey": "k",
            "Service": "DongBoHoSo",
            "IsUpdating": "False",
            "Data": message["data"],
            "Ngay": "03/03/2026",
        }
    ),
    "the content as a text": lambda message: as_json({**message, "data": json.dumps(message["data"])}),
    "the content as a text with letters": lambda message: as_json(
        {**message, "data": json.dumps(message["data"], ensure_ascii=False)}, ensure_ascii=False
    ),
    "the gateway's names and a text": lambda message: as_json(
        {"Service": "x", "IsUpdating": False, "Data": json.dumps(message["data"])}
    ),
    "no service named": lambda message: as_json({"data": message["data"], "isSync": True}),
    "escaped strokes": lambda message: as_json(message).replace(b"/", b"\\/"),
    "escaped signs": lambda message: as_json(message).replace(b"+", b"\\u002B").replace(b"=", b"\\u003D"),
    "base64 in lines": with_file(
        Base64="\r\n".join(LONG_PDF[at : at + 76] for at in range(0, len(LONG_PDF), 76))
    ),
    "base64 with a head": with_file(Base64=f"data:application/pdf;base64,{LONG_PDF}"),
    "a file beside its address": with_file(DuongDanTaiTepTin="https://dvc.example/a.pdf"),
    "a form with the whole message": lambda message: urlencode({"data": json.dumps(message)}).encode(),
    "a form with the envelope": lambda message: urlencode(
        {"service": "x", "isUpdating": "False", "data": json.dumps(message["data"])}
    ).encode(),
    "a form with the gateway's names": lambda message: urlencode(
        {"SecurityKey": "k", "Data": json.dumps(message["data"], ensure_ascii=False), "Service": "x"}
    ).encode(),
    "a form with the content only": lambda message: urlencode({"Data": json.dumps(message["data"])}).encode(),
    "two bytes a letter": lambda message: json.dumps(message, ensure_ascii=False).encode("utf-16"),
    "capitals": lambda message: as_json({"SERVICE": "x", "ISUPDATING": "False", "DATA": message["data"]}),
    "a list of one": lambda message: as_json({**message, "data": [message["data"]]}),
    "a bare list of one": lambda message: as_json([message["data"]]),
    "bare": lambda message: as_json(message["data"]),
    "a moment as a standard has it": with_data(NgayNopHoSo="2026-03-03T08:15:00+07:00"),
    "a moment elsewhere": with_data(NgayNopHoSo="2026-03-03T01:15:00.000Z"),
    "a moment with strokes": with_data(NgayNopHoSo="03/03/2026 08:15:00"),
    "a moment without seconds": with_data(NgayNopHoSo="202603030815"),
    "a birth as a standard has it": with_data(NgaySinh="1988-01-01"),
    "a truth for the post": with_data(HinhThuc=True),
    "a number with blanks": with_data(SoGiayToChuHoSo="099 088 000 011"),
    "a number that lost its zero": with_data(SoGiayToChuHoSo=99088000011),
    "a telephone that lost its zero": with_data(DienThoai=900000000),
    "a telephone with brackets": with_data(DienThoai="(0900)-000-000"),
    "an address in one line": with_data(DiaChi="Số 1, phố Mẫu"),
    "answers as a text": lambda message: with_data(DuLieuEForm=json.dumps(message["data"]["DuLieuEForm"]))(
        message
    ),
    "one file that is no list": with_data(TaiLieuNop=PLAIN["TaiLieuNop"][0]),  # type: ignore[index]
    "files as a text": with_data(TaiLieuNop=json.dumps(PLAIN["TaiLieuNop"])),
    "a localised procedure": with_data(MaTTHC="1.004873.000.00.00.H99"),
    "files that are none": lambda message: with_data(
        TaiLieuNop=[*message["data"]["TaiLieuNop"], None, {}, {"TenTepDinhKem": "", "Base64": ""}]
    )(message),
}


async def understood(world: World, body: bytes, path: str = "nhanhsdvcqg") -> Json:
    """Return what the dossier service was told of a message, its code set aside."""
    answer = await world.gateway.client.post(f"{FORWARD}/{path}", content=body, headers=KEY)
    assert answer.status_code == 200, answer.text
    assert answer.json()["error_code"] == 0, (body[:300], answer.text)
    told = dict(world.dossiers.calls[-1]["body"])
    told.pop("portal_code")
    return told


async def test_however_it_is_written_it_is_the_same_dossier(start) -> None:
    async with a_world(start) as world:
        seen = {}
        for number, (name, write) in enumerate(FORMS.items()):
            seen[name] = await understood(world, write(a_message(CODE.format(number), **PLAIN)))
        assert len(world.dossiers.taken) == len(FORMS)
        # One line says no code of the province, which stands with the form.
        seen["an address in one line"]["form_data"]["DiaChi"] = seen["plain"]["form_data"]["DiaChi"]
        # Whether another address is of the same file no program can tell.
        beside = seen["a file beside its address"]["form_data"].pop("TaiLieuNop.0.DuongDanTaiTepTin")
        assert beside == "https://dvc.example/a.pdf"
        assert seen["plain"]["is_vneid_verified"] is True
        assert seen["plain"]["owner"]["birth_date"] == "1988-01-01"
        assert {name: one for name, one in seen.items() if one != seen["plain"]} == {}


async def test_a_form_in_a_writing_of_its_own_is_one_answer_the_officer_reads(start) -> None:
    """Some systems send it as XML: every dossier of theirs waited for people, who could only leave it out."""
    form = "<Form><NgheNghiep>thợ mộc</NgheNghiep><DanToc>Thái</DanToc></Form>"
    async with a_world(start) as world:
        told = await understood(world, as_json(a_message(CODE.format(1), **{**PLAIN, "DuLieuEForm": form})))
        assert told["form_data"]["DuLieuEForm (như bản tin)"] == form


BEGINNINGS = (b"%PDF-1.4 ", b"PK\x03\x04\x14\x00", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0")


def a_small_file(begins: bytes) -> str:
    return base64.b64encode(begins + bytes(range(90))).decode()


def escape(text: str) -> str:
    return text.replace("+", "&#43;").replace("/", "&#47;")


def encode(text: str) -> str:
    return quote(text, safe="")


def urlsafe(text: str) -> str:
    return base64.urlsafe_b64encode(base64.b64decode(text)).decode()


def as_hex(text: str) -> str:
    return base64.b64decode(text).hex()


@pytest.mark.parametrize("begins", [BEGINNINGS[0], *BEGINNINGS[2:]], ids=str)
async def test_a_small_picture_among_the_answers_is_a_file_without_a_head_too(start, begins: bytes) -> None:
    async with a_world(start) as world:
        await send(world, a_message(DuLieuEForm={"anh": a_small_file(begins), "ten": "/9j/2024"}))
        told = world.dossiers.calls[-1]["body"]
        assert told["form_data"]["anh"].startswith("(tệp kèm theo: anh.")
        assert told["form_data"]["ten"] == "/9j/2024"
        assert told["attachments"][-1]["content_base64"] == a_small_file(begins)


async def test_a_form_an_officer_could_not_open_waits_for_people(start) -> None:
    """A file within XML is no letters to read; neither is base64, nor JSON whose end did not come."""
    file = base64.b64encode(b"%PDF-1.4 " + bytes(range(256)) * 40).decode()
    lines = "&#xD;\n".join(file[at : at + 76] for at in range(0, len(file), 76))
    forms = [
        f"<Form><Ten>a.pdf</Ten><NoiDung>{file}</NoiDung></Form>",
        f"<Form><Ten>a.pdf</Ten><NoiDung>{lines}</NoiDung></Form>",
        *(f"<Form><Tep>{how(file)}</Tep></Form>" for how in (escape, encode, urlsafe, as_hex)),
        *(f"<Form><Tep>{how(a_small_file(BEGINNINGS[0]))}</Tep></Form>" for how in (urlsafe, as_hex)),
        base64.b64encode("Tôi đề nghị cấp giấy".encode()).decode(),
        base64.b64encode('{"ho_ten": "An"}'.encode("utf-16")).decode(),
        "<Form><HoTen>Nguyễn Văn An</HoTen><DiaChi>Số",
        *(f"<Form><Tep>{a_small_file(begins)}</Tep></Form>" for begins in BEGINNINGS),
        f"<Form><Tep>data:image/png;base64,{a_small_file(BEGINNINGS[2])}</Tep></Form>",
        base64.b64encode('{"ho_ten": "Nguyễn Văn An"}'.encode()).decode(),
        base64.b64encode(b"\xef\xbb\xbf<Form><A>1</A></Form>").decode(),
        '{"ho_ten": "Nguyễn Văn An", "dia_chi": "Số',
    ]
    letters = (
        "Kèm theo mẫu /9j/2024 và JVBERi0. "
        + "Tôi cam đoan lời khai là đúng. " * 60
        + "." * 1200
        + "_" * 1200
        + "\n"
        + "A" * 1200
    )
    async with a_world(start) as world:
        for number, form in enumerate([*forms, letters]):
            await send(world, a_message(CODE.format(number), DuLieuEForm=form))
        rows = await world.gateway.runtime.pool.fetch("SELECT state, reason FROM portal_inbound ORDER BY id")
        why = "cần sửa: DuLieuEForm (không đọc được biểu mẫu)"
        assert [tuple(row) for row in rows] == [("PARKED", why)] * len(forms) + [("DONE", "")]


def a_promotion(code: str) -> Json:
    return {
        "MaHoSo": code,
        "MaTTHC": "1.004873",
        "NgayNopHoSo": "20260303081500",
        "MaSoThue": "0101234567",
        "TenThuongNhan": "Công ty Mẫu",
        "TenTepDonDangKy": "don.pdf",
        "TepDonDangKy": PDF,
        "MaCoQuanThucHien": "H99.14",
        "DiaChiDoanhNghiep": {"DiaChiChiTiet": "Số 1"},
        "TaiLieuNop": None,
    }


async def test_a_traders_dossier_is_the_same_at_either_address_and_with_or_without_an_envelope(start) -> None:
    async with a_world(start) as world:
        bare = await understood(world, as_json(a_promotion(CODE.format(1))), "addtthcKhuyenMai")
        assert bare["owner"]["identity_type"] == "TAX_CODE"
        for number, (path, envelope) in enumerate(
            [
                ("addtthcKhuyenMai", {"service": "x", "isUpdating": "False"}),
                ("addtthcKhuyenMai", {"SecurityKey": "k", "Service": "x", "IsUpdating": "False"}),
                ("nhanhsdvcqg", {"service": "x", "isUpdating": "False"}),
            ]
        ):
            member = "Data" if "Service" in envelope else "data"
            body = as_json({**envelope, member: a_promotion(CODE.format(number + 2))})
            assert await understood(world, body, path) == bare


async def test_a_supplement_whose_file_has_only_an_address_waits_for_it(start) -> None:
    """The file is not dropped in silence: the contract's own supplement has an address and no content."""
    async with a_world(start) as world:
        file = {"TenTepDangKy": "a.pdf", "URLTepDangKy": "https://dvc.example/a.pdf"}
        data = {"MaSoThue": "0101234567", "TenThuongNhan": "Công ty Mẫu", **file}
        for path, message in (
            ("addtthcKhuyenMai", {**data, "MaHoSoQG": CODE.format(1)}),
            (
                "nhanhsdvcqg",
                {"service": "x", "isUpdating": "True", "data": {**data, "MaHoSoQG": CODE.format(2)}},
            ),
        ):
            answer = await world.gateway.client.post(f"{FORWARD}/{path}", json=message, headers=KEY)
            assert answer.json()["error_code"] == 0
        rows = await world.gateway.runtime.pool.fetch("SELECT state, reason FROM portal_inbound")
        assert [tuple(row) for row in rows] == [("RECEIVED", "chờ tải tệp theo địa chỉ")] * 2
        assert world.dossiers.calls == []


OLDER = "/XrdAdapter/RestService/forward"
BORN = CODE.format(1)


def in_xml(text: str, encoding: str = "utf-8") -> Json:
    notice = a_tax_notice()
    return {**notice, "data": {"FileThongBaoThue": base64.b64encode(text.encode(encoding)).decode()}}


NOTICE, VOUCHER = a_tax_notice(BORN), a_tax_voucher(BORN)
TAXES: dict[str, bytes] = {
    "a notice": as_json(NOTICE),
    "the gateway's names": as_json({"Service": NOTICE["service"], "Data": NOTICE["data"]}),
    "a form": urlencode({"data": json.dumps(VOUCHER)}).encode(),
    "letters out of their place": as_json(in_xml(f"<DATA><MA_HSO>\n {BORN}\n</MA_HSO></DATA>", "utf-16")),
    "a member with an attribute": as_json(in_xml(f'<DATA><MA_HSO id="1" >{BORN}</MA_HSO ></DATA>')),
    "a member set apart": as_json(in_xml(f"<DATA><MA_HSO><![CDATA[{BORN}]]></MA_HSO></DATA>")),
    "a payment as a text": as_json(
        {
            **VOUCHER,
            "data": {"MaHoSo": BORN, "ThongTinThanhToan": json.dumps(VOUCHER["data"]["ThongTinThanhToan"])},
        }
    ),
    "payments with nothing between": as_json(
        {
            **VOUCHER,
            "data": {"MaHoSo": BORN, "ThongTinThanhToan": [None, VOUCHER["data"]["ThongTinThanhToan"]]},
        }
    ),
    "payments in a list": as_json(
        {**VOUCHER, "data": {"MaHoSo": BORN, "ThongTinThanhToan": [VOUCHER["data"]["ThongTinThanhToan"]]}}
    ),
}
ASKED: dict[str, tuple[str, Json]] = {
    "as the contract has it": ("POST", {"content": as_json({"madonvi": "x", "masohoso": BORN})}),
    "another spelling": ("POST", {"content": as_json({"maHoSo": BORN})}),
    "in an envelope": ("POST", {"content": as_json({"Service": "TraCuuHoSo", "Data": {"MaHoSo": BORN}})}),
    "in an envelope of text": ("POST", {"content": as_json({"data": json.dumps({"MaSoHoSo": BORN})})}),
    "small letters": ("POST", {"content": as_json({"masohoso": BORN.lower()})}),
    "with underscores": ("POST", {"content": as_json({"ma_so_ho_so": BORN})}),
    "an element": ("POST", {"content": as_json({"masohoso": {"#text": BORN}})}),
    "a list of one": ("POST", {"content": as_json({"data": [{"masohoso": [BORN]}]})}),
    "in a request": ("POST", {"content": as_json({"request": {"data": {"MaHoSo": BORN}}})}),
    "a text": ("POST", {"content": as_json(json.dumps({"masohoso": BORN}))}),
    "a form": ("POST", {"content": urlencode({"masohoso": BORN, "service": "TraCuuHoSo"}).encode()}),
    "a mark and blanks": ("POST", {"content": b"\xef\xbb\xbf " + as_json({"masohoso": f" {BORN} "})}),
    "a destination": (
        "POST",
        {"content": as_json({"masohoso": BORN}), "params": {"dstcode": "VN:GOV:H99:x"}},
    ),
    "in the address": ("GET", {"params": {"masohoso": BORN, "dstcode": "VN:GOV:H99:x"}}),
    "in the body of a GET": ("GET", {"content": as_json({"masohoso": BORN})}),
}


async def test_tax_messages_and_questions_are_understood_in_every_form(start) -> None:
    async with a_world(start) as world:
        born = ADossier(origin="PORTAL", portal_code=BORN).went("accepted", "ACCEPTED")
        await world.hears(born)
        for name, body in TAXES.items():
            for path in (f"{FORWARD}/nhantbthuedvcqg", f"{OLDER}//nhantbthuedvcqg/"):
                answer = await world.gateway.client.post(path, content=body, headers=KEY)
                told = {"error_code": 0, "message": f"{BORN}| đã tiếp nhận, chờ xử lý"}
                assert (answer.status_code, answer.json()) == (200, told), name
        for name, (method, asked) in ASKED.items():
            for path in (f"{FORWARD}/search/call", f"{OLDER}/search/call/"):
                answer = await world.gateway.client.request(method, path, headers=KEY, **asked)
                assert answer.status_code == 200, name
                assert answer.json()["MaHoSo"] == BORN, (
                    name,
                    "the code is told as it is, not as it is asked",
                )
        for path in ("nhanhsdvcqg", "nhantbthuedvcqg"):
            body = as_json(a_message(CODE.format(2)))
            answer = await world.gateway.client.request("GET", f"{FORWARD}/{path}", content=body, headers=KEY)
            assert answer.json() == {"error_code": -1, "message": "| bản tin phải gửi bằng POST"}
        assert world.dossiers.calls == []
        assert (await world.gateway.client.get(f"{FORWARD}/search/call")).status_code == 401
