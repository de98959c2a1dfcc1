"""Chooses the driver that fits the account."""

from kernel.core.clock import Clock
from services.gateway.clients.portal.direct import DirectPortal
from services.gateway.clients.portal.gateway import GatewayPortal
from services.gateway.clients.portal.transport import JsonExchange
from services.gateway.domain.portal.account import DirectAccount, GatewayAddresses
from services.gateway.use_cases.portal.ports import WholePortal


def portal_of(account: DirectAccount | GatewayAddresses, exchange: JsonExchange, clock: Clock) -> WholePortal:
    """Return the portal as this account reaches it."""
    if isinstance(account, GatewayAddresses):
        return GatewayPortal(exchange, account)
    return DirectPortal(exchange, account, clock)
