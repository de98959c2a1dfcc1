"""What use cases trust their stores with; the fake of the unit tests and PostgreSQL both keep it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from kernel.core.errors import NotFound, Stale
from kernel.core.ids import new_id
from services.dossier.domain.papers import Paper, PaperKind
from services.dossier.domain.states import Move, State
from services.dossier.use_cases.ports import OutsideRequest
from services.dossier.use_cases.receive_dossier import accept_dossier, ask_intake_supplement
from tests.builders.dossier.desk import ITEMS
from tests.builders.dossier.office import (
    CLERK,
    COMMUNE,
    OTHER_COMMUNE,
    PROCEDURE,
    RECEIVER,
    a_citizen,
    a_procedure,
    a_process,
    an_agency,
)
from tests.conformance.dossier.conftest import Store

TODAY = date(2026, 3, 3)
NOW = datetime(2026, 3, 3, 1, tzinfo=UTC)


class Broken(Exception):  # noqa: N818 - the fact is the name.
    """Something else went wrong in the unit."""


async def test_what_was_saved_is_what_is_loaded(store: Store) -> None:
    """Every field, at every stage of the road."""
    desk = store.desk
    seen = await desk.submit()
    for _ in range(2):
        async with desk.open_work() as work:
            loaded, _grounds = await work.dossiers.load(seen.id)
        assert loaded == seen
        seen = await desk.give(await desk.issue(await desk.at_issue(), CLERK))


async def test_a_supplement_and_a_withdrawal_are_kept_whole(store: Store) -> None:
    """Drafts, stops and the state a withdrawal was asked in."""
    desk = store.desk
    seen = await desk.draft(await desk.in_process())
    for deed in (desk.approve, desk.answer, desk.withdraw):
        async with desk.open_work() as work:
            assert (await work.dossiers.load(seen.id))[0] == seen
        seen = await deed(seen)
    async with desk.open_work() as work:
        loaded, _ = await work.dossiers.load(seen.id)
    assert loaded == seen
    assert (loaded.state, loaded.prior_state) == (State.WITHDRAWAL_REQUESTED, State.SUPPLEMENT_REQUESTED)


async def test_what_is_loaded_is_ones_own(store: Store) -> None:
    """A change that is not saved is nobody's."""
    seen = await store.desk.submit()
    async with store.desk.open_work() as work:
        loaded, _ = await work.dossiers.load(seen.id)
        loaded.move(Move.CANCEL)
    async with store.desk.open_work() as work:
        assert (await work.dossiers.load(seen.id))[0] == seen


async def test_an_unknown_dossier_is_not_found(store: Store) -> None:
    """By id, for acceptance and by the portal's code."""
    async with store.desk.open_work() as work:
        with pytest.raises(NotFound):
            await work.dossiers.load(new_id())
        with pytest.raises(NotFound):
            await work.dossiers.load_for_acceptance(new_id(), date(2026, 3, 3))
        with pytest.raises(NotFound):
            await work.dossiers.load_by_portal_code("khong-co")


async def test_of_two_who_saw_the_same_version_one_is_stale_and_leaves_nothing(store: Store) -> None:
    """Neither its paper, nor its event, nor the day's number."""
    desk = store.desk
    seen = await desk.submit()

    async def accept_slowly() -> None:
        async with desk.open_work() as work:
            await accept_dossier(seen.id, by=RECEIVER, seen=1, work=work, now=NOW)
            await desk.do(
                ask_intake_supplement, seen, RECEIVER, items=ITEMS, reason="Thiếu", answer_days=None
            )

    with pytest.raises(Stale):
        await accept_slowly()
    told = [kind for kind, *_ in await store.published()]
    assert told == ["dossier.submitted.v1", "dossier.intake_supplement_requested.v1"]
    assert len(await store.history(seen.id)) == 2
    async with desk.open_work() as work:
        assert len(await work.papers.unprinted(UUID(int=0), 10)) == 1
    assert (await desk.accept(await desk.submit())).dossier_code == "H99.201-260303-0001"


async def test_a_unit_that_fails_keeps_nothing(store: Store) -> None:
    """All its writes or none."""
    seen = await store.desk.submit()

    async def accept_and_break() -> None:
        async with store.desk.open_work() as work:
            await accept_dossier(seen.id, by=RECEIVER, seen=1, work=work, now=NOW)
            raise Broken

    with pytest.raises(Broken):
        await accept_and_break()
    async with store.desk.open_work() as work:
        assert (await work.dossiers.load(seen.id))[0] == seen
        assert await work.papers.unprinted(UUID(int=0), 10) == []
    assert len(await store.published()) == 1


async def test_numbers_of_a_day_have_no_gap_and_each_agency_its_own(store: Store) -> None:
    """A unit that fails gives its number back."""

    async def number(agency: str, day: date) -> int:
        async with store.desk.open_work() as work:
            return await work.dossiers.next_number(agency, day)

    assert [await number(COMMUNE, TODAY), await number(COMMUNE, TODAY)] == [1, 2]

    async def number_and_break() -> None:
        async with store.desk.open_work() as work:
            await work.dossiers.next_number(COMMUNE, TODAY)
            raise Broken

    with pytest.raises(Broken):
        await number_and_break()
    assert await number(COMMUNE, TODAY) == 3
    assert await number(OTHER_COMMUNE, TODAY) == 1
    assert await number(COMMUNE, date(2026, 3, 4)) == 1


async def test_every_change_is_one_event_and_one_entry(store: Store) -> None:
    """With the same number, chained in order."""
    seen = await store.desk.at_issue()
    entries = await store.history(seen.id)
    events = [(kind, number) for kind, key, number in await store.published() if key == str(seen.id)]
    assert events == [(entry.type, entry.version) for entry in entries]
    assert [entry.previous_hash for entry in entries] == [b"", *(entry.hash for entry in entries[:-1])]
    assert entries[-1].hash == seen.history_hash


async def test_a_file_is_bound_once_and_by_its_uploader(store: Store) -> None:
    """Whoever comes second is stale."""
    desk, other = store.desk, new_id()
    seen = await desk.submit()
    file = await desk.upload(a_citizen())

    async def bind(uploaders: list[str], *files: UUID) -> None:
        async with desk.open_work() as work:
            work.attachments.bind(files, seen.id, uploaders=uploaders, purpose="SUPPLEMENT")

    for uploaders, files in ((["nguoi-la"], (file,)), ([], (file,)), (["cong-dan-an"], (file, other))):
        with pytest.raises(Stale):
            await bind(uploaders, *files)
    async with desk.open_work() as work:
        assert set(await work.attachments.unbound([file, other], ["nguoi-la", "cong-dan-an"])) == {file}
        assert await work.attachments.unbound([file], ["nguoi-la"]) == {}
    await bind(["nguoi-la", "cong-dan-an"], file, file)
    with pytest.raises(Stale):
        await bind(["cong-dan-an"], file)
    async with desk.open_work() as work:
        kept = await work.attachments.find(file)
        assert kept is not None
        assert (kept.dossier_id, kept.purpose) == (seen.id, "SUPPLEMENT")
        assert await work.attachments.unbound([file], ["cong-dan-an"]) == {}
        assert await work.attachments.find(other) is None


async def test_the_catalogue_never_goes_back(store: Store) -> None:
    """An older event changes nothing; a dossier keeps the version it came under."""
    desk = store.desk
    seen = await desk.submit()
    await desk.learn(a_procedure(version=2, name="Tên mới"), replace(an_agency(name="Tên mới"), sequence=5))
    await desk.learn(replace(an_agency(name="Tên cũ"), sequence=3), a_process(version=2))
    async with desk.open_work() as work:
        intake = await work.catalogue.intake(PROCEDURE, [COMMUNE, "H99.999"], [], today=TODAY)
        _, grounds = await work.dossiers.load(seen.id)
        assert await work.catalogue.component(PROCEDURE, "khong-co", TODAY) is None
        found = await work.catalogue.component(PROCEDURE, "to-khai", TODAY)
    assert intake.procedure is not None
    assert (intake.procedure.version, intake.agencies[COMMUNE].name) == (2, "Tên mới")
    assert set(intake.agencies) == {COMMUNE}
    assert (intake.calendar, grounds.procedure.version) == (None, 1)
    assert grounds.process is not None
    assert grounds.process.version == 2
    assert grounds.calendar is not None
    assert found is not None
    assert found["mandatory"] is True


async def test_an_agency_works_its_own_variant_of_a_process(store: Store) -> None:
    """The competent agency's variant comes before the common process, whatever their versions."""
    seen = await store.desk.submit()
    other, own = f"QT-1@{OTHER_COMMUNE}", f"QT-1@{COMMUNE}"
    await store.desk.learn(a_process(code=own), a_process(code=other, version=9), a_process(version=7))
    async with store.desk.open_work() as work:
        _, grounds = await work.dossiers.load(seen.id)
    assert grounds.process is not None
    assert (grounds.process.code, grounds.process.version) == (own, 1)


async def test_an_intake_of_nothing_known_is_empty(store: Store) -> None:
    """No procedure, no agencies."""
    await store.desk.learn(a_procedure("2.000001", valid_from="2027-01-01"))
    async with store.desk.open_work() as work:
        intake = await work.catalogue.intake("9.999999", [COMMUNE], [], today=TODAY)
        early = await work.catalogue.intake("2.000001", [COMMUNE], [], today=TODAY)
    assert (intake.procedure, intake.agencies, intake.existing_id) == (None, {}, None)
    assert early.procedure is None


async def test_a_paper_is_printed_once(store: Store) -> None:
    """The first to name its file wins."""
    desk = store.desk
    seen = await desk.submit()
    paper = Paper(
        id=new_id(),
        dossier_id=seen.id,
        kind=PaperKind.RECEIPT,
        number="1",
        legal_set="2025",
        issued_at=NOW,
        issued_by="Cán bộ",
        content={"a": "b"},
    )
    async with desk.open_work() as work:
        work.papers.add(paper)
    async with desk.open_work() as work:
        assert await work.papers.unprinted(UUID(int=0), 10) == [paper.id]
        assert await work.papers.keep_printed(paper.id, sha256=b"1" * 32, size=1, at=NOW) is True
    async with desk.open_work() as work:
        assert await work.papers.keep_printed(paper.id, sha256=b"2" * 32, size=1, at=NOW) is False
        kept = await work.papers.find(paper.id)
        assert kept is not None
        assert (kept.sha256, kept.kind) == (b"1" * 32, PaperKind.RECEIPT)
        assert work.seals.open(kept.content_sealed, purpose="paper") == {"a": "b"}
        assert await work.papers.unprinted(UUID(int=0), 10) == []


async def test_an_outside_request_is_answered_once_and_abandoned_at_any_time(store: Store) -> None:
    """An answer to what was abandoned is stale; abandoning what is answered changes nothing."""
    desk = store.desk
    seen = await desk.submit()
    one, other = (
        OutsideRequest(id=new_id(), dossier_id=seen.id, step="x", system="S", payload={}) for _ in range(2)
    )

    async def answer(request: OutsideRequest) -> None:
        async with desk.open_work() as work:
            work.outside.answer(request.id, outcome="completed", evidence={"so": "1"}, at=NOW)

    async def abandon(request: OutsideRequest) -> None:
        async with desk.open_work() as work:
            work.outside.abandon(request.id)

    async with desk.open_work() as work:
        work.outside.add(one)
        work.outside.add(other)
    await answer(one)
    await abandon(one)
    await abandon(other)
    for request in (one, other):
        with pytest.raises(Stale):
            await answer(request)
    async with desk.open_work() as work:
        states = [getattr(await work.outside.find(request.id), "state", "") for request in (one, other)]
        assert await work.outside.find(new_id()) is None
        assert await work.outside.due(10) == []
    assert states == ["ANSWERED", "ABANDONED"]
