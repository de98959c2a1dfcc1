"""The gateway's stores around one unit of work."""

from typing import Any

from kernel.core.event import Event
from kernel.postgres.unit_of_work import UnitOfWork
from services.gateway.store.account_links import PostgresAccountLinks
from services.gateway.store.connectors.ledger import PostgresConnectors
from services.gateway.store.connectors.screens import PostgresConnectorScreens
from services.gateway.store.directory import PostgresDirectoryLedger
from services.gateway.store.document_posts import PostgresDocumentPosts
from services.gateway.store.document_replies import PostgresDocumentReplies
from services.gateway.store.document_screens import PostgresDocumentRoutes, PostgresDocumentScreens
from services.gateway.store.documents import PostgresDocuments
from services.gateway.store.portal.codes import PostgresPortalCodes
from services.gateway.store.portal.comparing import PostgresPortalComparing
from services.gateway.store.portal.files import PostgresPortalFiles
from services.gateway.store.portal.inbox import PostgresPortalInbox
from services.gateway.store.portal.ledger import PostgresPortalLedger
from services.gateway.store.portal.links import PostgresPortalLinks
from services.gateway.store.portal.questions import PostgresPortalQuestions
from services.gateway.store.portal.screens import PostgresPortalScreens
from services.gateway.store.portal.summaries import PostgresPortalSummaries
from services.gateway.store.tracking import PostgresTrackingLedger
from services.gateway.store.usage import PostgresUsage


class PostgresWork:
    """Everything a handler may write; it commits with the message or the request."""

    def __init__(self, unit: UnitOfWork, resources: Any) -> None:
        self.unit = unit
        self.resources = resources
        self.account_links = PostgresAccountLinks(unit)
        self.tracking = PostgresTrackingLedger(unit)
        self.directory = PostgresDirectoryLedger(unit)
        self.portal_ledger = PostgresPortalLedger(unit)
        self.portal_files = PostgresPortalFiles(unit, resources.portal.seals)
        self.portal_inbox = PostgresPortalInbox(unit, resources.portal.seals)
        self.portal_links = PostgresPortalLinks(unit, resources.portal.seals)
        self.portal_screens = PostgresPortalScreens(unit)
        self.documents = PostgresDocuments(unit, resources.documents.seals)
        self.document_posts = PostgresDocumentPosts(unit, resources.documents.seals)
        self.document_replies = PostgresDocumentReplies(unit, resources.documents.seals)
        self.document_screens = PostgresDocumentScreens(unit, resources.documents.seals)
        self.document_routes = PostgresDocumentRoutes(unit)
        self.portal_codes = PostgresPortalCodes(unit)
        self.portal_comparing = PostgresPortalComparing(unit)
        self.portal_questions = PostgresPortalQuestions(unit, resources.portal.seals)
        self.portal_summaries = PostgresPortalSummaries(unit)
        self.usage = PostgresUsage(unit)
        self.connectors = PostgresConnectors(unit, resources.seals)
        self.connector_screens = PostgresConnectorScreens(unit)

    def record(self, event: Event) -> None:
        """Publish this event if the unit commits."""
        self.unit.record(event)
