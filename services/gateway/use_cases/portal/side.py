"""What one process of the gateway holds for the national portal."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.gateway.domain.portal.answers.comparison import Sheet
from services.gateway.use_cases.portal.exchange.holding import Exchange
from services.gateway.use_cases.portal.exchange.payments import CarryPayments
from services.gateway.use_cases.portal.inbound.intake import TakeFromPortal
from services.gateway.use_cases.portal.inbound.links import FetchLinks
from services.gateway.use_cases.portal.ports import DossierService
from services.gateway.use_cases.portal.telling.reconcile import Reconcile


@dataclass(frozen=True, kw_only=True)
class PortalSide:
    """`sender` and `keeping` are the jobs' own, `seals` the store's; the rest serves requests."""

    sender: Any
    intake: TakeFromPortal
    links: FetchLinks
    reconcile: Reconcile
    read_sheet: Callable[[bytes], Sheet]
    """Raises `ValueError` with a text for who uploaded it."""
    exchange: Exchange
    dossiers: DossierService
    adapter_key: str
    body_limit: int
    begun: asyncio.Semaphore
    """Bodies past 64 KB that are held while they come: a megabyte each."""
    large: asyncio.Semaphore
    """Bodies past what is held whole: so many come at a time."""
    body_seconds: float
    seals: Any
    keeping: Any
    keep_days: int
    longest_wait: timedelta
    """Nothing waits longer for its next try; what seems to was written by a clock that was ahead."""
    is_connected: bool = True
    payments: CarryPayments | None = None
    payment_path: str = ""
    bill_path: str = ""
