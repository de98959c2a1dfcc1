"""The tables the code declares are those the migrations make."""

from datetime import timedelta

from kernel.postgres.migrations import differences
from kernel.testing.running import RunningService
from services.gateway.app import service
from services.gateway.jobs.forgetting import FORGET


async def test_migrations_and_tables_agree(door: RunningService) -> None:
    assert await differences(door.runtime.settings.database_url.get_secret_value(), service.tables) == []


async def test_what_has_expired_is_forgotten(door: RunningService) -> None:
    await door.client.get("/api/v1/tracking?code=a&secret=b")
    await door.run_job(FORGET)
    assert await door.count("failed_attempts") == 2
    door.clock.advance(timedelta(days=1, seconds=1))
    await door.run_job(FORGET)
    assert await door.count("failed_attempts") == 0
