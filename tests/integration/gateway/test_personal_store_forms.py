"""The personal-paper store answers in many spellings: ended sessions are mended, nothing is lost in them."""

import base64
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from kernel.testing.fixed_clock import FixedClock
from services.gateway.clients.personal_papers import HttpPersonalPapers
from services.gateway.domain.personal_papers import same_holder
from services.gateway.domain.shared_databases import DatabaseSilent, DatabaseSlow, FileMissing, PapersAccount
from services.gateway.settings.databases import DatabasesPart

PDF = b"%PDF-1.4 " + bytes(range(256)) * 3
TEXT = base64.b64encode(PDF).decode()
FILE = {"TenTep": "a.pdf", "DuongDan": "/a"}
PAPER = {
    "MaKetQua": "KQ1",
    "TenGiayTo": "Giấy",
    "SoKyHieu": "1",
    "CoQuanChuQuan": "H99",
    "MaChuGiayTo": 99088000011,
    "DanhSachTepDinhKem": [FILE],
}


def answer(result: Any, code: Any = "0", message: str = "Thành công") -> dict[str, Any]:
    return {"errorCode": code, "message": message, "signature": "x", "result": result}


class Store:
    """A store whose answers a test words; only its newest session is good."""

    def __init__(self) -> None:
        self.clock = FixedClock()
        self.sign_ins = 0
        self.asked: list[str] = []
        self.listed: Any = answer({"DanhSachGiayToKetQua": [PAPER]})
        self.file: Any = TEXT
        self.ended: Callable[[], web.Response] = lambda: web.json_response({})
        self.signing_in: Callable[[str], Any] = lambda session: {"error_code": "0", "session": session}
        self.forgotten = 0

    async def sign_in(self, _: web.Request) -> web.Response:
        self.sign_ins += 1
        return web.json_response(self.signing_in(f"s{self.sign_ins}"))

    async def tell(self, request: web.Request) -> web.Response:
        session = (await request.json())["session"]
        self.asked.append(session)
        if session in {f"s{number}" for number in range(1, self.forgotten + 1)}:
            return self.ended()
        told = self.listed if request.path == "/list" else self.file
        return told if isinstance(told, web.Response) else web.json_response(told)

    def forgets(self) -> None:
        """End every session there was until now."""
        self.forgotten = self.sign_ins


@pytest.fixture
async def store() -> Store:
    return Store()


@pytest.fixture
async def papers(store: Store) -> AsyncIterator[HttpPersonalPapers]:
    app = web.Application()
    app.router.add_post("/login", store.sign_in)
    app.router.add_post("/list", store.tell)
    app.router.add_post("/file", store.tell)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    account = PapersAccount(
        url=f"http://{host}:{port}",
        username="x",
        password="x",
        login_path="/login",
        list_path="/list",
        file_path="/file",
        timeout_seconds=5,
        names={"holder": "MaChuGiayTo"},
        session_lifetime=timedelta(minutes=10),
    )
    async with aiohttp.ClientSession() as session:
        yield HttpPersonalPapers(session, account, store.clock)
    await runner.cleanup()


async def look(papers: HttpPersonalPapers) -> list[tuple[str, list[tuple[str, str]]]]:
    found, _ = await papers.held("099088000011", "An", "1.004873", [])
    return [(one.code, list(one.files)) for one in found]


HELD = [("KQ1", [("a.pdf", "/a")])]
ENDED = {
    "errorCode": {"errorCode": "-1", "message": "Phiên không hợp lệ", "result": None},
    "error_code": {"error_code": "-1", "message": "Phiên hết hạn"},
    "a number": {"error_code": -1, "message": "x"},
    "capitals": {"ERROR_CODE": "401", "MESSAGE": "x"},
    "a good code and nothing": answer(None, message="Phiên hết hạn"),
    "a good code without marks": answer([], message="Vui long dang nhap lai"),
    "decomposed": answer("", message="Phie\u0302n ha\u0301t ha\u0323n"),
    "no code": {"message": "Unauthorized"},
    "nothing": {},
    "null": None,
    "a text": "Phiên làm việc đã hết hạn",
    "a JSON text": json.dumps({"error_code": "-1", "message": "Phiên hết hạn"}),
    "a list of it": [{"errorCode": -1, "message": "Invalid token"}],
}
"""How a store says that the session is good no more, as JSON."""


@pytest.mark.parametrize("how", ENDED.keys())
async def test_an_ended_session_is_mended_by_one_sign_in_however_it_is_said(
    store: Store, papers: HttpPersonalPapers, how: str
) -> None:
    """For the list and for a file alike; whoever comes after needs none."""
    store.ended = lambda: web.json_response(ENDED[how])
    assert await look(papers) == HELD
    store.forgets()
    assert await look(papers) == HELD
    store.forgets()
    file = await papers.file("H99", "a.pdf", "/a")
    assert base64.b64decode(file.content_base64) == PDF
    assert await look(papers) == HELD
    assert (store.sign_ins, store.asked) == (3, ["s1", "s1", "s2", "s2", "s3", "s3"])


@pytest.mark.parametrize(("status", "text"), [(401, "{}"), (403, ""), (302, ""), (200, "<html>login</html>")])
async def test_a_sign_in_page_or_a_status_ends_a_session_too(
    store: Store, papers: HttpPersonalPapers, status: int, text: str
) -> None:
    store.ended = lambda: web.Response(status=status, text=text, headers={"Location": "/login"})
    await look(papers)
    store.forgets()
    assert await look(papers) == HELD
    assert store.sign_ins == 2


async def test_a_session_is_left_after_its_minutes(store: Store, papers: HttpPersonalPapers) -> None:
    await look(papers)
    store.clock.advance(timedelta(minutes=9))
    await look(papers)
    store.clock.advance(timedelta(minutes=1, seconds=1))
    await look(papers)
    assert store.asked == ["s1", "s1", "s2"]


async def test_a_refusal_that_stays_is_silence_after_one_more_try(
    store: Store, papers: HttpPersonalPapers
) -> None:
    await look(papers)
    store.listed = {"error_code": "-9", "message": "Lỗi hệ thống"}
    with pytest.raises(DatabaseSilent):
        await look(papers)
    assert (store.sign_ins, len(store.asked)) == (2, 3)


@pytest.mark.parametrize(
    "told",
    [
        {"session": "", "error_code": "0"},
        {"session": "s", "error_code": "-1"},
        {"session": "s", "errorCode": 5},
        {"message": "x"},
        [],
        None,
    ],
    ids=str,
)
async def test_a_refused_sign_in_is_silence(store: Store, papers: HttpPersonalPapers, told: Any) -> None:
    store.signing_in = lambda _: told
    with pytest.raises(DatabaseSilent):
        await look(papers)
    assert store.asked == []


@pytest.mark.parametrize(
    "wrap",
    [
        lambda s: {"token": s},
        lambda s: {"errorCode": 0, "result": {"session": s}},
        lambda s: {"error_code": "00", "Session": s},
    ],
)
async def test_a_sign_in_is_read_in_its_spellings(
    store: Store, papers: HttpPersonalPapers, wrap: Callable[[str], Any]
) -> None:
    store.signing_in = wrap
    assert await look(papers) == HELD


async def test_a_slow_store_is_not_asked_twice(
    store: Store, papers: HttpPersonalPapers, monkeypatch: pytest.MonkeyPatch
) -> None:
    await look(papers)

    async def slow(path: str, body: Any) -> Any:
        store.asked.append("slow")
        raise DatabaseSlow("quá thời gian chờ")

    monkeypatch.setattr(papers, "_post", slow)
    with pytest.raises(DatabaseSlow):
        await look(papers)
    assert store.asked == ["s1", "slow"]


LISTS = {
    "as agreed": answer({"DanhSachGiayToKetQua": [PAPER]}),
    "result as text": answer(json.dumps({"DanhSachGiayToKetQua": [PAPER]})),
    "result a list": answer([PAPER]),
    "list as text": answer({"DanhSachGiayToKetQua": json.dumps([PAPER])}),
    "lower": answer({"danhSachGiayToKetQua": [PAPER]}),
    "capitals": answer({"DANH_SACH_GIAY_TO_KET_QUA": [{name.upper(): one for name, one in PAPER.items()}]}),
    "in a list": answer([{"DanhSachGiayToKetQua": [PAPER]}]),
    "in an item": answer({"DanhSachGiayToKetQua": {"item": [PAPER]}}),
    "one alone": answer({"DanhSachGiayToKetQua": PAPER}),
    "with keys": answer({"DanhSachGiayToKetQua": {"0": PAPER}}),
    "beside a count": answer({"TongSo": 1, "DanhSachGiayToKetQua": [PAPER]}),
    "data": {"errorCode": 0, "data": {"DanhSachGiayToKetQua": [PAPER]}},
    "code null": answer({"DanhSachGiayToKetQua": [PAPER]}, code=None),
    "code 0.0": answer({"DanhSachGiayToKetQua": [PAPER]}, code=0.0),
    "code 00": answer({"DanhSachGiayToKetQua": [PAPER]}, code="00"),
    "the portal's code": {"error_code": "0", "result": {"DanhSachGiayToKetQua": [PAPER]}},
    "files in an item": answer({"DanhSachGiayToKetQua": [{**PAPER, "DanhSachTepDinhKem": {"item": [FILE]}}]}),
    "files as text": answer({"DanhSachGiayToKetQua": [{**PAPER, "DanhSachTepDinhKem": json.dumps([FILE])}]}),
    "one file alone": answer({"DanhSachGiayToKetQua": [{**PAPER, "DanhSachTepDinhKem": FILE}]}),
    "a text of it all": json.dumps(answer({"DanhSachGiayToKetQua": [PAPER]})),
}


@pytest.mark.parametrize("form", LISTS.keys())
async def test_a_list_is_read_in_whatever_it_comes(
    store: Store, papers: HttpPersonalPapers, form: str
) -> None:
    store.listed = LISTS[form]
    assert await look(papers) == HELD
    assert store.sign_ins == 1


@pytest.mark.parametrize("nothing", [None, "", [], {}, {"DanhSachGiayToKetQua": []}, "[]"], ids=str)
async def test_an_empty_list_is_no_papers(store: Store, papers: HttpPersonalPapers, nothing: Any) -> None:
    store.listed = answer(nothing)
    assert await look(papers) == []


@pytest.mark.parametrize(
    "other", [7, "hôm nay bận", ["x"], {"TongSo": 2}, {"DanhSachGiayToKetQua": [{"Khac": "x"}]}], ids=str
)
async def test_what_cannot_be_read_is_not_told_as_no_papers(
    store: Store, papers: HttpPersonalPapers, other: Any
) -> None:
    store.listed = answer(other)
    with pytest.raises(DatabaseSilent):
        await look(papers)


FILES = {
    "as agreed": TEXT,
    "lines": "\r\n".join(TEXT[at : at + 76] for at in range(0, len(TEXT), 76)),
    "with a head": f"data:application/pdf;base64,{TEXT}",
    "for addresses": base64.urlsafe_b64encode(PDF).decode(),
    "not padded": TEXT.rstrip("="),
    "in an answer": {"errorCode": "0", "result": TEXT},
    "in data": {"error_code": 0, "message": "Thành công", "data": TEXT},
    "in the message": {"error_code": "0", "message": TEXT},
}


@pytest.mark.parametrize("form", FILES.keys())
async def test_a_file_is_read_in_whatever_base64_and_handed_on_in_one(
    store: Store, papers: HttpPersonalPapers, form: str
) -> None:
    store.file = FILES[form]
    assert (await papers.file("H99", "a.pdf", "/a")).content_base64 == TEXT


@pytest.mark.parametrize(
    "nothing", ["", "không có", "====", {"errorCode": "0", "message": "Success", "result": ""}], ids=str
)
async def test_no_file_is_missing_and_costs_no_sign_in(
    store: Store, papers: HttpPersonalPapers, nothing: Any
) -> None:
    await look(papers)
    store.file = nothing
    with pytest.raises(FileMissing):
        await papers.file("H99", "a.pdf", "/a")
    assert store.sign_ins == 1


@pytest.mark.parametrize("told", [99088000011, "099 088 000 011", "099088000011.0", " 099088000011", ""])
async def test_a_holders_number_is_compared_as_an_identity_number(
    store: Store, papers: HttpPersonalPapers, told: Any
) -> None:
    store.listed = answer({"DanhSachGiayToKetQua": [{**PAPER, "MaChuGiayTo": told}]})
    (paper,), _ = await papers.held("099088000011", "An", "1.004873", [])
    today = store.clock.now().date()
    assert paper.against("099088000011", today) is None
    refusal = paper.against("099192000022", today)
    assert (refusal.code if refusal else "") == ("personal-paper-of-another" if told else "")


@pytest.mark.parametrize(
    ("told", "number", "is_same"),
    [
        (1088000011, "001088000012", False),
        ("1088000011", "001088000011", True),
        ("123.456.000", "123456000", True),
        ("012345678", "12345678", True),
        ("0101234567-001", "0101234567001", True),
        ("b1234567", "B1234567", True),
        ("99088000011", "099088000012", False),
        ("000000000000", "", False),
    ],
)
def test_numbers_are_one_whose_digits_are(told: Any, number: str, is_same: bool) -> None:
    assert same_holder(str(told), number) is is_same


@pytest.mark.parametrize("state", ['"THU_HOI", "TrangThai": "CON"', '"CON", "TrangThai": "THU_HOI"'])
async def test_a_paper_that_is_said_to_be_revoked_and_not_is_revoked(
    store: Store, papers: HttpPersonalPapers, state: str
) -> None:
    """Of a member that is said twice the last alone counted."""
    papers._account = replace(
        papers._account, names={"state": "TrangThai"}, revoked_states=frozenset({"THU_HOI"})
    )
    text = json.dumps(answer({"DanhSachGiayToKetQua": [{**PAPER, "TrangThai": "?"}]}))
    store.listed = web.Response(text=text.replace('"?"', state), content_type="application/json")
    ((held,), _) = await papers.held("099088000011", "An", "1.004873", [])
    assert held.is_revoked


AN, BINH = "099088000011", "099192000022"
OF_ANOTHER, REVOKED, EXPIRED, UNREAD = (
    f"personal-paper-{word}" for word in ("of-another", "revoked", "expired", "unread")
)


async def against(store: Store, papers: HttpPersonalPapers, more: dict[str, Any]) -> str:
    """Return what stands against An's use of a paper of which this is told, by the settings as delivered."""
    settings = DatabasesPart.model_fields
    words = {name: settings[f"papers_{name}"].default for name in ("names", "revoked_states", "good_states")}
    papers._account = replace(papers._account, **words)
    paper = {name: value for name, value in PAPER.items() if name != "MaChuGiayTo"}
    store.listed = answer({"DanhSachGiayToKetQua": [{**paper, **more}]})
    ((held,), _) = await papers.held(AN, "An", "1.004873", [])
    refusal = held.against(AN, date(2026, 11, 23))
    return refusal.code if refusal else ""


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"SoDinhDanhChuSoHuu": BINH}, OF_ANOTHER),
        ({"SO_DINH_DANH_CHU_SO_HUU": BINH}, OF_ANOTHER),
        ({"SoDinhDanh": BINH}, OF_ANOTHER),
        ({"ChuSoHuu": {"SoDinhDanh": BINH, "HoVaTen": "Trần Thị Bình"}}, OF_ANOTHER),
        ({"MaChuGiayTo": AN, "SoDinhDanhChuSoHuu": BINH}, OF_ANOTHER),
        ({"MaChuGiayTo": {"SoDinhDanh": BINH, "SoDinhDanhNguoiYeuCau": AN}}, OF_ANOTHER),
        ({"SoDinhDanhChuSoHuu": True}, UNREAD),
        ({"ThoiHanHieuLuc": 1599993600000}, EXPIRED),
        ({"ThoiHanHieuLuc": "1579999999000"}, EXPIRED),
        ({"ThoiHanHieuLuc": "01/01/2020 (số 9999)"}, UNREAD),
        ({"NgayHetHan": "20200101"}, EXPIRED),
        ({"ngay_het_hieu_luc": "5 năm"}, UNREAD),
        ({"DaThuHoi": True}, REVOKED),
        ({"TrangThai": "CON_HIEU_LUC", "NgayThuHoi": "01/01/2020"}, REVOKED),
        ({"LyDoThuHoi": "Cấp sai đối tượng"}, UNREAD),
        ({"TrangThaiGiayTo": "THU_HOI"}, REVOKED),
        *(
            ({"TrangThai": state}, UNREAD)
            for state in ("REVOKED", "INACTIVE", "Không còn giá trị", "Đã thay thế", "Tạm dừng", 3, "false")
        ),
        ({"TrangThai": {"Ma": 1, "Ten": "Không còn hiệu lực"}}, UNREAD),
    ],
    ids=str,
)
async def test_what_a_store_tells_under_other_names_or_in_other_words_stands_against_a_paper(
    store: Store, papers: HttpPersonalPapers, more: dict[str, Any], code: str
) -> None:
    """Section 20 lists neither these members nor the words in them."""
    assert await against(store, papers, more) == code


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"SoDinhDanhChuSoHuu": AN, "TenChuGiayTo": "Nguyễn Văn An", "LoaiDinhDanhCHS": "1"},
        {"ChuSoHuu": {"SoDinhDanh": int(AN), "HoVaTen": "An", "SoDienThoai": "0912345678"}},
        {"SoDinhDanhNguoiYeuCau": BINH, "MaDinhDanhCoQuan": "000.00.01.H99", "MaDinhDanhGiayTo": BINH},
        {"TrangThai": {"Ma": 1, "Ten": "Còn hiệu lực"}, "DaThuHoi": False, "DaHetHan": False},
        {"TrangThai": "Đang có hiệu lực", "DaThuHoi": "0", "NgayThuHoi": "", "TrangThaiHoSo": "9"},
        *(
            {"ThoiHanHieuLuc": day}
            for day in (
                "31/12/9999",
                "9999-12-31T23:59:59Z",
                99991231,
                "9999",
                "/Date(253402300799999)/",
                253402300799999,
                "Không thời hạn",
            )
        ),
        {"NgayHetHan": "2099-12-31"},
    ],
    ids=str,
)
async def test_what_says_that_a_paper_is_ones_own_and_stands_is_against_nothing(
    store: Store, papers: HttpPersonalPapers, more: dict[str, Any]
) -> None:
    assert await against(store, papers, more) == ""
