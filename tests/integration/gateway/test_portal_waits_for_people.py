"""What only people can move on its way to or from the portal is a figure that wakes them."""

from prometheus_client import REGISTRY

from services.gateway.jobs.portal.watch import PORTAL_WATCH
from tests.builders.gateway.portal import a_message
from tests.integration.gateway.portal_dossiers import ADossier
from tests.integration.gateway.portal_world import a_world
from tests.integration.gateway.test_portal_intake import send


async def test_what_only_people_can_move_wakes_them(start):
    """Refused or unmapped for a day, a message that waits since four hours: no try is counted of these."""

    def waiting(kind: str) -> float | None:
        return REGISTRY.get_sample_value("gateway_portal_waits_for_people", {"kind": kind})

    async with a_world(start) as world:
        unknown = ADossier(procedure={"code": "H99.X", "name": "x", "sector": "s"})
        for one in (refused := ADossier(), unknown):
            await world.hears(one.went("accepted", "ACCEPTED"))
        said = {"error_code": -1, "message": "MaTTHC không hợp lệ", "dossier": refused.code}
        await world.faults(refuse=said)
        await world.sends()
        await world.sends()
        for hours, numbers in ((0, (0, 0)), (25, (1, 1))):
            world.passes(hours=hours)
            await world.gateway.run_job(PORTAL_WATCH)
            assert (waiting("refused"), waiting("unmapped")) == numbers
        message = a_message("G22.99-260303-000001", NgayNopHoSo="hôm qua")
        assert (await send(world, message))["error_code"] == 0
        for hours, number in ((0, 0), (5, 1)):
            world.passes(hours=hours)
            await world.gateway.run_job(PORTAL_WATCH)
            assert waiting("inbound") == number
