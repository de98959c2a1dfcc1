"""What the public, the officers and the other services read."""

import pytest

from kernel.testing.running import RunningService, a_person, a_service, a_staff_member
from services.catalog.use_cases.finding.ports import Search
from services.catalog.use_cases.finding.search_procedures import search_procedures
from tests.builders.catalog import a_procedure
from tests.integration.catalog.asking import Start, filled_with, found

NAMES = {
    "1.004222": "Đăng ký thường trú",
    "1.003197": "Xóa đăng ký thường trú",
    "1.004194": "Đăng ký tạm trú",
    "1.001193": "Thủ tục đăng ký khai sinh",
    "1.004884": "Thủ tục đăng ký lại khai sinh",
    "1.013225": "Cấp giấy phép xây dựng mới đối với nhà ở riêng lẻ",
    "1.000703": "Cấp Giấy phép kinh doanh vận tải bằng xe ô tô",
}


async def the_catalogue(running: RunningService) -> None:
    """Fill a catalogue for every test here."""
    await filled_with(running, NAMES)


@pytest.fixture
async def catalog(start: Start) -> RunningService:
    """A catalogue with one local procedure and some national ones."""
    return await start("catalog", filled=the_catalogue)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Đăng ký thường trú", "1.004222"),
        ("dang ky thuong tru", "1.004222"),
        ("đằng kỳ thướng trù", "1.004222"),
        ("thường trú đăng ký", "1.004222"),
        ("dk tạm trú", "1.004194"),
        ("gpxd", "1.013225"),
        ("xin phép xây nhà", "1.013225"),
        ("em muốn làm giấy khai sinh cho bé thì cần giấy tờ gì ạ", "1.001193"),
        ("khai sih", "1.001193"),
        ("khaisinh", "1.001193"),
        ("thuogn tru", "1.004222"),
        ("kinh doanh van tai", "1.000703"),
        ("1.004884", "1.004884"),
        ("1.0048", "1.004873"),
        ("1.004884.000.00.00.H49", "1.004884"),
        ("độc thân", "1.004873"),
    ],
)
async def test_people_find_what_they_mean(catalog: RunningService, text: str, first: str) -> None:
    """Without diacritics, with wrong tones, in any order, shortened, mistyped, or by code."""
    assert (await found(catalog, text))[:1] == [first]


async def test_what_nobody_does_is_not_found(catalog: RunningService) -> None:
    """No answer is better than any answer."""
    assert await found(catalog, "qwertyuiop zxcvbnm") == []


async def test_facets_count_what_was_found(catalog: RunningService) -> None:
    """Filters narrow the rows and the counts alike."""
    answer = (await catalog.get("/v1/procedures", params={"level": "COMMUNE", "sector": "G15-TP07"})).json()
    assert [item["code"] for item in answer["items"]] == ["1.004873"]
    assert answer["total"] == 1
    assert answer["facets"]["sector"] == [{"value": "G15-TP07", "name": "Hộ tịch", "count": 1}]
    whole = (await catalog.get("/v1/procedures")).json()
    assert sum(facet["count"] for facet in whole["facets"]["sector"]) == whole["total"] == len(NAMES) + 1


async def test_a_commune_is_found_under_what_every_commune_does(catalog: RunningService) -> None:
    """By either identifier; an agency nobody knows does nothing."""
    assert await found(catalog, "", agency="H99.201") == ["1.004873"]
    assert await found(catalog, "", agency="H99.77") == []


@pytest.mark.parametrize("text", ["", "đăng ký"])
async def test_pages_show_everything_once(catalog: RunningService, text: str) -> None:
    """Following the cursor shows what one large page shows, in the same order."""
    whole = await found(catalog, text, limit=100)
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await catalog.get("/v1/procedures", params={"q": text, "limit": 2, "cursor": cursor})).json()
        seen += [item["code"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == whole
    assert len(set(seen)) == len(seen) > 2


async def test_a_search_is_one_statement(catalog: RunningService) -> None:
    """Rows, total and every facet come together."""
    async with catalog.runtime.unit_of_work() as unit:
        work = catalog.runtime.open_work(unit)
        answer = await search_procedures(
            Search(text="khai sinh"), work=work, today=catalog.clock.now().date()
        )
        assert answer.total == 2
        assert unit.statements == 1


@pytest.mark.parametrize("text", ["", "đăng ký"])
async def test_every_facet_counts_what_narrowing_by_it_shows(catalog: RunningService, text: str) -> None:
    """No value is left out, none is counted twice, and all that is counted is there."""
    whole = (await catalog.get("/v1/procedures", params={"q": text})).json()
    assert whole["facets"]["level"]
    for name, counted in whole["facets"].items():
        counts = [facet["count"] for facet in counted]
        assert counts == sorted(counts, reverse=True)
        for facet in counted:
            narrowed = await catalog.get("/v1/procedures", params={"q": text, name: facet["value"]})
            assert narrowed.json()["total"] == facet["count"], (name, facet)


async def test_a_procedure_seen_before_is_not_sent_again(catalog: RunningService) -> None:
    """The entity tag is of what is said; a localised code of either generation is the same procedure."""
    first = await catalog.get("/v1/procedures/1.004873.000.00.00.H99")
    assert (first.status_code, first.json()["code"]) == (200, "1.004873")
    tag = first.headers["etag"]
    for seen in (tag, f"W/{tag}", f'"7", {tag}'):
        again = await catalog.client.get("/v1/procedures/1.004873.H99", headers={"If-None-Match": seen})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (
        await catalog.client.get("/v1/procedures/1.004873", headers={"If-None-Match": '"2"'})
    ).status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/procedures/9.999999", 404, "procedure-not-found"),
        ("/v1/procedures/khong-phai-ma", 404, "procedure-not-found"),
        ("/v1/procedures/1.004873?on=2020-01-01", 404, "procedure-not-found"),
        ("/v1/procedures/1.004873?on=hom-nay", 422, "invalid"),
        ("/v1/procedures?limit=0", 422, "invalid"),
        ("/v1/procedures?cursor=khong", 422, "invalid"),
        ("/v1/procedures?q=" + "a" * 501, 422, "invalid"),
        ("/v1/agencies/ABC", 404, "entry-not-found"),
        ("/v1/agencies?cursor=!!", 422, "invalid"),
        ("/v1/calendars/default/1999", 422, "invalid"),
        ("/v1/calendars/default/2031", 404, "entry-not-found"),
    ],
)
async def test_what_is_not_there_is_said_plainly(
    catalog: RunningService, path: str, status: int, code: str
) -> None:
    """A stable code and never a 5xx."""
    response = await catalog.get(path)
    assert (response.status_code, response.json()["code"]) == (status, code), response.text


async def test_registers_are_public_and_processes_are_not(catalog: RunningService) -> None:
    """Anybody reads agencies, sectors, calendars and groups."""
    for path in ("agencies", "sectors", "interlinked-groups"):
        assert len((await catalog.get(f"/v1/{path}")).json()["items"]) >= 1
    assert (await catalog.get("/v1/calendars/default/2026")).json()[
        "office_hours"
    ] == "07:30-11:30;13:30-17:30"
    assert (await catalog.get("/v1/processes/QT-01")).status_code == 401


async def test_the_staff_directory_is_for_services_and_oneself(catalog: RunningService) -> None:
    """A citizen or a colleague does not read it."""
    path = "/v1/staff/can-bo-an"
    assert (await catalog.get(path, a_service("portal.read"))).json()["roles"] == ["ONE_STOP_OFFICER"]
    assert (await catalog.get(path, a_staff_member(agency="H99.201", subject="can-bo-an"))).status_code == 200
    for caller in (a_person("can-bo-an"), a_staff_member("SIGNER", agency="H99.201")):
        assert (await catalog.get(path, caller)).json()["code"] == "staff-not-allowed"


async def test_odd_questions_are_answered(catalog: RunningService) -> None:
    """Signs, emoji, operators and very long words break nothing."""
    for text in (
        "%",
        "_",
        "'; DROP TABLE x",
        "&|!()",
        "😀",
        "ạ" * 400,
        "\\",
        "  ",
        "ở đâu",
        a_procedure()["name"],
    ):
        assert (await catalog.get("/v1/procedures", params={"q": text})).status_code == 200, text
