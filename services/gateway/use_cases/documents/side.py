"""What one process of the gateway holds for the documents' exchange."""

from dataclasses import dataclass
from typing import Any

from services.gateway.use_cases.documents.answering import TellReplies
from services.gateway.use_cases.documents.deliver import DeliverDocuments
from services.gateway.use_cases.documents.ports import Office, Papers
from services.gateway.use_cases.documents.results import PrepareDocuments
from services.gateway.use_cases.documents.take_in import TakeInDocuments


@dataclass(frozen=True, kw_only=True)
class DocumentsSide:
    """`seals` are the store's; the rest serves requests and the job."""

    seals: Any
    take_in: TakeInDocuments
    deliver: DeliverDocuments
    prepare: PrepareDocuments
    replies: TellReplies
    papers: Papers
    office: Office
    silent_hours: int
    keep_days: int
    is_connected: bool
