"""GATEWAY_* variables, a module an area; lists and objects are JSON. Read by app.py only."""

from pydantic_settings import SettingsConfigDict

from services.gateway.settings.connectors import ConnectorsPart
from services.gateway.settings.databases import DatabasesPart
from services.gateway.settings.documents import DocumentsPart
from services.gateway.settings.door import DoorPart
from services.gateway.settings.payments import PaymentPart
from services.gateway.settings.portal import PortalPart


class Settings(DoorPart, PortalPart, PaymentPart, DocumentsPart, ConnectorsPart, DatabasesPart):
    """What the gateway is told from outside."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_")

    def files_url(self) -> str:
        """Return where the portal fetches files."""
        return (self.portal_files_url or self.public_url).rstrip("/")
