"""From the end of a dossier to the index, on real PostgreSQL."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from kernel.core.event import Event
from kernel.core.ids import new_id
from kernel.postgres.migrations import differences
from kernel.sealing import Sealer
from kernel.testing.running import (
    TEST_PII_KEY,
    RunningService,
    a_person,
    a_service,
    a_staff_member,
    an_event,
)
from services.survey.store.questionnaires import PackagedQuestionnaires
from services.survey.store.tables import metadata
from services.survey.use_cases.answer_survey import answer_survey
from services.survey.use_cases.compute_satisfaction import compute_satisfaction

EXAMPLES = Path(__file__).parents[3] / "contracts" / "events" / "examples"
CODES = [question.code for question in PackagedQuestionnaires().find("dossier-rating", 1).questions]
ANALYST = a_staff_member("SURVEY_ANALYST", agency="H99.02")
Start = Callable[..., Awaitable[RunningService]]


def an_ended_dossier(name: str = "returned", **dossier: Any) -> Event:
    data = json.loads((EXAMPLES / f"dossier.{name}.v1" / "typical.json").read_text())
    contact = {"name": "Nguyễn Văn An", "phone": "0912345678", "email": None}
    data["dossier"]["contact"] = Sealer(TEST_PII_KEY).seal(contact, purpose="contact")
    data["dossier"]["dossier_id"] = str(new_id())
    data["dossier"].update(dossier)
    return an_event(f"dossier.{name}.v1", data["dossier"]["dossier_id"], data)


def all_scored(score: int | None, **others: int | None) -> dict[str, Any]:
    return {"answers": {**dict.fromkeys(CODES, score), **others}}


@pytest.fixture
async def survey(start: Start) -> RunningService:
    return await start("survey")


async def invited(survey: RunningService, **dossier: Any) -> str:
    """End a dossier and return the token of the invitation, as the recipient of the link sees it."""
    await survey.receive(an_ended_dossier(**dossier))
    issued = (await survey.published("invitation.issued.v1"))[-1]["data"]
    link = Sealer(TEST_PII_KEY).open(issued["link"], purpose="contact")
    assert isinstance(link, str)
    return link.rpartition("/")[2]


async def test_the_migration_makes_the_tables_the_code_declares(survey: RunningService) -> None:
    assert await differences(survey.runtime.settings.database_url.get_secret_value(), metadata) == []


async def test_a_returned_dossier_invites_its_applicant_and_no_plain_link_travels(
    survey: RunningService,
) -> None:
    token = await invited(survey)
    (event,) = await survey.published()
    assert (event["type"], event["data"]["agency"]["code"]) == ("invitation.issued.v1", "H99.201")
    assert token not in json.dumps(event["data"])
    shown = await survey.get(f"/v1/invitations/{token}")
    assert shown.status_code == 200, shown.text
    assert len(shown.json()["questionnaire"]["questions"]) == 12
    assert shown.json()["agency"]["name"] == "Ủy ban nhân dân phường Bến Lam"
    assert "Nguyễn" not in shown.text


async def test_one_dossier_and_person_is_one_invitation(survey: RunningService) -> None:
    first = an_ended_dossier("stopped")
    again = an_event("dossier.returned.v1", first.key, first.data, sequence=9)
    await survey.receive(first, again)
    assert await survey.count("invitations") == 1
    assert len(await survey.published("invitation.issued.v1")) == 1


async def test_who_goes_on_for_an_agency_that_ended_is_asked_about(survey: RunningService) -> None:
    """Its people did the work; a rating of an agency nobody reads any more is nobody's."""
    heir = {"code": "H99.210", "name": "UBND phường Mới", "units": []}
    ended = an_ended_dossier("returned")
    competent = ended.data["dossier"]["competent_agency"]["code"]
    await survey.receive(an_ended_dossier("returned", going_on={competent: heir}))
    kept = "SELECT agency_code FROM ended_dossiers UNION ALL SELECT agency_code FROM invitations"
    assert [row[0] for row in await survey.runtime.pool.fetch(kept)] == [heir["code"]] * 2


async def test_who_was_invited_about_a_destroyed_dossier_is_forgotten_and_answers_stay(
    survey: RunningService,
) -> None:
    token = await invited(survey)
    await survey.post(f"/v1/invitations/{token}/response", all_scored(4))
    dossier_id = str(await survey.runtime.pool.fetchval("SELECT dossier_id FROM invitations"))
    await survey.receive(an_ended_dossier("destroyed", dossier_id=dossier_id))
    assert (await survey.count("invitations"), await survey.count("responses")) == (0, 1)


async def test_a_response_is_taken_once(survey: RunningService) -> None:
    token = await invited(survey)
    taken = await survey.post(f"/v1/invitations/{token}/response", all_scored(4), key="k1")
    assert taken.status_code == 201, taken.text
    replayed = await survey.post(f"/v1/invitations/{token}/response", all_scored(4), key="k1")
    assert (replayed.status_code, replayed.headers["idempotency-replayed"]) == (201, "true")
    second = await survey.post(f"/v1/invitations/{token}/response", all_scored(1))
    assert (second.status_code, second.json()["code"]) == (404, "invitation-unknown")
    assert await survey.count("responses") == 1


async def test_of_many_answers_at_once_one_counts(survey: RunningService) -> None:
    token = await invited(survey)
    answers = await asyncio.gather(
        *(survey.post(f"/v1/invitations/{token}/response", all_scored(score)) for score in (1, 2, 3, 4, 5))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 404, 404, 404, 404]
    assert await survey.count("responses") == 1


async def test_unknown_expired_and_answered_links_look_the_same(survey: RunningService) -> None:
    answered, expired = await invited(survey), await invited(survey)
    await survey.post(f"/v1/invitations/{answered}/response", all_scored(5))
    survey.clock.advance(timedelta(days=30))
    seen = [await survey.get(f"/v1/invitations/{token}") for token in (answered, expired, "khong-co")]
    assert {answer.status_code for answer in seen} == {404}
    assert len({answer.content for answer in seen}) == 1


@pytest.mark.parametrize(
    "body",
    [
        all_scored(6),
        all_scored(None),
        all_scored(4, LA=4),
        {"answers": {"OVERALL": 4}},
        {"answers": dict.fromkeys(CODES, "4")},
        {**all_scored(4), "name": "An"},
    ],
)
async def test_answers_that_do_not_fit_are_refused_and_change_nothing(
    survey: RunningService, body: dict[str, Any]
) -> None:
    token = await invited(survey)
    refused = await survey.post(f"/v1/invitations/{token}/response", body)
    assert refused.status_code == 422, refused.text
    assert await survey.count("responses") == 0
    assert (await survey.get(f"/v1/invitations/{token}")).status_code == 200


async def test_nothing_leads_from_a_response_to_its_invitation(survey: RunningService) -> None:
    token = await invited(survey)
    await survey.post(f"/v1/invitations/{token}/response", all_scored(2))
    invitation = await survey.runtime.pool.fetchrow("SELECT * FROM invitations")
    response = await survey.runtime.pool.fetchrow("SELECT * FROM responses")
    (event,) = await survey.published("survey_response.received.v1")
    identifying = {str(invitation["id"]), str(invitation["dossier_id"]), token, "cong-dan-an", "Nguyễn"}
    kept = f"{dict(response)} {event['data']} {event['key']}"
    assert not [one for one in identifying if one in kept]
    assert event["occurred_at"].astimezone(survey.clock.now().tzinfo).strftime("%H:%M") == "00:00"


async def test_the_index_counts_what_was_answered(survey: RunningService) -> None:
    for score in (5, 4, 2):
        token = await invited(survey)
        body = all_scored(score, FEEDBACK=None)
        assert (await survey.post(f"/v1/invitations/{token}/response", body)).status_code == 201
    elsewhere = await invited(survey, competent_agency={"code": "H99.202", "name": "Phường khác"})
    await survey.post(f"/v1/invitations/{elsewhere}/response", all_scored(1))
    day = survey.clock.now().date().isoformat()
    asked = {"agency": "H99.201", "from": day, "to": day}
    answer = await survey.get("/v1/indices/satisfaction", ANALYST, params=asked)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    overall = shown["overall"]
    assert (overall["numerator"], overall["denominator"], overall["value"]) == (22, 33, 66.67)
    assert (shown["responses"], shown["method"], shown["formula_version"]) == (3, "TOP2", "satisfaction-1")
    feedback = next(one for one in shown["factors"] if one["code"] == "FEEDBACK")["index"]
    assert (feedback["value"], feedback["denominator"], feedback["no_opinion"]) == (None, 0, 3)
    mean = await survey.get("/v1/indices/satisfaction", ANALYST, params={**asked, "method": "MEAN_RATIO"})
    assert (mean.json()["overall"]["numerator"], mean.json()["overall"]["denominator"]) == (121, 165)
    assert mean.json()["overall"]["is_small_sample"] is False
    assert shown["criteria"][0]["index"]["is_small_sample"] is True
    province = await survey.get("/v1/indices/satisfaction", ANALYST, params={"from": day, "to": day})
    assert province.json()["responses"] == 4


async def test_the_index_is_for_those_who_oversee(survey: RunningService) -> None:
    asked = {"agency": "H99.201", "from": "2026-01-01", "to": "2026-12-31"}
    head = a_staff_member("ONE_STOP_MANAGER", agency="H99.201")
    callers = {
        200: [ANALYST, head],
        401: [None],
        403: [
            a_person(),
            a_staff_member("SPECIALIST", agency="H99.201"),
            a_staff_member("ONE_STOP_MANAGER", agency="H99.202"),
        ],
    }
    for status, some in callers.items():
        for caller in some:
            answer = await survey.get("/v1/indices/satisfaction", caller, params=asked)
            assert answer.status_code == status
    backwards = {"from": "2026-12-31", "to": "2026-01-01"}
    assert (await survey.get("/v1/indices/satisfaction", ANALYST, params=backwards)).status_code == 422


async def test_what_is_published_fits_its_schema(survey: RunningService) -> None:
    token = await invited(survey)
    await invited(survey, owner_subject=None, submitter_subject=None, contact=None)
    await survey.post(f"/v1/invitations/{token}/response", all_scored(3, TIME=None))
    rows = await survey.published()
    assert len(rows) == 3
    for row in rows:
        schema = json.loads((EXAMPLES.parent / f"{row['type']}.schema.json").read_text())
        jsonschema.Draft202012Validator(schema).validate(row["data"])


async def test_writes_and_screens_cost_few_statements(survey: RunningService) -> None:
    token = await invited(survey)
    now = survey.clock.now()
    answers = all_scored(5)["answers"]
    async with survey.runtime.unit_of_work() as unit:
        await answer_survey(token, answers, work=survey.runtime.open_work(unit), now=now)
        await unit.commit()
        assert unit.statements == 2
    async with survey.runtime.unit_of_work() as unit:
        await compute_satisfaction(
            by=ANALYST,
            agency=None,
            first=now.date(),
            last=now.date(),
            method=None,
            work=survey.runtime.open_work(unit),
            now=now,
        )
        assert unit.statements == 1


async def test_a_month_is_summed_up_by_procedure_for_the_portals_side_only(survey: RunningService) -> None:
    token = await invited(survey)
    assert (
        await survey.post(f"/v1/invitations/{token}/response", all_scored(5, TIME=None))
    ).status_code == 201
    address = f"/v1/satisfaction-summaries?month={survey.clock.now():%Y-%m}"
    page = await survey.get(address, a_service("survey.summaries"))
    (line,) = page.json()["items"]
    assert (line["agency"], page.json()["next_cursor"]) == ("H99.201", None)
    scores = {question["code"]: question["scores"] for question in line["questions"]}
    assert (scores["OVERALL"], "TIME" in scores) == ({"5": 1}, False)
    assert all(question["text"].endswith("?") for question in line["questions"])
    for other in (a_service("portal.read"), ANALYST, a_person()):
        assert (await survey.get(address, other)).status_code == 403
    wrong = await survey.get("/v1/satisfaction-summaries?month=2026-13", a_service("survey.summaries"))
    assert wrong.status_code == 422
