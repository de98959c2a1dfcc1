"""What the portal sent is sealed at rest, and forgotten some days after it is done."""

import asyncio
import hashlib
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.gateway.jobs.portal.keeping import PORTAL_FORGETTING, PORTAL_SEALING
from tests.builders.gateway.portal import CODE, a_message
from tests.integration.gateway.portal_dossiers import PROCEDURE, ADossier
from tests.integration.gateway.portal_world import World, a_world
from tests.integration.gateway.test_portal_corrections import INBOUND, correct, the_line
from tests.integration.gateway.test_portal_intake import inbox, send

NUMBER, PHONE, MAIL, STREET = "099088000011", "0900000000", "mau@example.vn", "Số 1, phố Mẫu"
NAME, CORRECTED, FILE = "Nguyễn Văn An", "Nguyễn Văn Ân", "Căn cước Nguyễn Văn An.pdf"
PERSONAL = (NUMBER, PHONE, MAIL, STREET, NAME, CORRECTED)
PLAIN_BODY = json.dumps(a_message(), ensure_ascii=False).encode()


@pytest.fixture
async def world(start):
    async with a_world(start) as found:
        yield found


async def told_by_a_dump(world: World) -> set[tuple[str, str]]:
    """Return which tables hold which of the words about a person, in any column, in clear."""
    pool, found = world.gateway.runtime.pool, set()
    for table in await pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        name = table["tablename"]
        for row in await pool.fetch(f'SELECT * FROM "{name}"'):
            kept = b"\n".join(
                value if isinstance(value, bytes) else repr(value).encode() for value in row.values()
            )
            found |= {(name, word) for word in PERSONAL if word.encode() in kept}
    return found


async def kept_plain(world: World, state: str = "PARKED") -> None:
    """Keep a message, an act and a file as they were kept before values were sealed."""
    pool = world.gateway.runtime.pool
    message = await pool.fetchval(
        "INSERT INTO portal_inbound (id, path, body, sha256, received_at, state, corrections)"
        " VALUES (gen_random_uuid(), 'nhanhsdvcqg', $1, $2, now(), $3, $4) RETURNING id",
        PLAIN_BODY,
        hashlib.sha256(PLAIN_BODY).digest(),
        state,
        {"ChuHoSo": CORRECTED},
    )
    await pool.execute(
        "INSERT INTO portal_inbound_acts (id, message_id, at, subject, action, fields, reason)"
        " VALUES (gen_random_uuid(), $1, now(), 'quan-tri', 'CORRECTED', $2, $3)",
        message,
        {"ChuHoSo": CORRECTED},
        f"Theo căn cước của {NAME}",
    )
    await pool.execute(
        "INSERT INTO portal_files (token, attachment_id, dossier_id, file_name, created_at)"
        " VALUES ('mot-dia-chi', gen_random_uuid(), gen_random_uuid(), $1, now())",
        FILE,
    )


async def test_no_table_tells_a_number_or_a_name_after_a_portal_dossier(world: World):
    await send(world, a_message())
    await send(world, a_message("G22.99-260303-000124", MaTTHC="1.999999"))
    answer = await correct(world, await the_line(world), ChuHoSo=CORRECTED)
    assert answer.status_code == 200, answer.text
    listed = [{"attachment_id": str(uuid4()), "file_name": FILE, "component_code": "TP01"}]
    await world.hears(ADossier(attachments=listed).went("accepted", "ACCEPTED"))
    await world.sends()
    assert await world.gateway.count("portal_files") == 1
    assert await told_by_a_dump(world) == set()


async def test_what_was_kept_plain_is_sealed_and_still_read(world: World):
    await kept_plain(world)
    assert await told_by_a_dump(world), "the dump finds what is there"
    line = await the_line(world)
    before = (await world.ask("GET", f"{INBOUND}/{line['id']}")).json()
    await world.gateway.run_job(PORTAL_SEALING)
    assert await told_by_a_dump(world) == set()
    after = (await world.ask("GET", f"{INBOUND}/{line['id']}")).json()
    assert after["fields"] == before["fields"]
    assert {"name": "ChuHoSo", "value": NAME, "corrected": CORRECTED} in after["fields"]
    reasons = [act["reason"] for act in after["acts"] if act["action"] == "CORRECTED"]
    assert reasons == [f"Theo căn cước của {NAME}"]
    async with world.gateway.runtime.unit_of_work() as unit:
        _, name = await world.gateway.runtime.open_work(unit).portal_files.find("mot-dia-chi")
    assert name == FILE
    assert (await the_line(world))["bytes"] == line["bytes"] == len(PLAIN_BODY)


async def test_a_message_that_is_done_is_forgotten_but_for_its_outcome(world: World):
    await send(world, a_message())
    await send(world, a_message("G22.99-260303-000124", MaTTHC="1.999999"))
    done, digest = await of_the_done(world, "id"), await of_the_done(world, "sha256")
    world.passes(days=29)
    await world.gateway.run_job(PORTAL_FORGETTING)
    assert await of_the_done(world, "body") != b""
    world.passes(days=2)
    await world.gateway.run_job(PORTAL_FORGETTING)
    assert await of_the_done(world, "body") == b""
    assert await of_the_done(world, "forgotten_at") == world.gateway.clock.now()
    kept = [await of_the_done(world, name) for name in ("id", "sha256", "portal_code", "answer_code")]
    assert kept == [done, digest, CODE, 0]
    assert await world.gateway.runtime.pool.fetchval("SELECT body FROM portal_inbound WHERE state = 'PARKED'")
    again = await send(world, a_message())
    assert again["error_code"] == 1, "the portal's repetition is still known"


async def a_refused_one(world: World) -> Any:
    """Let the portal send what is refused at once; return its id."""
    nameless = a_message("G22.99-260303-000125")
    del nameless["data"]["ChuHoSo"]
    assert (await send(world, nameless))["error_code"] == -1
    return await world.gateway.runtime.pool.fetchval("SELECT id FROM portal_inbound WHERE state = 'REFUSED'")


async def test_what_was_refused_is_forgotten_after_as_long(world: World):
    refused = await a_refused_one(world)
    body = "SELECT body FROM portal_inbound WHERE id = $1"
    world.passes(days=29)
    await world.gateway.run_job(PORTAL_FORGETTING)
    assert await world.gateway.runtime.pool.fetchval(body, refused) != b""
    world.passes(days=2)
    await world.gateway.run_job(PORTAL_FORGETTING)
    assert await world.gateway.runtime.pool.fetchval(body, refused) == b""
    again = await world.ask("POST", f"{INBOUND}/{refused}/replay")
    assert again.status_code == 404, "what it said is gone: there is nothing to try again"
    shown = await world.gateway.runtime.pool.fetchrow(
        "SELECT state, answer_code, sha256 FROM portal_inbound WHERE id = $1", refused
    )
    assert (shown["state"], shown["answer_code"], len(shown["sha256"])) == ("REFUSED", -1, 32)


async def test_a_refused_message_tried_again_while_it_is_forgotten_keeps_what_it_says(world: World):
    """The sweep found it refused and waits for who is at it: what is taken after all is not emptied."""
    refused = await a_refused_one(world)
    world.passes(days=31)
    pool = world.gateway.runtime.pool
    async with pool.acquire() as desk:
        replay = desk.transaction()
        await replay.start()
        await desk.execute("UPDATE portal_inbound SET state = 'RECEIVED' WHERE id = $1", refused)
        sweeping = asyncio.create_task(world.gateway.run_job(PORTAL_FORGETTING))
        await asyncio.wait([sweeping], timeout=0.5)
        await replay.commit()
        await sweeping
    row = await pool.fetchrow("SELECT body, forgotten_at FROM portal_inbound WHERE id = $1", refused)
    assert row["body"] != b""
    assert row["forgotten_at"] is None


async def test_what_people_wrote_of_a_forgotten_message_is_forgotten_but_not_who_did_it(world: World):
    await kept_plain(world, state="DONE")
    pool = world.gateway.runtime.pool
    await pool.execute("UPDATE portal_inbound SET settled_at = $1", world.gateway.clock.now() - timedelta(31))
    await world.gateway.run_job(PORTAL_FORGETTING)
    act = await pool.fetchrow("SELECT subject, action, fields, reason FROM portal_inbound_acts")
    assert tuple(act) == ("quan-tri", "CORRECTED", {"ChuHoSo": ""}, "")


async def test_a_message_of_another_key_waits_for_it_and_stops_no_other(world: World):
    world.dossiers.is_down = True
    await send(world, a_message())
    broken: Any = await world.gateway.runtime.pool.fetchval(
        "UPDATE portal_inbound SET body = set_byte(body, 40, get_byte(body, 40) # 255) RETURNING id"
    )
    world.dossiers.is_down = False
    await world.gateway.runtime.resources.portal.intake.deliver_again(broken)
    ((state, _, reason),) = await inbox(world)
    assert (state, reason) == ("PARKED", "không mở được niêm phong: thiếu khóa cũ")


async def of_the_done(world: World, column: str) -> Any:
    query = f"SELECT {column} FROM portal_inbound WHERE state = 'DONE'"
    return await world.gateway.runtime.pool.fetchval(query)


def test_the_sample_procedure_is_the_one_known():
    assert a_message()["data"]["MaTTHC"] == PROCEDURE["code"]
