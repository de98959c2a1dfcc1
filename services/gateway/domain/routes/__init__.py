"""The route table: every public address under /api, who owns it and who may use it. Data, not code."""

from services.gateway.domain.routes.catalog import catalog
from services.gateway.domain.routes.catalog_desks import calendars_and_laws, workflows
from services.gateway.domain.routes.catalog_publishing import administration, publishing
from services.gateway.domain.routes.catalog_readers import readers
from services.gateway.domain.routes.connectors import connectors
from services.gateway.domain.routes.documents import documents
from services.gateway.domain.routes.dossier import dossier
from services.gateway.domain.routes.dossier_archive import archive
from services.gateway.domain.routes.dossier_desk import desk
from services.gateway.domain.routes.dossier_figures import dossier_figures
from services.gateway.domain.routes.dossier_files import dossier_files
from services.gateway.domain.routes.dossier_intake import intake
from services.gateway.domain.routes.dossier_interlinked import dossier_interlinked
from services.gateway.domain.routes.dossier_payments import payments
from services.gateway.domain.routes.dossier_registers import dossier_registers
from services.gateway.domain.routes.dossier_results import dossier_results
from services.gateway.domain.routes.dossier_supervision import supervision
from services.gateway.domain.routes.dossier_work import dossier_work
from services.gateway.domain.routes.others import notify, own, survey
from services.gateway.domain.routes.petitions import petitions
from services.gateway.domain.routes.row import MEGABYTE, Priority, Route

__all__ = ["MEGABYTE", "ROUTES", "Priority", "Route"]

ROUTES: tuple[Route, ...] = (
    *catalog(),
    *readers(),
    *publishing(),
    *workflows(),
    *administration(),
    *calendars_and_laws(),
    *dossier(),
    *dossier_work(),
    *intake(),
    *dossier_files(),
    *desk(),
    *supervision(),
    *dossier_figures(),
    *payments(),
    *dossier_registers(),
    *dossier_results(),
    *archive(),
    *dossier_interlinked(),
    *notify(),
    *survey(),
    *petitions(),
    *own(),
    *connectors(),
    *documents(),
)
