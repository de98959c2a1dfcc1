"""Where the portal's links lead (national-portal.md 17.7), and the page of its figures."""

from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from kernel.testing.running import RunningService
from tests.integration.gateway.conftest import Open
from tests.integration.gateway.peer import Peer
from tests.integration.gateway.test_signing_out import signs_in_outside, with_browser
from tests.integration.gateway.test_who_is_asking import sign_in, staff_changed

LINK = "/nop-ho-so?MaTTHCDP=TT-01&MaTTHC=1.004194&MaCoQuanThucHien=H99.201&MaDVC=1.004194.000"
FORM = "/bieu-mau/TT-01?agency=H99.201&service=1.004194.000"


async def test_a_link_without_a_flag_leads_to_the_form(door: RunningService) -> None:
    answer = await door.client.get(LINK)
    assert (answer.status_code, answer.headers["location"]) == (303, FORM)


@pytest.mark.parametrize("flag", ["vnconnect", "vneid"])
async def test_a_flag_leads_to_its_sign_in_and_back_to_the_same_form(
    open_door: Open, peer: Peer, flag: str
) -> None:
    others = {"issuer": "https://khac.example", "client_id": "x", "authorization_url": f"{peer.url}/khac"}
    other_flag = "vneid" if flag == "vnconnect" else "vnconnect"
    door = await open_door(
        issuers=[{**others, "portal_flag": other_flag}, with_browser(peer, portal_flag=flag)]
    )
    led = (await door.client.get(f"{LINK}&{flag}=1&MDT=YWJj")).headers["location"]
    begun = await door.client.get(led)
    assert begun.headers["location"].startswith(f"{peer.url}/auth?")
    back = dict(parse_qsl(urlsplit(led).query))["return_to"]
    door.client.cookies.clear()
    number = await signs_in_outside(door, peer)
    cookie = {"Cookie": f"motcua_session={number}"}
    for page in (back, f"{LINK}&{flag}=1"):
        assert (await door.client.get(page, headers=cookie)).headers["location"] == FORM


async def test_the_portals_own_code_goes_by_the_mapping(door: RunningService) -> None:
    await door.runtime.pool.execute(
        "INSERT INTO portal_mappings (kind, local_code, portal_code, changed_by, changed_at)"
        " VALUES ('PROCEDURE', 'TT-09', '2.1', 'x', now())"
    )
    for national, form in (("2.1", "TT-09"), ("2.2", "2.2")):
        answer = await door.client.get(f"/nop-ho-so?MaTTHC={national}")
        assert answer.headers["location"] == f"/bieu-mau/{form}"


@pytest.mark.parametrize(
    "query", ["", "MaTTHC=", "MaTTHC=../x", "MaTTHCDP=//evil.example", "MaTTHC=a%0d%0ab"]
)
async def test_a_link_to_no_procedure_is_a_page_that_says_so(door: RunningService, query: str) -> None:
    answer = await door.client.get(f"/nop-ho-so?{query}&vneid=1")
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/html")


async def test_the_figures_are_shown_to_whom_they_concern(door: RunningService) -> None:
    asked = await door.client.get("/dong-bo-cong")
    assert asked.headers["location"] == "/dang-nhap?return_to=%2Fdong-bo-cong"
    await sign_in(door, "can-bo-lan")
    await door.receive(staff_changed())
    door.clock.advance(timedelta(seconds=20))
    assert (await door.client.get("/dong-bo-cong")).status_code == 403
    await door.receive(staff_changed(2, roles=["SUPERVISOR"]))
    door.clock.advance(timedelta(seconds=20))
    await door.runtime.pool.execute(
        "INSERT INTO portal_ledger (dossier_id, version, part, kind, portal_status, code, procedure_code,"
        " occurred_at, state, next_attempt_at, answer_code, answer) VALUES"
        " (gen_random_uuid(), 3, 1, 'x', 2, 'H99-1', 'x', now(), 'REFUSED', now(), '-1', '<b>thiếu mã</b>')"
    )
    await door.runtime.pool.execute(
        "INSERT INTO portal_reads (name, lines, unread, fault, fault_at)"
        " VALUES ('questions', 4, 2, 'không phải danh sách: str', now()), ('codes:AGENCY', 9, 0, '', NULL)"
    )
    page = await door.client.get("/dong-bo-cong")
    assert page.status_code == 200
    assert "questions: 2 dòng không đọc được. không phải danh sách: str" in page.text
    assert "codes:AGENCY" not in page.text
    assert "1: -1 &lt;b&gt;thiếu mã&lt;/b&gt;" in page.text
    assert "<script" not in page.text
    door.client.cookies.clear()
