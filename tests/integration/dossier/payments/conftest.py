"""One office with a till for all tests of money: each works on dossiers and with cashiers of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kernel.bus.memory import MemoryBus
from kernel.postgres.migrations import migrate
from kernel.testing.running import running
from stack.postgres import PostgresAddress, drop_database, provision
from tests.builders.dossier.office import Office, a_procedure
from tests.builders.dossier.till import AFTER, a_channel, a_fee
from tests.integration.conftest import WORKER, service_named

AFTERWARDS, BY_REGULATION, WALK_IN = "1.000001", "1.000002", "1.000003"


@pytest.fixture(scope="package")
async def till(
    postgres_server: PostgresAddress, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    """An office whose procedure costs 50,000 đồng before acceptance and 30,000 before the result."""
    service, name = service_named("dossier"), f"money_{WORKER}"
    dsn = provision(postgres_server, [name])[name]
    await migrate(dsn, service.name, service.tables)
    files: Path = tmp_path_factory.mktemp("files")
    async with running(service, dsn, MemoryBus(), {"files_url": files.as_uri()}) as started:
        office = await Office(started).open(channels=[a_channel(a_fee(), AFTER)])
        regulation = {"kind": "FEE", "amount": None, "collected": None, "note": "Theo TT 1/2026"}
        await started.receive(
            a_procedure(AFTERWARDS, channels=[a_channel(a_fee(30_000, None))]),
            a_procedure(BY_REGULATION, channels=[a_channel(regulation)]),
            a_procedure(WALK_IN, channels=[a_channel(a_fee(), name="DIRECT")]),
        )
        yield office
    drop_database(postgres_server, name)
