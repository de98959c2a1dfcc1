"""Terms of publication, secrecy, what everybody may read, and the indices down to their petitions."""

import json
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest

from kernel.testing.running import RunningService, a_staff_member, an_event
from services.survey.domain.petitions.petition import plain_words
from tests.integration.survey.test_petitions import (
    AN,
    ANSWER,
    CLERK,
    EXAMPLES,
    MANAGER,
    OTHER,
    SUPERVISOR,
    Start,
    an_agency,
    answered,
    does,
    sent,
)

TEXT = {"title": "Hẹn trả nhiều lần", "text": "Người dân phải đến nhiều lần.", "answer": ANSWER["text"]}
MARCH = "from=2026-03-01&to=2026-03-31"
FIGURES = "/v1/indices/petitions"


@pytest.fixture
async def survey(start: Start) -> RunningService:
    running = await start("survey", petitions_a_day=50)
    year = json.loads((EXAMPLES / "calendar.changed.v1" / "typical.json").read_text(encoding="utf-8"))
    await running.receive(
        an_agency("H99.201"), an_agency("H99.202"), an_event("calendar.changed.v1", "som/2026", year)
    )
    return running


async def figures(survey: RunningService, query: str = MARCH, by: Any = SUPERVISOR) -> Any:
    answer = await survey.get(f"{FIGURES}?{query}", by)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def behind(survey: RunningService, number: str, query: str = MARCH) -> list[Any]:
    answer = await survey.get(f"{FIGURES}/items?{query}&number={number}", SUPERVISOR)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def ended(code: str, agency: str = "H99.201", *, late: bool = False, number: int = 1) -> Any:
    """Return a returned dossier's event."""
    raw = json.loads((EXAMPLES / "dossier.returned.v1" / "typical.json").read_text(encoding="utf-8"))
    raw["dossier"] |= {
        "dossier_id": f"0193a5c2-7d00-7a10-8000-{number:012d}",
        "dossier_code": code,
        "accepted_at": "2026-03-02T08:00:00+07:00",
        "due_at": "2026-03-05T17:00:00+07:00",
        "ended_at": "2026-03-06T09:00:00+07:00" if late else "2026-03-04T09:00:00+07:00",
    }
    raw["dossier"]["competent_agency"]["code"] = agency
    return an_event("dossier.returned.v1", raw["dossier"]["dossier_id"], raw, sequence=9)


async def test_publication_has_its_term_of_working_days_and_who_waits_is_listed(
    survey: RunningService,
) -> None:
    """Answered on Tuesday: by Thursday's end; published on Friday it is published, and counted late."""
    one = await answered(survey)
    line = (await survey.get("/v1/petitions/unpublished", CLERK)).json()["items"][0]
    assert (line["publish_due_at"], line["is_publication_overdue"]) == ("2026-03-05T17:00:00+07:00", False)
    assert (await survey.get("/v1/petitions/unpublished", OTHER)).json()["items"] == []
    survey.clock.advance(timedelta(days=3))
    line = (await survey.get("/v1/petitions/unpublished", CLERK)).json()["items"][0]
    assert line["is_publication_overdue"] is True
    assert (await figures(survey))["petitions"]["LATE"] == 0, "to publish is the officer's to decide"
    assert (await does(survey, one, "publication", TEXT)).status_code == 200
    assert (await survey.get("/v1/petitions/unpublished", CLERK)).json()["items"] == []
    assert (await figures(survey))["petitions"]["LATE"] == 1


async def test_who_asked_for_secrecy_is_not_published_and_has_no_term(survey: RunningService) -> None:
    one = await answered(survey, keep_secret=True)
    assert (one["is_secret"], one["publish_due_at"]) == (True, None)
    refused = await does(survey, one, "publication", TEXT)
    assert (refused.status_code, refused.json()["code"]) == (409, "petition-kept-secret")
    assert (await survey.get("/v1/petitions/unpublished", CLERK)).json()["items"] == []
    assert (await survey.get("/v1/published-petitions")).json()["items"] == []


async def test_what_is_published_is_searched_without_accents_and_read_one_by_one(
    survey: RunningService,
) -> None:
    """All words, in any place; a pattern's signs are plain signs; withdrawn it is nobody's any more."""
    one, other = await answered(survey), await answered(survey)
    assert (await does(survey, one, "publication", TEXT)).status_code == 200
    text = {**TEXT, "title": "Thu phí 100% sai", "text": "Thu phí không có biên lai."}
    done = (await does(survey, other, "publication", text)).json()

    async def found(query: str) -> list[str]:
        items = (await survey.get(f"/v1/published-petitions?{query}")).json()["items"]
        return [item["title"] for item in items]

    assert await found("q=nguoi dan") == ["Hẹn trả nhiều lần"]
    assert await found("q=DÂN PHẢI") == ["Hẹn trả nhiều lần"]
    assert await found("q=100%25") == ["Thu phí 100% sai"]
    assert await found("q=_") == []
    assert await found("q=khong co ai noi") == []
    assert len(await found("agency=H99.201")) == 2
    assert await found("agency=H99.202") == []
    path = f"/v1/published-petitions/{other['id']}"
    shown = await survey.get(path)
    assert (shown.status_code, shown.json()["answer"]) == (200, ANSWER["text"])
    assert not {"reference", "sender", "code"} & set(shown.json())
    headers = survey.headers(MANAGER, version=done["version"])
    await survey.client.delete(f"/v1/petitions/{other['id']}/publication", headers=headers)
    assert (await survey.get(path)).status_code == 404
    assert await found("q=phi") == []
    unanswered = await sent(survey)
    assert (await survey.get(f"/v1/published-petitions/{unanswered['id']}")).status_code == 404


async def test_what_was_published_before_is_found_as_well(survey: RunningService) -> None:
    """The migration writes the words as the service does."""
    one = await answered(survey)
    await does(survey, one, "publication", TEXT)
    pool = survey.runtime.pool
    ours = await pool.fetchval("SELECT published_words FROM petitions")
    migration = import_module("services.survey.migrations.versions.0003_terms_and_indices")

    await pool.execute("UPDATE petitions SET published_words = ''")
    await pool.execute(migration.STATEMENTS[1])
    theirs = await pool.fetchval("SELECT published_words FROM petitions")
    assert theirs.split() == ours.split() == plain_words(ours).split()


async def test_the_indices_open_down_to_the_petitions_they_count(survey: RunningService) -> None:
    """One in time and liked, one answered late, one disliked, one raised again, one open and in time."""
    good, late, bad, again = [await sent(survey) for _ in range(4)]
    open_ = await sent(survey)

    async def answers(one: Any) -> Any:
        taken = (await does(survey, one, "classification", {"kind": "CONDUCT"})).json()
        return (await does(survey, taken, "answer", ANSWER)).json()

    await does(survey, await answers(good), "rating", {"is_satisfied": True}, AN)
    await does(survey, await answers(bad), "rating", {"is_satisfied": False}, AN)
    raised = {"is_satisfied": False, "again": "Vẫn chưa nhận được kết quả như đã hứa."}
    raised_again = await does(survey, await answers(again), "rating", raised, AN)
    await answers({**again, "version": raised_again.json()["version"]})
    survey.clock.advance(timedelta(days=25))
    await answers(late)
    newest = await sent(survey)
    found = await figures(survey)
    assert found["set"]["code"] == "766-2026"
    assert found["petitions"] == {
        "COUNTED": 5,
        "ON_TIME": 3,
        "LATE": 2,
        "DISSATISFIED": 1,
        "RAISED_AGAIN": 1,
        "IN_TIME": 1,
    }
    first, second, third = found["indices"]
    assert (first["numerator"], first["denominator"], first["points"]) == (3, 5, "3.6000")
    assert (second["numerator"], second["denominator"], second["points"]) == (1, 5, "1.2000")
    assert (third["percent"], third["points"]) == (None, "0.0000")
    for number, expected in (
        ("LATE", {late["id"], open_["id"]}),
        ("DISSATISFIED", {bad["id"]}),
        ("RAISED_AGAIN", {again["id"]}),
        ("IN_TIME", {newest["id"]}),
        ("ON_TIME", {good["id"], bad["id"], again["id"]}),
    ):
        assert {one["petition_id"] for one in await behind(survey, number)} == expected, number
    assert (await figures(survey, f"{MARCH}&agency=H99.202"))["petitions"]["COUNTED"] == 0
    page = await survey.get(f"{FIGURES}/items?{MARCH}&number=COUNTED&limit=2", SUPERVISOR)
    ids, cursor = [one["petition_id"] for one in page.json()["items"]], page.json()["next_cursor"]
    while cursor:
        page = await survey.get(f"{FIGURES}/items?{MARCH}&number=COUNTED&limit=2&cursor={cursor}", SUPERVISOR)
        ids += [one["petition_id"] for one in page.json()["items"]]
        cursor = page.json()["next_cursor"]
    assert sorted(ids) == sorted(one["id"] for one in (good, late, bad, again, open_))


async def test_the_words_forgotten_the_count_stays_and_acts_of_before_count_by_their_row(
    survey: RunningService,
) -> None:
    """What was recorded before acts said where and whether in time is counted as the petition says."""
    one = await sent(survey)
    survey.clock.advance(timedelta(days=25))
    taken = (await does(survey, one, "classification", {"kind": "CONDUCT"})).json()
    await does(survey, taken, "answer", ANSWER)
    before = await figures(survey)
    assert before["petitions"]["LATE"] == 1
    pool = survey.runtime.pool
    await pool.execute("UPDATE petitions SET words = '', sender = NULL, subject = NULL, code_hash = NULL")
    await pool.execute(
        "UPDATE petition_acts SET agency = NULL, due_at = NULL, next_due_at = NULL, is_late = NULL"
    )
    assert (await figures(survey))["petitions"] == before["petitions"]


async def test_what_another_system_ended_is_counted_and_nobody_is_asked_about_it(
    survey: RunningService,
) -> None:
    """Late or in time as every other, until its end is taken back; who worked it is not of this province."""
    by_another = ended("H99.201-260302-0007", late=True, number=7)
    name, key = "dossier.ended_elsewhere.v1", by_another.key
    await survey.receive(an_event(name, key, by_another.data, sequence=9))
    counted = (await figures(survey))["dossiers"]
    assert (counted["ended"], counted["overdue"]) == (1, 1)
    assert await survey.count("invitations") == 0
    in_time = ended("H99.201-260302-0007", number=7).data
    await survey.receive(an_event(name, key, in_time, sequence=10))
    assert (await figures(survey))["dossiers"]["overdue"] == 0
    await survey.receive(an_event("dossier.reopened_elsewhere.v1", key, in_time, sequence=11))
    assert (await figures(survey))["dossiers"]["ended"] == 0


async def test_dossiers_are_counted_late_petitioned_and_disliked_once_each(survey: RunningService) -> None:
    """Two petitions about one dossier are one; what is late already counts as late; told twice, once."""
    codes = [f"H99.201-260302-{number:04d}" for number in range(4)]
    events = [ended(code, late=number == 0, number=number) for number, code in enumerate(codes, 0)]
    await survey.receive(*events, ended("H99.202-260302-0001", "H99.202", number=9))
    await survey.receive(
        *[ended(code, late=number == 0, number=number) for number, code in enumerate(codes, 0)]
    )
    for code in (codes[0], codes[1], codes[1]):
        await sent(survey, dossier_code=code)
    found = await figures(survey, f"{MARCH}&agency=H99.201")
    assert found["dossiers"] == {"ended": 4, "overdue": 1, "petitioned": 1, "disliked": 0}
    third = found["indices"][2]
    assert (third["numerator"], third["denominator"], third["points"]) == (2, 4, "3.3333")
    older = (await figures(survey, f"{MARCH}&agency=H99.201&set=766-2022"))["indices"][2]
    assert older["points"] == "3.0000"
    assert [one["dossier_code"] for one in await behind(survey, "DOSSIERS_OVERDUE")] == [codes[0]]
    assert [one["dossier_code"] for one in await behind(survey, "DOSSIERS_PETITIONED")] == [codes[1]]
    gone = {"dossier": {"dossier_id": f"0193a5c2-7d00-7a10-8000-{0:012d}"}}
    await survey.receive(an_event("dossier.destroyed.v1", gone["dossier"]["dossier_id"], gone, sequence=10))
    assert (await figures(survey, f"{MARCH}&agency=H99.201"))["dossiers"]["overdue"] == 1
    assert [one["dossier_code"] for one in await behind(survey, "DOSSIERS_OVERDUE")] == [None]


async def test_who_sees_which_figures(survey: RunningService) -> None:
    """Overseers all, heads their own, those who are judged none; nonsense is refused by name."""
    head = a_staff_member("SIGNER", agency="H99.201")
    for path in (f"{FIGURES}?{MARCH}", f"{FIGURES}/items?{MARCH}&number=LATE"):
        assert (await survey.get(f"{path}&agency=H99.201", head)).status_code == 200
        for by in (head, CLERK, AN):
            assert (await survey.get(path, by)).status_code == 403
        assert (await survey.get(f"{path}&agency=H99.202", head)).status_code == 403
    for wrong in ("from=2026-03-02&to=2026-03-01", f"{MARCH}&set=766-1999"):
        assert (await survey.get(f"{FIGURES}?{wrong}", SUPERVISOR)).status_code == 422
    for query in ("number=LATE&cursor=eA", "number=ALL"):
        assert (await survey.get(f"{FIGURES}/items?{MARCH}&{query}", SUPERVISOR)).status_code == 422
