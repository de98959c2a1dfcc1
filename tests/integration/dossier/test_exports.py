"""Lists behind numbers as files: asked for, written by a job, followed, fetched, in bounded memory."""

import csv
import io
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from kernel.service import JobTick
from services.dossier.domain.figures.export import Format
from services.dossier.jobs.write_exports import WRITE_EXPORTS
from services.dossier.store import sheets
from services.dossier.use_cases.figures.write_exports import TITLES
from tests.builders.dossier.office import CLERK, COMMUNE, SPECIALIST, Office, an_agency, an_officer
from tests.builders.dossier.resealed import reseal
from tests.integration.dossier.test_figures import PROVINCE

MARCH = {"first": "2026-03-01", "last": "2026-03-31"}
ASKED = {"number": "received", **MARCH, "format": "csv", "reason": "Báo cáo tháng"}


@pytest.fixture
async def province(office: Office) -> Office:
    """An office in a province, with three dossiers accepted."""
    await office.service.receive(an_agency("H99", kind="PEOPLES_COMMITTEE", level="PROVINCE"))
    for _ in range(3):
        await office.accepted()
    return office


async def run(office: Office) -> None:
    """Let the job run once."""
    await WRITE_EXPORTS.run(JobTick(office.service.runtime, office.service.clock.now()))


async def asked(office: Office, by: Any = PROVINCE, **changed: Any) -> dict[str, Any]:
    """Ask for an export."""
    answer = await office.service.post("/v1/exports", {**ASKED, **changed}, by)
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


async def test_a_list_is_written_by_the_job_and_fetched_by_who_asked(province: Office) -> None:
    """Waiting, not to be fetched; then ready with its rows, the same dossiers as the number's list."""
    service = province.service
    export = await asked(province)
    path = f"/v1/exports/{export['export_id']}"
    assert (export["state"], export["rows_done"]) == ("WAITING", 0)
    early = await service.get(f"{path}/content", PROVINCE)
    assert (early.status_code, early.json()["code"]) == (409, "export-not-ready")
    await run(province)
    ready = (await service.get(path, PROVINCE)).json()
    assert (ready["state"], ready["rows_done"], ready["rows_all"]) == ("READY", 3, 3)
    file = await service.get(f"{path}/content", PROVINCE)
    assert len(file.content) == ready["size"] == int(file.headers["content-length"])
    header, *rows = csv.reader(io.StringIO(file.content.decode("utf-8-sig")))
    assert header == [title for _, title in TITLES]
    listed = await service.get(
        "/v1/statistics/dossiers?number=received&from=2026-03-01&to=2026-03-31", PROVINCE
    )
    assert [row[0] for row in rows] == [item["dossier_code"] for item in listed.json()["items"]]
    assert "Nguyễn" not in file.text
    assert await service.runtime.pool.fetchval("SELECT count(*) FROM access_log WHERE what = 'export'") == 1
    for by, status in ((an_officer("SIGNER"), 404), (SPECIALIST, 404), (None, 401)):
        assert (await service.get(f"{path}/content", by)).status_code == status
    mine = (await service.get("/v1/exports", PROVINCE)).json()["items"]
    assert [item["export_id"] for item in mine] == [export["export_id"]]


async def test_a_workbook_holds_the_filtered_list(province: Office) -> None:
    """The filter of the number is the filter of its file; nothing in it is a formula."""
    export = await asked(province, format="xlsx", only={"agency": [COMMUNE]})
    await asked(province, format="xlsx", only={"agency": ["H99.999"]})
    await run(province)
    path = f"/v1/exports/{export['export_id']}/content"
    book = load_workbook(io.BytesIO((await province.service.get(path, PROVINCE)).content))
    rows = list(book.active.iter_rows(values_only=True))
    assert (len(rows), rows[0][0]) == (4, "Mã hồ sơ")
    assert {row[rows[0].index("Cơ quan giải quyết")] for row in rows[1:]} == {COMMUNE}
    done = (await province.service.get("/v1/exports", PROVINCE)).json()["items"]
    assert [item["rows_done"] for item in done] == [0, 3]


async def test_an_export_that_was_cut_off_is_written_anew(province: Office) -> None:
    """What a killed process left half written is begun again; nothing is lost and nothing is there twice."""
    export = await asked(province)
    await province.service.runtime.pool.execute("UPDATE exports SET state = 'WRITING', rows_done = 2")
    await reseal(province.service, "exports")
    await run(province)
    path = f"/v1/exports/{export['export_id']}"
    ready = (await province.service.get(path, PROVINCE)).json()
    assert (ready["state"], ready["rows_done"]) == ("READY", 3)


async def test_a_leader_exports_what_they_see_and_a_full_disk_is_told(
    province: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The neighbour's leader gets an empty file; a disk without room fails this export alone."""
    signer = an_officer("SIGNER", agency="H99.202")
    export = await asked(province, signer)
    await run(province)
    path = f"/v1/exports/{export['export_id']}"
    assert (await province.service.get(path, signer)).json()["rows_done"] == 0

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sheets.CsvSheet, "add", full)
    failed = await asked(province)
    with pytest.raises(ExceptionGroup):
        await run(province)
    told = (await province.service.get(f"/v1/exports/{failed['export_id']}", PROVINCE)).json()
    assert (told["state"], told["failure"]) == ("FAILED", "OSError")


async def test_wrong_and_unwelcome_requests_are_refused(province: Office) -> None:
    """Each with its status; the fourth that waits is one too many, and a repeated key asks once."""
    table = [
        (SPECIALIST, {}, 403),
        (CLERK, {}, 403),
        (None, {}, 401),
        (PROVINCE, {"reason": ""}, 422),
        (PROVINCE, {"number": "everything"}, 422),
        (PROVINCE, {"format": "pdf"}, 422),
        (PROVINCE, {"last": "2026-02-01"}, 422),
        (PROVINCE, {"only": {"owner": ["x"]}}, 422),
        (PROVINCE, {"only": {"agency": []}}, 422),
        (PROVINCE, {"extra": 1}, 422),
    ]
    for by, changed, status in table:
        answer = await province.service.post("/v1/exports", {**ASKED, **changed}, by)
        assert answer.status_code == status, (changed, answer.text)
    for key in ("mot", "mot", "hai", "ba"):
        assert (await province.service.post("/v1/exports", ASKED, PROVINCE, key=key)).status_code == 202
    refused = await province.service.post("/v1/exports", ASKED, PROVINCE)
    assert (refused.status_code, refused.json()["code"]) == (409, "too-many-exports")


@pytest.mark.parametrize("format", [Format.CSV, Format.XLSX])
def test_files_are_written_in_memory_that_does_not_grow_with_them(tmp_path: Path, format: Format) -> None:  # noqa: A002
    """Two thousand rows and eight thousand peak alike, under 3 MB: what was written is not kept."""
    peaks = []
    for count in (2_000, 8_000):
        tracemalloc.start()
        sheet = sheets.begin_sheet(format, tmp_path / f"{count}.{format.value}", ["Mã"] * 6)
        for first in range(0, count, 500):
            sheet.add([[f"H99.201-260302-{first + place:05d}", *["Văn bản"] * 5] for place in range(500)])
        sheet.end()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert max(peaks) < 3_000_000
    assert peaks[1] < peaks[0] * 1.2


def test_values_that_a_spreadsheet_would_run_are_written_as_text(tmp_path: Path) -> None:
    """A cell like a formula shows as it is and computes nothing; a full sheet goes on in another."""
    plain = sheets.CsvSheet(tmp_path / "a.csv", ["x"])
    plain.add([["=1+1"], ["@SUM(A1)"], ["H99"]])
    plain.end()
    assert (tmp_path / "a.csv").read_text("utf-8-sig").splitlines() == ["x", "'=1+1", "'@SUM(A1)", "H99"]
    book = sheets.XlsxSheet(tmp_path / "a.xlsx", ["x"], most=2)
    book.add([["=1+1"], ["b"], ["c"]])
    book.end()
    found = load_workbook(tmp_path / "a.xlsx")
    assert [[cell for (cell,) in sheet.iter_rows(values_only=True)] for sheet in found] == [
        ["x", "=1+1", "b"],
        ["x", "c"],
    ]
    with zipfile.ZipFile(tmp_path / "a.xlsx") as parts:
        assert b"<f>" not in b"".join(parts.read(name) for name in parts.namelist())


async def test_an_export_that_cannot_be_written_is_told_so_and_holds_up_no_other(
    province: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it is: the oldest was tried for ever, and everybody's behind it waited."""

    def broken(*_: Any) -> None:
        raise OverflowError

    bad, good = await asked(province, format="xlsx"), await asked(province)
    monkeypatch.setattr(sheets.XlsxSheet, "add", broken)
    with pytest.raises(ExceptionGroup):
        await run(province)
    for one, told in ((bad, ("FAILED", "OverflowError")), (good, ("READY", ""))):
        found = (await province.service.get(f"/v1/exports/{one['export_id']}", PROVINCE)).json()
        assert (found["state"], found["failure"]) == told
