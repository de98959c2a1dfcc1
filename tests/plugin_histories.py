"""Every dossier service a test ran must verify clean when it stops: `make histories`.

Ordinary lives are never called broken. Tests that write past the service say so here, with what they do.
"""

import contextlib
import io
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import kernel.testing.running
from kernel.testing.running import RunningService, running
from services.dossier.commands.history import verify_history
from tests.integration import conftest

FORGES = {
    "test_archive.py::test_dossiers_of_before": "takes out what was not yet written then",
    "test_bound_calendars.py::test_a_dossier_from_before": "changes the row as it was before",
    "test_codes.py::test_numbers_grow": "sets the counter",
    "test_codes.py::test_without_an_identifier": "sets the counter",
    "test_desk_tallies.py::test_a_desk_of_many": "writes rows without history",
    "test_destruction.py::test_a_destroyed_dossier_moves_no_more": "forges a destruction",
    "test_ends_elsewhere.py::test_what_nobody_told": "changes by hand",
    "test_figures_of_past_days.py::test_who_ends_while": "takes lines of history out",
    "test_copies_as_published.py": "changes by hand",
    "test_forged_copies.py": "changes by hand",
    "test_forged_rights.py": "changes by hand",
    "test_heads.py": "cuts and changes by hand",
    "test_history_is_clean.py": "verifies by itself",
    "test_history_key.py": "rewrites chains",
    "test_identities.py::test_what_was_changed_by_hand": "changes by hand",
    "test_inbox_at_size.py": "writes rows without history",
    "test_one_slip.py::test_a_slip_changed_by_hand": "changes by hand",
    "test_promises.py": "sets counters and changes by hand",
    "test_quarantine.py::test_what_the_scanner_says": "changes by hand",
    "test_results.py::test_a_result_that_is_another_s": "gives a result to another by hand",
    "test_rows_beside_are_sealed.py": "changes by hand",
    "test_rows_put_back.py": "puts rows back",
    "test_verifying.py::test_a_paper_carries": "replaces a paper by hand",
    "test_who_read.py::test_a_line_taken_out": "takes a line out",
    "test_whole_rows.py": "changes by hand",
}


@asynccontextmanager
async def _verified(service: Any, *given: Any, **more: Any) -> AsyncIterator[RunningService]:
    async with running(service, *given, **more) as one:
        yield one
        test = os.environ.get("PYTEST_CURRENT_TEST", "")
        if service.name == "dossier" and not any(f"/{name}" in test for name in FORGES):
            said = io.StringIO()
            with contextlib.redirect_stdout(said):
                code = await verify_history(one.runtime, ())
            assert code == 0, said.getvalue()


def pytest_configure() -> None:
    """Let whatever starts a service for a test look at what it leaves."""
    conftest.running = kernel.testing.running.running = _verified  # type: ignore[attr-defined]
