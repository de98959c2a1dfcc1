"""Opinions asked beside the main step, of another agency; and who may read what."""

from datetime import timedelta

from tests.builders.dossier.office import (
    CLERK,
    COMMUNE,
    LEAD,
    PLAIN_STEPS,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    STRANGER,
    Office,
    a_citizen,
    a_procedure,
    a_step,
    an_agency,
    an_officer,
)

DEPARTMENT = "H99.04"
ASKED = a_step("y-kien-so", "SPECIALIST", "chuyen-mon", agency=DEPARTMENT, consultation_of=["tham-dinh"])


async def test_an_opinion_is_asked_beside_the_step_and_holds_nothing_up(empty_office: Office) -> None:
    """The department sees the dossier and answers; the step goes on with or without it."""
    office = await empty_office.open(steps=[*PLAIN_STEPS, ASKED])
    outsider = an_officer("SPECIALIST", agency=DEPARTMENT)
    seen = await office.in_process()
    listed = await office.service.get("/v1/dossiers", outsider)
    assert [item["dossier_id"] for item in listed.json()["items"]] == [seen["dossier_id"]]
    assert (await office.read(seen, outsider))["actions"] == ["step-completion"]
    mine = await office.tried(seen, "step-completion", outsider, step="tham-dinh")
    assert (mine.status_code, mine.json()["code"]) == (403, "not-your-step")
    seen = await office.act(seen, "step-completion", outsider, step="y-kien-so", note="Phù hợp quy hoạch")
    assert seen["step"]["code"] == "tham-dinh"
    seen = await office.act(seen, "step-completion", SPECIALIST, step="tham-dinh")
    assert seen["step"]["code"] == "soat-xet"
    told = (await office.read(seen, LEAD))["consultations"]
    assert [(item["state"], item["note"]) for item in told] == [("ANSWERED", "Phù hợp quy hoạch")]


async def test_an_opinion_is_put_off_by_the_time_nobody_could_give_it(empty_office: Office) -> None:
    """A stop longer than its hours does not let a mandatory one be passed over."""
    council = a_step("hoi-dong", "CLERK", "van-phong", consultation_of=["tham-dinh"], join="ALL", hours=8)
    office = await empty_office.open(steps=[*PLAIN_STEPS, council])
    seen = await office.in_process()
    lacking = {"items": [{"component_code": "to-khai", "reason": "Chưa ký"}], "reason": "Thiếu"}
    seen = await office.act(seen, "supplement-request", SPECIALIST, **lacking)
    seen = await office.act(seen, "supplement-request-approval", LEAD)
    office.service.clock.advance(timedelta(days=10))
    seen = await office.act(seen, "supplement-answer", a_citizen(), note="Đã ký")
    seen = await office.act(seen, "resumption", RECEIVER)
    detail = await office.read(seen, SPECIALIST)
    assert [one["due_at"] for one in detail["consultations"]] == ["2026-03-16T08:00:00+07:00"]
    early = await office.tried(seen, "step-completion", SPECIALIST, step="tham-dinh")
    assert (early.status_code, early.json()["code"]) == (409, "opinions-open")
    seen = await office.act(seen, "step-completion", CLERK, step="hoi-dong", note="Đồng ý")
    assert (await office.act(seen, "step-completion", SPECIALIST, step="tham-dinh"))["step"][
        "code"
    ] == "soat-xet"


async def test_an_opinion_is_put_off_by_the_time_a_withdrawal_waited(empty_office: Office) -> None:
    """Declined a week later, the dossier does not go on past the council that could not speak meanwhile."""
    council = a_step("hoi-dong", "CLERK", "van-phong", consultation_of=["tham-dinh"], join="ALL", hours=8)
    office = await empty_office.open(steps=[*PLAIN_STEPS, council])
    seen = await office.act(await office.in_process(), "withdrawal", a_citizen(), note="Xin rút")
    refused = await office.tried(seen, "step-completion", CLERK, step="hoi-dong", note="Đồng ý")
    assert (refused.status_code, refused.json()["code"]) == (409, "transition-refused")
    office.service.clock.advance(timedelta(days=7))
    seen = await office.act(seen, "withdrawal-decision", SIGNER, approved=False, note="Chưa đủ căn cứ")
    detail = await office.read(seen, SPECIALIST)
    assert [one["due_at"] for one in detail["consultations"]] == ["2026-03-11T08:00:00+07:00"]
    early = await office.tried(seen, "step-completion", SPECIALIST, step="tham-dinh")
    assert (early.status_code, early.json()["code"]) == (409, "opinions-open")
    seen = await office.act(seen, "step-completion", CLERK, step="hoi-dong", note="Đồng ý")
    assert (await office.act(seen, "step-completion", SPECIALIST, step="tham-dinh"))["step"][
        "code"
    ] == "soat-xet"


async def test_an_applicant_step_is_confirmed_by_the_applicant(empty_office: Office) -> None:
    """Or by the one-stop officer for them; by nobody else."""
    steps = [
        a_step("tham-dinh", "SPECIALIST", "chuyen-mon", to="khac-phuc"),
        a_step("khac-phuc", None, None, to="phat-hanh", kind="APPLICANT"),
        a_step("phat-hanh", "CLERK", "van-phong", issues_result=True),
    ]
    office = await empty_office.open(steps=steps)
    seen = await office.act(await office.in_process(), "step-completion", SPECIALIST, step="tham-dinh")
    refused = await office.tried(seen, "step-completion", SPECIALIST, step="khac-phuc")
    assert refused.status_code == 403
    seen = await office.act(seen, "step-completion", a_citizen(), step="khac-phuc", note="Đã khắc phục")
    assert seen["step"]["code"] == "phat-hanh"


async def test_a_supervisor_sees_what_happens_but_not_who(office: Office) -> None:
    """No name, no paper, no file; the reading is logged."""
    await office.service.receive(an_agency("H99.02", level="PROVINCE", kind="SERVICE_CENTER"))
    supervisor = an_officer("SUPERVISOR", agency="H99.02", unit="giam-sat")
    detail = await office.read(await office.accepted(), supervisor)
    assert (detail["owner"], detail["owner_masked"]) == (None, "Nguyễn V*** A***")
    assert detail["papers"] == detail["attachments"] == detail["actions"] == []
    assert await office.service.count("access_log") == 2  # one of them tells of the marks


async def test_whoever_reads_histories_or_pages_of_names_is_logged(office: Office) -> None:
    """One row a reading; not one's own, not a page without names, not a page of masked ones."""
    supervisor = an_officer("SUPERVISOR", unit="giam-sat", subject="giam-sat")
    seen = await office.in_process()
    await office.in_process()
    history = f"/v1/dossiers/{seen['dossier_id']}/history"
    for path, by in (
        ("/v1/dossiers", a_citizen()),
        (history, a_citizen()),
        ("/v1/dossiers", supervisor),
        ("/v1/inbox", LEAD),
        ("/v1/dossiers?state=RETURNED", LEAD),
    ):
        assert (await office.service.get(path, by)).status_code == 200
    assert await office.service.count("access_log") == 1  # it tells of the marks
    for path, by in (
        (history, supervisor),
        (history, SPECIALIST),
        ("/v1/dossiers", SPECIALIST),
        ("/v1/inbox", SPECIALIST),
    ):
        assert (await office.service.get(path, by)).status_code == 200
    assert (await office.service.get(history, STRANGER)).status_code == 404
    rows = await office.service.runtime.pool.fetch(
        "SELECT subject, what, dossier_id::text FROM access_log WHERE what <> 'table_marked' ORDER BY id"
    )
    assert [tuple(row) for row in rows] == [
        ("giam-sat", "history", seen["dossier_id"]),
        ("thu-ly", "history", seen["dossier_id"]),
        ("thu-ly", "list", None),
        ("thu-ly", "inbox", None),
    ]


async def test_an_officer_sees_the_identity_number_masked_and_the_owner_all_of_it(office: Office) -> None:
    """Enough to compare with the card in the hand."""
    seen = await office.accepted()
    assert (await office.read(seen, RECEIVER))["owner"]["identity_number"] == "099*******11"
    own = await office.read(seen, a_citizen())
    assert own["owner"]["identity_number"] == "099088000011"
    assert own["secret"] == seen["secret"]


async def test_the_inbox_is_paged_by_what_is_most_pressing(office: Office) -> None:
    """Every dossier once, in the order of its due moment."""
    expected = []
    for _ in range(5):
        expected.append((await office.in_process())["dossier_id"])
        office.service.clock.advance(timedelta(minutes=10))
    found: list[str] = []
    cursor = ""
    while True:
        answer = await office.service.get("/v1/inbox", SPECIALIST, params={"limit": 2, "cursor": cursor})
        page = answer.json()
        found += [item["dossier_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == expected


async def test_a_version_of_tomorrow_is_not_worked_by_today(office: Office) -> None:
    """A new version holds from its day; dossiers keep the one they came under."""
    await office.service.receive(a_procedure(version=2, valid_from="2026-03-04", submit_here=False))
    today = await office.submitted()
    assert (await office.read(today, RECEIVER))["procedure_version"] == 1
    office.service.clock.advance(timedelta(days=1))
    body = await office.submission(a_citizen())
    answer = await office.service.post("/v1/dossiers", body, a_citizen())
    assert (answer.status_code, answer.json()["code"]) == (409, "submit-at-portal")
    accepted = await office.act(today, "acceptance", RECEIVER)
    assert accepted["dossier_code"] == f"{COMMUNE}-260304-0001"


async def test_what_colleagues_write_to_each_other_stays_in_the_office(office: Office) -> None:
    """The citizen sees that a step was done, not the note; a refusal's reason is theirs to read."""
    seen = await office.in_process()
    await office.act(seen, "step-completion", SPECIALIST, step="tham-dinh", note="Nghi giả mạo")
    path = f"/v1/dossiers/{seen['dossier_id']}/history"
    for reader, is_told in ((LEAD, True), (a_citizen(), False)):
        answer = await office.service.get(path, reader)
        assert [item["version"] for item in answer.json()["items"]] == [1, 2, 3, 4]
        assert ("Nghi giả mạo" in answer.text) is is_told
        detail = await office.service.get(f"/v1/dossiers/{seen['dossier_id']}", reader)
        assert ("Nghi giả mạo" in detail.text) is is_told


async def test_a_signed_proposal_on_the_way_is_no_signed_result(empty_office: Office) -> None:
    """The applicant may still withdraw: who signs the result comes after whoever verifies the proposal."""
    steps = [
        a_step("tham-dinh", "SPECIALIST", "chuyen-mon", to="ky-trinh"),
        a_step("ky-trinh", "SIGNER", "lanh-dao", to="tham-tra"),
        a_step("tham-tra", "TEAM_LEAD", "chuyen-mon", to="ky"),
        a_step("ky", "SIGNER", "lanh-dao", to="phat-hanh"),
        a_step("phat-hanh", "CLERK", "van-phong", issues_result=True),
    ]
    office = await empty_office.open(steps=steps)
    seen = await office.act(await office.in_process(), "step-completion", SPECIALIST, step="tham-dinh")
    seen = await office.act(seen, "step-completion", SIGNER, step="ky-trinh")
    assert "withdrawal" in (await office.read(seen, a_citizen()))["actions"]
    assert (await office.act(seen, "withdrawal", a_citizen()))["state"] == "WITHDRAWAL_REQUESTED"
