"""An agency ends with money, copies, letters and entries under way: who goes on for it decides all of it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from kernel.core.clock import VIETNAM
from services.dossier.commands.history import verify_history
from services.dossier.jobs.continue_dossiers import CONTINUE_DOSSIERS
from tests.builders.dossier.colleagues import in_the_directory, on_leave
from tests.builders.dossier.office import (
    COMMUNE,
    OTHER_COMMUNE,
    PROCEDURE,
    RECEIVER,
    SIGNER,
    Office,
    a_citizen,
    an_agency,
)
from tests.builders.dossier.post import PostDesk, a_postal_agent, by_post
from tests.builders.dossier.till import MANAGER, Till, a_cashier, a_channel, a_fee, a_till
from tests.integration.dossier.payments.conftest import AFTER
from tests.integration.dossier.payments.test_copies import asked, ids, paid_back, refused
from tests.integration.dossier.test_agencies_that_end import HEIR, UNITS, at_heir, ended, heir
from tests.integration.dossier.test_books import COUNTER, LEADERS
from tests.integration.dossier.test_forged_copies import restarted
from tests.integration.dossier.test_late_entries import THURSDAY, decided, entered

FIRST_DAY = datetime(2026, 3, 9, 8, tzinfo=VIETNAM)
TO_AN = {"reason": "Nộp thừa", "payee": {"full_name": "Nguyễn Văn An"}}
BESIDE, CERTIFYING = "H99.211", "2.000815"
THIRTY = {"amount": 30_000, "method": "CASH"}
CASHIER, HEAD, LEADER = at_heir(COUNTER), at_heir(MANAGER), at_heir(SIGNER)


@pytest.fixture
async def till(start: Any, tmp_path: Any) -> Office:
    """A commune that has a fee to take, its leaders and its postman."""
    office = await Office(await start("dossier", files_url=tmp_path.as_uri())).open(
        channels=[a_channel(a_fee(), AFTER)]
    )
    await office.service.receive(*LEADERS, a_postal_agent())
    office.service.clock.set(THURSDAY)
    return office


async def ends(office: Office) -> None:
    """Let the commune end on Friday; on Monday its people are the heir's."""
    await office.service.receive(heir(COMMUNE), ended(last_day="2026-03-06"))
    office.service.clock.set(FIRST_DAY)
    await office.service.receive(
        in_the_directory(SIGNER.subject, "SIGNER", unit="lanh-dao", sequence=5, agency=HEIR),
        in_the_directory(COUNTER.subject, "CASHIER", unit="mot-cua", sequence=5, agency=HEIR),
    )
    await office.service.run_job(CONTINUE_DOSSIERS)


async def found(office: Office, path: str, by: Any) -> list[Any]:
    """Return what a list shows somebody."""
    answer = await office.service.get(path, by)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def drawer(office: Office, by: Any, day: str, **query: str) -> dict[str, int]:
    """Return what a cashier's day adds up to."""
    more = "".join(f"&{name}={value}" for name, value in query.items())
    answer = await office.service.get(f"/v1/cash-drawer?day={day}{more}", by)
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["by_method"])


async def test_money_proposed_to_go_back_is_paid_out_of_the_heirs_drawer(till: Office) -> None:
    money = await a_till(till, COUNTER)
    await money.take(50_000)
    asked_for = await money.post("/refunds", COUNTER, amount=20_000, method="CASH", **TO_AN)
    await ends(till)
    waiting = await found(till, "/v1/refunds", HEAD)
    assert [one["refund_id"] for one in waiting] == [asked_for.json()["refund_id"]]
    assert await found(till, "/v1/refunds", MANAGER) == []
    assert (await paid_back(till, waiting[0], MANAGER)).status_code == 404
    # Made alive again by hand, its people are listed no more than before: nothing is listed.
    turned = "CASE WHEN valid_to IS NULL THEN date '2026-03-06' END"
    alive = f"UPDATE agencies SET valid_to = {turned} WHERE code = $1"
    await till.service.runtime.pool.execute(alive, COMMUNE)
    assert (await till.service.get("/v1/refunds", MANAGER)).json()["code"] == "reference-data-changed"
    await till.service.runtime.pool.execute(alive, COMMUNE)
    done = await paid_back(till, waiting[0], HEAD)
    assert (done.status_code, done.json()["state"]) == (200, "APPROVED")
    assert await drawer(till, CASHIER, "2026-03-09") == {"CASH": -20_000}
    assert await drawer(till, CASHIER, "2026-03-05", agency=COMMUNE) == {"CASH": 50_000}
    assert (await Till(till, money.dossier, CASHIER).read())["paid"] == 30_000
    assert await verify_history(till.service.runtime, []) == 0


async def test_who_takes_money_after_the_end_and_who_gives_it_back_is_told_as_the_heir(till: Office) -> None:
    """The ended agency stays named as the one that received; also of a dossier that ended before it did."""
    running, over = await a_till(till, COUNTER), await a_till(till, COUNTER)
    await over.take(50_000)
    await till.act(over.dossier, "cancellation", a_citizen())
    wanted = await over.post("/refunds", COUNTER, amount=50_000, method="TRANSFER", **TO_AN)
    assert wanted.status_code == 201
    await ends(till)
    before = len(await till.service.published())
    taken = await Till(till, running.dossier, CASHIER).post("/receipts", CASHIER, **THIRTY)
    assert taken.status_code == 201
    (waiting,) = await found(till, "/v1/refunds", HEAD)
    assert (await paid_back(till, waiting, HEAD)).status_code == 200
    told = [one for one in (await till.service.published())[before:] if one["topic"] == "payment"]
    assert [one["type"] for one in told] == ["payment.received.v1", "payment.refunded.v1"]
    for one in told:
        money, change = one["data"]["payment"], one["data"]["change"]
        assert money["receiving_agency"]["code"] == COMMUNE
        assert money["continuing_agency"] == change["agency"] == {"code": HEIR, "name": f"UBND {HEIR}"}


async def test_a_dossiers_money_is_decided_where_a_split_took_the_dossier(till: Office) -> None:
    """The procedure went to a third agency: its people see and pay out, those of the general heir do not."""
    money = await a_till(till, COUNTER)
    await money.take(50_000)
    await money.post("/refunds", COUNTER, amount=20_000, method="CASH", **TO_AN)
    head = replace(MANAGER, agency=BESIDE)
    await splits(till, PROCEDURE)
    (waiting,) = await found(till, "/v1/refunds", head)
    assert await found(till, "/v1/refunds", HEAD) == []
    assert (await paid_back(till, waiting, HEAD)).status_code == 404
    assert (await paid_back(till, waiting, head)).status_code == 200
    assert await drawer(till, replace(COUNTER, agency=BESIDE), "2026-03-09") == {"CASH": -20_000}
    assert await drawer(till, CASHIER, "2026-03-09") == {}


async def test_copies_and_entries_made_afterwards_go_where_a_split_took_their_procedure(till: Office) -> None:
    """Book, what was asked for, its money and its count; days of a drawer stay the general heir's."""
    certified, waiting, mistaken = [await asked(till, one) for one in "ABC"]
    body = {"request_ids": ids(certified)}
    assert (await till.service.post("/v1/copy-confirmations", body, SIGNER)).status_code == 201
    (refund,) = (await refused(till, ids(mistaken))).json()["refunds"]
    entry = (await entered(till)).json()
    await splits(till, PROCEDURE, CERTIFYING)
    await till.service.receive(in_the_directory(SIGNER.subject, "SIGNER", agency=BESIDE, sequence=6))
    beside, general = (replace(SIGNER, agency=one) for one in (BESIDE, HEIR))
    days = "from=2026-03-01&to=2026-03-31"
    for reader, count in ((beside, 1), (general, 0)):
        head = replace(MANAGER, agency=reader.agency)
        lists = {
            "/v1/copy-requests": reader,
            f"/v1/statistics/certified-copies?{days}": reader,
            "/v1/refunds": head,
            "/v1/late-entries": head,
        }
        for path, by in lists.items():
            assert len(await found(till, path, by)) == count, (path, reader.agency)
        assert len(await found(till, "/v1/cash-drawers", head)) == 1 - count
        book = await till.service.get(f"/v1/certified-copies?year=2026&agency={COMMUNE}", reader)
        assert book.status_code == (200 if count else 404)
    asked_for = {"request_ids": ids(waiting)}
    assert (await till.service.post("/v1/copy-confirmations", asked_for, general)).status_code == 404
    assert (await till.service.post("/v1/copy-confirmations", asked_for, beside)).status_code == 201
    assert (await decided(till, entry, HEAD)).status_code == 404
    assert (await decided(till, entry, replace(MANAGER, agency=BESIDE))).status_code == 201
    assert (await paid_back(till, refund, replace(COUNTER, agency=HEIR))).status_code == 404
    assert (await paid_back(till, refund, replace(COUNTER, agency=BESIDE))).status_code == 200
    assert await verify_history(till.service.runtime, []) == 0


async def splits(office: Office, *procedures: str) -> None:
    """Let the commune end on Friday: these procedures go on at one agency, the rest at another."""
    rest = {"agency": COMMUNE, "from": "2026-03-07"}
    continuing = {"agency": HEIR, "by_procedure": dict.fromkeys(procedures, BESIDE)}
    took, left = {"procedures": list(procedures), "except": []}, {"procedures": None, "except": [*procedures]}
    end = {"valid_to": "2026-03-06", "successors": [HEIR, BESIDE], "continuing": continuing, "units": UNITS}
    await office.service.receive(
        an_agency(HEIR, units=UNITS, predecessors=[{**rest, **left}]),
        an_agency(BESIDE, units=UNITS, predecessors=[{**rest, **took}]),
        replace(an_agency(COMMUNE, **end), sequence=2),
        in_the_directory(COUNTER.subject, "CASHIER", agency=BESIDE, sequence=5),
    )
    office.service.clock.set(FIRST_DAY)
    await office.service.run_job(CONTINUE_DOSSIERS)


async def test_cash_leaves_by_the_drawer_of_somebody_who_is_there(till: Office) -> None:
    """Who proposed it has left or is on leave: the manager names a cashier who is there, and nobody else."""
    money = await a_till(till, COUNTER)
    await money.take(50_000)
    await money.post("/refunds", COUNTER, amount=20_000, method="CASH", **TO_AN)
    await ends(till)
    other = at_heir(a_cashier("khac"))
    leave = {"agency": HEIR, "leaves": on_leave("2026-03-09", "2026-03-20")}
    await till.service.receive(
        in_the_directory(COUNTER.subject, "CASHIER", sequence=6, **leave),
        in_the_directory(other.subject, "CASHIER", **leave),
    )
    (waiting,) = await found(till, "/v1/refunds", HEAD)
    path = f"/v1/refunds/{waiting['refund_id']}/decision"

    async def paid_out(**said: Any) -> tuple[int, str]:
        answer = await till.service.post(path, {"approved": True, **said}, HEAD, version=1)
        return answer.status_code, answer.json().get("code", answer.json().get("state"))

    assert await paid_out() == (409, "cashier-away")
    assert await paid_out(drawer=other.subject) == (409, "cashier-away")
    assert await drawer(till, other, "2026-03-09") == {}
    await till.service.receive(
        in_the_directory(COUNTER.subject, "CASHIER", sequence=7, agency=OTHER_COMMUNE),
        in_the_directory(other.subject, "CASHIER", sequence=7, agency=HEIR),
    )
    assert await paid_out() == (409, "drawer-of-nobody")
    assert await paid_out(drawer=COUNTER.subject) == (422, "invalid")
    assert await paid_out(drawer=HEAD.subject) == (422, "invalid")
    assert await paid_out(drawer=other.subject) == (200, "APPROVED")
    assert await drawer(till, other, "2026-03-09") == {"CASH": -20_000}
    assert await verify_history(till.service.runtime, []) == 0


async def test_a_day_left_behind_is_counted_by_the_manager_and_approved_by_a_third(till: Office) -> None:
    """Told in a list; a cashier who is there closes their own, one on leave does not."""
    money = await a_till(till, COUNTER)
    await money.take(50_000)
    await ends(till)
    (left,) = await found(till, "/v1/cash-drawers", HEAD)
    assert left == {"agency": COMMUNE, "cashier": COUNTER.subject, "day": "2026-03-05", "expected": 50_000}
    assert (await till.service.get("/v1/cash-drawers", CASHIER)).status_code == 403
    assert await found(till, "/v1/cash-drawers", replace(MANAGER, agency=OTHER_COMMUNE)) == []
    path = f"/v1/cash-closings?agency={COMMUNE}"
    closing = {"day": "2026-03-05", "counted": 50_000, "cashier": COUNTER.subject, "reason": "Đã nghỉ việc"}

    async def closed(by: Any, **said: Any) -> tuple[int, str]:
        answer = await till.service.post(path, {**closing, **said}, by)
        return answer.status_code, answer.json().get("code", answer.json().get("closed_by"))

    assert await closed(HEAD) == (409, "cashier-is-here")
    for strangers in (MANAGER, COUNTER):
        # Their sign-in at the agency that is no more may still stand in the directory.
        for told in ("", f"&agency={COMMUNE}"):
            own = await till.service.get(f"/v1/cash-drawer?day=2026-03-05{told}", strangers)
            assert own.status_code == 404, own.text
        own = await till.service.post("/v1/cash-closings", closing, strangers)
        assert own.status_code == 404, own.text
    assert await found(till, "/v1/cash-drawers", MANAGER) == []
    assert await found(till, "/v1/cash-closings", MANAGER) == []
    leave = on_leave("2026-03-09", "2026-03-20")
    gone = in_the_directory(COUNTER.subject, "CASHIER", sequence=6, agency=HEIR, leaves=leave)
    await till.service.receive(gone)
    assert await closed(HEAD, reason="") == (422, "invalid")
    assert await closed(HEAD, cashier="khong-co-ai") == (422, "invalid")
    assert await closed(HEAD, day="2026-03-09") == (422, "invalid")
    assert await closed(at_heir(a_cashier("khac"))) == (403, "forbidden")
    assert await drawer(till, HEAD, "2026-03-05", agency=COMMUNE, cashier=COUNTER.subject) == {"CASH": 50_000}
    assert await closed(HEAD) == (201, HEAD.subject)
    assert await found(till, "/v1/cash-drawers", HEAD) == []
    (listed,) = await found(till, "/v1/cash-closings", HEAD)
    approval = f"/v1/cash-closings/{listed['closing_id']}/approval"
    own = await till.service.post(approval, {}, HEAD, version=1)
    assert (own.status_code, own.json()["code"]) == (403, "second-person-required")
    assert (await till.service.post(approval, {}, LEADER, version=1)).json()["state"] == "APPROVED"
    assert await verify_history(till.service.runtime, []) == 0


async def test_until_its_heir_is_known_here_an_agencys_days_are_its_own_managers(till: Office) -> None:
    """As its dossiers are: nobody else could close them."""
    money = await a_till(till, COUNTER)
    await money.take(50_000)
    word = ended(last_day="2026-03-06")
    await till.service.receive(
        word, in_the_directory(COUNTER.subject, "CASHIER", sequence=5, agency=OTHER_COMMUNE)
    )
    till.service.clock.set(FIRST_DAY)
    closing = {"day": "2026-03-05", "counted": 50_000, "cashier": COUNTER.subject, "reason": "Đã nghỉ việc"}
    assert [one["day"] for one in await found(till, "/v1/cash-drawers", MANAGER)] == ["2026-03-05"]
    assert await drawer(till, MANAGER, "2026-03-05", cashier=COUNTER.subject) == {"CASH": 50_000}
    assert (await till.service.post("/v1/cash-closings", closing, MANAGER)).status_code == 201
    await till.service.receive(heir(COMMUNE))
    assert [one["day"] for one in await found(till, "/v1/cash-closings", HEAD)] == ["2026-03-05"]
    assert await found(till, "/v1/cash-closings", MANAGER) == []


async def test_the_old_offices_last_days_are_closed_and_approved_by_the_heir(till: Office) -> None:
    money = await a_till(till, COUNTER)
    await money.take(50_000)
    await ends(till)
    closing = {"day": "2026-03-05", "counted": 50_000}
    closed = await till.service.post(f"/v1/cash-closings?agency={COMMUNE}", closing, CASHIER)
    assert closed.status_code == 201, closed.text
    (listed,) = await found(till, "/v1/cash-closings", HEAD)
    path = f"/v1/cash-closings/{listed['closing_id']}/approval"
    assert (await till.service.post(path, {}, HEAD, version=1)).json()["state"] == "APPROVED"
    stranger = replace(COUNTER, agency=OTHER_COMMUNE)
    other = await till.service.get(f"/v1/cash-drawer?day=2026-03-05&agency={COMMUNE}", stranger)
    assert other.status_code == 404


async def test_copies_paid_for_are_certified_in_the_heirs_book_or_paid_back(till: Office) -> None:
    waiting, mistaken, before = await asked(till, "A"), await asked(till, "C"), await asked(till, "Z")
    body = {"request_ids": ids(before)}
    assert (await till.service.post("/v1/copy-confirmations", body, SIGNER)).status_code == 201
    (refund,) = (await refused(till, ids(mistaken))).json()["refunds"]
    await ends(till)
    listed = await found(till, "/v1/copy-requests", LEADER)
    assert [one["request_id"] for one in listed] == ids(waiting)
    certified = await till.service.post("/v1/copy-confirmations", {"request_ids": ids(waiting)}, LEADER)
    assert certified.status_code == 201, certified.text
    assert (await paid_back(till, refund, CASHIER)).status_code == 200
    own = await found(till, "/v1/certified-copies?year=2026", LEADER)
    left = await found(till, f"/v1/certified-copies?year=2026&agency={COMMUNE}", LEADER)
    assert [[one["document_name"] for one in book] for book in (own, left)] == [["A"], ["Z"]]
    assert await verify_history(till.service.runtime, []) == 0


async def test_a_cashier_gives_cash_back_out_of_their_own_drawer_only(till: Office) -> None:
    """Whose drawer else it leaves is the manager's to say."""
    (refund,) = (await refused(till, ids(await asked(till, "C")))).json()["refunds"]
    other = a_cashier("khac")
    here = [in_the_directory(one.subject, "CASHIER", sequence=4) for one in (COUNTER, other)]
    await till.service.receive(*here)
    path = f"/v1/refunds/{refund['refund_id']}/decision"
    said = {"approved": True, "drawer": COUNTER.subject}
    answer = await till.service.post(path, said, other, version=refund["version"])
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert (await till.service.post(path, said, MANAGER, version=refund["version"])).status_code == 200


async def test_a_copy_whose_signer_has_left_is_given_back_by_the_manager(till: Office) -> None:
    waiting = await asked(till, "A")
    await ends(till)
    body = {"request_ids": ids(waiting), "reason": "Người ký đã chuyển công tác"}
    answer = await till.service.post("/v1/copy-rejections", body, HEAD)
    assert (answer.status_code, len(answer.json()["refunds"])) == (200, 1)


async def test_an_entry_made_afterwards_is_approved_by_the_heir_and_begins_when_it_was_received(
    till: Office,
) -> None:
    entry = (await entered(till)).json()
    await ends(till)
    assert [one["entry_id"] for one in await found(till, "/v1/late-entries", HEAD)] == [entry["entry_id"]]
    taken = await decided(till, entry, HEAD)
    assert taken.status_code == 201, taken.text
    assert taken.json()["dossier_code"] == "H99.201-260303-0001"
    await till.service.run_job(CONTINUE_DOSSIERS)
    assert (await till.read(taken.json(), at_heir(RECEIVER)))["continuing_agency"]["code"] == HEIR


async def test_a_letter_listed_before_is_signed_or_taken_back_by_the_heir(office: Office) -> None:
    await office.service.receive(*LEADERS, a_postal_agent())
    desk = PostDesk(office)
    kept, freed = (
        await desk.listed(await by_post(office)),
        await desk.listed(await by_post(office), numbers="RB"),
    )
    await ends(office)
    officer = at_heir(RECEIVER)
    assert {one["list_id"] for one in await found(office, "/v1/post-lists", officer)} == {
        kept["list_id"],
        freed["list_id"],
    }
    for found_list, deed, body in ((kept, "signature", {}), (freed, "withdrawal", {"reason": "Lập lại"})):
        path = f"/v1/post-lists/{found_list['list_id']}/{deed}"
        version = (await desk.shown(found_list, officer))["version"]
        assert (await office.service.post(path, body, officer, version=version)).status_code == 200
    assert (await office.service.get(f"/v1/post-lists/{kept['list_id']}", RECEIVER)).status_code == 404


async def test_an_agencys_copy_changed_by_hand_closes_no_other_agencys_drawers(till: Office) -> None:
    money = await a_till(till, COUNTER)
    await till.service.receive(replace(an_agency("H99.777", units=UNITS), sequence=1))
    await till.service.runtime.pool.execute("UPDATE agencies SET name = 'khác' WHERE code = 'H99.777'")
    restarted(till)
    await money.take(50_000)
    for path in ("/v1/cash-drawer?day=2026-03-05", "/v1/refunds", "/v1/cash-closings", "/v1/handover-lists"):
        answer = await till.service.get(path, COUNTER)
        assert answer.status_code == 200, (path, answer.text)
    stranger = replace(COUNTER, agency="H99.777")
    answer = await till.service.get("/v1/cash-closings", stranger)
    assert (answer.status_code, answer.json()["code"]) == (503, "reference-data-changed")
