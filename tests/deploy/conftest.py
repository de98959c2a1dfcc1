"""Helm and a built copy of the charts for every test of the deployment."""

import os

import pytest

from deploy.get_helm import HelmUnavailable, get_helm
from tests.deploy.rendering import Charts


@pytest.fixture(scope="session")
def charts(tmp_path_factory: pytest.TempPathFactory) -> Charts:
    """Build the charts with their dependencies, in a copy so that the tree stays clean."""
    try:
        helm = get_helm()
    except HelmUnavailable as reason:
        if "helm" in os.environ.get("REQUIRE", "").split(","):
            pytest.fail(f"REQUIRE=helm: {reason}", pytrace=False)
        pytest.skip(str(reason))  # The reason says what Helm lacks here; CI requires it.
    return Charts.built(helm, tmp_path_factory.mktemp("charts"))
