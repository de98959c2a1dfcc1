"""What use cases need of the world; PostgreSQL and memory both give it. One file a store."""

from services.dossier.use_cases.ports.attachments import Attachments
from services.dossier.use_cases.ports.catalogue import Catalogue
from services.dossier.use_cases.ports.dossiers import Dossiers
from services.dossier.use_cases.ports.materials import Files, Inspector, Press, Seals
from services.dossier.use_cases.ports.outside import Courier, Outside
from services.dossier.use_cases.ports.papers import Papers
from services.dossier.use_cases.ports.records import (
    Attachment,
    Detail,
    Grounds,
    Intake,
    IssuedPaper,
    OutsideRequest,
    Policy,
    SubmittedComponent,
    UsedResult,
)
from services.dossier.use_cases.ports.views import Views
from services.dossier.use_cases.ports.work import Work

__all__ = [
    "Attachment",
    "Attachments",
    "Catalogue",
    "Courier",
    "Detail",
    "Dossiers",
    "Files",
    "Grounds",
    "Inspector",
    "Intake",
    "IssuedPaper",
    "Outside",
    "OutsideRequest",
    "Papers",
    "Policy",
    "Press",
    "Seals",
    "SubmittedComponent",
    "UsedResult",
    "Views",
    "Work",
]
