"""What ministries post and drop: kept raw first, every row accounted for, forged and spoiled ones refused."""

import io
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from kernel.testing.running import RunningService
from services.gateway.jobs import connectors
from tests.builders.dossier.office import OUTSIDE_STEPS, SIGNER, SPECIALIST
from tests.integration.gateway.ministry_world import PUSH, SOURCE, Ministries, a_ministry, told

Start = Callable[..., Awaitable[RunningService]]
HEAD = "maHoSo;maThuTuc;donVi;chuHoSo;ngayNop;trangThai;thoiDiem"


@pytest.fixture(scope="module")
async def shared(start_once: Start) -> AsyncIterator[Ministries]:
    with TemporaryDirectory() as folder:
        async with a_ministry(start_once, Path(folder)) as world:
            world.folder.mkdir()
            yield world


@pytest.fixture
def world(shared: Ministries) -> Iterator[Ministries]:
    yield shared
    assert list(shared.folder.glob("*.csv")) == []


def a_row(code: str, status: str = "TIEP_NHAN", owner: str = "Trần Thị Bình", at: str = "") -> str:
    """Return a row as a spreadsheet program writes it."""
    return f"{code};TT-01;P-BENLAM;{owner};02/03/2026 08:00;{status};{at or '02/03/2026 09:00:00'}"


def drop(world: Ministries, name: str, content: bytes | str) -> None:
    raw = content.encode() if isinstance(content, str) else content
    (world.folder / name).write_bytes(raw)


def counts(delivery: dict[str, Any]) -> tuple[int, int, int, int]:
    return (
        delivery["new_rows"],
        delivery["changed_rows"],
        delivery["unchanged_rows"],
        delivery["refused_rows"],
    )


async def test_a_push_twice_is_told_once_and_both_are_accounted_for(world: Ministries) -> None:
    first = await world.pushes(told(), told("DANG_XU_LY", "2026-03-02T10:00:00+07:00"))
    again = await world.pushes(told(), told("DANG_XU_LY", "2026-03-02T10:00:00+07:00"))
    assert (first.status_code, again.status_code) == (202, 202)
    names = ("rows", "new", "changed", "unchanged", "refused")
    assert [first.json()[name] for name in names] == [2, 1, 1, 0, 0]
    assert [again.json()[name] for name in names] == [2, 0, 0, 2, 0]
    await world.tells()
    assert await world.statuses() == [2, 4]


@pytest.mark.parametrize(
    ("path", "key"),
    [
        (PUSH, {}),
        (PUSH, {"X-Connector-Key": ""}),
        (PUSH, {"X-Connector-Key": "khoa-lay-thu-nghiem"}),
        (PUSH, {"X-Connector-Key": "khoá-lạ".encode()}),
        (PUSH, {"Authorization": "Bearer khoa-gui-thu-nghiem"}),
        ("/connectors/KHAC/statuses", {"X-Connector-Key": "khoa-gui-thu-nghiem"}),
    ],
    ids=["none", "empty", "other-key", "not-ascii", "other-header", "unknown-source"],
)
async def test_a_forged_push_is_refused_alike_and_nothing_is_kept(
    world: Ministries, path: str, key: dict[str, Any]
) -> None:
    before = await world.gateway.count("connector_deliveries")
    answer = await world.gateway.client.post(path, json={"items": [told()]}, headers=key)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert await world.gateway.count("connector_deliveries") == before


async def test_a_push_nobody_can_read_is_kept_and_refused(world: Ministries) -> None:
    headers = {"X-Connector-Key": "khoa-gui-thu-nghiem"}
    answer = await world.gateway.client.post(PUSH, content=b"<html>", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "not-readable")
    kept = (await world.deliveries())[0]
    assert (kept["id"], kept["state"], kept["bytes"]) == (answer.json()["delivery_id"], "REFUSED", 6)


async def test_rows_that_say_too_little_are_refused_each_for_itself(world: Ministries) -> None:
    """A clock gone wrong would win over every later status: it waits for people too."""
    spoiled: list[Any] = [
        told(maHoSo=""),
        told(maHoSo="có dấu cách"),
        told(at=""),
        told(at="hôm qua"),
        told(at="2027-01-01T00:00:00+07:00"),
        told(chuHoSo={"ten": "x"}),
        "không phải đối tượng",
        told("DA_TRA", "2026-03-02T15:00:00+07:00"),
    ]
    answer = await world.pushes(*spoiled)
    assert (answer.json()["refused"], answer.json()["rows"]) == (7, 8)
    rows = await world.waiting(delivery_id=answer.json()["delivery_id"])
    assert [row["line"] for row in rows] == [1, 2, 3, 4, 5, 6, 7]
    assert all(row["reason"] for row in rows)
    assert "tương lai" in rows[4]["reason"]


async def test_a_file_is_accounted_for_row_by_row_and_put_aside(world: Ministries) -> None:
    """New, changed, unchanged, refused: nothing between; a formula is a text and is refused as a name."""
    lines = [
        HEAD,
        a_row("G01-F-1"),
        a_row("G01-F-1", "DANG_XU_LY", at="02/03/2026 10:00"),
        a_row("G01-F-1"),
        "",
        a_row("G01-F-2", owner='"=HYPERLINK(""http://x"";""y"")"'),
        "G01-F-3;thieu-o",
        a_row("G01-F-4", owner='"Lê; Văn\nHai"'),
    ]
    drop(world, "ngay-02.csv", "\ufeff" + "\r\n".join(lines))
    await world.looks()
    (delivery, *_) = await world.deliveries()
    assert (delivery["name"], delivery["state"], delivery["form"]) == (
        "ngay-02.csv",
        "READ",
        "CSV UTF-8 BOM ;",
    )
    assert counts(delivery) == (3, 1, 1, 1)
    assert delivery["rows"] == 6
    assert await world.statuses("G01-F-1") == [2, 4]
    refused = await world.waiting(delivery_id=delivery["id"])
    assert [(row["line"], row["outside_code"]) for row in refused] == [
        (6, "G01-F-2"),
        (7, ""),
        (8, "G01-F-4"),
    ]
    assert "owner_name" in refused[0]["reason"]
    assert "HYPERLINK" not in str(refused)
    assert len(list((world.folder / "processed").iterdir())) == 1


async def test_commas_no_mark_and_a_second_file_say_only_what_is_new(world: Ministries) -> None:
    rows = [HEAD, a_row("G01-G-1"), a_row("G01-G-2")]
    drop(world, "a.csv", "\n".join(rows).replace(";", ","))
    await world.looks()
    drop(world, "a.csv", "\n".join([*rows, a_row("G01-G-3")]).replace(";", ",") + "\n")
    await world.looks()
    second, first, *_ = await world.deliveries()
    assert (first["form"], counts(first), counts(second)) == ("CSV UTF-8 ,", (2, 0, 0, 0), (1, 0, 2, 0))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("zip", None, "tệp nén (zip)"),
        ("gzip", b"\x1f\x8b\x08\x00" + b"x" * 50, "tệp nén (gzip)"),
        ("nul", HEAD.encode("utf-16"), "NUL"),
        (
            "latin",
            (HEAD + "\n" + a_row("G01-H-1")).encode("utf-16-le").replace(b"\0", b"\xff"),
            "không phải UTF-8",
        ),
        ("empty", b"", "tệp rỗng"),
        ("huge", b"x" * 300_000, "tệp quá lớn"),
        ("many", (HEAD + "\n" + "x;x;x;x;x;x;x\n" * 501).encode(), "quá 500 hàng"),
        ("open", (HEAD + '\n"khong dong ngoac').encode(), "sai định dạng CSV"),
        ("cell", (HEAD + "\n" + "x" * 140_000).encode(), "sai định dạng CSV"),
        ("twice", b"maHoSo;maHoSo\n1;2\n", "tên cột trùng nhau"),
    ],
)
async def test_a_file_that_is_no_sheet_is_refused_whole_and_put_aside(
    world: Ministries, name: str, content: bytes | None, said: str
) -> None:
    if content is None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("bom.csv", b"0" * 50_000_000)
        content = packed.getvalue()
    drop(world, f"{name}.csv", content)
    await world.looks()
    delivery = next(one for one in await world.deliveries() if one["name"] == f"{name}.csv")
    assert delivery["state"] == "REFUSED"
    assert said in delivery["reason"]
    assert delivery["rows"] == 0
    assert any(file.name.endswith(f"-{name}.csv") for file in (world.folder / "refused").iterdir())


async def test_a_half_written_file_is_not_read_and_no_link_leads_out(
    world: Ministries, tmp_path: Path
) -> None:
    """Still being written at each look: waited for. Links and folders are never touched."""
    secret = tmp_path / "secret.csv"
    secret.write_text(HEAD + "\n" + a_row("G01-BI-MAT"))
    (world.folder / "link.csv").symlink_to(secret)
    (world.folder / "folder.csv").mkdir()
    (world.folder / "later.csv.part").write_text(HEAD)
    content = HEAD
    for number in range(4):
        content += "\n" + a_row(f"G01-K-{number}")
        drop(world, "dang-ghi.csv", content)
        await world.gateway.run_job(connectors.CONNECTOR_FILES)
        assert (world.folder / "dang-ghi.csv").exists()
    await world.looks()
    (delivery, *_) = await world.deliveries()
    assert (delivery["name"], counts(delivery)) == ("dang-ghi.csv", (4, 0, 0, 0))
    assert await world.mirror("G01-BI-MAT") is None
    assert secret.exists()
    (world.folder / "link.csv").unlink()
    (world.folder / "folder.csv").rmdir()


async def test_a_file_kept_before_the_process_died_is_moved_and_not_taken_again(
    world: Ministries, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the commit and the move: the next look only moves it."""
    folders = world.gateway.runtime.resources.connectors.drops._folders

    async def dies(*_: Any, **__: Any) -> None:
        raise OSError("killed here")

    drop(world, "chet.csv", HEAD + "\n" + a_row("G01-L-1"))
    with monkeypatch.context() as killed:
        killed.setattr(folders, "put_aside", dies)
        await world.looks()
    assert (world.folder / "chet.csv").exists()
    before = await world.gateway.count("connector_deliveries")
    await world.looks()
    assert await world.gateway.count("connector_deliveries") == before
    assert await world.statuses("G01-L-1") == [2]


async def test_a_refused_row_is_told_again_when_people_say_so(world: Ministries) -> None:
    answer = await world.pushes(told(maHoSo="G01-M-1", chuHoSo="=1+1"))
    await world.tells()
    (row,) = await world.waiting(delivery_id=answer.json()["delivery_id"])
    path = f"/api/v1/connectors/{SOURCE}/records/{row['id']}/replay"
    assert (await world.calls("POST", path, "giam-sat")).status_code == 403
    assert (await world.calls("POST", path, "quan-tri")).status_code == 200
    await world.tells()
    (row,) = await world.waiting(delivery_id=answer.json()["delivery_id"])
    assert (row["state"], row["attempts"]) == ("REFUSED", 2)
    (done, *_) = await world.waiting(state="DONE")
    again = await world.calls("POST", path.replace(row["id"], done["id"]), "quan-tri")
    assert (again.status_code, again.json()["code"]) == (409, "nothing-to-tell")


async def test_the_result_of_an_outside_step_comes_by_the_same_port(start: Start, tmp_path: Path) -> None:
    """Pushed twice it ends the step once; the officer finds the evidence."""
    fields = {"request_id": "maYeuCau", "outcome": "ketQua"}
    async with a_ministry(start, tmp_path, steps=OUTSIDE_STEPS, fields=fields) as world:
        office = world.office
        seen = await office.in_process()
        seen = await office.act(seen, "step-completion", SPECIALIST, step="kiem-tra")
        request_id = await office.service.runtime.pool.fetchval("SELECT id FROM outside_requests")
        said = {"maYeuCau": str(request_id), "ketQua": "completed", "evidence_number": "0001/2026"}
        await world.pushes(said)
        await world.pushes(said)
        await world.tells()
        detail = await office.read(seen, SIGNER)
        assert (detail["step"]["code"], detail["version"]) == ("ky", seen["version"] + 1)
        kept = await office.service.runtime.pool.fetchval("SELECT evidence FROM outside_requests")
        assert kept == {"source": SOURCE, "number": "0001/2026"}


async def test_contents_are_forgotten_in_time_and_what_waits_stays(world: Ministries) -> None:
    await world.pushes(told(maHoSo="G01-N-1"), told(maHoSo="G01-N-2", maThuTuc="TT-LẠ"))
    await world.tells()
    world.passes(31 * 86_400)
    await world.gateway.run_job(connectors.CONNECTOR_FORGETTING)
    rows = await world.gateway.runtime.pool.fetch(
        "SELECT state, content <> '' AS is_kept FROM connector_records"
        " WHERE outside_code LIKE 'G01-N-%' ORDER BY 1"
    )
    assert [(row["state"], row["is_kept"]) for row in rows] == [("DONE", False), ("UNMAPPED", True)]
    bodies = "SELECT count(*) FROM connector_deliveries WHERE length(body) > 0"
    assert await world.gateway.runtime.pool.fetchval(bodies) == 0
