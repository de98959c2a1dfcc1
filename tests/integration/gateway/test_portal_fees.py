"""Money that moves without a change of the dossier: the portal is told the fees, in order, once."""

from datetime import datetime
from typing import Any

import pytest

from kernel.testing.running import an_event
from sandbox.portal.settings import PortalSettings
from tests.integration.gateway.portal_dossiers import ADossier
from tests.integration.gateway.portal_world import World, a_world
from tests.integration.gateway.test_portal_told import submitted_on_portal

Json = dict[str, Any]
UNPAID = {"name": "Lệ phí", "amount": 15000, "kind": "CHARGE", "paid_through": None}
PAID = {**UNPAID, "paid_through": "PORTAL"}
CODE = "G22.99-260303-000555"


@pytest.fixture(scope="module")
async def world(start_once):
    nobody = PortalSettings(province_url="http://127.0.0.1:9", province_timeout_seconds=0.2)
    async with a_world(start_once, nobody) as found:
        yield found


def a_payment(dossier: ADossier, sequence: int = 2, name: str = "received") -> Any:
    """Return the event of money that came in, and let the dossier service tell the fees as paid."""
    for view in dossier.views.values():
        view["fees"] = [PAID]
    money = {"dossier_id": str(dossier.id), "version": sequence}
    data = {"payment": money, "change": {"at": dossier.at.isoformat(), "amount": 15000}, "link": None}
    return an_event(f"payment.{name}.v1", str(dossier.id), data, sequence=sequence)


async def told(world: World, dossier: ADossier) -> list[tuple[str, str, str]]:
    """Return each whole telling: whether it updates, its status, how its fees were paid."""
    bodies = [call.body for call in world.wire.calls if call.service == "DongBoHoSoMC"]
    return [
        (body["isUpdating"], one["TrangThaiHoSo"], one["DuocThanhToanTrucTuyen"])
        for body in bodies
        for one in body["data"]
        if one["MaHoSo"] == dossier.code
    ]


async def a_told_one(world: World) -> ADossier:
    dossier = ADossier().went("accepted", "ACCEPTED").went("handed_over", "PROCESSING")
    await world.hears_on(dossier)
    await world.settles()
    return dossier


BEFORE = [("False", "1", "0"), ("True", "2", "0"), ("True", "4", "0")]


async def test_a_fee_paid_while_the_dossier_stays_as_it_is_is_told_by_itself_once(world: World):
    dossier = await a_told_one(world)
    entries = await world.progress(dossier.code)
    paid = a_payment(dossier)
    await world.gateway.receive(paid, paid)
    await world.settles()
    await world.gateway.receive(a_payment(dossier, 3, "requested"))
    assert await world.sends() == 0
    assert await told(world, dossier) == [*BEFORE, ("True", "4", "1")]
    assert await world.progress(dossier.code) == entries, "money is no progress"


async def test_a_word_that_waits_and_tells_it_whole_tells_its_money_too(world: World):
    """Whichever of the two is heard of first."""
    first, second = await a_told_one(world), await a_told_one(world)
    await world.gateway.receive(a_payment(first))
    for one in (first, second):
        one.went("result_issued", "RESULT_READY")
        one.views[one.version]["fees"] = [PAID]
    await world.hears_on(first, second)
    await world.gateway.receive(a_payment(second))
    await world.settles()
    for one in (first, second):
        assert await told(world, one) == [*BEFORE, ("True", "9", "1")]


async def test_money_of_a_dossier_the_portal_is_behind_with_is_told_in_its_order(world: World):
    """What waits is told first, and no status goes back."""
    dossier = await a_told_one(world)
    await world.faults(down=True)
    await world.hears_on(dossier.went("step_completed"))
    await world.sends()
    await world.gateway.receive(a_payment(dossier))
    await world.faults(down=False)
    await world.settles()
    assert (await told(world, dossier))[3:] == [("True", "4", "1")]
    words = [one["NoiDungXuLy"] for one in await world.progress(dossier.code)]
    assert words == ["accepted", "handed_over", "step_completed"]


async def test_the_second_half_of_an_acceptance_does_not_stand_for_money_that_came_after_the_first(
    world: World,
):
    """The view is read once for both halves."""
    dossier = ADossier().went("accepted", "ACCEPTED")
    await world.hears_on(dossier)
    await world.gateway.runtime.pool.execute(
        "UPDATE portal_ledger SET state = 'CONFIRMED' WHERE dossier_id = $1 AND part = 0", dossier.id
    )
    await world.gateway.receive(a_payment(dossier))
    kinds = "SELECT kind FROM portal_ledger WHERE dossier_id = $1 ORDER BY version, part"
    kept = [row["kind"] for row in await world.gateway.runtime.pool.fetch(kinds, dossier.id)]
    assert kept == ["HERE_CREATE", "HERE_UPDATE", "HERE_FEES"]


async def test_where_the_portal_is_told_of_the_dossier_by_status_or_by_others_no_fee_is_told(world: World):
    """Born there, a ministry's, not accepted yet: nothing takes a fee there, or it is not ours to tell."""
    await submitted_on_portal(world, CODE)
    born_there = ADossier(origin="PORTAL", portal_code=CODE).went("accepted", "ACCEPTED")
    theirs = (await a_told_one(world)).went_to("MINISTRY")
    waiting = ADossier()
    await world.hears_on(born_there, theirs, waiting)
    await world.settles()
    await world.gateway.receive(*(a_payment(one) for one in (born_there, theirs, waiting)))
    assert await world.sends() == 0


async def test_a_refund_after_the_end_is_told_with_the_day_the_result_was_handed_over(world: World):
    dossier = ADossier().to_the_end()
    handed_over: datetime = dossier.at
    dossier.went("archived", "ARCHIVED")
    dossier.views[dossier.version]["returned_at"] = handed_over.isoformat()
    await world.hears_on(dossier)
    await world.settles()
    await world.gateway.receive(a_payment(dossier, 4, "refunded"))
    await world.settles()
    record = (await world.portal.get(f"/sandbox/dossiers/{dossier.code}")).json()["record"]
    assert (record["TrangThaiHoSo"], record["NgayTra"]) == ("10", f"{handed_over:%Y%m%d%H%M%S}")
    assert record["DuocThanhToanTrucTuyen"] == "1"
