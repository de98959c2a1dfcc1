"""One office with a till for all tests of money: each works on dossiers and with cashiers of its own."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from kernel.bus.memory import MemoryBus
from kernel.testing.running import running
from stack.postgres import PostgresAddress
from tests.builders.dossier.office import Office, a_procedure
from tests.builders.dossier.till import AFTER, a_channel, a_fee
from tests.integration.conftest import fresh_databases, service_named

AFTERWARDS, BY_REGULATION, WALK_IN = "1.000001", "1.000002", "1.000003"


@pytest.fixture(scope="package")
async def till(
    postgres_server: PostgresAddress,
    administrator: asyncpg.Pool,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Office]:
    """An office whose procedure costs 50,000 đồng before acceptance and 30,000 before the result."""
    service, files = service_named("dossier"), tmp_path_factory.mktemp("files")
    async with (
        fresh_databases(postgres_server, administrator) as databases,
        running(service, await databases(service), MemoryBus(), {"files_url": files.as_uri()}) as started,
    ):
        office = await Office(started).open(channels=[a_channel(a_fee(), AFTER)])
        regulation = {"kind": "FEE", "amount": None, "collected": None, "note": "Theo TT 1/2026"}
        await started.receive(
            a_procedure(AFTERWARDS, channels=[a_channel(a_fee(30_000, None))]),
            a_procedure(BY_REGULATION, channels=[a_channel(regulation)]),
            a_procedure(WALK_IN, channels=[a_channel(a_fee(), name="DIRECT")]),
        )
        yield office
