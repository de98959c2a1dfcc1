"""Public tracking: one statement, in whatever order events come, and nothing to be learned by guessing."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from kernel.core.ids import new_id
from kernel.sealing import Sealer
from kernel.testing.running import TEST_PII_KEY, RunningService, an_event
from services.gateway.store import tracking as tracking_store
from tests.integration.gateway.conftest import Open

DOSSIER = "0193a5c2-7d00-7a10-8000-0000000000aa"
CODE = "H99.201-261117-0001"
SECRET = "7KQ2M9XD"
EXAMPLES = Path(__file__).parents[3] / "contracts" / "events" / "examples"


def a_dossier_event(name: str, version: int, **changed: Any) -> Any:
    data = json.loads((EXAMPLES / f"dossier.{name}.v1" / "typical.json").read_text(encoding="utf-8"))
    secret_hash = Sealer(TEST_PII_KEY).blind_index(f"{DOSSIER}:{SECRET}", purpose="look-up secret").hex()
    has_code = name != "submitted"
    data["dossier"].update(
        dossier_id=DOSSIER,
        dossier_code=CODE if has_code else None,
        secret_hash=secret_hash if has_code else None,
        version=version,
        **changed,
    )
    return an_event(f"dossier.{name}.v1", DOSSIER, data, sequence=version)


async def track(door: RunningService, code: str = CODE, secret: str = SECRET) -> Any:
    return await door.client.get("/api/v1/tracking", params={"code": code, "secret": secret})


async def test_what_another_system_ended_is_shown_as_ended_there(door: RunningService) -> None:
    """How, when and under which code; the result is not said to wait here."""
    await door.receive(a_dossier_event("accepted", 2), a_dossier_event("ended_elsewhere", 3))
    shown = (await track(door)).json()
    assert shown["state_text"] == "Đã có kết quả trên hệ thống của bộ, ngành"
    assert (shown["ended_at"], shown["step"]) == ("2026-11-19T16:30:00+07:00", None)
    said = "Đã có kết quả trên hệ thống của bộ, ngành (BNV-TTHC, mã G05-261117-0000123)"
    last = shown["timeline"][-1]
    assert (last["text"], last["at"]) == (said, "2026-11-19T16:30:00+07:00")
    await door.receive(a_dossier_event("reopened_elsewhere", 4))
    shown = (await track(door)).json()
    assert (shown["state_text"], shown["ended_at"]) == ("Đang xử lý", None)
    assert shown["timeline"][-1]["text"] == "Hồ sơ được hệ thống của bộ, ngành giải quyết tiếp"


async def test_the_public_is_sent_to_who_goes_on_for_an_agency_that_ended(door: RunningService) -> None:
    """For each agency of the dossier by itself, the step's unit only where the heir has it."""
    heir = {"code": "H99.210", "name": "UBND phường Mới"}
    ended = json.loads((EXAMPLES / "dossier.accepted.v1" / "typical.json").read_text(encoding="utf-8"))[
        "dossier"
    ]
    code = ended["competent_agency"]["code"]
    step = {**(ended["step"] or {}), "name": "Thẩm định", "agency": code, "unit": "chuyen-mon"}
    going_on = {code: {**heir, "units": ["van-phong"]}}
    other = {"code": "H99.202", "name": "UBND phường khác"}
    await door.receive(a_dossier_event("accepted", 2, going_on=going_on, step=step, receiving_agency=other))
    shown = await door.runtime.pool.fetchval("SELECT shown FROM tracking")
    assert (shown["agency"], shown["receiving_agency"]) == (heir, other)
    assert shown["step"] == {"name": "Thẩm định", "unit": "", "agency": "H99.210"}


async def test_the_slip_shows_the_dossier_and_nothing_personal(door: RunningService) -> None:
    await door.receive(a_dossier_event("submitted", 1), a_dossier_event("accepted", 2))

    answer = await track(door)

    assert answer.status_code == 200
    shown = answer.json()
    assert shown["owner"] == "Nguyễn V*** A***"
    assert shown["state_text"] == "Được tiếp nhận"
    assert shown["due_at"] == "2026-11-20T17:30:00+07:00"
    assert [entry["text"] for entry in shown["timeline"]] == ["Hồ sơ được nộp", "Hồ sơ được tiếp nhận"]
    for hidden in ("Bùi Thị Lan", "c2VhbGVk", "cong-dan-an", "secret", "note", "contact"):
        assert hidden not in answer.text
    assert answer.headers["cache-control"] == "no-store"


async def test_codes_and_secrets_are_taken_as_people_type_them(door: RunningService) -> None:
    await door.receive(a_dossier_event("accepted", 2))
    assert (await track(door, f" {CODE.lower()} ", "7kq2-m9xd")).status_code == 200
    assert (await track(door, "K7Q2-M9XD-31")).status_code == 200


async def test_a_destroyed_dossier_is_forgotten_and_stays_so(door: RunningService) -> None:
    """By code and secret nobody finds it; nothing of it is kept; told twice is as told once."""
    await door.receive(a_dossier_event("accepted", 2))
    gone = a_dossier_event("destroyed", 9)
    pool = door.runtime.pool
    message, words = new_id(), "Ông Trần Văn Mộc, số 9 ngõ Hoa Gạo"
    await pool.execute(
        "INSERT INTO portal_inbound (id, path, body, sha256, received_at, state, portal_code, reason, answer,"
        " corrections) VALUES ($1, '/x', $2, '', now(), 'REFUSED', $3, $4, $4, $5)",
        *(message, words.encode(), CODE, words, {"HoTen": words}),
    )
    await pool.execute(
        "INSERT INTO portal_inbound_acts (id, message_id, at, subject, action, fields, reason)"
        " VALUES ($1, $1, now(), 'can-bo', 'CORRECTED', $2, $3)",
        *(message, {"HoTen": words}, words),
    )
    await pool.execute(
        "INSERT INTO portal_ledger (dossier_id, version, part, kind, portal_status, code, procedure_code,"
        " occurred_at, state, next_attempt_at, answer) VALUES"
        " ($1, 3, 1, 'x', 2, $2, 'x', now(), 'REFUSED', now(), $3)",
        *(UUID(DOSSIER), CODE, words),
    )
    await door.receive(gone, gone)
    assert (await track(door)).status_code == 404
    for table in ("tracking", "tracking_codes", "portal_files"):
        assert await door.count(table) == 0
    for table in ("portal_inbound", "portal_inbound_acts", "portal_ledger"):
        kept = [row[0] for row in await pool.fetch(f"SELECT t::text FROM {table} t")]
        assert kept, table
        assert not any("Hoa Gạo" in row or "Hoa Gạo".encode().hex() in row for row in kept), table
    assert await pool.fetchval("SELECT fields ->> 'HoTen' FROM portal_inbound_acts") == ""


def a_mirror_event(version: int, statuses: list[dict[str, Any]], **changed: Any) -> Any:
    data = json.loads(
        (EXAMPLES / "mirrored_dossier.recorded.v1" / "typical.json").read_text(encoding="utf-8")
    )
    sealer = Sealer(TEST_PII_KEY)
    secret_hash = sealer.blind_index(f"{data['mirror_id']}:{SECRET}", purpose="look-up secret").hex()
    data.update(statuses=statuses, secret_hash=secret_hash, version=version, **changed)
    return an_event("mirrored_dossier.recorded.v1", data["mirror_id"], data, sequence=version)


async def test_what_another_system_works_is_tracked_by_its_code_in_its_order(open_door: Open) -> None:
    """Masked, with its source; without a secret nobody finds it; one of ours is tracked by our code only."""
    outside = "G05-261117-0000123"
    early = {"status": 2, "state": "ACCEPTED", "at": "2026-11-17T09:00:00+07:00", "text": "Được tiếp nhận"}
    late = {"status": 4, "state": "PROCESSING", "at": "2026-11-18T08:00:00+07:00", "text": "Đang thẩm định"}
    events = [a_mirror_event(1, [late]), a_mirror_event(2, [early, late])]
    for order in (events, events[::-1]):
        door = await open_door()
        await door.receive(*order)
        shown = (await track(door, outside)).json()
        assert (shown["source"], shown["owner"], shown["step"]) == ("BNV-TTHC", "Nguyễn V*** A***", None)
        assert [entry["text"] for entry in shown["timeline"]] == ["Được tiếp nhận", "Đang thẩm định"]
        assert (await track(door, outside, "SAISAISA")).status_code == 404
    for hidden in ({"secret_hash": None}, {"dossier_id": DOSSIER}):
        door = await open_door()
        event = a_mirror_event(1, [late])
        event.data.update(hidden)
        await door.receive(event)
        assert (await track(door, outside)).status_code == 404


async def test_events_out_of_order_end_in_the_same_picture(open_door: Open) -> None:
    events = [a_dossier_event("submitted", 1), a_dossier_event("accepted", 2), a_dossier_event("stopped", 3)]
    pictures = []
    for order in (events, events[::-1], [events[1], events[2], events[0]]):
        door = await open_door()
        await door.receive(*order)
        await door.receive(*order)
        pictures.append((await track(door)).json())
    assert pictures[0]["timeline"][0]["text"] == "Hồ sơ được nộp"
    assert len(pictures[0]["timeline"]) == 3
    assert pictures[0] == pictures[1] == pictures[2]


async def test_the_step_is_shown_by_the_agencys_own_names(door: RunningService) -> None:
    agency = {
        "code": "H99.201",
        "name": "UBND phường Bến Lam",
        "units": [{"code": "chuyen-mon", "name": "Phòng chuyên môn"}],
    }
    step = {"code": "tham-dinh", "name": "Thẩm định", "unit": "chuyen-mon", "agency": "H99.201"}
    await door.receive(
        a_dossier_event("accepted", 2, step=step), an_event("agency.changed.v1", "H99.201", agency)
    )
    assert (await track(door)).json()["step"] == {
        "name": "Thẩm định",
        "agency": "UBND phường Bến Lam",
        "unit": "Phòng chuyên môn",
    }


async def test_whom_to_ask_is_the_one_stop_unit_that_received_it(door: RunningService) -> None:
    """What the unit leaves out, its agency says; a change is shown at once; unknown, nothing is made up."""
    await door.receive(a_dossier_event("accepted", 2))
    assert (await track(door)).json()["one_stop_unit"] is None
    agency = {
        "code": "H99.201",
        "name": "UBND phường Bến Lam",
        "address": "20 đường Sông",
        "phone": "0990000005",
    }
    await door.receive(an_event("agency.changed.v1", "H99.201", agency))
    assert (await track(door)).json()["one_stop_unit"] == {
        "name": "UBND phường Bến Lam",
        "address": "20 đường Sông",
        "phone": "0990000005",
    }
    nameless = {"name": None, "kind": None, "address": None, "phone": None}
    await door.receive(
        an_event("agency.changed.v1", "H99.201", {**agency, "one_stop_unit": nameless}, sequence=2)
    )
    assert (await track(door)).json()["one_stop_unit"]["name"] == "UBND phường Bến Lam"
    unit = {"name": "Trung tâm Phục vụ hành chính công", "kind": "CENTER", "phone": "0990000002"}
    await door.receive(
        an_event("agency.changed.v1", "H99.201", {**agency, "one_stop_unit": unit}, sequence=3)
    )
    assert (await track(door)).json()["one_stop_unit"] == {
        "name": "Trung tâm Phục vụ hành chính công",
        "address": "20 đường Sông",
        "phone": "0990000002",
    }


async def test_an_unknown_code_and_a_wrong_secret_look_the_same(door: RunningService) -> None:
    await door.receive(a_dossier_event("accepted", 2))
    unknown = await track(door, "H99.201-261117-0002")
    wrong = await track(door, CODE, "AAAAAAAA")
    assert unknown.status_code == wrong.status_code == 404
    assert unknown.content == wrong.content
    kept = {name: value for name, value in unknown.headers.items() if name != "x-correlation-id"}
    assert kept == {name: value for name, value in wrong.headers.items() if name != "x-correlation-id"}


async def test_one_submission_is_tracked_with_the_steps_of_its_children(door: RunningService) -> None:
    """By its one reference: the members, what the begun child's own slip shows, no ids and no decisions.

    The portal hears of the children, each under its own code, and of the whole nothing.
    """
    data = json.loads(
        (EXAMPLES / "interlinked_dossier.advanced.v1" / "typical.json").read_text(encoding="utf-8")
    )
    whole = data["interlinked_dossier"]
    parent_id, sealer = whole["interlinked_dossier_id"], Sealer(TEST_PII_KEY)
    whole["members"][0]["dossier_id"] = DOSSIER
    whole["secret_hash"] = sealer.blind_index(f"{parent_id}:{SECRET}", purpose="look-up secret").hex()
    link = {"parent_id": parent_id, "reference": whole["reference"], "group": "LT", "is_lead": True}
    child = a_dossier_event("accepted", 2, interlinked=link)
    await door.receive(
        an_event("interlinked_dossier.advanced.v1", parent_id, data, sequence=3),
        child,
    )

    answer = await track(door, whole["reference"])

    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["code"], shown["due_at"]) == (whole["reference"], "2026-03-13T17:30:00+07:00")
    birth, residence, card = shown["members"]
    assert (birth["code"], birth["state_text"]) == (CODE, "Được tiếp nhận")
    assert (residence["code"], card["status_text"]) == (None, "Hệ thống khác đang giải quyết")
    assert DOSSIER not in answer.text
    assert (await track(door, whole["reference"], "AAAAAAAA")).status_code == 404
    told = await door.runtime.pool.fetch("SELECT DISTINCT dossier_id::text FROM portal_ledger")
    assert [row["dossier_id"] for row in told] == [DOSSIER]


async def test_whatever_is_missing_the_answer_and_the_work_are_the_same(
    open_door: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unknown code, wrong secret, no slip and nobody to write to, a whole: nothing tells them apart.

    Counted, not timed: the same statements with values of the same kinds, and what is kept is not read out.
    """
    door = await open_door(rate_limits={"tracking": None})
    other = "0193a5c2-7d00-7a10-8000-0000000000bb"
    unslipped = a_dossier_event("accepted", 2, contact=None, reference="K7Q2-M9XD-32")
    unslipped.data["dossier"].update(dossier_id=other, dossier_code="H99.201-261117-0009", secret_hash=None)
    whole = json.loads(
        (EXAMPLES / "interlinked_dossier.advanced.v1" / "typical.json").read_text(encoding="utf-8")
    )
    parent = whole["interlinked_dossier"]["interlinked_dossier_id"]
    reference = whole["interlinked_dossier"]["reference"]
    await door.receive(
        a_dossier_event("accepted", 2),
        an_event("dossier.accepted.v1", other, unslipped.data, sequence=2),
        an_event("interlinked_dossier.advanced.v1", parent, whole, sequence=3),
    )
    tracking = door.runtime.resources.look_up._tracking
    counted = tracking._pool = _Counted(door.runtime.pool)
    kept_read: list[Any] = []
    read = tracking_store._read
    monkeypatch.setattr(tracking_store, "_read", lambda row: kept_read.append(row) or read(row))
    assert (await track(door)).status_code == 200
    assert [name for name, *_ in counted.calls] == ["fetchrow"]
    assert len(kept_read) == 1
    kept_read.clear()
    told = []
    for code, secret in (
        ("H99.201-261117-0002", SECRET),
        (CODE, "AAAAAAAA"),
        ("H99.201-261117-0009", SECRET),
        (reference, "AAAAAAAA"),
    ):
        counted.calls.clear()
        answer = await track(door, code, secret)
        headers = {name: value for name, value in answer.headers.items() if name != "x-correlation-id"}
        told.append((answer.status_code, answer.content, headers, list(counted.calls)))
    assert told[0][0] == 404
    assert [name for name, *_ in told[0][3]] == ["fetchrow", "execute"]
    assert all(one == told[0] for one in told), told
    assert kept_read == []


class _Counted:
    """Passes calls on to the pool; keeps which statements, and the kinds and sizes of their values."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self.calls: list[tuple[Any, ...]] = []

    async def fetchrow(self, *given: Any) -> Any:
        self._keep("fetchrow", given)
        return await self._pool.fetchrow(*given)

    async def execute(self, *given: Any) -> Any:
        self._keep("execute", given)
        return await self._pool.execute(*given)

    def _keep(self, name: str, given: tuple[Any, ...]) -> None:
        shapes = [(type(one), len(one) if isinstance(one, list) else 0) for one in given[1:]]
        self.calls.append((name, given[0], shapes))


async def test_a_dossier_without_a_secret_cannot_be_looked_up(door: RunningService) -> None:
    await door.receive(a_dossier_event("submitted", 1))
    for secret in ("", "0" * 32, "None", SECRET):
        answer = await track(door, "K7Q2-M9XD-31", secret)
        assert answer.status_code == (404 if secret else 422)


async def test_guessing_a_secret_is_slowed_down_more_and_more(door: RunningService) -> None:
    await door.receive(a_dossier_event("accepted", 2))
    answers = [await track(door, CODE, f"AAAAAAA{number}") for number in range(6)]
    assert [answer.status_code for answer in answers] == [404] * 5 + [429]
    assert answers[5].json()["code"] == "too-many-failures"
    assert (await track(door)).status_code == 429, "the right secret waits as well"

    waits = [int(answers[5].headers["retry-after"])]
    for number in range(3):
        door.clock.advance(timedelta(seconds=waits[-1]))
        assert (await track(door, CODE, f"BBBBBBB{number}")).status_code == 404
        waits.append(int((await track(door)).headers["retry-after"]))
    assert waits == sorted(set(waits))

    door.clock.advance(timedelta(seconds=waits[-1]))
    assert (await track(door)).status_code == 200


async def test_trying_one_code_after_another_is_slowed_down_too(open_door: Open) -> None:
    door = await open_door(rate_limits={"tracking": None})
    await door.receive(a_dossier_event("accepted", 2))
    statuses = [
        (await track(door, f"H99.201-261117-{number:04d}", "AAAAAAAA")).status_code for number in range(31)
    ]
    assert statuses == [404] * 30 + [429]


async def test_another_client_is_not_slowed_down_by_a_guesser(open_door: Open) -> None:
    door = await open_door(trusted_proxies=1)
    await door.receive(a_dossier_event("accepted", 2))
    for number in range(6):
        await track(door, CODE, f"AAAAAAA{number}")
    params = {"code": CODE, "secret": SECRET}
    other = await door.client.get("/api/v1/tracking", params=params, headers={"X-Forwarded-For": "10.0.0.9"})
    assert other.status_code == 200


async def test_a_client_is_not_believed_about_its_address(door: RunningService) -> None:
    await door.receive(a_dossier_event("accepted", 2))
    params = {"code": CODE, "secret": "AAAAAAAA"}
    statuses = [
        (
            await door.client.get(
                "/api/v1/tracking", params=params, headers={"X-Forwarded-For": f"10.0.0.{number}"}
            )
        ).status_code
        for number in range(6)
    ]
    assert statuses[-1] == 429


@pytest.mark.parametrize("is_page", [False, True])
async def test_a_line_of_the_askers_own_before_the_proxys_changes_nothing(
    open_door: Open, is_page: bool
) -> None:
    """HAProxy adds a line of X-Forwarded-For behind the one that came; secrets could be tried for ever."""
    door = await open_door(trusted_proxies=1)
    await door.receive(a_dossier_event("accepted", 2))
    statuses = []
    for number in range(6):
        asked = {"code": CODE, "secret": f"AAAAAAA{number}"}
        lines = [("x-forwarded-for", f"198.51.100.{number}"), ("x-forwarded-for", "203.0.113.7")]
        if is_page:
            form = [*lines, ("content-type", "application/x-www-form-urlencoded")]
            answer = await door.client.post("/tra-cuu", data=asked, headers=form)
        else:
            answer = await door.client.get("/api/v1/tracking", params=asked, headers=lines)
        statuses.append(answer.status_code)
    assert statuses[-1] == 429


@pytest.mark.parametrize(
    ("query", "refusal"),
    [
        ("", (422, "invalid")),
        ("code=a", (422, "invalid")),
        ("secret=b", (422, "invalid")),
        ("code=a&secret=%01", (400, "unreadable")),
        ("code=a&secret=b&x=1", (422, "invalid")),
        ("a=1&b=2&c=3&d=4&e=5&f=6", (422, "invalid")),
    ],
)
async def test_a_look_up_that_cannot_be_one_is_refused_without_echo(
    door: RunningService, query: str, refusal: tuple[int, str]
) -> None:
    answer = await door.client.get(f"/api/v1/tracking?{query}")
    assert (answer.status_code, answer.json()["code"]) == refusal


async def test_no_client_address_is_kept_in_clear(door: RunningService) -> None:
    await track(door, "x", "y")
    rows = await door.runtime.pool.fetch("SELECT what FROM failed_attempts")
    assert len(rows) == 2
    assert all(b"127.0.0.1" not in bytes(row["what"]) for row in rows)


async def test_the_page_of_the_qr_shows_the_dossier_to_a_person(door: RunningService) -> None:
    await door.receive(a_dossier_event("accepted", 2))
    followed = await door.client.get(f"/qr/{CODE}")
    assert followed.headers["location"] == f"/tra-cuu?code={CODE}"
    form = await door.client.get(followed.headers["location"])
    assert f'value="{CODE}"' in form.text
    shown = await door.client.post("/tra-cuu", data={"code": CODE, "secret": SECRET})
    assert shown.status_code == 200
    assert "Được tiếp nhận" in shown.text
    assert "17:30 ngày 20/11/2026" in shown.text
    wrong = await door.client.post("/tra-cuu", data={"code": '"><script>', "secret": "x"})
    assert wrong.status_code == 404
    assert "<script>" not in wrong.text
    assert "default-src 'none'" in shown.headers["content-security-policy"]


async def test_a_submission_whose_last_dossier_was_destroyed_is_forgotten(door: RunningService) -> None:
    """Its reference is found no more, told twice or once; others stay."""
    folder = EXAMPLES / "interlinked_dossier.destroyed.v1"
    data = json.loads((folder / "typical.json").read_text(encoding="utf-8"))
    before = json.loads((EXAMPLES / "interlinked_dossier.ended.v1" / "typical.json").read_text("utf-8"))
    key = data["interlinked_dossier"]["interlinked_dossier_id"]
    gone = an_event("interlinked_dossier.destroyed.v1", key, data, sequence=4)
    await door.receive(
        a_dossier_event("accepted", 2), an_event("interlinked_dossier.ended.v1", key, before, sequence=3)
    )
    assert await door.count("tracking") == 2
    await door.receive(gone, gone)
    assert (await door.count("tracking"), (await track(door)).status_code) == (1, 200)


async def test_the_public_hears_of_a_next_procedure_only_where_one_begins(door: RunningService) -> None:
    """A merger or a corrected name is no step of the whole; who works it since is named."""
    folder = EXAMPLES / "interlinked_dossier.advanced.v1"
    data = json.loads((folder / "typical.json").read_text(encoding="utf-8"))
    told = data["interlinked_dossier"]
    told["continuing_agency"] = told["members"][0]["continuing_agency"] = {
        "code": "H99.9",
        "name": "Phường Mới",
    }
    data["change"] = {name: data["change"][name] for name in ("at", "actor")} | {"continued": []}
    key = told["interlinked_dossier_id"]
    await door.receive(an_event("interlinked_dossier.advanced.v1", key, data, sequence=3))
    kept = "SELECT {} FROM tracking"
    assert len(await door.runtime.pool.fetchval(kept.format("timeline"))) == 0
    shown = await door.runtime.pool.fetchval(kept.format("shown"))
    assert (shown["agency"]["name"], shown["members"][0]["agency"]["name"]) == ("Phường Mới", "Phường Mới")
    assert shown["receiving_agency"]["name"] == told["lead_agency"]["name"]
    data["change"]["opened"] = [told["members"][0]["procedure"]["code"]]
    await door.receive(an_event("interlinked_dossier.advanced.v1", key, data, sequence=4))
    assert len(await door.runtime.pool.fetchval(kept.format("timeline"))) == 1
