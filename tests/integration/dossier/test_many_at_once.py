"""One action on many dossiers: each stands alone, and a request sent again does nothing twice."""

from typing import Any

from tests.builders.dossier.office import LEAD, RECEIVER, SPECIALIST, Office

PATH = "/v1/bulk-actions"


def named(*seen: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    """Return dossiers as last seen."""
    return [{"dossier_id": one["dossier_id"], "version": one["version"], **more} for one in seen]


async def test_each_dossier_has_a_result_and_none_undoes_another(office: Office) -> None:
    """Two are accepted, one was seen too early, one is nobody's: in the order asked."""
    good, old, other = [await office.submitted() for _ in range(3)]
    await office.act(old, "acceptance", RECEIVER)
    nobody = {"dossier_id": "01900000-0000-7000-8000-000000000000", "version": 1}
    items = [*named(good, old), nobody, *named(other)]
    answer = await office.service.post(PATH, {"action": "acceptance", "items": items}, RECEIVER)
    found = answer.json()["items"]
    assert [(one["status"], (one["problem"] or {}).get("code")) for one in found] == [
        (200, None),
        (412, "stale-version"),
        (404, "not-found"),
        (200, None),
    ]
    assert [one["dossier_id"] for one in found] == [item["dossier_id"] for item in items]
    assert (found[0]["state"], found[0]["version"]) == ("ACCEPTED", 2)
    assert await office.service.count("code_counters") == 1
    assert len(await office.service.published("dossier.accepted.v1")) == 3


async def test_a_request_sent_again_repeats_what_was_done_and_does_the_rest(office: Office) -> None:
    """Under the same key: nothing twice; what was refused is tried again; another body is refused."""
    first, second = await office.in_process(), await office.in_process()
    behind = [{**named(second)[0], "version": second["version"] + 1}]
    body = {"action": "claim", "items": [*named(first), *behind]}
    answers = [
        (await office.service.post(PATH, body, SPECIALIST, key="lan-mot")).json()["items"] for _ in range(2)
    ]
    assert [one["status"] for one in answers[0]] == [200, 412]
    assert answers[0] == answers[1]
    moved = await office.act(second, "consultation-request", SPECIALIST, **ASKED)
    assert moved["version"] == second["version"] + 1
    third = (await office.service.post(PATH, body, SPECIALIST, key="lan-mot")).json()["items"]
    assert [(one["status"], one["version"]) for one in third] == [
        (200, first["version"] + 1),
        (200, moved["version"] + 1),
    ]
    changed = {**body, "note": "khác"}
    other = (await office.service.post(PATH, changed, SPECIALIST, key="lan-mot")).json()["items"]
    assert [one["problem"]["code"] for one in other] == ["idempotency-key-reused"] * 2


ASKED = {"agency": "H99.201", "unit": "", "role": "CLERK", "question": "Có lưu không?", "hours": 2}


async def test_fifty_at_most_each_once_and_whole(office: Office) -> None:
    """A request that cannot be meant changes nothing."""
    seen = await office.in_process()
    one = named(seen)[0]
    for body in (
        {"action": "claim", "items": []},
        {"action": "claim", "items": [one, one]},
        {"action": "claim", "items": [{**one, "dossier_id": f"{n:032x}"} for n in range(51)]},
        {"action": "assignment", "items": [one]},
        {"action": "step-completion", "items": [one]},
        {"action": "result", "items": [one]},
    ):
        assert (await office.service.post(PATH, body, SPECIALIST)).status_code == 422, body
    no_key = await office.service.client.post(
        PATH,
        json={"action": "claim", "items": [one]},
        headers={"Authorization": office.service.headers(SPECIALIST)["Authorization"]},
    )
    assert (no_key.status_code, no_key.json()["code"]) == (400, "idempotency-key-required")
    assert (await office.read(seen, SPECIALIST))["version"] == seen["version"]


async def test_steps_of_many_dossiers_are_completed_together(office: Office) -> None:
    """Returned ones too, each with the reason."""
    seen = [await office.in_process() for _ in range(2)]
    body = {"action": "step-completion", "items": named(*seen, step="tham-dinh")}
    found = (await office.service.post(PATH, body, SPECIALIST)).json()["items"]
    assert [one["status"] for one in found] == [200, 200]
    back = {"action": "step-completion", "outcome": "RETURNED", "note": "Thiếu căn cứ"}
    items = [
        {"dossier_id": one["dossier_id"], "version": one["version"], "step": "soat-xet"} for one in found
    ]
    found = (await office.service.post(PATH, {**back, "items": items}, LEAD)).json()["items"]
    assert [one["status"] for one in found] == [200, 200]
    assert (await office.read(seen[0], SPECIALIST))["step"]["code"] == "tham-dinh"
