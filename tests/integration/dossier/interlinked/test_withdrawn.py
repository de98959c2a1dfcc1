"""The whole submission is withdrawn: what runs ends, what is signed stays."""

from tests.builders.dossier.kin import (
    BIRTH,
    CARD,
    LEAD,
    POLICE,
    RESIDENCE,
    Kin,
    staff,
)
from tests.builders.dossier.office import COMMUNE, STRANGER


async def test_the_citizen_withdraws_the_whole(kin: Kin) -> None:
    """Not accepted: cancelled; at work: asked of its agency; not begun: never begun."""
    seen = await kin.handed_in()
    await kin.granted(seen, BIRTH)
    await kin.advance()
    await kin.accepted_child(seen, RESIDENCE)
    await kin.advance()
    parent = await kin.parent(seen)
    for who, status in ((STRANGER, 404), (LEAD, 403), (staff("SIGNER", POLICE), 403)):
        assert (await kin.on(parent, "withdrawal", who, reason="x")).status_code == status
    answer = await kin.on(parent, "withdrawal", reason="Chuyển nơi ở")
    assert answer.status_code == 200, answer.text
    assert (await kin.child(seen, CARD))["state"] == "CANCELLED"
    residence = await kin.child(seen, RESIDENCE)
    assert residence["state"] == "WITHDRAWAL_REQUESTED"
    await kin.act(
        residence,
        "withdrawal-decision",
        staff("SIGNER", POLICE, "lanh-dao"),
        approved=True,
        note="Đồng ý",
        legal_basis="NĐ 118/2025/NĐ-CP",
    )
    await kin.advance()
    parent = await kin.parent(seen)
    assert (parent["state"], parent["outcome"]) == ("ENDED", "PARTLY")
    again = await kin.on(parent, "withdrawal", reason="Lần nữa")
    assert (again.status_code, again.json()["code"]) == (409, "interlinked-ended")


async def test_a_member_whose_result_is_signed_stays_when_the_whole_is_withdrawn(kin: Kin) -> None:
    seen = await kin.handed_in()
    signed = await kin.at_issue_of(seen, BIRTH)
    await kin.advance()
    answer = await kin.on(await kin.parent(seen), "withdrawal", reason="Chuyển nơi ở")
    assert answer.status_code == 200, answer.text
    assert await kin.statuses(seen) == {BIRTH: "OPEN", RESIDENCE: "SKIPPED", CARD: "SKIPPED"}
    issued = await kin.issued(signed, staff("CLERK", COMMUNE, "van-phong"), number="1/KS")
    await kin.advance()
    parent = await kin.parent(seen)
    assert (issued["state"], parent["state"], parent["outcome"]) == ("RESULT_READY", "ENDED", "PARTLY")
