"""Pages about procedures through the door to the real catalogue: no scripts, nothing from elsewhere."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import pytest

from kernel.testing.running import RunningService, a_service
from province.read import read
from services.catalog.jobs.readers import TELL_CHANGES
from tests.integration.catalog.test_following import MATCHED, opened, token, told
from tests.integration.gateway.conftest import Open
from tests.serving import served

Start = Callable[..., Awaitable[RunningService]]
FORMS = {form["code"]: form for form in read()["forms"]}
FORM_TYPE = {"Content-Type": "application/x-www-form-urlencoded"}
APPLICANT = {
    "applicant.full_name": "Nguyễn Văn An",
    "applicant.identity_number": "001099000001",
    "applicant.phone": "0912345678",
    "applicant.address": "12 ngõ Bến Đò",
}
EXTRACT = {
    **APPLICANT,
    "record": "BIRTH",
    "subject": "Nguyễn Thị Bé",
    "place": "Phường Bến Lam",
    "copies": "3",
}


async def the_province(running: RunningService) -> None:
    """Tell the catalogue of the sample province."""
    assert (await running.post("/v1/imports", read(), a_service("catalog.import"))).status_code == 200


@pytest.fixture
async def catalog(start: Start) -> RunningService:
    """The sample province's catalogue."""
    return await start("catalog", filled=the_province)


@pytest.fixture
async def door(open_door: Open, catalog: RunningService) -> AsyncIterator[RunningService]:
    async with served(catalog.client._transport.app) as url:
        yield await open_door(catalog_url=url)


async def post(door: RunningService, path: str, fields: dict[str, str]) -> Any:
    """Send a form as a browser does."""
    return await door.client.post(path, content=urlencode(fields), headers=FORM_TYPE)


class Fields(HTMLParser):
    """The inputs of a page by name, the labels' targets, and every tag."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.labels: set[str] = set()
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        assert not [name for name in given if name.startswith("on")]
        if tag in {"input", "select", "textarea"} and given.get("type") != "hidden":
            self.values[given["name"]] = given.get("value", "")
        if tag == "label":
            self.labels.add(given["for"])


async def test_the_qr_opens_the_procedure(door: RunningService) -> None:
    """With what the catalogue says, under the door's own policy; nobody is asked who they are."""
    answer = await door.client.get("/thu-tuc/2.000635")
    assert answer.status_code == 200, answer.text
    assert "Cấp bản sao Trích lục hộ tịch" in answer.text
    assert "/bieu-mau/2.000635" in answer.text
    assert "script" not in Fields(answer.text).tags
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    missing = await door.client.get("/thu-tuc/9.999999")
    assert (missing.status_code, "Không có thủ tục này" in missing.text) == (404, True)


@pytest.mark.parametrize("code", FORMS)
async def test_every_sample_form_is_drawn_from_its_data(door: RunningService, code: str) -> None:
    """Each input has its label; nothing runs; an empty form is told what it lacks, at its places."""
    empty = await door.client.get(f"/bieu-mau/{code}")
    assert empty.status_code == 200, empty.text
    found = Fields(empty.text)
    assert {name for name in found.values if name.startswith("applicant.")} >= set(APPLICANT)
    assert set(found.values) <= found.labels
    assert "script" not in found.tags
    refused = await post(door, f"/bieu-mau/{code}", {})
    assert refused.status_code == 422
    assert 'id="loi-applicant.full_name"' in refused.text


async def test_sound_answers_are_told_their_fee(door: RunningService, catalog: RunningService) -> None:
    """And nothing is kept anywhere."""
    before = len(await catalog.published())
    answer = await post(door, "/bieu-mau/2.000635", EXTRACT)
    assert answer.status_code == 200, answer.text
    assert "Nội dung khai hợp lệ" in answer.text
    assert "24.000 đồng" in answer.text
    assert Fields(answer.text).values["subject"] == "Nguyễn Thị Bé"
    assert len(await catalog.published()) == before


async def test_what_answers_bring_up_is_shown_and_then_asked(door: RunningService) -> None:
    """A conditional field, without scripts; what is hidden again is not sent."""
    path = "/bieu-mau/2.000635"
    assert "other_record" not in Fields((await door.client.get(path)).text).values
    other = {**EXTRACT, "record": "OTHER"}
    assert "other_record" in Fields((await post(door, path, {**other, "_cap-nhat": "1"})).text).values
    missing = await post(door, path, other)
    assert (missing.status_code, 'id="loi-other_record"' in missing.text) == (422, True)
    assert (await post(door, path, {**other, "other_record": "Nhận con nuôi"})).status_code == 200
    assert (await post(door, path, {**EXTRACT, "other_record": "thừa"})).status_code == 200


async def test_a_repeated_group_grows_by_a_button(door: RunningService) -> None:
    """And keeps what was typed."""
    path = "/bieu-mau/1.012784"
    given = {
        "parcels.0.parcel": "12",
        "parcels.0.map_sheet": "7",
        "parcels.0.area": "120,5",
        "_them": "parcels",
    }
    found = Fields((await post(door, path, given)).text).values
    assert found["parcels.0.parcel"] == "12"
    assert found["parcels.0.area"] == "120.5"
    assert "parcels.1.parcel" in found


async def test_hostile_answers_stay_text(door: RunningService) -> None:
    """In values, in names, and far too many of them."""
    hostile = '"><script>alert(1)</script>'
    answer = await post(door, "/bieu-mau/2.000635", {**EXTRACT, "subject": hostile, hostile: "1"})
    found = Fields(answer.text)
    assert "script" not in found.tags
    assert found.values["subject"] == hostile
    many = {f"parcels.{number}.parcel": "1" for number in range(999)}
    assert (await post(door, "/bieu-mau/1.012784", many)).status_code == 422
    assert (await post(door, "/bieu-mau/1.012784", {f"x{n}": "1" for n in range(1_001)})).status_code == 400


async def test_following_from_the_page_to_one_click(door: RunningService, catalog: RunningService) -> None:
    """Looking at a link does nothing; the button confirms; a mail program's POST ends it (RFC 8058)."""
    wrong = await post(door, "/theo-doi", {"procedure": "2.000635", "email": "an"})
    assert (wrong.status_code, "Địa chỉ thư điện tử không dùng được" in wrong.text) == (422, True)
    asked = await post(door, "/theo-doi", {"procedure": "2.000635", "email": "an@thu.example"})
    assert (asked.status_code, asked.headers["location"]) == (303, "/theo-doi/da-gui")
    confirming = f"/theo-doi/xac-nhan/{await token(catalog)}"
    assert (await door.client.get(confirming)).status_code == 200
    state = "SELECT state FROM subscriptions"
    assert await catalog.runtime.pool.fetchval(state) == "ASKED"
    done = await door.client.post(confirming)
    assert (done.status_code, "Đang theo dõi" in done.text) == (200, True), done.text
    await catalog.run_job(TELL_CHANGES)
    catalog.clock.advance(timedelta(days=1))
    changed = next(one for one in read()["procedures"] if one["code"] == "2.000635")
    body = {"procedures": [{**changed, "requirements": "Điều kiện mới"}]}
    assert (await catalog.post("/v1/imports", body, a_service("catalog.import"))).status_code == 200
    await catalog.run_job(TELL_CHANGES)
    [matched] = await told(catalog, MATCHED)
    ending = re.sub(r"^https?://[^/]+", "", str(opened(matched["unsubscribe"])))
    assert (await door.client.get(ending)).status_code == 200
    assert await catalog.count("subscriptions") == 1
    one_click = await post(door, ending, {"List-Unsubscribe": "One-Click"})
    assert one_click.status_code == 200, one_click.text
    assert await catalog.count("subscriptions") == 0
    assert (await door.client.post("/theo-doi/ngung/AAAA")).status_code == 404


async def test_a_fragment_may_be_shown_elsewhere_and_nothing_else(door: RunningService) -> None:
    """Other sites may read and frame it; it is packed and kept on the way."""
    found = await door.client.get("/api/v1/procedures/2.000635/fragment", headers={"Accept-Encoding": "gzip"})
    assert found.status_code == 200, found.text
    assert found.headers["access-control-allow-origin"] == "*"
    assert found.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "x-frame-options" not in found.headers
    assert found.headers["content-encoding"] == "gzip"
    again = {"If-None-Match": found.headers["etag"]}
    assert (await door.client.get("/api/v1/procedures/2.000635/fragment", headers=again)).status_code == 304
    head = await door.client.head("/api/v1/procedures/2.000635")
    assert (head.status_code, head.content) == (200, b"")
    other = await door.client.get("/api/v1/procedures/2.000635")
    assert other.headers["x-frame-options"] == "DENY"
    assert "access-control-allow-origin" not in other.headers


@pytest.mark.parametrize("accepted", ["gzip", "gzip;q=0", "identity"])
async def test_chosen_fields_of_a_list_the_catalogue_would_pack(door: RunningService, accepted: str) -> None:
    """Every browser takes gzip, and the catalogue packs its lists: what is read here comes unpacked."""
    asked = {"Accept-Encoding": accepted}
    some = await door.client.get("/api/v1/agencies?fields=code,one_stop_unit&limit=100", headers=asked)
    assert some.status_code == 200, some.text
    assert {name for item in some.json()["items"] for name in item} == {"code", "one_stop_unit"}
    assert some.headers.get("content-encoding") == ("gzip" if accepted == "gzip" else None)
    known = {**asked, "If-None-Match": some.headers["etag"]}
    again = await door.client.get("/api/v1/agencies?fields=code,one_stop_unit&limit=100", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    whole = await door.client.get("/api/v1/agencies?limit=100", headers=asked)
    assert whole.headers.get("content-encoding") == ("gzip" if accepted == "gzip" else None)


async def test_what_a_cookie_fetched_is_packed_by_nobody(door: RunningService) -> None:
    asked = {"Accept-Encoding": "gzip", "Cookie": "motcua_session=x"}
    ours = {**asked, "X-Requested-With": "motcua"}
    for headers, packed in ((asked, None), (ours, "gzip")):
        answer = await door.client.get("/api/v1/agencies?limit=100", headers=headers)
        assert (answer.status_code, answer.headers.get("content-encoding")) == (200, packed)


async def test_the_portals_link_leads_to_the_form_at_its_agency_and_stays_with_it(
    door: RunningService,
) -> None:
    """The old spelling of the agency as well; the choice outlives every press of a button on the page."""
    link = "/nop-ho-so?MaTTHCDP=2.000635&MaTTHC=2.000635&MaCoQuanThucHien={}&MaDVC=2.000635.01"
    for spelling in ("H99.201", "mapped"):
        if spelling == "mapped":
            await door.runtime.pool.execute(
                "INSERT INTO portal_mappings (kind, local_code, portal_code, changed_by, changed_at)"
                " VALUES ('AGENCY', 'H99.201', 'H99.15.28', 'x', now())"
            )
            spelling = "000.28.15.H99"  # noqa: PLW2901 - the former form of H99.15.28.
        led = (await door.client.get(link.format(spelling))).headers["location"]
        assert led == "/bieu-mau/2.000635?agency=H99.201&service=2.000635.01"
    page = await door.client.get(led)
    assert (page.status_code, "Cơ quan tiếp nhận: Ủy ban nhân dân phường" in page.text) == (200, True)
    assert "Dịch vụ công trực tuyến: 2.000635.01" in page.text
    assert '<form method="post" novalidate>' in page.text, "posts to its own address, choice and all"
    checked = await post(door, led, EXTRACT)
    assert (checked.status_code, "Cơ quan tiếp nhận" in checked.text) == (200, True)
    assert "Nội dung khai hợp lệ" in checked.text


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("agency=H99.999", "Không có cơ quan như trong liên kết"),
        ("agency=H99", "Cơ quan trong liên kết không thực hiện thủ tục này"),
        ("service=1.012784.01", "Dịch vụ công trong liên kết không thuộc thủ tục này"),
        ("service=12.000635.01", "Dịch vụ công trong liên kết không thuộc thủ tục này"),
    ],
)
async def test_a_link_that_does_not_fit_the_procedure_says_so_and_finds_nothing_sound(
    door: RunningService, query: str, reason: str
) -> None:
    path = f"/bieu-mau/2.000635?{query}"
    for answer in (await door.client.get(path), await post(door, path, EXTRACT)):
        assert (answer.status_code, reason in answer.text) == (422, True)
        assert "Nội dung khai hợp lệ" not in answer.text
        assert "Cơ quan tiếp nhận" not in answer.text


async def test_a_choice_that_is_no_code_is_refused(door: RunningService) -> None:
    for query in ("agency=%3Cb%3E", "service=../x", f"agency={'A' * 101}"):
        assert (await door.client.get(f"/bieu-mau/2.000635?{query}")).status_code == 422
