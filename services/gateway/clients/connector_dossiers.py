"""The dossier service as connectors call it."""

from collections.abc import Mapping
from typing import Any

from services.gateway.clients.portal.dossier import HttpDossierService
from services.gateway.use_cases.connectors.ports import Answered


class ToldDossiers:
    """Tells what does no harm when it is told twice; every failure of the road is `Unavailable`."""

    def __init__(self, dossiers: HttpDossierService) -> None:
        self._dossiers = dossiers

    async def tell(self, path: str, body: Mapping[str, Any], *, scope: str, key: str = "") -> Answered:
        """Tell it with one scope; the same key again brings the first answer again."""
        status, answer = await self._dossiers.exchange("POST", path, dict(body), scope=scope, key=key)
        return Answered(status, answer)
