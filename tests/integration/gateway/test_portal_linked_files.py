"""Files the portal names by an address: fetched once, kept as evidence; of missing ones the dossier tells."""

import asyncio
import hashlib
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from services.gateway.jobs.portal.intake import PORTAL_INTAKE
from services.gateway.jobs.portal.keeping import PORTAL_FORGETTING
from services.gateway.jobs.portal.links import PORTAL_LINKS
from tests.builders.gateway.portal import CODE, PDF, a_message
from tests.integration.gateway.portal_world import World, a_world
from tests.integration.gateway.test_portal_intake import a_supplement, inbox, send
from tests.serving import served

FILE = b"%PDF-1.7 " + bytes(range(256)) * 9000
"""More than two parts."""


class Shelf:
    """The portal's server of files, with its moods."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: dict[str, Any] = {}
        self.elsewhere = ""

    def app(self) -> FastAPI:
        app = FastAPI()
        app.get("/{path:path}")(self.give)
        return app

    async def give(self, path: str, request: Request) -> Response:
        self.asked.append(request.url.path)
        answer = self.answers.get(path, FILE)
        if isinstance(answer, Response):
            return answer
        if callable(answer):
            found: Response = await answer()
            return found
        return Response(answer, media_type="text/html")


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
async def host(shelf: Shelf) -> AsyncIterator[str]:
    async with served(shelf.app()) as address:
        yield address


@pytest.fixture
async def world(start, host: str) -> AsyncIterator[World]:
    async with a_world(
        start,
        portal_link_hosts=[host, host.replace("127.0.0.1", "localhost")],
        portal_link_networks=["127.0.0.0/8"],
        portal_link_megabytes=3,
        portal_link_seconds=2,
    ) as found:
        yield found


def linked(address: str, name: str = "to-khai.pdf") -> dict[str, str]:
    return {"TenTepDinhKem": name, "MaThanhPhanHoSo": "TP01", "DuongDanTaiTepTin": address}


async def goes_on(world: World) -> None:
    await world.gateway.run_job(PORTAL_LINKS)
    await world.gateway.run_job(PORTAL_INTAKE)


async def links(world: World) -> list[Any]:
    return list(await world.gateway.runtime.pool.fetch("SELECT * FROM portal_links ORDER BY place, id"))


async def test_a_file_named_by_its_address_reaches_the_dossier_and_its_proof_is_kept(
    world: World, shelf: Shelf, host: str
):
    inline = {"TenTepDinhKem": "b.pdf", "MaThanhPhanHoSo": "TP02", "Base64": PDF}
    answer = await send(world, a_message(TaiLieuNop=[inline, linked(f"{host}/kho/tờ khai.pdf")]))
    assert answer == {"error_code": 0, "message": f"{CODE}| đã tiếp nhận"}
    assert world.dossiers.calls == [], "the dossier waits for its file"
    await goes_on(world)
    (call,) = world.dossiers.calls
    first, second = call["body"]["attachments"]
    assert first["content_base64"] == PDF
    assert (second["name"], second["component_code"]) == ("to-khai.pdf", "TP01")
    upload = world.dossiers.upload(second["upload_id"])
    assert bytes(upload.content) == FILE
    assert "note" not in call["body"]
    assert await inbox(world) == [("DONE", 0, "")]
    (link,) = await links(world)
    assert (link["state"], link["media_type"], link["size"]) == ("FETCHED", "application/pdf", len(FILE))
    assert bytes(link["sha256"]) == hashlib.sha256(FILE).digest()
    assert "kho" not in link["address"], "the address is sealed"
    await goes_on(world)
    assert shelf.asked == ["/kho/tờ khai.pdf"]


async def test_a_server_that_cannot_now_is_asked_again_until_the_file_is_there(
    world: World, shelf: Shelf, host: str
):
    async def cut() -> Response:
        async def half() -> AsyncIterator[bytes]:
            yield FILE[:1000]
            raise ConnectionError

        return StreamingResponse(half(), headers={"Content-Length": str(len(FILE))})

    async def slow() -> Response:
        await asyncio.sleep(3)
        return Response(FILE)

    moods = [b"<html>He thong dang bao tri</html>", Response(status_code=500), cut, slow, FILE]
    await send(world, a_message(TaiLieuNop=[linked(f"{host}/a.pdf")]))
    for mood in moods:
        assert world.dossiers.calls == []
        shelf.answers["a.pdf"] = mood
        await goes_on(world)
        world.passes(minutes=5)
    await goes_on(world)
    assert len(world.dossiers.calls) == 1
    (link,) = await links(world)
    assert (link["state"], link["attempts"]) == ("FETCHED", len(moods))
    assert len(shelf.asked) == len(moods)


REFUSED = {
    "a host nobody agreed on": "http://evil.example/a.pdf",
    "no address": "tep/a.pdf",
    "another scheme": "file:///etc/passwd",
    "too large": "{host}/large",
    "a program": "{host}/program",
    "a redirect to somebody else": "{host}/elsewhere",
    "a redirect to another agreed host": "{host}/other",
    "redirects without end": "{host}/round",
}


async def test_what_can_never_come_is_for_people_first_and_then_told_by_the_dossier(
    world: World, shelf: Shelf, host: str
):
    """Nothing but the agreed host is asked; the citizen's dossier does not wait for ever."""
    async with served(Shelf().app()) as elsewhere:
        shelf.answers |= {
            "large": b"%PDF-" + bytes(3_200_000),
            "program": b"MZ\x90\x00" * 9,
            "elsewhere": RedirectResponse(f"{elsewhere}/a.pdf", 302),
            "other": RedirectResponse(f"{host.replace('127.0.0.1', 'localhost')}/a.pdf", 307),
            "round": RedirectResponse("/round", 302),
        }
        files = [linked(address.format(host=host), f"{name}.pdf") for name, address in REFUSED.items()]
        await send(world, a_message(TaiLieuNop=[*files, linked(f"{host}/good.pdf", "good.pdf")]))
        await goes_on(world)
        assert world.dossiers.calls == []
        ((state, code, reason),) = await inbox(world)
        assert (state, code) == ("PARKED", 0)
        assert reason.startswith("không tải được tệp: a host nobody agreed on.pdf (máy chủ của tệp không")
        listed = (await world.ask("GET", "/api/v1/portal-sync/inbound?state=PARKED")).json()["items"]
        assert [one["portal_code"] for one in listed] == [CODE], "people see it in their list"
        failed = [one for one in await links(world) if one["state"] == "FAILED"]
        assert len(failed) == len(REFUSED)
        assert all(one["attempts"] == 1 for one in failed), "asking again would change nothing"
        world.passes(hours=4, minutes=1)
        await world.gateway.run_job(PORTAL_INTAKE)
        (call,) = world.dossiers.calls
        assert [one["name"] for one in call["body"]["attachments"]] == ["good.pdf"]
        assert call["body"]["note"].startswith("Cổng có nêu nhưng không nhận được nội dung")
        assert all(f"{name}.pdf" in call["body"]["note"] for name in REFUSED)
        assert [row[0] for row in await inbox(world)] == ["DONE"]


async def test_a_redirect_on_the_same_host_is_followed_and_blanks_are_tried(
    world: World, shelf: Shelf, host: str
):
    shelf.answers |= {
        "old.pdf": RedirectResponse("/new.pdf", 301),
        "to+khai.pdf": Response(status_code=404),
        "to khai.pdf": FILE,
    }
    await send(world, a_message(TaiLieuNop=[linked(f"{host}/old.pdf"), linked(f"{host}/to+khai.pdf")]))
    await goes_on(world)
    assert [one["state"] for one in await links(world)] == ["FETCHED", "FETCHED"]
    assert shelf.asked.count("/to khai.pdf") == 1
    assert len(world.dossiers.calls[0]["body"]["attachments"]) == 2


async def test_a_name_that_leads_to_our_own_machines_is_not_followed(start, shelf: Shelf, host: str):
    """The host is agreed; where its name leads is not: nothing of ours is asked."""
    name = host.replace("127.0.0.1", "localhost")
    async with a_world(start, portal_link_hosts=[host, name]) as world:
        await send(world, a_message(TaiLieuNop=[linked(f"{host}/a.pdf"), linked(f"{name}/a.pdf")]))
        await goes_on(world)
        assert shelf.asked == []
        assert {one["reason"] for one in await links(world)} == {"máy chủ của tệp ở mạng nội bộ"}


async def test_a_name_is_resolved_once(start, shelf: Shelf, host: str):
    """What was looked at is what is connected to: a name that leads inside the next time changes nothing."""
    port = host.rpartition(":")[2]
    named = f"http://kho.example:{port}"
    loop, asked = asyncio.get_running_loop(), []

    async def resolved(name: str, at: int, **_: Any) -> list[Any]:
        asked.append(name)
        assert len(asked) == 1, "asked a second time"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", at))]

    async with a_world(start, portal_link_hosts=[named], portal_link_networks=["127.0.0.1/32"]) as world:
        await send(world, a_message(TaiLieuNop=[linked(f"{named}/a.pdf")]))
        before, loop.getaddrinfo = loop.getaddrinfo, resolved  # type: ignore[method-assign, assignment]
        try:
            await world.gateway.run_job(PORTAL_LINKS)
        finally:
            loop.getaddrinfo = before  # type: ignore[method-assign]
    assert (asked, shelf.asked) == (["kho.example"], ["/a.pdf"])


async def test_people_correct_an_address_or_try_again(world: World, shelf: Shelf, host: str):
    shelf.answers["b.pdf"] = b"MZ\x90\x00"
    files = [linked("https://evil.example/a.pdf"), linked(f"{host}/b.pdf")]
    await send(world, a_message(TaiLieuNop=files))
    await goes_on(world)
    (line,) = (await world.ask("GET", "/api/v1/portal-sync/inbound")).json()["items"]
    shown = await world.ask("GET", f"/api/v1/portal-sync/inbound/{line['id']}")
    shelf.answers["b.pdf"] = FILE
    corrected = {"TaiLieuNop.0.DuongDanTaiTepTin": f"{host}/a.pdf"}
    answer = await world.ask(
        "POST",
        f"/api/v1/portal-sync/inbound/{line['id']}/correction",
        body={"fields": corrected, "reason": "Cổng ghi sai địa chỉ"},
        seen=shown.headers["etag"],
    )
    assert answer.status_code == 200, answer.text
    await world.gateway.run_job(PORTAL_INTAKE)
    await goes_on(world)
    (call,) = world.dossiers.calls
    assert len(call["body"]["attachments"]) == 2
    assert "note" not in call["body"]


async def test_a_supplement_waits_for_its_file_and_for_the_dossier_before_it(world: World, host: str):
    await send(world, a_message(TaiLieuNop=[linked(f"{host}/a.pdf")]))
    await send(world, a_supplement(TaiLieuNop=[linked(f"{host}/b.pdf"), linked("https://x.example/c", "c")]))
    await goes_on(world)
    assert ["supplement" in call for call in world.dossiers.calls] == [False]
    world.passes(minutes=2)
    await world.gateway.run_job(PORTAL_INTAKE)
    await goes_on(world)
    world.passes(hours=5)
    await world.gateway.run_job(PORTAL_INTAKE)
    _, supplement = world.dossiers.calls
    assert len(supplement["body"]["attachments"]) == 1
    assert supplement["body"]["note"].startswith("Bổ sung ảnh\nCổng có nêu")
    assert supplement["body"]["note"].endswith(": c")


async def test_a_process_killed_between_fetching_and_handing_in_loses_and_doubles_nothing(
    world: World, shelf: Shelf, host: str
):
    await send(world, a_message(TaiLieuNop=[linked(f"{host}/a.pdf")]))
    await world.gateway.run_job(PORTAL_LINKS)
    world.dossiers.breaks_after_parts = 1
    await world.gateway.run_job(PORTAL_INTAKE)
    assert world.dossiers.calls == []
    world.dossiers.breaks_after_parts = 10**6
    world.passes(minutes=2)
    await world.gateway.run_job(PORTAL_INTAKE)
    (call,) = world.dossiers.calls
    (file,) = call["body"]["attachments"]
    assert bytes(world.dossiers.upload(file["upload_id"]).content) == FILE
    assert len(shelf.asked) == 1


async def test_files_go_with_what_their_message_said(world: World, host: str):
    await send(world, a_message(TaiLieuNop=[linked(f"{host}/a.pdf")]))
    await goes_on(world)
    assert await world.gateway.count("portal_link_parts") == 3
    world.passes(days=31)
    await world.gateway.run_job(PORTAL_FORGETTING)
    assert await world.gateway.count("portal_link_parts") == 0
    (link,) = await links(world)
    assert (link["address"], link["size"]) == ("", len(FILE)), "that it came, and what it was, stays"
