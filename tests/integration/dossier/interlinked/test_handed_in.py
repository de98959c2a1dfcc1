"""A submission is handed in: what is wrong is refused, what was scanned at the counter comes with it."""

from base64 import b64encode
from typing import Any

from tests.builders.dossier.kin import (
    BIRTH,
    CARD,
    FATHER,
    GROUP,
    LEAD,
    POLICE,
    Kin,
    staff,
)
from tests.builders.dossier.office import COMMUNE, PDF


def _without(body: dict[str, Any], paper: str) -> dict[str, Any]:
    return {**body, "papers": [one for one in body["papers"] if paper not in one["names"]]}


REFUSALS: dict[str, tuple[Any, int, str, str]] = {
    "no such group": (lambda body: {**body, "group_code": "LT-KHAC"}, 404, "interlinked-group-unknown", ""),
    "not the lead": (lambda body: {**body, "receiving_agency": POLICE}, 409, "not-lead-agency", ""),
    "a paper of nobody": (
        lambda body: {**body, "papers": [*body["papers"], {"names": ["9.9/x"]}]},
        422,
        "invalid",
        "papers.3.names",
    ),
    "a later member's paper is missing": (
        lambda body: _without(body, f"{CARD}/tk1"),
        422,
        "invalid",
        f"members.{CARD}.components",
    ),
    "an agency of no member": (
        lambda body: {**body, "agencies": {"9.9": POLICE}},
        422,
        "invalid",
        "agencies.9.9",
    ),
    "an agency that does not work it": (
        lambda body: {**body, "agencies": {CARD: POLICE}},
        422,
        "invalid",
        f"agencies.{CARD}",
    ),
    "somebody else's number": (
        lambda body: {**body, "owner": {**body["owner"], "identity_number": "001088000099"}},
        422,
        "invalid",
        "representative",
    ),
    "unknown member": (lambda body: {**body, "x": 1}, 422, "invalid", "x"),
}


async def test_what_is_wrong_is_refused_and_changes_nothing(kin: Kin) -> None:
    """One table: nothing is kept, no file is taken, the same body put right is taken afterwards."""
    body = await kin.submission_of_group()
    for name, (wrong, status, code, field) in REFUSALS.items():
        answer = await kin.service.post("/v1/interlinked-dossiers", wrong(body), FATHER)
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (status, code), (name, answer.text)
        assert field in answer.text, (name, answer.text)
    assert await kin.service.count("interlinked_parents") == 0
    assert await kin.service.count("dossiers") == 0
    answer = await kin.service.post("/v1/interlinked-dossiers", body, staff("ONE_STOP_OFFICER", COMMUNE))
    assert answer.status_code == 403
    answer = await kin.service.post("/v1/interlinked-dossiers", body, FATHER)
    assert answer.status_code == 201, answer.text
    assert answer.json()["group"]["code"] == GROUP


async def test_scans_made_at_the_counter_come_with_the_one_call(kin: Kin) -> None:
    """Named after their papers; the children's records are there and the lead's child is accepted."""
    body = {
        "group_code": GROUP,
        "channel": "DIRECT",
        "owner": {"full_name": "Nguyễn Văn An", "identity_number": "099088000011"},
        "receiving_agency": COMMUNE,
        "papers": [{"names": [f"{BIRTH}/{code}"], "form": "original"} for code in ("to-khai", "cu-tru")]
        + [{"names": [f"{CARD}/tk1"], "form": "original"}],
        "files": [
            {
                "name": "cu-tru.pdf",
                "component_code": f"{BIRTH}/cu-tru",
                "content_base64": b64encode(PDF).decode(),
            }
        ],
        "form_data": {"ho_ten_con": "Nguyễn Bé"},
    }
    answer = await kin.service.post("/v1/counter-interlinked-dossiers", body, LEAD)
    assert answer.status_code == 201, answer.text
    seen = answer.json()
    (scan,) = (await kin.child(seen, BIRTH))["attachments"]
    await kin.act(await kin.child(seen, BIRTH), "handover", LEAD)
    rows = await kin.service.runtime.pool.fetch(
        "SELECT DISTINCT sha256, count(*) FROM attachments GROUP BY 1"
    )
    assert [(row["sha256"].hex(), row["count"]) for row in rows] == [(scan["sha256"], 2)]
