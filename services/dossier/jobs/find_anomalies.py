"""Reads the history for what is out of order, some pages a run, a commit a page."""

from kernel.core.apart import Apart
from kernel.service import Job, JobTick
from services.dossier.use_cases.supervision.find_anomalies import begin_reading, read_on
from services.dossier.use_cases.supervision.ports import Place

_PAGE = 100
_MOST_PAGES = 20


async def run(tick: JobTick) -> None:
    """Read until the end or for so many pages; a run that is cut off reads its last page again."""
    async with tick.open_work() as work:
        place: Place | None = await begin_reading(work=work)
    apart = Apart("dossiers that cannot be read for anomalies")
    for _ in range(_MOST_PAGES):
        if place is None:
            break
        async with tick.open_work() as work:
            place = await read_on(place, _PAGE, apart=apart, work=work, now=tick.now)
    apart.tell()


FIND_ANOMALIES = Job("find-anomalies", 60, run)
