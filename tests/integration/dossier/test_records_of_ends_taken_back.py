"""Another system takes its end back: no archive has what goes on; the next end says how long it is kept."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from kernel.testing.running import RunningService
from services.dossier.jobs.archive import BUILD_ARCHIVE_PACKAGES
from services.dossier.jobs.follow_elsewhere import FOLLOW_ELSEWHERE
from services.dossier.jobs.print_papers import PRINT_PAPERS
from tests.builders.dossier.archive import answer
from tests.builders.dossier.office import Office
from tests.integration.dossier.test_archive import Shelf
from tests.integration.dossier.test_ends_elsewhere import DONE, WORKED, gone, is_whole, on, stands, told

STOPPED = (8, DONE[1])
BACK = (4, "2026-03-05T10:00:00+07:00")
DONE_LATER = ((9, "2026-03-09T08:00:00+07:00"), (10, "2026-03-09T08:30:00+07:00"))
GRANTED_THEN = ("KEPT", "GRANTED", "2026-03-09", "2046-12-31")


@pytest.fixture
async def shelf(start: Callable[..., Awaitable[RunningService]], tmp_path: Any) -> Shelf:
    """An office whose dossiers another system ends, and its archive."""
    for name in ("files", "archive"):
        (tmp_path / name).mkdir()
    places = {"files_url": (tmp_path / "files").as_uri(), "archive_url": (tmp_path / "archive").as_uri()}
    return Shelf(await Office(await start("dossier", **places)).open(), tmp_path / "archive")


async def record_of(shelf: Shelf, seen: dict[str, Any]) -> tuple[str, ...]:
    """Return where the record is, how and when its dossier ended and until when it is kept."""
    found = (await shelf.read(f"records/{seen['dossier_id']}")).json()
    return found["state"], found["ending"], found["ended_on"], found["kept_through"]


async def prepared(shelf: Shelf) -> dict[str, Any]:
    await shelf.office.service.run_job(PRINT_PAPERS)
    return await shelf.prepared()


async def test_no_batch_and_no_list_takes_what_goes_on(shelf: Shelf) -> None:
    """Nor do lists of records name it; ended anew, its record says how and until when."""
    seen = await gone(shelf.office)
    await told(shelf.office, WORKED, STOPPED)
    kept = (await shelf.read("records?state=KEPT")).json()["items"]
    assert [one["dossier_id"] for one in kept] == [seen["dossier_id"]]
    await told(shelf.office, BACK)
    assert (await shelf.read("records?state=KEPT")).json()["items"] == []
    asked = await shelf.ask("batches", until="2027-12-31")
    assert (asked.status_code, asked.json()["code"]) == (409, "nothing-to-archive")
    shelf.office.service.clock.set(on(10))
    await told(shelf.office, *DONE_LATER)
    assert await record_of(shelf, seen) == GRANTED_THEN
    assert await is_whole(shelf.office)


@pytest.mark.parametrize("is_built", [False, True])
async def test_it_leaves_a_batch_nobody_handed_over_yet(shelf: Shelf, is_built: bool) -> None:
    seen = await gone(shelf.office)
    await told(shelf.office, WORKED, STOPPED)
    await shelf.office.service.run_job(PRINT_PAPERS)
    batch = (await shelf.ask("batches", until="2027-12-31")).json()
    if is_built:
        await shelf.office.service.run_job(BUILD_ARCHIVE_PACKAGES)
    await told(shelf.office, BACK)
    assert (await stands(shelf.office, seen))[0] == "PROCESSING"
    (package,) = (await shelf.batch(batch))["packages"]
    assert (package["state"], package["reason"]) == ("WITHDRAWN", "Hệ thống khác giải quyết tiếp hồ sơ")
    shelf.office.service.clock.set(on(10))
    await told(shelf.office, *DONE_LATER)
    assert await record_of(shelf, seen) == GRANTED_THEN
    assert len((await prepared(shelf))["packages"]) == 1
    assert await is_whole(shelf.office)


async def test_what_the_archive_was_given_goes_on_once_it_refused(shelf: Shelf) -> None:
    """Until it answers nothing moves; then the job lets the dossier stand as was told."""
    seen = await gone(shelf.office)
    await told(shelf.office, WORKED, STOPPED)
    await shelf.office.service.run_job(PRINT_PAPERS)
    protocol = await shelf.handed()
    await told(shelf.office, BACK)
    assert (await stands(shelf.office, seen))[0] == "STOPPED"
    refused = {"outcome": "REFUSED", "reason": "Thiếu trang", "archive_code": ""}
    await shelf.hear(answer(protocol, lines={protocol["packages"][0]["code"]: refused}))
    assert (await record_of(shelf, seen))[0] == "KEPT"
    shelf.office.service.clock.set(on(7))
    await shelf.office.service.run_job(FOLLOW_ELSEWHERE)
    assert (await stands(shelf.office, seen))[0] == "PROCESSING"


async def test_an_end_told_otherwise_while_it_is_in_a_batch_is_what_its_record_says(shelf: Shelf) -> None:
    seen = await gone(shelf.office)
    await told(shelf.office, WORKED, STOPPED)
    batch = await prepared(shelf)
    shelf.office.service.clock.set(on(10))
    await told(shelf.office, (4, "2026-03-04T10:00:00+07:00"), (10, "2026-03-05T09:00:00+07:00"))
    cancelled = await shelf.ask(
        f"batches/{batch['batch_id']}/cancellation", version=(await shelf.batch(batch))["version"]
    )
    assert cancelled.status_code == 200, cancelled.text
    assert (await stands(shelf.office, seen))[0] == "RETURNED"
    assert (await record_of(shelf, seen))[:2] == ("KEPT", "GRANTED")
    assert await is_whole(shelf.office)
