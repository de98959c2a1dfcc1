"""The job that writes exports."""

from kernel.core.apart import Apart
from kernel.service import Job, JobTick
from services.dossier.use_cases.figures.write_exports import write_exports


async def _run(tick: JobTick) -> None:
    apart = Apart("exports that cannot be written")
    await write_exports(tick.open_work, tick.runtime.clock.now, apart)
    apart.tell()


WRITE_EXPORTS = Job("write-exports", 2, _run)
