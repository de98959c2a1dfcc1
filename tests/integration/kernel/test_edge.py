"""The edge: one commit before the answer, keys replayed, bad input refused without a trace."""

import asyncio

import pytest

from kernel.testing.running import a_person

OPEN_JAR = {"pebbles": 3}


async def test_a_write_is_committed_with_its_event_and_its_answer_in_one_round_trip(start_jars):
    jars = await start_jars()
    answer = await jars.post("/v1/jars", OPEN_JAR, a_person())
    assert answer.status_code == 201, answer.text
    assert [row["type"] for row in await jars.published()] == ["jar.added.v1"]
    assert await jars.count("jars") == await jars.count("idempotency_keys") == 1


async def test_the_same_key_and_body_replay_the_first_answer(start_jars):
    jars, who = await start_jars(), a_person()
    first = await jars.post("/v1/jars", OPEN_JAR, who, key="once")
    again = await jars.post("/v1/jars", OPEN_JAR, who, key="once")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["etag"] == first.headers["etag"]
    assert await jars.count("jars") == 1


async def test_fifty_simultaneous_repeats_are_one_write(start_jars):
    jars, who = await start_jars(), a_person()
    answers = await asyncio.gather(*(jars.post("/v1/jars", OPEN_JAR, who, key="burst") for _ in range(50)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert await jars.count("jars") == await jars.count("outbox") == 1


async def test_the_same_key_with_another_body_is_refused(start_jars):
    jars, who = await start_jars(), a_person()
    await jars.post("/v1/jars", OPEN_JAR, who, key="once")
    other = await jars.post("/v1/jars", {"pebbles": 4}, who, key="once")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert await jars.count("jars") == 1


async def test_two_callers_may_use_the_same_key(start_jars):
    jars = await start_jars()
    for who in (a_person(), a_person()):
        assert (await jars.post("/v1/jars", OPEN_JAR, who, key="mine")).status_code == 201
    assert await jars.count("jars") == 2


async def test_a_repeat_after_the_state_moved_on_still_gets_the_first_answer(start_jars):
    jars, who = await start_jars(), a_person()
    jar = (await jars.post("/v1/jars", {"pebbles": 8}, who)).json()
    path = f"/v1/jars/{jar['id']}/filling"
    first = await jars.post(path, {"pebbles": 2}, who, key="fill", version=1)
    again = await jars.post(path, {"pebbles": 2}, who, key="fill", version=1)
    assert first.status_code == again.status_code == 200
    assert (await jars.get(f"/v1/jars/{jar['id']}")).json()["pebbles"] == 10


async def test_a_stale_version_changes_nothing(start_jars):
    jars, who = await start_jars(), a_person()
    jar = (await jars.post("/v1/jars", OPEN_JAR, who)).json()
    path = f"/v1/jars/{jar['id']}/filling"
    await jars.post(path, {"pebbles": 1}, who, version=1)
    stale = await jars.post(path, {"pebbles": 1}, who, version=1)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale-version")
    assert await jars.count("outbox") == 2
    missing = await jars.post(path, {"pebbles": 1}, who)
    assert (missing.status_code, missing.json()["code"]) == (428, "version-required")


async def test_a_commit_that_fails_is_a_request_that_fails(start_jars):
    jars, who = await start_jars(), a_person()
    await jars.runtime.pool.execute("ALTER TABLE outbox ADD CONSTRAINT none CHECK (topic <> 'jar')")
    answer = await jars.post("/v1/jars", OPEN_JAR, who)
    assert (answer.status_code, answer.json()["code"]) == (500, "defect")
    assert await jars.count("jars") == await jars.count("idempotency_keys") == 0


BAD = [
    (b"{", {}, 400, "unreadable"),
    (b'{"pebbles": NaN}', {}, 400, "unreadable"),
    (b'{"pebbles": 1, "label": "\\ud800"}', {}, 400, "unreadable"),
    (b'{"pebbles": 1, "label": "a\\u0000b"}', {}, 400, "unreadable"),
    (b"[" * 40 + b"]" * 40, {}, 400, "unreadable"),
    (b"[" * 100_000, {}, 400, "unreadable"),
    (b'{"pebbles": "3"}', {}, 422, "invalid"),
    (b'{"pebbles": 3, "more": 1}', {}, 422, "invalid"),
    (b'{"pebbles": 11}', {}, 422, "invalid"),
    (b"{}", {}, 422, "invalid"),
    (b"null", {}, 422, "invalid"),
    (b"", {}, 422, "invalid"),
    (b"x" * 2_000_000, {}, 413, "too-large"),
    (b'{"pebbles": 3}', {"Idempotency-Key": ""}, 400, "idempotency-key-required"),
    (b'{"pebbles": 3}', {"Authorization": ""}, 401, "unauthenticated"),
    (b'{"pebbles": 3}', {"Authorization": "Bearer a.b.c"}, 401, "unauthenticated"),
    (b'{"pebbles": 3}', {"Content-Type": "text/plain"}, 422, "invalid"),
]


@pytest.mark.parametrize(("body", "headers", "status", "code"), BAD)
async def test_bad_input_gets_a_clear_problem_and_changes_nothing(start_jars, body, headers, status, code):
    jars = await start_jars()
    answer = await jars.post(
        "/v1/jars", body, a_person(), headers={"Content-Type": "application/json", **headers}
    )
    assert (answer.status_code, answer.json().get("code")) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert await jars.count("jars") == await jars.count("outbox") == await jars.count("idempotency_keys") == 0


async def test_a_token_of_another_key_or_past_its_time_is_refused(start_jars):
    from kernel.web.auth import TokenSigner, new_private_jwk

    jars, who = await start_jars(), a_person()
    forged = TokenSigner(new_private_jwk(), jars.clock).sign(who)[0]
    answer = await jars.post("/v1/jars", OPEN_JAR, headers={"Authorization": f"Bearer {forged}"})
    assert answer.status_code == 401
    expired = TokenSigner.sign(jars.signer, who)[0]
    from datetime import timedelta

    assert (
        await jars.post("/v1/jars", OPEN_JAR, headers={"Authorization": f"Bearer {expired}"})
    ).status_code == 201
    jars.clock.advance(timedelta(minutes=10))
    assert (
        await jars.post("/v1/jars", OPEN_JAR, headers={"Authorization": f"Bearer {expired}"})
    ).status_code == 401
    assert await jars.count("jars") == 1


@pytest.mark.parametrize("path", ["/nowhere", "/v1/jars/not-a-uuid", "/v1/jars/%00"])
async def test_a_wrong_address_is_a_problem_not_a_defect(start_jars, path):
    jars = await start_jars()
    answer = await jars.get(path)
    assert answer.status_code in {400, 404, 422}
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_kept_answer_is_not_in_the_database_in_clear(start_jars):
    jars, who = await start_jars(), a_person()
    answer = await jars.post("/v1/jars", OPEN_JAR, who, key="once")
    kept = await jars.runtime.pool.fetchval("SELECT body FROM idempotency_keys")
    assert b"pebbles" in answer.content
    assert b"pebbles" not in bytes(kept)


async def test_an_answer_kept_before_answers_were_sealed_is_still_replayed(start_jars):
    jars, who = await start_jars(), a_person()
    first = await jars.post("/v1/jars", OPEN_JAR, who, key="once")
    await jars.runtime.pool.execute("UPDATE idempotency_keys SET body = $1", first.content)
    again = await jars.post("/v1/jars", OPEN_JAR, who, key="once")
    assert (again.status_code, again.content) == (201, first.content)


async def test_an_answer_sealed_with_a_lost_key_is_a_conflict_and_never_a_second_write(start_jars):
    jars, who = await start_jars(), a_person()
    await jars.post("/v1/jars", OPEN_JAR, who, key="once")
    await jars.runtime.pool.execute("UPDATE idempotency_keys SET body = '\\x01' || sha256(body)")
    again = await jars.post("/v1/jars", OPEN_JAR, who, key="once")
    assert (again.status_code, again.json()["code"]) == (409, "idempotent-answer-unreadable")
    assert await jars.count("jars") == 1
