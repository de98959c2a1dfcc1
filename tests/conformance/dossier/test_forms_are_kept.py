"""The form in force comes with the intake, in memory as in PostgreSQL; an older one never returns."""

from typing import Any

from kernel.core.event import Event
from kernel.testing.running import an_event
from tests.builders.dossier.office import COMMUNE, PROCEDURE
from tests.builders.forms import a_form, answers
from tests.conformance.dossier.conftest import Store
from tests.conformance.dossier.test_dossier_store import TODAY


def a_form_event(version: int, **changed: Any) -> Event:
    """Return the catalogue's event of a form."""
    data = {**a_form(code=PROCEDURE, **changed), "version": version}
    return an_event("form.published.v1", PROCEDURE, data, sequence=version)


async def test_the_newest_form_decides(store: Store) -> None:
    """A process that compiled an older one takes the newer one; what is late changes nothing."""
    looser = a_form()["schema"]
    looser["required"] = ["applicant"]
    given = answers()
    del given["purpose"]
    for event, is_taken in (
        (a_form_event(1), False),
        (a_form_event(3, schema=looser), True),
        (a_form_event(2), True),
    ):
        await store.desk.learn(event)
        async with store.desk.open_work() as work:
            intake = await work.catalogue.intake(PROCEDURE, [COMMUNE], [], today=TODAY)
        assert intake.form is not None
        assert (intake.form.faults(given) == []) is is_taken
