"""What the portal's ledger shows to people who look, as a figure an alert can wake them by."""

from prometheus_client import Gauge

from kernel.service import Job, JobTick

_stuck = Gauge("gateway_portal_stuck", "Rows of the sync ledger tried ten times or for two hours in vain")


async def watch_ledger(tick: JobTick) -> None:
    """Count what is stuck; the list and its reasons are people's screens."""
    async with tick.open_work() as work:
        _stuck.set(await work.portal_screens.stuck(tick.now))


PORTAL_WATCH = Job("portal_watch", 60, watch_ledger)
