"""Who hands a dossier in online is identified as surely as the version of its procedure asks."""

from dataclasses import replace
from typing import Any

import pytest

from tests.builders.dossier.kin import FATHER, GROUP, Kin
from tests.builders.dossier.office import GATEWAY, PROCEDURE, RECEIVER, Office, a_citizen, a_procedure
from tests.integration.dossier.test_other_ways_in import a_portal_dossier, a_walk_in

AN = a_citizen()


def at(level: int) -> Any:
    """As the door tells them: below level 2 nobody checked the number."""
    number = AN.identity_number
    checked, told = (number, "") if level == 2 else ("", number)
    return replace(AN, assurance_level=level, identity_number=checked, told_number=told)


async def submits(office: Office, level: int, procedure: str = PROCEDURE) -> Any:
    body = await office.submission(AN, procedure_code=procedure)
    return await office.service.post("/v1/dossiers", body, at(level))


def refused(answer: Any, required: int, level: int) -> None:
    told = answer.json()
    assert (answer.status_code, told["code"]) == (403, "assurance-too-low")
    assert (told["required_level"], told["level"]) == (required, level)
    assert told["step_up"] == f"/session/login?assurance={required}"
    assert f"mức độ {required}" in told["detail"]


@pytest.mark.parametrize(
    ("asked", "level", "taken"),
    [(None, 0, False), (None, 1, True), (1, 1, True), (2, 0, False), (2, 1, False), (2, 2, True)],
)
async def test_the_procedure_says_how_surely_or_the_operator(
    office: Office, asked: int | None, level: int, taken: bool
) -> None:
    code = f"1.0008{asked or 0}{level}"
    await office.service.receive(a_procedure(code, identification_level=asked))
    answer = await submits(office, level, code)
    if taken:
        assert answer.status_code == 201, answer.text
    else:
        refused(answer, asked or 1, level)


async def test_the_version_in_force_on_the_day_counts(office: Office) -> None:
    """The next month's version asks for more: until then nobody is asked for it."""
    later = office.service.clock.now().date().replace(day=28).isoformat()
    code = "1.000899"
    await office.service.receive(
        a_procedure(code, identification_level=1),
        a_procedure(code, version=2, identification_level=2, valid_from=later),
    )
    assert (await submits(office, 1, code)).status_code == 201


async def test_a_draft_nobody_could_hand_in_is_not_begun(office: Office) -> None:
    await office.service.receive(a_procedure("1.000888", identification_level=2))
    body = {"procedure_code": "1.000888", "content": {}}
    refused(await office.service.post("/v1/drafts", body, at(1)), 2, 1)
    assert (await office.service.post("/v1/drafts", body, at(2))).status_code == 201


async def test_who_falls_below_meanwhile_does_not_hand_the_draft_in(office: Office) -> None:
    await office.service.receive(a_procedure("1.000887", identification_level=2))
    content = await office.submission(at(2))
    del content["procedure_code"]
    begun = await office.service.post("/v1/drafts", {"procedure_code": "1.000887", "content": content}, at(2))
    address = f"/v1/drafts/{begun.json()['draft_id']}/submission"
    headers = office.service.headers(at(1), version=1)
    refused(await office.service.client.post(address, headers=headers), 2, 1)
    headers = office.service.headers(at(2), version=1)
    assert (await office.service.client.post(address, headers=headers)).status_code == 201


async def test_a_counter_and_the_portal_identify_people_themselves(office: Office) -> None:
    await office.service.receive(a_procedure(version=2, identification_level=2))
    for address, body, by in (
        ("/v1/counter-dossiers", a_walk_in(), RECEIVER),
        ("/v1/portal-dossiers", a_portal_dossier(), GATEWAY),
    ):
        answer = await office.service.post(address, body, by)
        assert answer.status_code == 201, answer.text


async def test_of_a_group_the_member_that_asks_for_most_counts(empty_office: Office) -> None:
    kin = await Kin(empty_office.service).open_kin(residence={"identification_level": 2})
    below = replace(FATHER, assurance_level=1)
    body = await kin.submission_of_group(below)
    refused(await kin.service.post("/v1/interlinked-dossiers", body, below), 2, 1)
    refused(await kin.service.post("/v1/drafts", {"group_code": GROUP, "content": {}}, below), 2, 1)
    assert (await kin.handed_in())["reference"]
