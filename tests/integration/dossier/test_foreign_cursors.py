"""A cursor that is not ours is said to be wrong on every list; it is never an empty page."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from kernel.testing.running import RunningService, a_staff_member
from kernel.web.paging import encode_cursor
from tests.builders.dossier.office import CLERK, COMMUNE, RECEIVER, Office, a_citizen

SUPERVISOR = a_staff_member("SUPERVISOR", agency=COMMUNE)
MANAGER = a_staff_member("ONE_STOP_MANAGER", "CASHIER", agency=COMMUNE)
LISTS = [
    ("inspections", SUPERVISOR),
    ("anomalies", SUPERVISOR),
    ("post-lists", RECEIVER),
    ("appointments", a_citizen()),
    ("results", a_citizen()),
    ("archive/batches", CLERK),
    ("archive/destruction-lists", CLERK),
    ("closed-periods", MANAGER),
    ("exports", MANAGER),
    ("refunds", MANAGER),
    ("cash-closings", MANAGER),
    ("late-entries", MANAGER),
    ("interlinked-dossiers", RECEIVER),
    ("dossiers", RECEIVER),
]


@pytest.fixture(scope="module")
async def office(start_once: Callable[..., Awaitable[RunningService]], tmp_path_factory: Any) -> Office:
    files = tmp_path_factory.mktemp("files")
    return await Office(await start_once("dossier", files_url=files.as_uri())).open()


@pytest.mark.parametrize(("path", "by"), LISTS, ids=[path for path, _ in LISTS])
async def test_a_cursor_of_something_else_is_refused(office: Office, path: str, by: Any) -> None:
    answer = await office.service.get(f"/v1/{path}", by, params={"cursor": encode_cursor("khong-phai-ma")})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), answer.text
    assert answer.json()["errors"][0]["path"] == "cursor"
    assert (await office.service.get(f"/v1/{path}", by)).status_code == 200
