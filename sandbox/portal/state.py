"""Everything one running portal holds, opened together and closed together."""

from dataclasses import dataclass

from kernel.core.clock import Clock
from sandbox.journal import Journal
from sandbox.portal.faults import Switchboard
from sandbox.portal.fields import Shape
from sandbox.portal.seed import SEED
from sandbox.portal.sessions import Sessions
from sandbox.portal.settings import PortalSettings
from sandbox.portal.shapes import dossier_shape, progress_shape, status_shape
from sandbox.portal.store.catalogue import Catalogue
from sandbox.portal.store.dossiers import Dossiers
from sandbox.portal.store.questions import Questions
from sandbox.portal.store.schema import SCHEMA, TABLES
from sandbox.portal.store.submissions import Submissions


@dataclass(frozen=True)
class PortalState:
    """The rooms of the portal: what it remembers, who is signed in, what is switched to fail."""

    settings: PortalSettings
    clock: Clock
    journal: Journal
    dossiers: Dossiers
    catalogue: Catalogue
    questions: Questions
    submissions: Submissions
    sessions: Sessions
    switchboard: Switchboard
    dossier_shape: Shape
    progress_shape: Shape
    status_shape: Shape

    @classmethod
    def open(cls, settings: PortalSettings, clock: Clock) -> "PortalState":
        """Open the journal and give an empty catalogue our own seed."""
        journal = Journal(settings.database, SCHEMA)
        catalogue = Catalogue(journal)
        if catalogue.is_empty():
            catalogue.replace([procedure.as_detail() for procedure in SEED])
        return cls(
            settings=settings,
            clock=clock,
            journal=journal,
            dossiers=Dossiers(journal),
            catalogue=catalogue,
            questions=Questions(journal),
            submissions=Submissions(journal),
            sessions=Sessions(settings.accounts, settings.session_lifetime, clock),
            switchboard=Switchboard(),
            dossier_shape=dossier_shape(settings),
            progress_shape=progress_shape(settings),
            status_shape=status_shape(settings),
        )

    def forget(self) -> None:
        """Forget dossiers, arrivals, questions and submissions; the catalogue and the faults stay."""
        with self.journal.together():
            for table in reversed(TABLES):
                self.journal.write(f"DELETE FROM {table}")
        self.sessions.forget_all()
