"""What one process of the gateway holds for connectors."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.gateway.domain.connectors.source import Source
from services.gateway.use_cases.connectors.drops import TakeDrops
from services.gateway.use_cases.connectors.feed import FeedDossiers
from services.gateway.use_cases.connectors.pull import PullSources
from services.gateway.use_cases.connectors.take_in import TakeIn


@dataclass(frozen=True, kw_only=True)
class ConnectorSide:
    """`sources` by name; `seals` are the store's, `keeping` the job's own."""

    sources: Mapping[str, Source]
    take_in: TakeIn
    pull: PullSources
    drops: TakeDrops
    feed: FeedDossiers
    keeping: Any
    keep: timedelta
