"""What the portal's ledger shows to people who look, as a figure an alert can wake them by."""

from prometheus_client import Gauge

from kernel.service import Job, JobTick

_stuck = Gauge("gateway_portal_stuck", "Rows of the sync ledger tried ten times or for two hours in vain")
_wait_for_people = Gauge(
    "gateway_portal_waits_for_people",
    "Dossiers the portal refused or nobody mapped for a day, messages of the portal that wait for four hours",
    ["kind"],
)
_caught = Gauge(
    "gateway_portal_unread_messages",
    "Messages of the portal of a day with something no reader read, which the last look found (ADR 0029)",
    ["outcome"],
)


async def watch_ledger(tick: JobTick) -> None:
    """Count what is stuck, and what only people can move; lists and reasons are people's screens."""
    async with tick.open_work() as work:
        _stuck.set(await work.portal_screens.stuck(tick.now))
        for kind, number in (await work.portal_screens.wait_for_people(tick.now)).items():
            _wait_for_people.labels(kind).set(number)
        for outcome, number in (await work.portal_screens.caught(tick.now)).items():
            _caught.labels(outcome).set(number)


PORTAL_WATCH = Job("portal_watch", 60, watch_ledger)
