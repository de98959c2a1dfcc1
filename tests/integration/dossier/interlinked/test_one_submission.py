"""One submission: the children begin in order at their own offices, the citizen has one of everything."""

from typing import Any

from tests.builders.dossier.kin import BIRTH, CARD, FATHER, INSURANCE, POLICE, RESIDENCE, Kin, staff
from tests.builders.dossier.office import COMMUNE, GATEWAY, STRANGER


async def test_one_submission_ends_when_every_child_has_its_result(kin: Kin) -> None:
    """Birth first; its end begins the other two at their offices; their ends end the whole."""
    seen = await kin.handed_in()
    assert await kin.statuses(seen) == {BIRTH: "OPEN", RESIDENCE: "WAITING", CARD: "WAITING"}
    assert await kin.service.count("dossiers") == 1
    await kin.granted(seen, BIRTH)
    await kin.advance()
    assert await kin.statuses(seen) == {BIRTH: "GRANTED", RESIDENCE: "OPEN", CARD: "OPEN"}
    kept = await kin.service.runtime.pool.fetchrow(
        "SELECT parties_sealed, form_sealed FROM interlinked_parents"
    )
    assert tuple(kept) == ("", "")
    await kin.granted(seen, RESIDENCE)
    await kin.advance()
    await kin.granted(seen, CARD)
    await kin.advance()
    parent = await kin.parent(seen)
    assert (parent["state"], parent["outcome"]) == ("ENDED", "GRANTED")
    types = [row["type"] for row in await kin.service.published() if row["topic"] == "interlinked_dossier"]
    assert types[0] == "interlinked_dossier.submitted.v1"
    assert types[-1] == "interlinked_dossier.ended.v1"
    assert types.count("interlinked_dossier.ended.v1") == 1


async def test_each_child_has_its_own_code_and_clock(kin: Kin) -> None:
    seen = await kin.handed_in()
    birth = await kin.granted(seen, BIRTH)
    await kin.advance()
    residence = await kin.accepted_child(seen, RESIDENCE)
    assert birth["dossier_code"].startswith(f"{COMMUNE}-")
    assert residence["dossier_code"].startswith(f"{POLICE}-")
    assert residence["due_at"] != birth["due_at"]


async def test_the_citizen_has_one_reference_and_one_appointment(kin: Kin) -> None:
    """Promised when the lead has accepted: the latest path, here one day and then seven."""
    seen = await kin.handed_in()
    assert seen["reference"]
    assert seen["secret"]
    assert seen["due_at"] is None
    assert seen["expected_at"] == "2026-03-13T17:30:00+07:00"
    await kin.accepted_child(seen, BIRTH)
    await kin.advance()
    parent = await kin.parent(seen)
    assert parent["due_at"] == parent["original_due_at"] == "2026-03-13T17:30:00+07:00"


async def test_a_child_is_given_only_what_its_member_is_given(kin: Kin) -> None:
    """Fields the group names, papers of its own components, the result of the one before; nothing else."""
    seen = await kin.handed_in()
    result_file = await kin.upload(staff("CLERK", COMMUNE, "van-phong"), name="giay-khai-sinh.pdf")
    await kin.granted(seen, BIRTH, attachment_ids=[result_file])
    await kin.advance()
    birth, card = await kin.child(seen, BIRTH), await kin.child(seen, CARD)
    residence = await kin.child(seen, RESIDENCE)
    assert card["form_data"] == {"ho_ten_con": "Nguyễn Bé"}
    assert residence["form_data"] == {"ho_ten_con": "Nguyễn Bé", "cho_o": "12 Bến Đò"}
    assert [one["component_code"] for one in card["components"]] == ["tk1", "khai-sinh"]
    assert [one["component_code"] for one in residence["components"]] == ["cu-tru", "khai-sinh"]
    carried = card["brought"]["interlinked"]["results"]
    assert [(one["number"], one["type"]) for one in carried] == [(f"{BIRTH}/KQ", "giay-khai-sinh")]
    _shares_by_hash(birth, residence, "cu-tru")
    certificate = next(one for one in birth["attachments"] if one["attachment_id"] == result_file)
    (copied,) = [one for one in card["attachments"] if one["component_code"] == "khai-sinh"]
    assert copied["sha256"] == certificate["sha256"]
    assert copied["attachment_id"] != certificate["attachment_id"]
    answer = await kin.service.get(f"/v1/dossiers/{card['dossier_id']}/evidence", FATHER)
    (reused,) = [one for one in answer.json()["items"] if one["kind"] == "COMPONENT_REUSED"]
    assert (reused["component_code"], reused["source"]) == ("khai-sinh", "RESULT_OF_DOSSIER")
    view = (await kin.service.get(f"/v1/portal-views/{card['dossier_id']}", GATEWAY)).json()
    stands_in = {one["component_code"]: one["replaced_by"] for one in view["attachments"]}
    assert stands_in == {"tk1": "", "khai-sinh": "giay-khai-sinh"}


def _shares_by_hash(one: dict[str, Any], other: dict[str, Any], component: str) -> None:
    """The same content, a record each: neither dossier names the other's file."""

    def ids(child: dict[str, Any]) -> set[str]:
        return {
            str(file)
            for item in child["components"]
            if item["component_code"] == component
            for file in item["attachment_ids"]
        }

    def hashes(child: dict[str, Any]) -> set[str]:
        return {file["sha256"] for file in child["attachments"] if file["attachment_id"] in ids(child)}

    assert ids(one)
    assert ids(one).isdisjoint(ids(other))
    assert hashes(one) == hashes(other) != set()


async def test_each_agency_sees_its_part(kin: Kin) -> None:
    """The lead sees every member's place, the others their own; nobody reads another's dossier."""
    seen = await kin.handed_in()
    await kin.granted(seen, BIRTH)
    await kin.advance()
    lead = await kin.parent(seen, staff("ONE_STOP_OFFICER", COMMUNE, "mot-cua"))
    police = await kin.parent(seen, staff("SPECIALIST", POLICE))
    assert all(one["dossier_id"] for one in lead["members"])
    assert [bool(one["dossier_id"]) for one in police["members"]] == [False, True, False]
    theirs = next(one for one in lead["members"] if one["procedure"]["code"] == RESIDENCE)
    for stranger in (staff("ONE_STOP_OFFICER", COMMUNE, "mot-cua"), staff("SPECIALIST", INSURANCE)):
        answer = await kin.service.get(f"/v1/dossiers/{theirs['dossier_id']}", stranger)
        assert answer.status_code == 404
    path = f"/v1/interlinked-dossiers/{seen['interlinked_dossier_id']}"
    for nobody in (STRANGER, staff("SPECIALIST", "H99.777")):
        assert (await kin.service.get(path, nobody)).status_code == 404


async def test_the_counter_of_the_lead_accepts_its_own_child_at_once(kin: Kin) -> None:
    officer = staff("ONE_STOP_OFFICER", COMMUNE, "mot-cua")
    body = await kin.submission_of_group(officer)
    body["owner"] |= {"full_name": "Nguyễn Văn An", "identity_number": "099088000011"}
    answer = await kin.service.post(
        "/v1/counter-interlinked-dossiers", {**body, "channel": "DIRECT"}, officer
    )
    assert answer.status_code == 201, answer.text
    members = answer.json()["members"]
    assert members[0]["dossier_code"].startswith(f"{COMMUNE}-")
    assert answer.json()["due_at"] == "2026-03-13T17:30:00+07:00"
    assert answer.json()["secret"]
