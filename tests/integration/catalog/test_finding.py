"""Suggestions while typing, phrases editors teach, and what is asked for often."""

from typing import Any

import pytest

from kernel.testing.running import RunningService, a_person, a_service, a_staff_member
from tests.builders.catalog import a_public_record
from tests.integration.catalog.asking import Start, filled_with, found

EDITOR = a_staff_member("CATALOG_EDITOR", agency="H99")
NAMES = {
    "1.004222": "Đăng ký thường trú",
    "1.004194": "Đăng ký tạm trú",
    "1.001193": "Thủ tục đăng ký khai sinh",
    "1.000656": "Thủ tục đăng ký khai tử",
    "1.013225": "Cấp giấy phép xây dựng nhà ở riêng lẻ",
    "1.013226": "Cấp giấy phép xây dựng công trình ngầm",
    "1.900001": "Phép lặn biển vùng một",
    "1.900002": "Phép lặn biển vùng hai",
}


async def the_catalogue(running: RunningService) -> None:
    """Fill a catalogue for every test here."""
    await filled_with(running, NAMES)


@pytest.fixture
async def catalog(start: Start) -> RunningService:
    """A catalogue with one local procedure and some national ones."""
    return await start("catalog", filled=the_catalogue)


async def suggested(catalog: RunningService, typed: str, **more: Any) -> list[str]:
    """Return the codes that are suggested, in order."""
    answer = await catalog.get("/v1/suggestions", params={"q": typed, **more})
    assert answer.status_code == 200, answer.text
    return [item["code"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("khai si", "1.001193"),
        ("Đăng ký thư", "1.004222"),
        ("tam t", "1.004194"),
        ("thuogn tru", "1.004222"),
        ("xay dung cong trinh ng", "1.013226"),
        ("1.0011", "1.001193"),
        ("1001193", "1.001193"),
        ("1.001193.000.00", "1.001193"),
        ("1.001193.H4", "1.001193"),
    ],
)
async def test_what_is_being_typed_is_guessed(catalog: RunningService, typed: str, first: str) -> None:
    """Unfinished, mistyped, without marks, or a code of either generation."""
    assert (await suggested(catalog, typed))[:1] == [first]


@pytest.mark.parametrize("text", ["😀", "?!.,", "…", "---", "\u200b"])
async def test_signs_alone_find_nothing(catalog: RunningService, text: str) -> None:
    """Only no question at all shows everything."""
    assert await found(catalog, text) == []
    assert await suggested(catalog, text) == []


async def test_suggestions_are_ten_at_most(catalog: RunningService) -> None:
    """Fewer when fewer are wanted."""
    assert len(await suggested(catalog, "đăng", limit=2)) == 2
    assert (await catalog.get("/v1/suggestions", params={"q": "a", "limit": 11})).status_code == 422
    assert await suggested(catalog, "") == []


async def test_who_may_ask_is_a_filter(catalog: RunningService) -> None:
    """With its counts among the facets."""
    whole = (await catalog.get("/v1/procedures", params={"q": "đăng ký"})).json()
    counts = {facet["value"]: facet["count"] for facet in whole["facets"]["audience"]}
    assert counts["CITIZEN"] == len(await found(catalog, "đăng ký", audience="CITIZEN"))
    assert await found(catalog, "đăng ký", audience="COOPERATIVE") == []


async def test_a_taught_phrase_is_heard_at_once_and_can_be_taken_back(catalog: RunningService) -> None:
    """By every process: the next search looks whether anything was taught."""
    assert await found(catalog, "zumba") == []
    body = {"kind": "MEANS", "phrase": "ZUMBA", "meaning": "đăng ký khai sinh"}
    assert (await catalog.post("/v1/search-phrases", body, EDITOR)).status_code == 201
    assert (await found(catalog, "Zumba"))[0] == "1.001193"
    listed = (await catalog.get("/v1/search-phrases", EDITOR)).json()["items"]
    assert [item for item in listed if not item["is_shipped"]] == [
        {
            "kind": "MEANS",
            "phrase": "zumba",
            "meaning": "đăng ký khai sinh",
            "is_shipped": False,
            "changed_by": EDITOR.subject,
        }
    ]
    query = {"kind": "MEANS", "phrase": "zumba", "meaning": "đăng ký khai sinh"}
    gone = await catalog.client.delete("/v1/search-phrases", params=query, headers=catalog.headers(EDITOR))
    assert gone.status_code == 204
    assert await found(catalog, "zumba") == []


async def test_a_shipped_phrase_can_be_taken_out(catalog: RunningService) -> None:
    """And taught again."""
    query = {"kind": "SAME", "phrase": "gpxd", "meaning": "giấy phép xây dựng"}
    assert (await found(catalog, "gpxd"))[0].startswith("1.01322")
    gone = await catalog.client.delete("/v1/search-phrases", params=query, headers=catalog.headers(EDITOR))
    assert gone.status_code == 204
    assert await found(catalog, "gpxd") == []
    assert (await catalog.post("/v1/search-phrases", query, EDITOR)).status_code == 201
    assert (await found(catalog, "gpxd"))[0].startswith("1.01322")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"kind": "SAME", "phrase": "abc", "meaning": ""}, "meaning"),
        ({"kind": "NOISE", "phrase": "abc", "meaning": "x"}, "meaning"),
        ({"kind": "WEAK", "phrase": "hai tiếng"}, "phrase"),
        ({"kind": "MEANS", "phrase": "!!", "meaning": "x"}, "phrase"),
        ({"kind": "MEANS", "phrase": "một " * 10, "meaning": "x"}, "phrase"),
        ({"kind": "OTHER", "phrase": "x"}, "kind"),
        ({"kind": "NOISE", "phrase": "x", "more": 1}, "more"),
    ],
)
async def test_a_phrase_that_could_not_be_heard_is_refused(
    catalog: RunningService, body: dict[str, Any], path: str
) -> None:
    """With the field it is about; nothing is kept."""
    answer = await catalog.post("/v1/search-phrases", body, EDITOR)
    assert answer.status_code == 422, answer.text
    assert path in answer.text
    assert await catalog.count("synonyms") == 0


async def test_only_editors_teach(catalog: RunningService) -> None:
    """Citizens, officers and loaders do not; what is not in use cannot be removed."""
    body = {"kind": "NOISE", "phrase": "abc"}
    for caller in (a_person(), a_staff_member("SIGNER", agency="H99"), a_service("catalog.import")):
        assert (await catalog.post("/v1/search-phrases", body, caller)).json()[
            "code"
        ] == "phrases-not-allowed"
        assert (await catalog.get("/v1/search-phrases", caller)).status_code == 403
    missing = await catalog.client.delete("/v1/search-phrases", params=body, headers=catalog.headers(EDITOR))
    assert (missing.status_code, missing.json()["code"]) == (404, "phrase-not-found")


async def test_what_is_asked_for_often_comes_first(catalog: RunningService) -> None:
    """Of two that fit alike; a new version keeps the number."""

    async def put(uses: dict[str, Any]) -> Any:
        return await catalog.client.put(
            "/v1/procedure-uses", json={"uses": uses}, headers=catalog.headers(EDITOR)
        )

    before = await found(catalog, "lặn biển")
    assert (await put({before[1]: 100_000})).json() == {"procedures": 1}
    assert await found(catalog, "lặn biển") == before[::-1]
    renamed = a_public_record(before[1], name=f"{NAMES[before[1]]} mới")
    await catalog.post("/v1/imports", {"public_procedures": [renamed]}, a_service("catalog.import"))
    assert (await found(catalog, "lặn biển"))[0] == before[1]
    for bad in ({"không mã": 1}, {"1.000001": -1}, {"1.000001": 1, "1.000001.H99": 2}):
        assert (await put(bad)).status_code == 422


async def test_the_words_follow_the_rows(catalog: RunningService) -> None:
    """After changes the lists of rows are what they would be when made anew."""
    loader = a_service("catalog.import")
    records = [a_public_record(code, name=f"{name} hai") for code, name in list(NAMES.items())[:3]]
    await catalog.post("/v1/imports", {"public_procedures": records}, loader)
    wrong = await catalog.runtime.pool.fetch("""
        WITH fresh AS (
            SELECT term, array_agg(doc ORDER BY doc) AS docs, count(*) AS df
            FROM (SELECT DISTINCT unnest(terms) AS term, doc FROM procedure_search) s
            WHERE term NOT LIKE '=%' GROUP BY term)
        SELECT coalesce(f.term, t.term) FROM fresh f FULL JOIN (SELECT * FROM search_terms WHERE df > 0) t
            ON t.term = f.term
        WHERE f.docs IS DISTINCT FROM ARRAY(SELECT d FROM unnest(t.docs) d ORDER BY d)
            OR f.df IS DISTINCT FROM t.df
    """)
    assert wrong == []
    assert await catalog.runtime.pool.fetchval("SELECT docs FROM search_state") == len(NAMES) + 1
