"""One holder a step, hand-overs both sides confirm, absence that is felt, and a step taken back in time."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from kernel.core.errors import Invalid, Refusal, Stale
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import FourEyes, NotYourStep
from services.dossier.domain.work.errors import (
    ColleagueAway,
    LeftTheBuilding,
    NobodyOfThatName,
    NothingToUndo,
    NotOfTheUnit,
    OpinionsOpen,
    StepClaimed,
    TransferOpen,
)
from services.dossier.use_cases.work import arrange_step
from services.dossier.use_cases.work.give_back_step import give_back_step
from tests.builders.dossier.colleagues import SECOND, THIRD, acting_for, in_the_directory, on_leave
from tests.builders.dossier.desk import Desk
from tests.builders.dossier.office import (
    CLERK,
    COMMUNE,
    LEAD,
    OUTSIDE_STEPS,
    PLAIN_STEPS,
    SIGNER,
    SPECIALIST,
    a_process,
    a_step,
    an_officer,
)
from tests.conformance.dossier.conftest import Store


async def slip(desk: Desk, seen: Dossier) -> list[tuple[Any, ...]]:
    """Return the control slip: kind, giver, receiver, whether it was received or taken back."""
    async with desk.open_work() as work:
        rows = await work.slips.rows(seen.id)
    return [
        (
            row["kind"],
            row["giver_subject"],
            row["receiver_subject"] or row["receiver_role"],
            "received" if row["received_at"] else "taken back" if row["taken_back_at"] else "waiting",
        )
        for row in rows
    ]


async def claim(desk: Desk, seen: Dossier, by: Any = SPECIALIST) -> Dossier:
    return await desk.do(arrange_step.claim_step, seen, by, note="")


async def test_a_claimed_step_is_worked_by_its_holder_only(store: Store) -> None:
    """Colleagues learn who has it; the lead's drafted decision, opinions and other steps are not held up."""
    desk = store.desk
    seen = await desk.in_process()
    claimed = await claim(desk, seen)
    assert claimed.step is not None
    assert claimed.step.holder is not None
    assert claimed.step.holder.subject == SPECIALIST.subject
    for deed in (
        lambda: desk.step(claimed, SECOND, "tham-dinh"),
        lambda: claim(desk, claimed, SECOND),
        lambda: desk.draft(claimed, SECOND),
    ):
        with pytest.raises(StepClaimed) as caught:
            await deed()
        assert caught.value.extra == {"holder": SPECIALIST.name}
    with pytest.raises(Stale):
        await claim(desk, seen, SECOND)
    moved = await desk.step(claimed, SPECIALIST, "tham-dinh")
    assert moved.step is not None
    assert moved.step.holder is None
    assert await slip(desk, moved) == [
        ("HANDED_OVER", "nhan", "thu-ly", "received"),
        ("STEP_DONE", "thu-ly", "TEAM_LEAD", "waiting"),
    ]


async def test_a_step_is_given_back_by_its_holder_or_with_a_reason_by_the_lead(store: Store) -> None:
    desk = store.desk
    seen = await claim(desk, await desk.in_process())
    with pytest.raises(NotYourStep):
        await desk.do(arrange_step.release_step, seen, CLERK, note="Thu hồi")
    with pytest.raises(Invalid):
        await desk.do(arrange_step.release_step, seen, LEAD, note="")
    freed = await desk.do(arrange_step.release_step, seen, LEAD, note="Chuyển công tác")
    again = await claim(desk, freed, SECOND)
    freed = await desk.do(arrange_step.release_step, again, SECOND, note="")
    assert freed.step is not None
    assert freed.step.holder is None


async def test_a_lead_assigns_to_a_person_of_the_unit(store: Store) -> None:
    """Not to somebody of another unit or role, nor to somebody nobody knows; re-assigning needs a reason."""
    desk = store.desk
    await desk.learn(in_the_directory("thu-ly-2"), in_the_directory("thu-ly-3"))
    await desk.learn(in_the_directory("van-thu", "CLERK", unit="van-phong"))
    seen = await desk.in_process()
    for to, refusal in (("van-thu", NotOfTheUnit), ("khong-ai", NobodyOfThatName)):
        with pytest.raises(refusal):
            await desk.do(arrange_step.assign_step, seen, LEAD, to=to, note="")
    with pytest.raises(Refusal):
        await desk.do(arrange_step.assign_step, seen, SPECIALIST, to="thu-ly-2", note="")
    seen = await desk.do(arrange_step.assign_step, seen, LEAD, to="thu-ly-2", note="")
    with pytest.raises(Invalid):
        await desk.do(arrange_step.assign_step, seen, LEAD, to="thu-ly-3", note="")
    seen = await desk.do(arrange_step.assign_step, seen, LEAD, to="thu-ly-3", note="Cân đối việc")
    seen = await desk.do(arrange_step.answer_offer, seen, THIRD, accepted=True, note="")
    assert await slip(desk, seen) == [
        ("HANDED_OVER", "nhan", "truong-phong", "received"),
        ("ASSIGNED", "truong-phong", "thu-ly-2", "taken back"),
        ("ASSIGNED", "truong-phong", "thu-ly-3", "received"),
    ]


async def test_who_prepared_a_dossier_is_not_given_its_signing(store: Store) -> None:
    desk = store.desk
    await desk.learn(in_the_directory("thu-ly", "SPECIALIST", "SIGNER", unit="lanh-dao"))
    seen = await desk.step(await desk.in_process(), SPECIALIST, "tham-dinh")
    seen = await desk.step(seen, LEAD, "soat-xet")
    with pytest.raises(FourEyes):
        await desk.do(arrange_step.assign_step, seen, SIGNER, to="thu-ly", note="")


async def test_a_step_given_to_somebody_on_leave_goes_to_who_acts_for_them(store: Store) -> None:
    """Without anybody acting for them they get no new work; acting for other procedures does not count."""
    desk = store.desk
    await desk.learn(in_the_directory("thu-ly-2", leaves=on_leave()))
    seen = await desk.in_process()
    with pytest.raises(ColleagueAway):
        await desk.do(arrange_step.assign_step, seen, LEAD, to="thu-ly-2", note="")
    others = acting_for("thu-ly-2", procedures=("9.999999",))
    await desk.learn(in_the_directory("thu-ly-3", delegations=others))
    with pytest.raises(ColleagueAway):
        await desk.do(arrange_step.assign_step, seen, LEAD, to="thu-ly-2", note="")
    await desk.learn(in_the_directory("thu-ly-3", delegations=acting_for("thu-ly-2"), sequence=2))
    given = await desk.do(arrange_step.assign_step, seen, LEAD, to="thu-ly-2", note="")
    assert given.step is not None
    assert given.step.holder is not None
    assert (given.step.holder.subject, given.step.holder.on_behalf_of) == ("thu-ly-3", "Cán bộ thu-ly-2")


async def test_whoever_acts_for_the_holder_works_the_holders_step(store: Store) -> None:
    """In the holder's place only: a mandate from somebody else does not open it."""
    desk = store.desk
    stand_in = an_officer("CLERK", unit="van-phong", subject="lam-thay")
    other = an_officer("CLERK", unit="van-phong", subject="lam-thay-khac")
    await desk.learn(in_the_directory("lam-thay", "CLERK", delegations=acting_for("thu-ly")))
    await desk.learn(in_the_directory("lam-thay-khac", "CLERK", delegations=acting_for("thu-ly-2")))
    seen = await claim(desk, await desk.in_process())
    with pytest.raises(Refusal):
        await desk.step(seen, other, "tham-dinh")
    moved = await desk.step(seen, stand_in, "tham-dinh")
    assert moved.step is not None
    assert moved.step.code == "soat-xet"


async def test_a_step_goes_back_to_its_role_when_its_holder_acts_for_nobody_there_any_more(
    store: Store,
) -> None:
    desk = store.desk
    stand_in = an_officer("CLERK", unit="van-phong", subject="lam-thay")
    for_a_week = [{**acting_for("thu-ly")[0], "valid_to": "2026-03-06"}]
    await desk.learn(in_the_directory("lam-thay", "CLERK", unit="van-phong", delegations=for_a_week))
    await desk.learn(in_the_directory("thu-ly"))
    held = await claim(desk, await desk.in_process(), stand_in)
    own = await claim(desk, await desk.in_process())
    for days, waiting in ((0, []), (7, [held.id])):
        desk.clock.advance(timedelta(days=days))
        async with desk.open_work() as work:
            assert await work.colleagues.held_without_place(desk.now.date(), UUID(int=0), 10) == waiting
            assert await work.colleagues.held_without_place(desk.now.date(), own.id, 10) == []
        async with desk.open_work() as work:
            assert await give_back_step(held.id, work=work, now=desk.now) is bool(waiting)
        async with desk.open_work() as work:
            assert not await give_back_step(own.id, work=work, now=desk.now)
    async with desk.open_work() as work:
        freed, _ = await work.dossiers.load(held.id)
    assert (await claim(desk, freed)).version == freed.version + 1


async def test_a_hand_over_stands_when_both_have_confirmed(store: Store) -> None:
    """Until then the giver holds it, may take it back, and hands it to nobody else; a refusal says why."""
    desk = store.desk
    await desk.learn(in_the_directory("thu-ly-2"), in_the_directory("thu-ly-3"))
    seen = await claim(desk, await desk.in_process())
    with pytest.raises(Refusal):
        await desk.do(arrange_step.offer_step, seen, SECOND, to="thu-ly-3", note="")
    offered = await desk.do(arrange_step.offer_step, seen, SPECIALIST, to="thu-ly-2", note="Đi công tác")
    with pytest.raises(TransferOpen):
        await desk.do(arrange_step.offer_step, offered, SPECIALIST, to="thu-ly-3", note="")
    with pytest.raises(Refusal):
        await desk.do(arrange_step.answer_offer, offered, THIRD, accepted=True, note="")
    with pytest.raises(Refusal):
        await desk.do(arrange_step.answer_offer, offered, SPECIALIST, accepted=True, note="")
    with pytest.raises(Invalid):
        await desk.do(arrange_step.answer_offer, offered, SECOND, accepted=False, note="")
    back = await desk.do(arrange_step.answer_offer, offered, SECOND, accepted=False, note="Quá tải")
    offered = await desk.do(arrange_step.offer_step, back, SPECIALIST, to="thu-ly-2", note="Đi công tác")
    desk.clock.advance(timedelta(minutes=20))
    taken = await desk.do(arrange_step.answer_offer, offered, SECOND, accepted=True, note="")
    assert taken.step is not None
    assert taken.step.holder is not None
    assert taken.step.holder.subject == "thu-ly-2"
    assert await slip(desk, taken) == [
        ("HANDED_OVER", "nhan", "thu-ly", "received"),
        ("PASSED_ON", "thu-ly", "thu-ly-2", "received"),
    ]
    with pytest.raises(StepClaimed):
        await desk.step(taken, SPECIALIST, "tham-dinh")


async def test_the_last_step_is_taken_back_while_nothing_happened_since(store: Store) -> None:
    """The step is as it was, facts and opinions too; the slip's row is marked, history keeps both."""
    desk = store.desk
    before = await desk.in_process()
    moved = await desk.step(before, SPECIALIST, "tham-dinh", facts={"needs_site_visit": True})
    with pytest.raises(NotYourStep):
        await desk.do(arrange_step.undo_step, moved, SECOND, note="Bấm nhầm")
    back = await desk.do(arrange_step.undo_step, moved, SPECIALIST, note="Bấm nhầm")
    assert back.step is not None
    assert before.step is not None
    assert (back.step.code, back.step.due_at, back.facts) == ("tham-dinh", before.step.due_at, {})
    assert [item.outcome for item in back.done] == ["UNDONE"]
    assert (await slip(desk, back))[-1] == ("STEP_DONE", "thu-ly", "SPECIALIST", "taken back")
    with pytest.raises(NotYourStep):
        await desk.do(arrange_step.undo_step, back, SPECIALIST, note="Bấm nhầm")
    again = await desk.step(back, SPECIALIST, "tham-dinh")
    assert again.step is not None
    assert again.step.code == "soat-xet"
    claimed = await claim(desk, again, LEAD)
    with pytest.raises(NothingToUndo):
        await desk.do(arrange_step.undo_step, claimed, SPECIALIST, note="Bấm nhầm")


async def test_who_may_not_work_a_step_any_more_does_not_take_it_back(store: Store) -> None:
    """The signer's account is a cashier's now: the signature stands."""
    desk = store.desk
    seen = await desk.in_process()
    for who, step in ((SPECIALIST, "tham-dinh"), (LEAD, "soat-xet"), (SIGNER, "ky")):
        seen = await desk.step(seen, who, step)
    moved = an_officer("CASHIER", unit="mot-cua", subject=SIGNER.subject)
    with pytest.raises(NotYourStep):
        await desk.do(arrange_step.undo_step, seen, moved, note="Bấm nhầm")
    back = await desk.do(arrange_step.undo_step, seen, SIGNER, note="Bấm nhầm")
    assert back.step is not None
    assert back.step.code == "ky"


async def test_who_may_not_work_a_step_any_more_does_not_take_an_offer_of_it(store: Store) -> None:
    desk = store.desk
    await desk.learn(in_the_directory("thu-ly-2"))
    held = await claim(desk, await desk.in_process())
    offered = await desk.do(arrange_step.offer_step, held, SPECIALIST, to="thu-ly-2", note="Đi công tác")
    moved = an_officer("CASHIER", unit="mot-cua", subject="thu-ly-2")
    with pytest.raises(Refusal):
        await desk.do(arrange_step.answer_offer, offered, moved, accepted=True, note="")
    taken = await desk.do(arrange_step.answer_offer, offered, SECOND, accepted=True, note="")
    assert taken.step is not None
    assert taken.step.holder is not None


async def test_what_was_sent_to_an_outside_system_is_not_taken_back(store: Store) -> None:
    desk = store.desk
    await desk.learn(a_process(OUTSIDE_STEPS, version=2))
    seen = await desk.step(await desk.in_process(), SPECIALIST, "kiem-tra")
    with pytest.raises(LeftTheBuilding):
        await desk.do(arrange_step.undo_step, seen, SPECIALIST, note="Bấm nhầm")


ASKED = {"agency": COMMUNE, "unit": "", "role": "CLERK", "question": "Có lưu bản gốc không?"}


async def test_an_opinion_asked_is_waited_for_until_it_is_given_or_lapsed(store: Store) -> None:
    """Its deadline lies inside the dossier's; the step may be made to wait, not for ever."""
    desk = store.desk
    seen = await desk.in_process()
    with pytest.raises(Invalid):
        await desk.do(arrange_step.ask_opinion, seen, SPECIALIST, **ASKED, hours=Decimal(100), waits=True)
    given = {**ASKED, "agency": "H99.999", "hours": Decimal(2), "waits": True}
    with pytest.raises(NobodyOfThatName):
        await desk.do(arrange_step.ask_opinion, seen, SPECIALIST, **given)
    seen = await desk.do(arrange_step.ask_opinion, seen, SPECIALIST, **ASKED, hours=Decimal(2), waits=True)
    seen = await desk.do(arrange_step.ask_opinion, seen, SPECIALIST, **ASKED, hours=Decimal(2), waits=False)
    with pytest.raises(OpinionsOpen) as caught:
        await desk.step(seen, SPECIALIST, "tham-dinh")
    assert caught.value.extra == {"waiting_for": ["lay-y-kien-1"]}
    answered = await desk.step(seen, CLERK, "lay-y-kien-1", note="Có lưu")
    moved = await desk.step(answered, SPECIALIST, "tham-dinh")
    assert [item.state for item in moved.consultations] == ["ANSWERED", "LAPSED"]


async def test_an_opinion_past_its_deadline_holds_nothing_up(store: Store) -> None:
    desk = store.desk
    seen = await desk.in_process()
    seen = await desk.do(arrange_step.ask_opinion, seen, SPECIALIST, **ASKED, hours=Decimal(1), waits=True)
    desk.clock.advance(timedelta(hours=1, minutes=1))
    moved = await desk.step(seen, SPECIALIST, "tham-dinh")
    assert [item.state for item in moved.consultations] == ["LAPSED"]


async def test_a_process_may_say_that_a_step_waits_for_every_opinion(store: Store) -> None:
    """`join: ALL`; asked again when the step is done again without it, not again once it was given."""
    desk = store.desk
    beside = a_step("y-kien", "CLERK", "van-phong", consultation_of=["tham-dinh"], join="ALL")
    await desk.learn(a_process([*PLAIN_STEPS, beside], version=2))
    seen = await desk.in_process()
    with pytest.raises(OpinionsOpen):
        await desk.step(seen, SPECIALIST, "tham-dinh")
    seen = await desk.step(seen, CLERK, "y-kien", note="Đồng ý")
    seen = await desk.step(seen, SPECIALIST, "tham-dinh")
    seen = await desk.step(seen, LEAD, "soat-xet", outcome="RETURNED", note="Xem lại")
    assert [(item.code, item.state) for item in seen.consultations] == [("y-kien", "ANSWERED")]
    seen = await desk.step(seen, SPECIALIST, "tham-dinh")
    assert seen.step is not None
    assert seen.step.code == "soat-xet"
