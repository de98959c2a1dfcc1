"""The portal's own list held against the ledger, and what it holds otherwise told again, once."""

import io
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import Workbook

from services.gateway.domain.portal.answers.held import HeldByPortal
from tests.integration.gateway.portal_dossiers import ADossier
from tests.integration.gateway.portal_world import World, a_world

COMPARISONS = "/api/v1/portal-sync/comparisons"
HEAD = ("STT", "Mã hồ sơ", "Tên thủ tục", "Trạng thái")


@pytest.fixture
async def world(start):
    async with a_world(start) as found:
        yield found


def a_list(*lines: tuple[str, Any], head: tuple[str, ...] = HEAD) -> bytes:
    """Write a list as the portal gives it: a title above, a number before, the code in the second column."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["DANH SÁCH HỒ SƠ"])
    sheet.append([])
    sheet.append(list(head))
    for number, (code, status) in enumerate(lines, 1):
        sheet.append([number, code, "Thủ tục", status])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def compare(world: World, content: bytes, who: str = "quan-tri") -> Any:
    form = {"grant_type": "urn:motcua:development", "subject": who}
    token = (await world.gateway.client.post("/oidc/token", data=form)).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex}
    return await world.gateway.client.post(COMPARISONS, content=content, headers=headers)


async def test_every_line_is_accounted_for(world: World):
    same, other, waiting = ADossier().to_the_end(), ADossier().to_the_end(), ADossier().to_the_end()
    await world.hears(same, other)
    await world.sends()
    await world.hears(waiting)
    content = a_list(
        (same.code, "Đã trả kết quả"),
        (other.code, 4),
        (waiting.code, "2"),
        ("H99.201-260303-0009999", "Mới đăng ký"),
        (same.code + "X", "không rõ"),
        ("", "Đang xử lý"),
    )
    answer = await compare(world, content)
    assert answer.status_code == 201, answer.text
    shown = answer.json()
    assert shown["counts"] == {
        "lines": 6,
        "unread": 2,
        "same": 1,
        "different": 1,
        "waiting": 1,
        "elsewhere": 0,
        "unknown": 1,
    }
    assert (shown["unknown_codes"], shown["unread_lines"]) == (["H99.201-260303-0009999"], [8, 9])
    (kept,) = (await world.ask("GET", COMPARISONS, "giam-sat")).json()["items"]
    assert (kept["id"], kept["subject"]) == (shown["id"], "quan-tri")
    (difference,) = (await world.ask("GET", "/api/v1/portal-sync/differences")).json()
    assert (difference["code"], difference["held_status"], difference["source"]) == (other.code, 4, "SHEET")


async def test_an_old_list_makes_nobody_tell_anything_twice(world: World):
    dossier = ADossier().to_the_end()
    await world.hears(dossier)
    await world.sends()
    await compare(world, a_list((dossier.code, "4")))
    assert await world.sends() == 1
    assert await world.statuses(dossier.code) == ["1", "2", "4", "9", "10"]
    assert set(await world.states(dossier.id)) == {"CONFIRMED"}
    await compare(world, a_list((dossier.code, "10")))
    assert (await world.ask("GET", "/api/v1/portal-sync/differences")).json() == []


async def test_what_the_portal_lost_is_told_again_once_and_then_left_to_people(world: World):
    dossier = ADossier().to_the_end()
    await world.hears(dossier)
    await world.sends()
    reconcile = world.gateway.runtime.resources.portal.reconcile
    await world.portal.delete("/sandbox/state")
    assert await reconcile.run(10) == 1
    await world.sends()
    assert await world.statuses(dossier.code) == ["10"]
    assert await reconcile.run(10) == 0
    assert (await world.ask("GET", "/api/v1/portal-sync/differences")).json() == []
    for mended in (1, 0):
        await world.portal.delete("/sandbox/state")
        assert await reconcile.run(10) == 1
        assert await world.sends() == mended
    (left,) = (await world.ask("GET", "/api/v1/portal-sync/differences")).json()
    assert (left["is_there"], left["mended_at"] is not None) == (False, True)


async def test_a_word_that_is_no_longer_the_last_is_not_told_again(world: World):
    dossier = ADossier().went("accepted", "ACCEPTED").went("handed_over", "PROCESSING")
    await world.hears(dossier)
    await world.sends()
    async with world.gateway.runtime.unit_of_work() as unit:
        comparing = world.gateway.runtime.open_work(unit).portal_comparing
        (last,) = (await comparing.last_words([dossier.code])).values()
        dossier.went("result_issued", "RESULT_READY")
        await world.hears(dossier)
        await world.sends()
        held = HeldByPortal(is_there=True, status=2)
        comparing.note_differences([(last, held)], world.gateway.clock.now(), mends=True)
        await unit.commit()
    assert await world.sends() == 0
    assert await world.statuses(dossier.code) == ["1", "2", "4", "9"]


async def test_without_leave_to_mend_differences_are_only_listed(start):
    async with a_world(start, portal_mends=False) as world:
        dossier = ADossier().to_the_end()
        await world.hears(dossier)
        await world.sends()
        await compare(world, a_list((dossier.code, "4")))
        assert await world.sends() == 0
        (left,) = (await world.ask("GET", "/api/v1/portal-sync/differences")).json()
        assert left["mended_at"] is None


async def test_what_is_no_such_list_is_refused_and_changes_nothing(world: World):
    for content, reason in (
        (b"", "XLSX"),
        (b"PK\x03\x04 not a book", "XLSX"),
        (a_list(("A", "4"), head=("STT", "Số", "Tên", "Trạng thái")), "Mã hồ sơ"),
    ):
        answer = await compare(world, content)
        assert answer.status_code in {400, 422}, answer.text
        assert reason in answer.text or not content
    assert (await compare(world, a_list(("A", "4")), "giam-sat")).status_code == 403
    assert await world.gateway.count("portal_comparisons") == 0
