"""What readers get: kept answers, sheets, fragments, feeds, the map, pages; hostile texts stay texts."""

import gzip
import io
from collections.abc import Awaitable, Callable
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from pypdf import PdfReader

from kernel.testing.running import RunningService, a_service, a_staff_member
from services.catalog.jobs.readers import TELL_CHANGES
from tests.builders.catalog import a_document, a_procedure, an_agency

Start = Callable[..., Awaitable[RunningService]]
LOADER = a_service("catalog.import")
HOSTILE = '<script>alert(1)</script>"\'&<img src=x onerror=alert(1)> #eval("x") $x$ \\ *đậm*'
ATOM = {"a": "http://www.w3.org/2005/Atom"}
SCHEMA = etree.RelaxNG(etree.parse(str(Path(__file__).parent / "atom.rng")))


async def the_catalogue(running: RunningService) -> None:
    """Fill a catalogue for every test here."""
    document = a_document()
    document["procedures"][0] |= {
        "requirements": HOSTILE,
        "steps_text": ["Nộp hồ sơ ở Ủy ban nhân dân", HOSTILE],
    }
    assert (await running.post("/v1/imports", document, LOADER)).status_code == 200


@pytest.fixture
async def catalog(start: Start) -> RunningService:
    """A catalogue with one procedure, whose names were written by somebody hostile."""
    return await start("catalog", filled=the_catalogue, public_url="https://dichvucong.lamgiang.gov.vn")


async def amended(catalog: RunningService, name: str) -> None:
    """Publish the procedure under another name, a day later."""
    catalog.clock.advance(timedelta(days=1))
    answer = await catalog.post("/v1/imports", {"procedures": [a_procedure(name=name)]}, LOADER)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/v1/procedures",
        "/v1/procedures/1.004873",
        "/v1/agencies",
        "/v1/agencies/H99.201",
        "/v1/sectors",
        "/v1/procedures/1.004873/versions",
        "/v1/procedures/1.004873/offerings",
        "/v1/standard-reasons",
        "/v1/interlinked-groups/LT-01/components",
        "/v1/calendars/default/2026/versions",
        "/v1/procedures/1.004873/sheet",
        "/v1/procedures/1.004873/fragment",
        "/v1/feeds/procedures",
        "/v1/directory",
        "/v1/forms",
        "/v1/pages",
    ],
)
async def test_what_is_public_may_be_kept(catalog: RunningService, path: str) -> None:
    """A tag of what is said; seen before, nothing is sent again; HEAD says what GET would."""
    first = await catalog.client.get(path, headers={"Accept-Encoding": "identity"})
    assert first.status_code == 200, first.text
    assert first.headers["cache-control"].startswith("public, max-age=60")
    assert first.headers["vary"] == "Accept-Encoding"
    tag = first.headers["etag"]
    for seen in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await catalog.client.get(path, headers={"If-None-Match": seen})
        assert (again.status_code, again.content) == (304, b"")
    other = await catalog.client.get(
        path, headers={"If-None-Match": '"other"', "Accept-Encoding": "identity"}
    )
    assert (other.status_code, other.headers["etag"]) == (200, tag)
    head = await catalog.client.head(path, headers={"Accept-Encoding": "identity"})
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", tag)
    assert head.headers["content-length"] == str(len(first.content))


async def test_a_date_is_enough_to_see_that_nothing_changed(catalog: RunningService) -> None:
    """And a change is seen by it."""
    path = "/v1/procedures/1.004873"
    since = (await catalog.get(path)).headers["last-modified"]
    assert (await catalog.client.get(path, headers={"If-Modified-Since": since})).status_code == 304
    assert (await catalog.client.get(path, headers={"If-Modified-Since": "nonsense"})).status_code == 200
    await amended(catalog, "Tên mới")
    assert (await catalog.client.get(path, headers={"If-Modified-Since": since})).status_code == 200


async def test_an_answer_is_packed_for_who_can_unpack(catalog: RunningService) -> None:
    """Under a tag of its own, which either form takes back."""
    path = "/v1/procedures/1.004873"
    plain = await catalog.client.get(path, headers={"Accept-Encoding": "identity"})
    async with catalog.client.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as packed:
        raw = b"".join([chunk async for chunk in packed.aiter_raw()])
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == plain.content
    assert packed.headers["etag"] != plain.headers["etag"]
    seen = {"If-None-Match": packed.headers["etag"]}
    assert (await catalog.client.get(path, headers=seen)).status_code == 304


async def test_who_is_signed_in_is_not_cached(catalog: RunningService) -> None:
    """What is not for everybody is not kept by anybody between."""
    officer = a_staff_member("CATALOG_EDITOR", agency="H99")
    answer = await catalog.get("/v1/form-drafts", officer)
    assert answer.headers["cache-control"] == "no-store"


async def test_the_sheet_is_paper_with_vietnamese_on_it(catalog: RunningService) -> None:
    """Its letters are read back from the file, its fonts are inside; the same words are the same bytes."""
    answer = await catalog.get("/v1/procedures/1.004873/sheet")
    assert answer.headers["content-type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.content))
    text = " ".join("".join(page.extract_text() for page in reader.pages).split())
    for word in ("Trình tự thực hiện", "Ủy ban nhân dân", "Thành phần hồ sơ", "1.004873", "<script>"):
        assert word in text, word
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    for font in fonts:
        [inner] = font["/DescendantFonts"]
        assert {"/FontFile2", "/FontFile3"} & inner.get_object()["/FontDescriptor"].get_object().keys()
    assert (await catalog.get("/v1/procedures/1.004873/sheet")).content == answer.content
    assert (await catalog.get("/v1/procedures/9.999999/sheet")).status_code == 404


async def test_a_process_is_a_controlled_document(catalog: RunningService) -> None:
    """For who is signed in, as the process itself."""
    officer = a_staff_member("SPECIALIST", agency="H99.201")
    answer = await catalog.get("/v1/processes/QT-01/sheet.pdf", officer)
    assert answer.status_code == 200, answer.text
    text = " ".join(
        "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages).split()
    )
    assert "QUY TRÌNH NỘI BỘ" in text
    assert "Bước soan" in text
    assert (await catalog.get("/v1/processes/QT-01/sheet.pdf")).status_code == 401
    assert (await catalog.get("/v1/processes/NONE/sheet.pdf", officer)).status_code == 404


class Tags(HTMLParser):
    """Every tag with its attributes, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


async def test_the_fragment_runs_nothing_whatever_the_names_say(catalog: RunningService) -> None:
    """No script, no style, no handler; classes carry their version; the policy says so too."""
    answer = await catalog.get("/v1/procedures/1.004873/fragment")
    found = Tags(answer.text)
    assert set(found.tags) <= {
        "article",
        "h2",
        "h3",
        "dl",
        "dt",
        "dd",
        "ul",
        "ol",
        "li",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "p",
        "a",
    }
    known = {"class", "lang", "data-code", "data-version", "href", "rel", "scope"}
    assert {name for name, _ in found.attributes} <= known
    classes = [value or "" for name, value in found.attributes if name == "class"]
    assert classes
    assert all(value.startswith("mc1-") for value in classes)
    links = [value or "" for name, value in found.attributes if name == "href"]
    assert all(link.startswith("https://dichvucong.lamgiang.gov.vn/") for link in links)
    assert HOSTILE in found.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def entries(feed: Any) -> list[Any]:
    """Return a feed's entries."""
    found: list[Any] = feed.findall("a:entry", ATOM)
    return found


async def feed_of(catalog: RunningService, path: str) -> Any:
    """Return a feed that the schema of RFC 4287 takes."""
    answer = await catalog.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/atom+xml"
    feed = etree.fromstring(answer.content)
    SCHEMA.assertValid(feed)
    return feed


async def test_the_schema_refuses_what_is_no_feed() -> None:
    """Seen to bite: an entry without an id, a link without an address."""
    for text in (
        '<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:x</id><title>a</title></feed>',
        '<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:x</id><title>a</title>'
        "<updated>2026-01-01T00:00:00Z</updated><entry><title>b</title></entry></feed>",
    ):
        assert not SCHEMA.validate(etree.fromstring(text.encode()))


async def test_a_publication_is_one_entry_in_every_feed_it_belongs_to(catalog: RunningService) -> None:
    """With the same id everywhere and always; what was published again is a new entry on top."""
    await catalog.run_job(TELL_CHANGES)
    paths = ["procedures", "procedures/1.004873", "sectors/G15-TP07", "agencies/H99.201"]
    firsts = [await feed_of(catalog, f"/v1/feeds/{path}") for path in paths]
    [entry] = {one.findtext("a:id", namespaces=ATOM) for feed in firsts for one in entries(feed)}
    assert len({feed.findtext("a:id", namespaces=ATOM) for feed in firsts}) == len(paths)
    await amended(catalog, f"Tên mới \ufffe {HOSTILE}")
    await catalog.run_job(TELL_CHANGES)
    await catalog.run_job(TELL_CHANGES)
    feed = await feed_of(catalog, "/v1/feeds/procedures")
    assert [one.findtext("a:id", namespaces=ATOM) for one in entries(feed)][1:] == [entry]
    newest = entries(feed)[0]
    assert HOSTILE in newest.findtext("a:title", namespaces=ATOM)
    assert newest.find("a:link", ATOM).get("href") == "https://dichvucong.lamgiang.gov.vn/thu-tuc/1.004873"
    assert feed.findtext("a:updated", namespaces=ATOM) == newest.findtext("a:updated", namespaces=ATOM)


async def test_a_long_feed_is_read_page_by_page(catalog: RunningService) -> None:
    """Nothing twice, nothing missing; pages that are read stay as they are (RFC 5005)."""
    codes = [f"1.10{number:04}" for number in range(120)]
    more = [a_procedure(code, name=f"Thủ tục {code}") for code in codes]
    assert (await catalog.post("/v1/imports", {"procedures": more}, LOADER)).status_code == 200
    await catalog.run_job(TELL_CHANGES)
    path, seen = "/v1/feeds/procedures", []
    while path:
        feed = await feed_of(catalog, path)
        seen += [one.findtext("a:id", namespaces=ATOM) for one in entries(feed)]
        following = feed.find("a:link[@rel='next']", ATOM)
        path = (
            following.get("href").removeprefix("https://dichvucong.lamgiang.gov.vn/api")
            if following is not None
            else ""
        )
    assert len(seen) == len(set(seen)) == 121


@pytest.mark.parametrize("path", ["sectors/NONE", "agencies/H99.999", "agencies/x", "procedures/9.999999"])
async def test_a_feed_of_nothing_is_not_found(catalog: RunningService, path: str) -> None:
    answer = await catalog.get(f"/v1/feeds/{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "feed-not-found")


async def test_the_directory_is_a_map_of_a_day(catalog: RunningService) -> None:
    """Agencies that have not begun are not on it; without coordinates there is no geometry."""
    found = (await catalog.get("/v1/directory")).json()
    assert found["type"] == "FeatureCollection"
    assert [one["properties"]["code"] for one in found["features"] if one["properties"]["what"] == "AGENCY"]
    assert all(one["geometry"] is None for one in found["features"])
    assert (await catalog.get("/v1/directory", params={"on": "1990-01-01"})).json()["features"] == []
    assert (await catalog.get("/v1/directory", params={"what": "X"})).status_code == 422
    ring = [[105.8, 21.0], [105.9, 21.0], [105.9, 21.1], [105.8, 21.0]]
    boundary = {"type": "Polygon", "coordinates": [ring]}
    document = {"agencies": [an_agency(boundary=boundary, valid_to="2026-12-31")]}
    assert (await catalog.post("/v1/imports", document, LOADER)).status_code == 200
    for day, shown in (("2026-12-31", [boundary]), ("2027-01-01", [])):
        found = (await catalog.get("/v1/directory", params={"on": day, "what": "AGENCY"})).json()
        assert [
            one["geometry"] for one in found["features"] if one["properties"]["code"] == "H99.201"
        ] == shown


async def test_pages_are_drafted_approved_and_linked(catalog: RunningService) -> None:
    """A page names the procedures it is about, and is found by them."""
    page = {
        "code": "huong-dan",
        "title": "Hướng dẫn",
        "summary": "Ai cần đọc",
        "procedures": ["1.004873"],
        "blocks": [
            {"kind": "TEXT", "text": HOSTILE},
            {"kind": "LINK", "text": "Cổng", "href": "https://a.vn/"},
        ],
    }
    editor = a_staff_member("CATALOG_EDITOR", agency="H99", subject="soan")
    approver = a_staff_member("CATALOG_APPROVER", agency="H99", subject="duyet")
    bad = {**page, "blocks": [{"kind": "LINK", "text": "x", "href": "javascript:alert(1)"}]}
    refused = await catalog.post("/v1/page-drafts", {"content": bad}, editor)
    assert (refused.status_code, refused.json()["code"]) == (422, "workflow-unreadable")
    draft = (await catalog.post("/v1/page-drafts", {"content": page}, editor)).json()
    path = f"/v1/page-drafts/{draft['id']}"
    assert (await catalog.post(f"{path}/submission", {}, editor, version=1)).status_code == 200
    today = str(catalog.clock.now().date())
    decision = {"number": "1", "signed_on": today, "signer": "A", "effective_on": today}
    assert (await catalog.post(f"{path}/approval", decision, approver, version=2)).status_code == 200
    listed = (await catalog.get("/v1/pages", params={"procedure": "1.004873.000.00.00.H99"})).json()["items"]
    assert [one["code"] for one in listed] == ["huong-dan"]
    assert (await catalog.get("/v1/pages", params={"procedure": "1.000001"})).json()["items"] == []
    assert (await catalog.get("/v1/pages/huong-dan")).json()["blocks"][0]["text"] == HOSTILE
    assert (await catalog.get("/v1/pages/khong-co")).json()["code"] == "page-not-found"
