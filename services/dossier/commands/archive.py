"""What an operator runs for the archive: give records to dossiers that ended before there were any."""

import sys
from collections.abc import Sequence
from uuid import UUID

from kernel.runtime import Runtime
from kernel.service import JobTick
from services.dossier.use_cases.archive.keep_records import fix_ended

_BATCH = 200


async def fix_retention(runtime: Runtime, arguments: Sequence[str]) -> int:
    """Fix how long the records of ended dossiers are kept, a commit a batch; run it as often as you like."""
    del arguments
    after: UUID | None = UUID(int=0)
    fixed = 0
    while after is not None:
        async with JobTick(runtime, runtime.clock.now()).open_work() as work:
            after, some = await fix_ended(after, _BATCH, work)
        fixed += some
    sys.stdout.write(f"{fixed} records fixed\n")
    return 0
