"""One citizen has one name: put right in one child it is right in the whole, and the other offices know."""

from tests.builders.dossier.kin import BIRTH, CARD, INSURANCE, POLICE, RESIDENCE, Kin, staff
from tests.builders.dossier.office import COMMUNE

POLICE_DESK = staff("ONE_STOP_OFFICER", POLICE, "mot-cua")
RIGHT = "Nguyễn Vân An"
WHY = {"reason": "Ghi nhầm dấu", "evidence": "Thẻ căn cước"}


async def test_a_correction_in_one_child_is_right_in_the_whole_and_told_to_the_others(kin: Kin) -> None:
    """The parent has it with its evidence; the other office hears and puts its own right; no words told."""
    seen = await kin.handed_in()
    await kin.granted(seen, BIRTH)
    await kin.advance()
    residence = await kin.accepted_child(seen, RESIDENCE)
    await kin.act(residence, "owner-correction", POLICE_DESK, full_name=RIGHT, **WHY)
    assert (await kin.parent(seen))["owner_name"] == RIGHT
    told = [one["data"]["change"] for one in await kin.service.published("interlinked_dossier.advanced.v1")]
    (corrected,) = [one["corrected"] for one in told if "corrected" in one]
    assert (corrected["procedure"], corrected["fields"]) == (RESIDENCE, ["full_name"])
    assert corrected["evidence"] == WHY["evidence"]
    noted = await kin.service.published("dossier.work_noted.v1")
    card = await kin.child(seen, CARD)
    (other,) = [one["data"] for one in noted if one["key"] == card["dossier_id"]]
    assert other["change"]["corrected_elsewhere"]["dossier_code"] == residence["dossier_code"]
    assert RIGHT not in str(other)
    assert len(noted) == 1
    card = await kin.accepted_child(seen, CARD)
    desk = staff("ONE_STOP_OFFICER", INSURANCE, "mot-cua")
    await kin.act(card, "owner-correction", desk, full_name=RIGHT, **WHY)


async def test_a_child_begun_after_the_correction_has_the_right_name(kin: Kin) -> None:
    """From the first: nobody has to correct it again."""
    seen = await kin.handed_in()
    birth = await kin.at_issue_of(seen, BIRTH)
    desk = staff("ONE_STOP_OFFICER", COMMUNE, "mot-cua")
    birth = await kin.act(birth, "owner-correction", desk, full_name=RIGHT, **WHY)
    await kin.issued(birth, staff("CLERK", COMMUNE, "van-phong"), number="1/KQ")
    await kin.advance()
    assert (await kin.child(seen, CARD))["owner"]["full_name"] == RIGHT
