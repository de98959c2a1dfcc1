"""A portal, a gateway and a survey service, near or over both roads."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.integration.gateway.portal_exchange.exchange import ROADS, Surveys
from tests.integration.gateway.portal_world import World, a_world
from tests.serving import served


@pytest.fixture
def surveys() -> Surveys:
    return Surveys()


@pytest.fixture(params=list(ROADS))
async def world(start, surveys: Surveys, request: Any) -> AsyncIterator[World]:
    async with (
        served(surveys.app()) as url,
        a_world(start, survey_url=url, **ROADS[request.param]) as found,
    ):
        yield found


@pytest.fixture
async def near(start, surveys: Surveys) -> AsyncIterator[World]:
    async with served(surveys.app()) as url, a_world(start, survey_url=url) as found:
        yield found
