"""Messages out of order, of both names, and broken ones: each finds its dossier, and none holds up others."""

import asyncio
import base64
import json
from typing import Any

import httpx
import pytest
from fastapi.responses import Response

from kernel.core.errors import Unavailable
from services.gateway.clients.portal.transport import decoded
from services.gateway.domain.portal.answers.answer import read_answer
from services.gateway.domain.portal.payments.messages import pay_url, read_list
from services.gateway.jobs.portal.intake import PORTAL_INTAKE
from services.gateway.jobs.portal.links import PORTAL_LINKS
from tests.builders.gateway.portal import CODE, PDF, a_message
from tests.integration.gateway.portal_dossiers import ADossier
from tests.integration.gateway.portal_world import World, a_world
from tests.integration.gateway.test_portal_intake import a_supplement, a_tax_voucher, inbox, send
from tests.integration.gateway.test_portal_linked_files import (
    Shelf,
    goes_on,
    host,
    linked,
    links,
    shelf,
)

__all__ = ["host", "shelf"]
OTHER = "G22.99-260303-000456"


@pytest.fixture
async def world(start: Any):
    async with a_world(start) as found:
        yield found


async def goes_on_for(world: World, tries: int = 3) -> None:
    for _ in range(tries):
        world.passes(minutes=11)
        await world.gateway.run_job(PORTAL_INTAKE)


async def test_a_supplement_that_comes_first_waits_for_its_dossier_and_not_the_other_way(world: World):
    assert (await send(world, a_supplement()))["error_code"] == 0
    assert (await send(world, a_message()))["message"].endswith("tiếp nhận thành công")
    await goes_on_for(world)
    assert [call.get("supplement") for call in world.dossiers.calls] == [None, CODE]
    assert [state for state, _, _ in await inbox(world)] == ["DONE", "DONE"]


@pytest.mark.parametrize("is_updating", ["True", "true", True, 1, "1"])
@pytest.mark.parametrize("more", [{}, {"MaHoSoQG": CODE}], ids=["its code", "both codes"])
async def test_a_change_under_the_code_of_the_create_is_a_change(
    world: World, is_updating: object, more: dict[str, str]
):
    """1 is for a create that repeats (17.2); what the citizen changed is never thrown away."""
    await send(world, a_message())
    changed = a_message(LyDoDieuChinh="Bổ sung ảnh", **more)
    answer = await send(world, {**changed, "isUpdating": is_updating})
    assert answer == {"error_code": 0, "message": f"{CODE}| tiếp nhận thành công"}
    assert [call.get("supplement") for call in world.dossiers.calls] == [None, CODE]
    assert (await send(world, a_message()))["error_code"] == 1


@pytest.mark.parametrize("path", ["nhanhsdvcqg", "addtthcKhuyenMai"])
async def test_what_was_kept_by_a_process_that_died_comes_before_what_came_later(world: World, path: str):
    """Also before what came later at the other of the portal's addresses."""
    await send(world, a_message())
    intake = world.gateway.runtime.resources.portal.intake
    intake._deliver = _killed
    first = httpx.Request("POST", "http://x", json=a_supplement(LyDoDieuChinh="lần một"))
    with pytest.raises(asyncio.CancelledError):
        await intake.receive(path, first.stream)
    del intake._deliver
    world.passes(seconds=10)
    assert (await send(world, a_supplement(LyDoDieuChinh="lần hai")))["error_code"] == 0
    await goes_on_for(world)
    assert [call["body"]["note"] for call in world.dossiers.calls[1:]] == ["lần một", "lần hai"]


@pytest.mark.parametrize(
    ("first", "later"), [("addtthcKhuyenMai", "nhanhsdvcqg"), ("nhanhsdvcqg", "addtthcKhuyenMai")]
)
async def test_supplements_at_the_two_addresses_go_in_as_they_came(
    world: World, monkeypatch: pytest.MonkeyPatch, first: str, later: str
):
    """Both are in use at once (17.1): the older words are not laid over the newer ones."""
    await send(world, a_message())

    async def away(*_: object, **__: object) -> object:
        raise Unavailable("away")

    with monkeypatch.context() as patched:
        patched.setattr(world.gateway.runtime.resources.portal.intake._dossiers, "take_in", away)
        assert (await send(world, a_supplement(LyDoDieuChinh="lần một"), path=first))["error_code"] == 0
    world.passes(seconds=10)
    assert (await send(world, a_supplement(LyDoDieuChinh="lần hai"), path=later))["error_code"] == 0
    await goes_on_for(world)
    assert [call["body"]["note"] for call in world.dossiers.calls[1:]] == ["lần một", "lần hai"]


async def _killed(_: object) -> None:
    raise asyncio.CancelledError


async def test_a_supplement_that_is_sent_again_in_another_wrapping_is_the_same(world: World):
    """Its key is what it says: the envelope's moment and the order of members say nothing."""
    await send(world, a_message())
    said = a_supplement(TaiLieuNop=[{"TenTepDinhKem": "a.pdf", "MaThanhPhanHoSo": "TP01", "Base64": PDF}])
    keys = []
    for message in (
        said,
        {
            "SecurityKey": "k",
            "Service": "DongBoHoSo",
            "IsUpdating": "True",
            "Data": said["data"],
            "Ngay": "1",
        },
        {"data": dict(reversed(said["data"].items())), "isUpdating": "True", "service": "DongBoHoSo"},
        {**said, "data": {**said["data"], "LyDoDieuChinh": "Khác"}},
    ):
        assert (await send(world, message))["error_code"] == 0
        keys.append(world.dossiers.calls[-1]["key"])
    assert keys[0] == keys[1] == keys[2] != keys[3]


@pytest.mark.parametrize(
    "spoiled",
    [{"MaTTHC": "1.00\x004873"}, {"MaCoQuanThucHien": "H99.201\x00"}, {"ChuHoSo": "Nguyễn\x00 Văn \x0bAn"}],
)
async def test_a_sign_no_database_keeps_is_left_out(world: World, spoiled: dict[str, str]):
    assert (await send(world, a_message(**spoiled)))["error_code"] == 0
    assert "\\" not in repr(world.dossiers.calls)
    assert [state for state, _, _ in await inbox(world)] == ["DONE"]


async def test_a_message_nobody_thought_of_is_for_people_and_holds_up_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    intake = world.gateway.runtime.resources.portal.intake
    rules = intake._ruling

    async def breaks(message: Any) -> Any:
        if b"000123" in message.body:
            raise ZeroDivisionError
        return await rules(message)

    monkeypatch.setattr(intake, "_ruling", breaks)
    assert (await send(world, a_message()))["error_code"] == 0
    world.dossiers.is_down = True
    await send(world, a_message(OTHER))
    world.dossiers.is_down = False
    await goes_on_for(world)
    assert list(world.dossiers.taken) == [OTHER]
    assert [(state, reason) for state, _, reason in await inbox(world)] == [
        ("PARKED", "lỗi khi xử lý (ZeroDivisionError): sẽ thử lại"),
        ("DONE", ""),
    ]
    row = await world.gateway.runtime.pool.fetchrow(
        "SELECT portal_code, answer FROM portal_inbound ORDER BY id"
    )
    assert tuple(row) == (CODE, f"{CODE}| đã tiếp nhận, chờ xử lý"), "people see whose it is"


async def test_what_fails_again_and_again_is_tried_no_more_and_stands_in_the_figures(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    intake, tried = world.gateway.runtime.resources.portal.intake, []

    async def breaks(message: Any) -> Any:
        tried.append(message.id)
        raise ZeroDivisionError

    monkeypatch.setattr(intake, "_ruling", breaks)
    assert (await send(world, a_message()))["error_code"] == 0
    await goes_on_for(world, tries=10)
    assert len(tried) == 6
    (found,) = await inbox(world)
    assert found == ("PARKED", 0, "lỗi khi xử lý (ZeroDivisionError): đã thử 6 lần, chuyển người xem")
    figures = (await world.ask("GET", "/api/v1/portal-sync/figures")).json()
    assert (figures["inbound_faulty"], figures["inbound"]) == (1, {"PARKED": 1})


@pytest.mark.parametrize("code", [CODE, CODE.lower()])
async def test_the_same_papers_given_again_when_they_are_asked_for_again_are_another_answer(
    world: World, code: str
):
    """A supplement that tells no moment says the same each time; sent again by the portal it is one."""
    await send(world, a_message(code))
    born = ADossier(origin="PORTAL", portal_code=code).went("accepted", "ACCEPTED")
    born.went("supplement_requested", "SUPPLEMENT_REQUESTED")
    await world.hears(born)
    world.passes(hours=1)
    said = a_supplement(code, NgayNopHoSo="", TaiLieuNop=[{"TenTepDinhKem": "a.pdf", "Base64": PDF}])
    for _ in range(2):
        world.passes(minutes=11)
        assert (await send(world, said))["error_code"] == 0
    world.passes(minutes=11)
    before = len(born.events)
    born.at = world.gateway.clock.now()
    born.went("resumed", "PROCESSING", after_minutes=1)
    born.went("supplement_requested", "SUPPLEMENT_REQUESTED", after_minutes=1)
    for event in born.events[before:]:
        await world.gateway.receive(event)
    world.passes(minutes=11)
    assert (await send(world, said))["error_code"] == 0
    keys = [call["key"] for call in world.dossiers.calls if call.get("supplement")]
    assert keys[0] == keys[1] != keys[2]


ASKED_IN: dict[str, Any] = {
    "a request": {"request": {"masohoso": CODE}},
    "an element": {"masohoso": {"#text": CODE}},
    "a list of one": {"masohoso": [CODE]},
    "snakes": {"ma_so_ho_so": CODE},
    "all of it a text": json.dumps({"masohoso": CODE}),
    "a request that is a text": {"request": json.dumps({"MaHoSo": CODE})},
    "an envelope in a list": [{"service": "TraCuuHoSo", "data": [{"MaHoSo": CODE}]}],
}


@pytest.mark.parametrize("form", ASKED_IN)
async def test_a_question_is_understood_in_whatever_a_bridge_puts_it(world: World, form: str):
    born = ADossier(origin="PORTAL", portal_code=CODE).went("accepted", "ACCEPTED")
    await world.hears(born)
    assert (await send(world, ASKED_IN[form], "search/call"))["MaHoSo"] == CODE


async def test_a_question_about_two_dossiers_is_answered_about_neither(world: World):
    """The answer does not say which it is of; the same code twice is one."""
    born = ADossier(origin="PORTAL", portal_code=CODE).went("accepted", "ACCEPTED")
    await world.hears(born)
    asked = [{"masohoso": CODE, "data": {"MaHoSo": OTHER}}, {"masohoso": OTHER, "MaHoSo": CODE}]
    for message in asked:
        answer = await send(world, message, "search/call")
        assert answer == {"error_code": "-1", "message": "masohoso not found"}
    same = {"masohoso": CODE, "data": {"MaHoSo": CODE.lower()}}
    assert (await send(world, same, "search/call"))["MaHoSo"] == CODE


async def test_a_file_the_portal_says_is_deleted_is_named_and_not_handed_in(world: World):
    gone = {"TenTepDinhKem": "cũ.pdf", "Base64": PDF, "IsDeleted": "True"}
    kept = {"TenTepDinhKem": "mới.pdf", "Base64": PDF, "IsDeleted": "False"}
    long = base64.b64encode(b"%PDF-1.4" + b"\0" * 90_000).decode()
    for number, content in enumerate((PDF, long)):
        message = a_message(f"G22.99-260303-{number:06d}", TaiLieuNop=[{**gone, "Base64": content}, kept])
        assert (await send(world, message))["message"].endswith("tiếp nhận thành công")
        told = world.dossiers.calls[-1]["body"]
        assert [file["name"] for file in told["attachments"]] == ["mới.pdf"]
        assert told["note"] == "Cổng báo tệp đã xóa, không đưa vào hồ sơ: cũ.pdf"


async def test_a_voucher_whose_service_is_an_element_is_read_and_one_of_no_service_refused(world: World):
    born = ADossier(origin="PORTAL", portal_code=CODE).went("accepted", "ACCEPTED")
    await world.hears(born)
    voucher = a_tax_voucher(CODE)
    for service, code in (({"#text": voucher["service"]}, 0), ({"a": {"b": "c"}}, -1)):
        assert (await send(world, {**voucher, "service": service}, "nhantbthuedvcqg"))["error_code"] == code
    assert [state for state, _, _ in await inbox(world)] == ["PARKED", "REFUSED"]


@pytest.fixture
async def fetching(start: Any, host: str):
    hosts = [host, ".gov.vn"]
    async with a_world(start, portal_link_hosts=hosts, portal_link_networks=["127.0.0.0/8"]) as found:
        yield found


async def test_an_address_that_is_none_stops_its_own_file_only(fetching: World, shelf: Shelf, host: str):
    """Whatever they are, the file asked for after twenty of them comes, and all of them end."""
    shelf.answers["away"] = Response(status_code=302, headers={"Location": "http://["})
    strange = [f"https://a..gov.vn/{place}.pdf" for place in range(18)]
    strange += [f"https://{'a' * 64}.gov.vn/x.pdf", f"{host}/away"]
    await send(fetching, a_message(TaiLieuNop=[linked(one) for one in strange]))
    await send(fetching, a_message(OTHER, TaiLieuNop=[linked(f"{host}/good.pdf")]))
    await fetching.gateway.run_job(PORTAL_LINKS)
    await goes_on(fetching)
    assert list(fetching.dossiers.taken) == [OTHER]
    for _ in range(5):
        await fetching.gateway.run_job(PORTAL_LINKS)
    assert {link["state"] for link in await links(fetching)} == {"FAILED", "FETCHED"}


async def test_one_message_with_many_addresses_leaves_room_for_the_next(
    fetching: World, shelf: Shelf, host: str
):
    many = [linked(f"{host}/nhieu-{place}.pdf") for place in range(30)]
    await send(fetching, a_message(TaiLieuNop=many))
    await send(fetching, a_message(OTHER, TaiLieuNop=[linked(f"{host}/good.pdf")]))
    await fetching.gateway.runtime.resources.portal.links.run()
    assert "/good.pdf" in shelf.asked
    too_many = [linked(f"{host}/{place}.pdf") for place in range(61)]
    await send(fetching, a_message("G22.99-260303-000789", TaiLieuNop=too_many))
    state, _, reason = (await inbox(fetching))[-1]
    assert (state, "có 61 tệp, một lần nhận tối đa 60" in reason) == ("PARKED", True)


def test_a_gateways_answer_about_money_is_read_as_an_object_and_as_a_text():
    said = {"MaLoi": "00", "UrlThanhToan": "https://tt.example/1"}
    for message in (said, json.dumps(said)):
        assert pay_url({"error_code": "0", "message": message}) == "https://tt.example/1"
    spaced = {"maLoi": 0, "UrlThanhToan": " https://tt.example/1 "}
    for whole in (
        said,
        [said],
        json.dumps([said]),
        {"error_code": 0, "message": "x", "result": said},
        spaced,
    ):
        assert pay_url(whole) == "https://tt.example/1", whole
    for wrong in ({}, [], "x", None, {**said, "MaLoi": "01"}, {**said, "UrlThanhToan": 'https://a"><b'}):
        with pytest.raises(ValueError, match="MaLoi"):
            pay_url(wrong)
    assert read_list({"DanhSach": [None]}) == []
    with pytest.raises(ValueError, match="1 dòng không đọc được"):
        read_list({"DanhSach": [7]})


def test_an_answer_of_the_portal_is_kept_without_signs_no_database_keeps():
    raw = json.dumps({"result": [{"HOVATEN": "An\x00"}]})
    assert decoded(raw) == decoded(raw.encode()) == {"result": [{"HOVATEN": "An"}]}


FILE = {"TenTepDinhKem": "a.pdf", "MaThanhPhanHoSo": "TP01", "Base64": PDF}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"TaiLieuNop": [{**FILE, "Base64": None, "TepDinhKem": PDF}]}, ["a.pdf"]),
        ({"TaiLieuNop": [{name.lower(): value for name, value in FILE.items()}]}, ["a.pdf"]),
        ({"TaiLieuNop": [], "TenTepDonDangKy": "don.pdf", "TepDonDangKy": PDF}, ["don.pdf"]),
    ],
    ids=["another name", "small letters", "the application itself"],
)
async def test_a_file_is_found_where_other_systems_put_it(
    world: World, said: dict[str, Any], told: list[str]
):
    await send(world, a_message(**said))
    (call,) = world.dossiers.calls
    assert [file["name"] for file in call["body"]["attachments"]] == told
    assert {file["content_base64"] for file in call["body"]["attachments"]} == {PDF}


async def test_a_file_that_is_named_and_nowhere_is_told_of(world: World):
    await send(world, a_message(TaiLieuNop=[FILE, {**FILE, "TenTepDinhKem": "b.pdf", "Base64": ""}]))
    (call,) = world.dossiers.calls
    assert [file["name"] for file in call["body"]["attachments"]] == ["a.pdf"]
    assert "b.pdf" in call["body"]["note"]


@pytest.mark.parametrize(
    "said",
    [
        {"TaiLieuNop": ["một tệp"]},
        {"TaiLieuNop": "không phải danh sách"},
        {"TaiLieuNop": [{"TenTepDinhKem": "a.pdf", "Tep": "A" * 600}]},
        {"DuLieuEForm": [{"a": 1}, "b"]},
        {"DuLieuEForm": "A" * 600},
        {"SoGiayToChuHoSo": "099-08 số 8"},
        {"NgayNopHoSo": "20991231235959"},
        {"NgayNopHoSo": "00010101000000"},
    ],
    ids=",".join,
)
async def test_what_is_there_and_not_understood_is_for_people_and_never_dropped(
    world: World, said: dict[str, Any]
):
    assert (await send(world, a_message(**said)))["error_code"] == 0
    assert world.dossiers.calls == []
    ((state, _, reason),) = await inbox(world)
    assert (state, next(iter(said)) in reason) == ("PARKED", True)
    assert reason.partition(":")[0] == ("tệp không đọc được" if "TaiLieuNop" in said else "cần sửa")


@pytest.mark.parametrize(
    ("said", "owner"),
    [
        (
            {"SoGiayToChuHoSo": "", "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": "099 088 000 011"}]},
            {"identity_number": "099088000011", "identity_type": "CITIZEN_ID"},
        ),
        (
            {"SoGiayToChuHoSo": None, "LoaiDoiTuong": "2", "MaSoThue": "0109998887"},
            {"identity_number": "0109998887", "identity_type": "TAX_CODE"},
        ),
        ({"SoGiayToChuHoSo": "không có"}, {"identity_number": None}),
        ({"DienThoai": "0900.000.000 / 0911111111"}, {"phone": "0900.000.000"}),
        ({"Email": "an@example.vn; binh@example.vn"}, {"email": "an@example.vn"}),
    ],
)
async def test_whose_it_is_is_found_where_the_contract_has_it(
    world: World, said: dict[str, Any], owner: dict[str, Any]
):
    await send(world, a_message(**said))
    (call,) = world.dossiers.calls
    assert {name: call["body"]["owner"].get(name) for name in owner} == owner


@pytest.mark.parametrize("agency", ["h99.201", "000.00.201.h99"])
async def test_an_agencys_code_in_small_letters_is_that_agency(world: World, agency: str):
    await send(world, a_message(MaCoQuanThucHien=agency))
    assert world.dossiers.calls[0]["body"]["agency"] == "H99.201"


def test_what_the_portal_says_is_kept_without_signs_no_database_keeps():
    assert read_answer({"error_code": "5", "message": "lỗi\x00 x\nhàng"}).message == "lỗi  x hàng"
