"""What an answer is believed for, and what one look-up of the dossier decides (ADR 0033)."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from sandbox.portal.settings import PortalSettings
from services.gateway.domain.portal.telling.messages import STATUS_TEXTS
from tests.builders.gateway.portal_answers import ASKED, AT_ONCE, Answer
from tests.integration.gateway.portal_dossiers import ADossier
from tests.integration.gateway.portal_wire import Call
from tests.integration.gateway.portal_world import World, a_world
from tests.integration.gateway.test_portal_told import submitted_on_portal
from tests.integration.gateway.test_portal_words import NOBODY, WHOLE, refused, refusing

WRITES = ("DongBoHoSoMC", "CapNhatTienDoHoSoMC", "DongBoTrangThaiHoSo")
LEDGER = "/api/v1/portal-sync/ledger"
THERE = "G22.99-260303-000123"


def calls_of(world: World) -> Counter[str]:
    return Counter(call.service for call in world.wire.calls)


async def rounds(world: World, count: int = 3) -> None:
    for _ in range(count):
        await world.sends()
        world.passes(seconds=400)


async def a_status_born_there(world: World) -> ADossier:
    await submitted_on_portal(world, THERE)
    dossier = ADossier(origin="PORTAL", portal_code=THERE).went("accepted", "ACCEPTED")
    await world.hears(dossier)
    return dossier


def spoken_by(answers: Mapping[str, Answer]) -> Callable[[Call, Any], Any]:
    """Let the portal answer what it took of each dossier in words of its own."""

    def speak(call: Call, answer: Any) -> Any:
        if call.service not in WRITES or int(answer["error_code"]):
            return answer
        (sent,) = call.body["data"]
        told = answers[sent["MaHoSo"]]
        return told(sent) if callable(told) else told

    return speak


async def test_good_answers_are_believed_at_once_or_after_one_look_up(start):
    """Whoever answers as ordinary peers do is asked nothing more: a second call would halve the pace."""
    async with a_world(start) as world:
        dossiers = [(ADossier().went("accepted", "ACCEPTED"), told) for told in (*AT_ONCE, *ASKED)]
        world.wire.speaks = spoken_by({one.code: told for one, told in dossiers})
        await world.hears(*(one for one, _ in dossiers))
        await world.sends()
        assert await refused(world) == []
        asked = Counter(call.body["mahoso"] for call in world.wire.calls if call.service == "TraCuuHoSo")
        for number, (one, told) in enumerate(dossiers):
            assert set(await world.states(one.id)) == {"CONFIRMED"}, told
            # A create and an update are asked after, a progress entry nobody can be asked after.
            assert asked[one.code] == (0 if number < len(AT_ONCE) else 2), told
        made = calls_of(world)
        assert made["DongBoHoSoMC"] == 2 * len(dossiers)
        assert made["CapNhatTienDoHoSoMC"] == len(dossiers)
        assert len(dossiers) >= 60


@pytest.mark.parametrize(
    "told",
    [
        {"message": "Đã nhận yêu cầu, đang xử lý"},
        {"message": "Gửi thành công tới trục, chờ DVCQG phản hồi"},
        {"message": "Đăng nhập thành công"},
        {"message": "Thành công. Dữ liệu trùng, đã loại"},
        {"message": "Saved: none"},
        {"message": "Thành công", "result": False},
        {"message": "Thành công", "result": {"rejected": ["<MaHoSo>"]}},
        {"message": "Thành công", "result": {"SoHoSoCapNhat": 0}},
        {"message": "Thành công", "violations": [{"field": "MaTTHC"}]},
        {"message": "Thành công", "status": "PENDING"},
    ],
    ids=str,
)
@pytest.mark.parametrize("is_born_there", [False, True])
async def test_what_is_said_and_is_not_there_is_not_believed(start, told: Any, *, is_born_there: bool):
    settings = PortalSettings(status_of_unknown="accept", **NOBODY)
    async with a_world(start, settings) as world:
        nothing = {**told, "error_code": 0}
        message = nothing.pop("message")
        await world.faults(refuse=[refusing(one, 0, message) for one in WRITES])

        def speak(call: Call, answer: Any) -> Any:
            if call.service not in WRITES:
                return answer
            code = call.body["data"][0]["MaHoSo"]
            return {**answer, **json.loads(json.dumps(nothing).replace("<MaHoSo>", code))}

        world.wire.speaks = speak
        if is_born_there:
            await a_status_born_there(world)
        else:
            await world.hears(ADossier().went("accepted", "ACCEPTED"))
        await rounds(world)
        assert await world.gateway.published("portal_sync.confirmed.v1") == []
        assert calls_of(world)["CapNhatTienDoHoSoMC"] == 0


@pytest.mark.parametrize(
    "told",
    [
        lambda sent: {"result": [{"TenTrangThai": STATUS_TEXTS[int(sent["TrangThai"])]}]},
        lambda sent: {"result": [{"LyDo": sent["NoiDungXuLy"]}]},
        lambda sent: {"message": f"Đã cập nhật: {sent['NoiDungXuLy']}"},
        lambda sent: {"message": f"Cập nhật {STATUS_TEXTS[int(sent['TrangThai'])]} thành công"},
        lambda _: {"code": 1},
        lambda _: {"responseCode": "1"},
    ],
)
async def test_progress_is_told_once_whatever_of_ours_is_said_back(start, told: Any):
    async with a_world(start) as world:
        done = {"error_code": 0, "message": "Thành công"}

        def speak(call: Call, answer: Any) -> Any:
            is_entry = call.service == "CapNhatTienDoHoSoMC"
            return {**done, **told(call.body["data"][0])} if is_entry else answer

        world.wire.speaks = speak
        dossier = ADossier().to_the_end()
        for view in dossier.views.values():
            view["note"] = "Hồ sơ không hợp lệ, từ chối"
        await world.hears(dossier)
        await rounds(world)
        assert [one["TrangThai"] for one in await world.progress(dossier.code)] == WHOLE[1:]
        assert calls_of(world)["CapNhatTienDoHoSoMC"] == len(WHOLE) - 1


@pytest.mark.parametrize("is_the_dossiers", [False, True])
async def test_what_reads_like_a_refusal_of_progress_is_the_dossiers_own_where_it_is_looked_up_so(
    start, *, is_the_dossiers: bool
):
    """The reason of an earlier request, in the portal's words; asked after once, and told once either way."""
    async with a_world(start) as world:

        def speak(call: Call, answer: Any) -> Any:
            reason = {"LyDo": "Thiếu giấy tờ, trả lại"}
            if call.service == "CapNhatTienDoHoSoMC":
                return {"error_code": 0, "message": "Thành công", "result": [reason]}
            if call.service == "TraCuuHoSo" and is_the_dossiers:
                return {**answer, "result": [{**one, **reason} for one in answer["result"]]}
            return answer

        world.wire.speaks = speak
        dossier = ADossier().went("accepted", "ACCEPTED")
        await world.hears(dossier)
        await rounds(world)
        assert len(await refused(world)) == (0 if is_the_dossiers else 1)
        assert ("CONFIRMED" in (await world.states(dossier.id))[1:]) is is_the_dossiers
        assert calls_of(world)["CapNhatTienDoHoSoMC"] == 1


@pytest.mark.parametrize("message", ["Đã nhận yêu cầu, đang xử lý", "Đăng nhập thành công", "Saved: none"])
async def test_progress_that_only_waits_somewhere_is_for_people_and_not_told_again(start, message: str):
    async with a_world(start) as world:
        await world.faults(refuse=refusing("CapNhatTienDoHoSoMC", 0, message))
        await world.hears(ADossier().went("accepted", "ACCEPTED"))
        await rounds(world)
        shown = [row["answer"] for row in await refused(world)]
        told = calls_of(world)["CapNhatTienDoHoSoMC"]
        assert shown == [message] or not shown, "a session's words are waited out"
        assert told == 1 or not shown
        assert "CONFIRMED" not in {
            row["state"] for row in await rows_of(world) if row["kind"] == "HERE_UPDATE"
        }


async def rows_of(world: World) -> list[dict[str, Any]]:
    answer = await world.ask("GET", LEDGER)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def of_history(line: dict[str, Any]) -> Any:
    return [
        {**line, "MaTrangThai": one} for one in ("2", "4", "9", "10") if int(one) <= int(line["MaTrangThai"])
    ]


LOOK_UPS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a line a status": of_history,
    "container": lambda line: {"hoSo": line},
    "list in list": lambda line: [[line]],
    "by its code": lambda line: {line["MaHoSo"]: line},
    "another name": lambda line: [{"MaHoSo": line["MaHoSo"], "TrangThaiXuLy": line["MaTrangThai"]}],
    "status": lambda line: [{"MaHoSo": line["MaHoSo"], "status": line["MaTrangThai"]}],
    "number and words": lambda line: [
        {"MaHoSo": line["MaHoSo"], "TrangThaiHoSo": f"{line['MaTrangThai']} - {line['TrangThaiHoSo']}"}
    ],
    "object": lambda line: [
        {"MaHoSo": line["MaHoSo"], "TrangThaiHoSo": {"Ma": line["MaTrangThai"], "Ten": "x"}}
    ],
    "beside a fee's": lambda line: [
        {"MaHoSo": line["MaHoSo"], "TinhTrang": "1", "MaTrangThaiXuLy": line["MaTrangThai"]}
    ],
}


@pytest.mark.parametrize("shape", LOOK_UPS)
async def test_a_status_is_told_once_in_whatever_shape_the_look_up_tells_it(start, shape: str):
    async with a_world(start, PortalSettings(**NOBODY)) as world:
        await submitted_on_portal(world, THERE)
        seen: Counter[str] = Counter()

        def speak(call: Call, answer: Any) -> Any:
            if call.service == "TraCuuHoSo" and answer["result"]:
                return {**answer, "result": LOOK_UPS[shape](answer["result"][0])}
            if call.service != "DongBoTrangThaiHoSo":
                return answer
            seen[call.body["data"]["TrangThai"]] += 1
            return 504 if seen[call.body["data"]["TrangThai"]] == 1 else answer

        world.wire.speaks = speak
        await world.hears(ADossier(origin="PORTAL", portal_code=THERE).to_the_end())
        await rounds(world, 9)
        assert await world.statuses(THERE) == ["2", "4", "9", "10"]
        assert set(seen.values()) == {1}


async def test_a_status_nobody_can_see_is_told_again_by_people_only(start):
    """Its answer was lost, and the look-up tells no status: told by itself it might stand there twice."""
    async with a_world(start, PortalSettings(**NOBODY)) as world:
        lost = {"DongBoTrangThaiHoSo"}

        def speak(call: Call, answer: Any) -> Any:
            if call.service == "TraCuuHoSo" and answer["result"]:
                return {**answer, "result": [{"MaHoSo": answer["result"][0]["MaHoSo"]}]}
            if call.service in lost:
                lost.clear()
                return 504
            return answer

        world.wire.speaks = speak
        await a_status_born_there(world)
        await rounds(world)
        (row,) = await refused(world)
        assert (row["answer_code"], calls_of(world)["DongBoTrangThaiHoSo"]) == ("status-unknown", 1)
        assert (await world.ask("POST", f"{LEDGER}/{row['id']}/replay")).status_code == 200
        await rounds(world, 1)
        assert await refused(world) == []
        assert calls_of(world)["DongBoTrangThaiHoSo"] == 2, "who looked on the portal decides"


EMPTY = [
    [{"MaHoSo": None, "MaTrangThai": None}],
    [{"MaHoSo": "", "TrangThaiHoSo": ""}],
    [[]],
    {"total": 0, "MaHoSo": None},
    {"hoSo": None},
    [{"message": "Không tìm thấy hồ sơ"}],
    {"item": {"@xsi:nil": "true"}},
    [{"DonVi": "H99", "NgayTraCuu": "20260303"}],
]


@pytest.mark.parametrize("empty", EMPTY, ids=str)
async def test_a_create_that_was_lost_is_made_where_the_look_up_has_an_empty_line(start, empty: Any):
    async with a_world(start) as world:
        await world.faults(html_5xx={"value": True, "times": 1, "service": "DongBoHoSoMC"})

        def speak(call: Call, answer: Any) -> Any:
            is_none = call.service == "TraCuuHoSo" and not answer["result"]
            return {**answer, "message": "", "result": empty} if is_none else answer

        world.wire.speaks = speak
        dossier = ADossier().went("accepted", "ACCEPTED")
        await world.hears(dossier)
        await rounds(world, 4)
        assert await world.statuses(dossier.code) == ["1", "2"]
