"""Members that another system works: told by the lead, fed by that system, counted once."""

from datetime import datetime

from services.dossier.commands.figures import rebuild_figures
from tests.builders.dossier.kin import (
    BIRTH,
    CARD,
    INSURANCE,
    LEAD,
    POLICE,
    RESIDENCE,
    Kin,
    staff,
)
from tests.builders.dossier.office import COMMUNE, Office
from tests.integration.dossier.test_mirrors import fed as fed_by_its_system


async def test_a_member_of_another_system_is_told_by_the_lead(empty_office: Office) -> None:
    """No dossier of ours for it; its papers are with the lead; its own code and end are noted."""
    kin = await Kin(empty_office.service).open_kin(card={"route": "SECTOR"})
    seen = await kin.handed_in()
    birth = await kin.granted(seen, BIRTH)
    await kin.advance()
    assert (await kin.statuses(seen))[CARD] == "OUTSIDE"
    lead = await kin.read(birth, LEAD)
    assert [one["purpose"] for one in lead["attachments"] if one["file_name"] == "tk1.pdf"] == ["INTERLINKED"]
    await kin.granted(seen, RESIDENCE)
    await kin.advance()
    parent = await kin.parent(seen, LEAD)
    told = {"procedure": CARD, "source": "VSS", "outside_code": "VSS-77", "at": "2026-03-05T09:00:00+07:00"}
    answer = await kin.on(parent, "outside-member", LEAD, **told, state="REFUSED")
    assert answer.status_code == 422
    answer = await kin.on(parent, "outside-member", LEAD, **told, state="GRANTED")
    assert answer.status_code == 200, answer.text
    parent = await kin.parent(seen)
    assert (parent["state"], parent["outcome"]) == ("ENDED", "GRANTED")
    assert parent["members"][-1]["dossier_code"] == "VSS-77"
    assert await kin.service.count("dossiers") == 2


async def test_the_province_counts_one_submission_and_each_agency_its_own_dossier(kin: Kin) -> None:
    """Three dossiers received, one handed in; rows made anew from history say the same."""
    seen = await kin.handed_in()
    await kin.granted(seen, BIRTH)
    await kin.advance()
    for code in (RESIDENCE, CARD):
        await kin.accepted_child(seen, code)
    rows = await kin.service.runtime.pool.fetch(
        "SELECT competent_agency, is_follower FROM figure_rows ORDER BY competent_agency"
    )
    assert [tuple(row) for row in rows] == [(COMMUNE, False), (POLICE, True), (INSURANCE, True)]


async def test_what_another_system_feeds_goes_on_with_the_submission(empty_office: Office) -> None:
    """Once the lead has noted its code, its own statuses end the member; no officer types them."""
    kin = await Kin(empty_office.service).open_kin(card={"route": "SECTOR"})
    seen = await kin.handed_in()
    await kin.granted(seen, BIRTH)
    await kin.advance()
    await kin.granted(seen, RESIDENCE)
    await kin.advance()
    parent = await kin.parent(seen, LEAD)
    sent = {"procedure": CARD, "source": "VSS", "outside_code": "VSS-78", "at": "2026-03-05T09:00:00+07:00"}
    assert (await kin.on(parent, "outside-member", LEAD, **sent, state="SENT")).status_code == 200
    fed = {"source": "VSS", "outside_code": "VSS-78", "procedure_code": CARD, "agency": INSURANCE}
    for status, at in ((4, "2026-03-05T10:00:00+07:00"), (9, "2026-03-06T08:00:00+07:00")):
        await fed_by_its_system(kin, **fed, route="SECTOR", status=status, at=at)
        await kin.advance()
    parent = await kin.parent(seen)
    assert (parent["state"], parent["outcome"]) == ("ENDED", "GRANTED")
    assert parent["members"][-1]["ended_at"] == "2026-03-06T08:00:00+07:00"
    assert await counted_submissions(kin) == [
        (COMMUNE, True, False),
        (POLICE, False, False),
        (INSURANCE, False, True),
    ]


async def test_a_member_whose_route_was_changed_ends_with_its_system(kin: Kin) -> None:
    """As by its own end: what waited for it begins, is called back when the end is, and all ends with it."""
    seen = await kin.handed_in()
    signer = staff("SIGNER", COMMUNE, "lanh-dao")
    at = await kin.act(await kin.accepted_child(seen, BIRTH), "handover", LEAD)
    code = {"source": "BTP-HT", "outside_code": "G15-260303-0000042"}
    at = await kin.act(at, "route-change", signer, route="MINISTRY", **code, note="QĐ 1001/QĐ-BNV")
    said = {**code, "procedure_code": BIRTH, "agency": COMMUNE}
    kin.service.clock.set(datetime.fromisoformat("2026-03-04T09:00:00+07:00"))
    await fed_by_its_system(kin, **said, status=8, at="2026-03-03T15:00:00+07:00")
    await kin.advance()
    assert await kin.statuses(seen) == {BIRTH: "REFUSED", RESIDENCE: "SKIPPED", CARD: "SKIPPED"}
    await fed_by_its_system(kin, **said, status=4, at="2026-03-03T16:00:00+07:00")
    await kin.advance()
    assert (await kin.statuses(seen))[BIRTH] == "OPEN"
    assert (await kin.parent(seen))["state"] == "RUNNING"
    await fed_by_its_system(kin, **said, status=9, at="2026-03-03T17:00:00+07:00")
    await kin.advance()
    assert (await kin.statuses(seen))[BIRTH] == "GRANTED"
    [birth] = [one for one in (await kin.parent(seen))["members"] if one["procedure"]["code"] == BIRTH]
    assert birth["ended_at"] == "2026-03-03T17:00:00+07:00"


async def counted_submissions(kin: Kin) -> list[tuple[str, bool, bool]]:
    """Return each counted dossier's agency, whether it stands for a submission, whether it is a mirror."""
    rows = await kin.service.runtime.pool.fetch(
        "SELECT competent_agency, NOT is_follower, is_mirror FROM figure_rows ORDER BY competent_agency"
    )
    assert await rebuild_figures(kin.service.runtime, ("--check",)) == 0
    return [tuple(row) for row in rows]


async def test_a_member_fed_before_its_code_is_noted_is_no_submission_either(
    empty_office: Office,
) -> None:
    """Received twice, at both agencies, and handed in once."""
    kin = await Kin(empty_office.service).open_kin(card={"route": "SECTOR"})
    seen = await kin.handed_in()
    await kin.granted(seen, BIRTH)
    await kin.advance()
    fed = {"source": "VSS", "outside_code": "VSS-79", "procedure_code": CARD, "agency": INSURANCE}
    await fed_by_its_system(kin, **fed, route="SECTOR", status=4, at="2026-03-05T10:00:00+07:00")
    assert await counted_submissions(kin) == [(COMMUNE, True, False), (INSURANCE, True, True)]
    parent = await kin.parent(seen, LEAD)
    sent = {"procedure": CARD, "source": "VSS", "outside_code": "VSS-79", "at": "2026-03-05T09:00:00+07:00"}
    answer = await kin.on(parent, "outside-member", LEAD, **sent, state="SENT")
    assert answer.status_code == 200, answer.text
    assert await counted_submissions(kin) == [(COMMUNE, True, False), (INSURANCE, False, True)]
