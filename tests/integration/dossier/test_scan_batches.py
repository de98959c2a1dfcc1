"""At the reception: one scan, looked at page by page, becomes the components of a dossier."""

import asyncio
import io
from functools import cache
from typing import Any

import pytest
from pypdf import PdfReader

from tests.builders.dossier.files import a_picture
from tests.builders.dossier.office import RECEIVER, SPECIALIST, Office, a_citizen, an_officer
from tests.builders.dossier.scans import a_page, a_scan

OTHER = an_officer("ONE_STOP_OFFICER", unit="mot-cua", subject="nhan-khac")
SPLIT = {
    "components": [
        {"component_code": "to-khai", "name": "Tờ khai", "pages": "1"},
        {"component_code": "ly-hon", "name": "Bản án", "pages": "3,2"},
    ],
    "dropped_pages": "4",
}


@pytest.fixture
async def office(shared_workshop: None, empty_office: Office) -> Office:
    """An office whose workshop is everybody's."""
    del shared_workshop
    return await empty_office.open()


@cache
def the_scan() -> bytes:
    """Two written pages, a coarse one and a blank one."""
    pages = [a_page(200, "TỜ KHAI"), a_page(200, "TRANG HAI"), a_page(120, "MỘT"), a_page(200, "")]
    return a_scan(*pages, dpis=(200, 200, 120, 200))


async def measured(office: Office) -> dict[str, Any]:
    scan = await office.upload(RECEIVER, the_scan(), "lo-quet.pdf")
    answer = await office.service.post("/v1/scan-batches", {"attachment_id": scan}, RECEIVER)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def confirm(office: Office, batch: dict[str, Any], by: Any = RECEIVER, **changed: Any) -> Any:
    path = f"/v1/scan-batches/{batch['batch_id']}/confirmation"
    version = changed.pop("version", batch["version"])
    return await office.service.post(path, {**SPLIT, **changed}, by, version=version)


async def test_a_batch_is_measured_split_and_taken_in(office: Office) -> None:
    """Three calls beside the upload; what was confirmed, by whom and why is kept."""
    batch = await measured(office)
    assert (batch["page_count"], batch["least_dpi"]) == (4, 200)
    assert [one["faults"] for one in batch["pages"]] == [[], [], ["LOW_RESOLUTION"], ["BLANK"]]
    refused = await confirm(office, batch)
    assert (refused.status_code, refused.json()["code"], refused.json()["pages"]) == (409, "scan-faults", [3])
    answer = await confirm(office, batch, accept_faults=True, note="Bản gốc đã mờ")
    assert answer.status_code == 200, answer.text
    first, second = answer.json()["items"]
    assert (first["component_code"], first["file_name"]) == ("to-khai", "Tờ khai.pdf")
    content = await office.service.get(f"/v1/attachments/{second['attachment_id']}/content", RECEIVER)
    assert len(PdfReader(io.BytesIO(content.content)).pages) == 2
    row = await office.service.runtime.pool.fetchrow("SELECT * FROM scan_batches")
    assert (row["confirmed_by"], row["version"]) == (RECEIVER.name, 2)
    assert row["decision"]["components"][1]["pages"] == [3, 2]
    assert (row["decision"]["dropped"], row["decision"]["note"]) == ([4], "Bản gốc đã mờ")
    submission = await office.submission(a_citizen())
    submission["components"] = [
        {"component_code": "to-khai", "attachment_ids": [first["attachment_id"]]},
        {"component_code": "ly-hon", "attachment_ids": [second["attachment_id"]]},
    ]
    taken = await office.service.post("/v1/counter-dossiers", submission | {"channel": "DIRECT"}, RECEIVER)
    assert taken.status_code == 201, taken.text


async def test_what_is_wrong_with_a_split_is_told_and_nothing_is_cut(office: Office) -> None:
    batch = await measured(office)
    told: list[tuple[dict[str, Any], int, str]] = [
        ({"dropped_pages": ""}, 409, "scan-pages-left"),
        ({"dropped_pages": "4-9"}, 422, "invalid"),
        ({"dropped_pages": "bốn"}, 422, "invalid"),
        ({"components": []}, 422, "invalid"),
        ({"components": [{**SPLIT["components"][0], "name": "../x"}]}, 422, "invalid"),  # type: ignore[dict-item]
        ({"version": 2}, 412, "stale-version"),
    ]
    for changed, status, code in told:
        answer = await confirm(office, batch, accept_faults=True, note="x", **changed)
        assert (answer.status_code, answer.json()["code"]) == (status, code), changed
    for who, status in ((OTHER, 404), (SPECIALIST, 403), (a_citizen(), 403)):
        assert (await confirm(office, batch, by=who)).status_code == status
    assert await office.service.count("attachments") == 1


async def test_a_batch_is_split_once(office: Office) -> None:
    batch = await measured(office)
    answers = await asyncio.gather(*(confirm(office, batch, accept_faults=True, note="x") for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
    assert await office.service.count("attachments") == 3
    late = await confirm(office, batch, accept_faults=True, note="x", version=2)
    assert (late.status_code, late.json()["code"]) == (409, "scan-confirmed")


async def test_a_scan_is_one_batch_however_often_somebody_asks(office: Office) -> None:
    """Asked three times at once, then again, then once it is split: the batch there is, in the end named."""
    scan = await office.upload(RECEIVER, the_scan(), "lo-quet.pdf")

    async def ask() -> Any:
        return await office.service.post("/v1/scan-batches", {"attachment_id": scan}, RECEIVER)

    answers = [*await asyncio.gather(ask(), ask(), ask()), await ask()]
    assert [answer.status_code for answer in answers] == [201] * 4
    (batch,) = {answer.json()["batch_id"]: answer.json() for answer in answers}.values()
    assert await office.service.count("scan_batches") == 1
    assert (await confirm(office, batch, accept_faults=True, note="x")).status_code == 200
    late = await ask()
    assert (late.status_code, late.json()["code"]) == (409, "scan-confirmed")
    assert late.json()["batch_id"] == batch["batch_id"]
    # Another split of the same paper begins with the paper: scanned or uploaded anew.
    assert (await measured(office))["batch_id"] != batch["batch_id"]


async def test_of_several_batches_from_before_one_is_split(office: Office) -> None:
    batch = await measured(office)
    await office.service.runtime.pool.execute(
        'INSERT INTO scan_batches SELECT (json_populate_record(b, \'{"id":'
        ' "01a20474-1888-70fb-9f78-6635ef105560"}\')).* FROM scan_batches b'
    )
    other = {**batch, "batch_id": "01a20474-1888-70fb-9f78-6635ef105560"}
    assert (await confirm(office, other, accept_faults=True, note="x")).status_code == 200
    late = await confirm(office, batch, accept_faults=True, note="x")
    assert (late.status_code, late.json()["batch_id"]) == (409, other["batch_id"])


async def test_of_several_batches_from_before_one_is_split_also_at_once(office: Office) -> None:
    batch = await measured(office)
    ids = [batch["batch_id"], *(f"01a20474-1888-70fb-9f78-6635ef10556{one}" for one in (1, 2, 3))]
    for one in ids[1:]:
        await office.service.runtime.pool.execute(
            f'INSERT INTO scan_batches SELECT (json_populate_record(b, \'{{"id": "{one}"}}\')).*'
            f" FROM scan_batches b WHERE id = '{batch['batch_id']}'"
        )
    answers = await asyncio.gather(
        *(confirm(office, {**batch, "batch_id": one}, accept_faults=True, note="x") for one in ids)
    )
    assert sorted(one.status_code for one in answers) == [200, 409, 409, 409]


async def test_only_an_officers_own_pdf_is_a_batch(office: Office) -> None:
    picture = await office.upload(RECEIVER, a_picture(), "a.png")
    answer = await office.service.post("/v1/scan-batches", {"attachment_id": picture}, RECEIVER)
    assert (answer.status_code, answer.json()["code"]) == (422, "scan-unreadable")
    others = await office.upload(OTHER)
    answer = await office.service.post("/v1/scan-batches", {"attachment_id": others}, RECEIVER)
    assert answer.status_code == 404
    own = await office.upload(a_citizen())
    answer = await office.service.post("/v1/scan-batches", {"attachment_id": own}, a_citizen())
    assert answer.status_code == 403
