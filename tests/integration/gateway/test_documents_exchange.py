"""Documents go out and come in through the folder: nothing lost, nothing twice in effect, in order."""

import unicodedata
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kernel.core.clock import VIETNAM
from kernel.postgres.unit_of_work import UnitOfWork
from services.gateway.domain.documents.envelope import (
    Answered,
    Attachment,
    Envelope,
    Number,
    Organ,
    Purpose,
    Staff,
    StatusNotice,
    Trace,
    document_id_of,
)
from services.gateway.jobs.documents import DOCUMENT_CLOCK
from tests.builders.gateway.documents import DAY, DEPARTMENT, PDF, WARD, a_status, an_envelope
from tests.integration.gateway.document_world import (
    DocumentWorld,
    a_document_world,
    with_a_result,
    write,
)
from tests.integration.gateway.portal_dossiers import ADossier

ANOTHER = Organ("G15", "Bộ Tư pháp")


@pytest.fixture
async def world(start, tmp_path: Path):
    async with a_document_world(start, tmp_path / "axis") as found:
        yield found


async def issued(world: DocumentWorld, *receivers: Organ, **given: object) -> ADossier:
    """Let a dossier end with a result that goes to these agencies."""
    await world.sends_results_to(*(receivers or (DEPARTMENT,)))
    dossier = ADossier()
    dossier.went("accepted", "ACCEPTED").went("handed_over", "PROCESSING").went(
        "result_issued", "RESULT_READY"
    )
    with_a_result(dossier, **given)  # type: ignore[arg-type]
    await world.world.hears(dossier)
    return dossier


def from_department(**changed: object) -> Envelope:
    """What the department sends the ward."""
    number = Number("77", "STP-HCTP")
    plain = an_envelope(
        sender=DEPARTMENT,
        receivers=(WARD,),
        number=number,
        document_id=document_id_of(DEPARTMENT.id, DAY, number),
    )
    return replace(plain, **changed)  # type: ignore[arg-type]


async def test_a_clock_that_is_set_back_holds_up_no_document(world: DocumentWorld):
    """Neither one not made ready yet nor one that waits to be taken away, nor what came."""
    await issued(world, DEPARTMENT)
    world.world.passes(hours=-1)
    await world.gateway.run_job(DOCUMENT_CLOCK)
    await world.goes_round()
    assert len(world.agent.taken_away()) == 1
    world.agent.brings(b"\x00\x01", "9.edxml")
    await world.goes_round()
    for waits in (
        "UPDATE document_arrivals SET state = 'RECEIVED', next_attempt_at = $1",
        "UPDATE document_messages SET state = 'WAITING', next_attempt_at = $1",
    ):
        await world.gateway.runtime.pool.execute(waits, world.gateway.clock.now() + timedelta(hours=1))
    await world.goes_round()
    assert world.agent.waiting() == []
    await world.gateway.run_job(DOCUMENT_CLOCK)
    await world.goes_round()
    assert len(world.agent.waiting()) == 1
    assert {row["state"] for row in await world.rows("document_arrivals")} == {"PARKED"}


async def test_a_result_goes_to_each_receiver_with_the_sealed_file_byte_for_byte(world: DocumentWorld):
    dossier = await issued(world, DEPARTMENT, ANOTHER)
    await world.goes_round()
    sent = world.agent.taken_away()
    assert [one.receivers for one in sent if isinstance(one, Envelope)] == [
        (replace(DEPARTMENT, in_charge=DEPARTMENT.name),),
        (replace(ANOTHER, in_charge=ANOTHER.name),),
    ]
    first = sent[0]
    assert isinstance(first, Envelope)
    assert first.attachments[0].content == PDF
    assert (first.number.whole, first.sender.id) == ("12/UBND-XNTTHN", WARD.id)
    assert dossier.code in first.subject
    assert first.signer.name == "Phạm Thị Hòa"
    await world.goes_round(2)
    assert world.agent.waiting() == []
    assert [row["state"] for row in await world.messages()] == ["TAKEN", "TAKEN"]
    assert (await world.messages())[0]["reference"].startswith("axis-")
    assert list((world.agent.root / "receipts").iterdir()) == [], "kept, then let go of"


async def test_only_procedures_that_name_receivers_send_anything(world: DocumentWorld):
    dossier = ADossier().went("accepted", "ACCEPTED").went("result_issued", "RESULT_READY")
    await world.world.hears(with_a_result(dossier))
    await world.goes_round()
    assert await world.rows("exchanged_documents") == []


async def test_a_result_without_a_file_waits_for_people_who_are_told_why(world: DocumentWorld):
    await issued(world, has_file=False)
    await world.goes_round()
    (row,) = await world.documents("OUT")
    assert (row["state"], row["failure"]) == ("FAULTY", "Kết quả không có bản điện tử")


async def test_a_result_is_sent_by_who_goes_on_for_an_agency_that_ended(world: DocumentWorld):
    """In the envelope and in what identifies the document."""
    heir = {"code": "H99.210", "name": "UBND phường Mới"}
    await world.sends_results_to(DEPARTMENT)
    dossier = ADossier().went("accepted", "ACCEPTED").went("result_issued", "RESULT_READY")
    with_a_result(dossier)
    dossier.events[-1].data["dossier"]["continuing_agency"] = heir
    await world.world.hears(dossier)
    (row,) = await world.documents("OUT")
    assert (row["agency"], row["agency_name"]) == (heir["code"], heir["name"])
    assert row["document_id"].startswith(heir["code"])


async def test_a_dossier_service_that_is_away_is_waited_for(world: DocumentWorld):
    world.world.dossiers.is_down = True
    await issued(world)
    await world.goes_round(3)
    assert world.agent.waiting() == []
    world.world.dossiers.is_down = False
    world.world.passes(hours=2)
    await world.goes_round()
    assert len(world.agent.waiting()) == 1


async def test_a_recalled_result_never_leaves_or_is_revoked_where_it_went(world: DocumentWorld):
    dossier = await issued(world)
    await world.goes_round()
    (first,) = world.agent.taken_away()
    await world.hears(dossier.went("result_recalled", "PROCESSING").events[-1])
    await world.goes_round(2)
    (revoked,) = world.agent.taken_away()
    assert isinstance(first, Envelope)
    assert isinstance(revoked, Envelope)
    assert (revoked.purpose, revoked.about) == (Purpose.REVOKE, first.document_id)
    again = with_a_result(dossier.went("result_issued", "RESULT_READY"), number="13/UBND-XNTTHN")
    again.went("result_recalled", "PROCESSING")
    world.world.dossiers.knows(again)
    await world.hears(*again.events[-2:])
    await world.goes_round(2)
    assert world.agent.waiting() == [], "what was taken back before it left never leaves"


async def test_acknowledgements_come_back_to_the_ledger_in_any_order_and_once(world: DocumentWorld):
    await issued(world)
    await world.goes_round()
    (sent,) = world.agent.taken_away()
    assert isinstance(sent, Envelope)
    said = [
        a_status(sent, code, at=a_status(sent).at + timedelta(hours=n))
        for n, code in enumerate(("01", "03", "06"))
    ]
    for one in reversed(said):
        world.agent.brings(one)
        await world.goes_round()
    world.agent.brings(said[1], "lai.edxml")
    await world.goes_round()
    assert [row["standing"] for row in await world.messages()] == ["06"]
    assert sorted(row["code"] for row in await world.rows("document_statuses")) == ["01", "03", "06"]


async def test_a_status_that_names_our_document_by_agency_number_and_day_is_one_of_it(world: DocumentWorld):
    """The regulation's four members name a document; not every system knows the axis's identifier."""
    await issued(world)
    await world.goes_round()
    (sent,) = world.agent.taken_away()
    assert isinstance(sent, Envelope)
    told = a_status(sent, "03")
    world.agent.brings(replace(told, about=replace(told.about, document_id="")))
    await world.goes_round()
    assert [row["standing"] for row in await world.messages()] == ["03"]


async def test_a_word_dated_in_the_future_counts_from_when_it_was_heard(world: DocumentWorld):
    """A clock ahead of ours, a typo: the receiver's next words are newer."""
    await issued(world)
    await world.goes_round()
    (sent,) = world.agent.taken_away()
    assert isinstance(sent, Envelope)
    world.agent.brings(a_status(sent, "02", at=a_status(sent).at + timedelta(days=365_000)))
    await world.goes_round()
    assert [row["standing"] for row in await world.messages()] == ["02"]
    world.world.passes(hours=1)
    world.agent.brings(a_status(sent, "03", at=world.world.gateway.clock.now()))
    await world.goes_round()
    assert [row["standing"] for row in await world.messages()] == ["03"]


async def test_an_acknowledgement_of_somebody_not_asked_or_of_nothing_known_changes_nothing(
    world: DocumentWorld,
):
    await issued(world)
    await world.goes_round()
    (sent,) = world.agent.taken_away()
    assert isinstance(sent, Envelope)
    world.agent.brings(replace(a_status(sent, "06"), sender=ANOTHER))
    unknown = a_status(an_envelope(number=Number("9", "KHAC")), "03")
    world.agent.brings(unknown)
    await world.goes_round()
    assert [row["standing"] for row in await world.messages()] == [""]
    reasons = {row["reason"] for row in await world.rows("document_arrivals")}
    assert reasons == {"Trạng thái của nơi không được gửi", "Trạng thái của văn bản chưa biết"}


async def test_a_document_is_kept_acknowledged_and_taken_once_however_often_it_comes(world: DocumentWorld):
    raw = world.agent.brings(from_department())
    await world.goes_round()
    (answer,) = world.agent.taken_away()
    assert isinstance(answer, StatusNotice)
    assert (answer.code, answer.about.document_id) == ("01", from_department().document_id)
    assert (answer.about.organ, answer.sender.id) == (DEPARTMENT.id, WARD.id)
    world.agent.brings(raw, "gui-lai.edxml")
    await world.goes_round(2)
    assert len(await world.documents("IN")) == 1
    assert [one.code for one in world.agent.taken_away() if isinstance(one, StatusNotice)] == ["01"], (
        "heard again"
    )
    files = await world.rows("document_files")
    assert [row["size"] for row in files] == [len(PDF)]
    assert not [one for one in await world.rows("document_parts", "owner") if PDF in one["body"]], "sealed"


async def test_a_document_told_again_by_another_way_is_acknowledged_again(world: DocumentWorld):
    """The axis and its members write hops, moments and clerks into it; the sender did not hear us."""
    hop = Trace(DEPARTMENT.id, datetime(2026, 3, 3, 8, 0, tzinfo=VIETNAM))
    later = Trace("G22", datetime(2026, 3, 3, 9, 0, tzinfo=VIETNAM))
    changed = ({"traces": (hop, later)}, {"traces": (later,)}, {"staff": Staff("Phòng khác", "Người khác")})
    for how in ({}, *changed):
        world.agent.brings(from_department(**how))
        await world.goes_round(2)
        assert [one.code for one in world.agent.taken_away()] == ["01"]
    assert len(await world.documents("IN")) == 1
    assert {row["state"] for row in await world.rows("document_arrivals")} == {"DONE"}


async def test_another_content_under_one_identifier_waits_for_people(world: DocumentWorld):
    world.agent.brings(from_department())
    world.agent.brings(from_department(subject="Một nội dung khác"))
    await world.goes_round()
    assert len(await world.documents("IN")) == 1
    parked = [row["reason"] for row in await world.rows("document_arrivals") if row["state"] == "PARKED"]
    assert parked == ["Trùng mã văn bản đã nhận nhưng nội dung khác"]


async def test_a_reply_is_shown_at_the_dossier_we_asked_for(world: DocumentWorld):
    dossier = await issued(world)
    await world.goes_round()
    (sent,) = world.agent.taken_away()
    assert isinstance(sent, Envelope)
    spelt = unicodedata.normalize("NFD", sent.document_id.replace("H99.201", "000.00.201.H99"))
    answered = Answered(WARD.id, sent.number.whole, sent.promulgated_on, spelt)
    world.agent.brings(from_department(answers=(answered,)))
    await world.goes_round()
    (row,) = await world.documents("IN")
    assert (row["dossier_id"], row["dossier_code"]) == (dossier.id, dossier.code)


async def test_a_revocation_that_overtakes_its_document_waits_for_it(world: DocumentWorld):
    new = from_department()
    revoked = from_department(
        purpose=Purpose.REVOKE, about=new.document_id, attachments=(), subject="Thu hồi"
    )
    world.agent.brings(revoked)
    await world.goes_round()
    assert await world.documents("IN") == []
    world.agent.brings(new)
    await world.goes_round()
    world.world.passes(minutes=11)
    await world.goes_round()
    rows = {row["purpose"]: row for row in await world.documents("IN")}
    assert rows[0]["is_revoked"]
    assert rows[1]["about"] == rows[0]["id"]


async def test_what_is_no_envelope_is_kept_for_people_and_stops_nobody(world: DocumentWorld):
    world.agent.brings(b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>', "1.edxml")
    world.agent.brings(b"\x00\x01", "2.edxml")
    world.agent.brings(from_department(receivers=(ANOTHER,)), "3.edxml")
    world.agent.brings(from_department(), "4.edxml")
    await world.goes_round()
    assert len(await world.documents("IN")) == 1
    parked = sorted(
        row["reason"] for row in await world.rows("document_arrivals") if row["state"] == "PARKED"
    )
    assert parked[0] == "Không gửi cho cơ quan nào của tỉnh"
    assert [reason.partition(":")[0] for reason in parked[1:]] == ["document-type", "encoding"]


async def test_a_refusal_of_the_axis_is_seen_and_the_next_document_goes_on(world: DocumentWorld):
    await issued(world, DEPARTMENT)
    await world.goes_round()
    world.agent.taken_away(is_taken=False, reason="Không có đơn vị nhận")
    await world.goes_round()
    (row,) = await world.messages()
    assert (row["state"], row["answer"]) == ("REFUSED", "Không có đơn vị nhận")


async def test_a_folder_that_is_gone_is_waited_for_for_days(world: DocumentWorld):
    await issued(world)
    world.agent.root.rename(world.agent.root.with_name("away"))
    for _ in range(60):
        await world.goes_round()
        world.world.passes(hours=1)
    (row,) = await world.messages()
    assert (row["state"], row["attempts"] > 40) == ("WAITING", True)
    world.agent.root.with_name("away").rename(world.agent.root)
    world.world.passes(hours=2)
    await world.goes_round()
    assert len(world.agent.waiting()) == 1


async def test_documents_to_one_receiver_keep_their_order_when_the_first_cannot_go(world: DocumentWorld):
    await issued(world, DEPARTMENT)
    await world.goes_round()
    world.agent.taken_away()
    world.agent.brings(from_department())
    world.agent.brings(from_department(number=Number("78", "X"), document_id="H99.15,2026/03/03,78/X"))
    deliver = world.gateway.runtime.resources.documents.deliver
    put = deliver._axis.hand_over
    tried: list[str] = []

    async def broken(message):  # type: ignore[no-untyped-def]
        from services.gateway.use_cases.documents.ports import AxisSilent

        tried.append(str(message.id))
        raise AxisSilent("hỏng")

    deliver._axis.hand_over = broken
    await world.goes_round()
    assert len(set(tried)) == 1, "the second waits for the first"
    deliver._axis.hand_over = put
    world.world.passes(minutes=10)
    await world.goes_round()
    said = [one.about.code for one in world.agent.taken_away() if isinstance(one, StatusNotice)]
    assert said == ["77/STP-HCTP", "78/X"]


class Killed(BaseException):
    """The process ends here."""


async def test_killed_between_any_two_steps_nothing_is_lost_or_sent_twice(world: DocumentWorld):
    """Every step is cut off before and after it; then all goes on as if nothing had been."""
    await issued(world)
    raw = world.agent.brings(from_department())
    side = world.gateway.runtime.resources.documents
    steps = [
        (side.take_in, "_keep"),
        (side.take_in._axis, "let_go"),
        (side.take_in, "understand"),
        (side.prepare, "_prepare"),
        (side.deliver._axis, "hand_over"),
        (side.deliver._axis, "receipts"),
    ]
    cut = []
    for owner, name in steps:
        for is_after in (False, True):
            whole = getattr(owner, name)

            async def broken(*given, _name=name, _whole=whole, _after=is_after):  # type: ignore[no-untyped-def]
                if _after:
                    await _whole(*given)
                cut.append(_name)
                raise Killed

            setattr(owner, name, broken)
            try:
                await world.goes_round()
            except Killed:
                world.world.passes(minutes=1)
            finally:
                setattr(owner, name, whole)
    assert len(cut) == 2 * len(steps), cut
    world.world.passes(hours=1)
    sent = []
    for _ in range(4):
        await world.goes_round()
        sent += world.agent.taken_away()
    assert len([one for one in sent if isinstance(one, Envelope)]) == 1
    assert {one.code for one in sent if isinstance(one, StatusNotice)} == {"01"}
    assert len(await world.documents("IN")) == 1
    assert {row["state"] for row in await world.messages()} == {"TAKEN"}
    assert write(from_department()) == raw


async def test_every_commit_is_refused_once_and_nothing_is_half_done(world: DocumentWorld, monkeypatch):
    """Each commit that writes fails the first time it is tried, as if the process had ended there."""
    await issued(world)
    world.agent.brings(from_department())
    commit, tried = UnitOfWork.commit, 0

    async def refusing(self):  # type: ignore[no-untyped-def]
        nonlocal tried
        if self.has_changes:
            tried += 1
            if tried % 2:
                raise Killed
        await commit(self)

    monkeypatch.setattr(UnitOfWork, "commit", refusing)
    for _ in range(20):
        try:
            await world.goes_round()
        except Killed:
            world.world.passes(minutes=1)
        world.agent.taken_away()
    monkeypatch.setattr(UnitOfWork, "commit", commit)
    assert tried >= 10, "kept, understood, made ready, handed over, receipt: each was refused once"
    assert len(await world.documents("IN")) == 1
    assert [row["state"] for row in await world.messages()] == ["TAKEN", "TAKEN"]


async def test_two_agencies_of_ours_each_have_it_and_each_answer(world: DocumentWorld):
    other = Organ("H99.202", "Ủy ban nhân dân xã Tân Hòa")
    world.agent.brings(from_department(receivers=(WARD, other)))
    await world.goes_round()
    assert {row["agency"] for row in await world.documents("IN")} == {"H99.201", "H99.202"}
    senders = {one.sender.id for one in world.agent.taken_away() if isinstance(one, StatusNotice)}
    assert senders == {"H99.201", "H99.202"}


async def test_a_file_too_large_is_named_and_left_out(start, tmp_path: Path):
    async with a_document_world(start, tmp_path / "axis", documents_megabytes=1) as world:
        large = Attachment("a", "a.pdf", "application/pdf", bytes(2_000_000))
        world.agent.brings(from_department(attachments=(large,)))
        await world.goes_round(2)
        (row,) = await world.rows("document_arrivals")
        assert (row["state"], row["reason"]) == ("PARKED", "Gói tin quá lớn, còn ở thư mục của trục")
        assert list((world.agent.root / "kept" / "in").iterdir())
