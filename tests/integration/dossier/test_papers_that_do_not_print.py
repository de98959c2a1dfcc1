"""A paper whose content does not open is named, and holds up no other's printing."""

import pytest

from services.dossier.jobs.print_papers import PRINT_PAPERS
from tests.builders.dossier.office import Office
from tests.integration.dossier.test_whole_rows import by_hand


async def test_one_paper_that_does_not_open_holds_up_no_other(office: Office) -> None:
    await office.accepted()
    pool = office.service.runtime.pool
    bad, kept = await pool.fetchrow("SELECT id, content_sealed FROM papers")
    await by_hand(office, "UPDATE papers SET content_sealed = 'khac' WHERE id = $1", bad)
    await office.accepted()
    with pytest.raises(ExceptionGroup, match="papers") as failed:
        await office.service.run_job(PRINT_PAPERS)
    assert [one.__notes__ for one in failed.value.exceptions] == [[f"papers that do not print: {bad}"]]
    assert [row["id"] for row in await pool.fetch("SELECT id FROM papers WHERE sha256 IS NULL")] == [bad]
    await by_hand(office, "UPDATE papers SET content_sealed = $2 WHERE id = $1", bad, kept)
    await office.service.run_job(PRINT_PAPERS)
    assert await pool.fetchval("SELECT count(*) FROM papers WHERE sha256 IS NULL") == 0
