"""Values nobody announced are refused, and what is generated from the values is current."""

from pathlib import Path

import pytest

from deploy.helm import __main__ as generator
from deploy.helm.values import CHARTS, Value, read_values
from tests.deploy.rendering import SERVICES, Charts, HelmRefused


@pytest.mark.parametrize("chart", SERVICES)
@pytest.mark.parametrize(
    ("setting", "complaint"),
    [
        ("replicaCount=3", "additional properties 'replicaCount' not allowed"),
        ("api.replcias=3", "additional properties 'replcias' not allowed"),
        ("lib.api.replicas=3", "'/lib'"),
        ("api.replicas=many", "got string, want integer"),
        ("api.replicas=0", "minimum: got 0, want 1"),
        ("mode=prod", "'/mode'"),
        ("database.existingSecret=", "'/database/existingSecret'"),
        ("image.digest=sha256:abc", "'/image/digest'"),
        ("settings.lower_case=x", "'/settings'"),
        ("secretSettings.API_KEY=plain", "got string, want object"),
        ("secretSettings.API_KEY.value=plain", "'/secretSettings/API_KEY'"),
        ("kafka.securityProtocol=TLS", "'/kafka/securityProtocol'"),
    ],
)
@pytest.mark.helm
@pytest.mark.timeout(1200)
def test_a_wrong_value_is_refused(charts: Charts, chart: str, setting: str, complaint: str) -> None:
    with pytest.raises(HelmRefused) as refused:
        charts.render(chart, None, "--set", setting)
    assert complaint in str(refused.value)


@pytest.mark.parametrize("setting", ["dosier.api.replicas=3", "global.tag=1", "survey.api.replcias=3"])
@pytest.mark.helm
@pytest.mark.timeout(1200)
def test_the_umbrella_refuses_it_too(charts: Charts, setting: str) -> None:
    with pytest.raises(HelmRefused, match="additional properties"):
        charts.render("stack", None, "--set", setting)


def test_readmes_and_schemas_are_current() -> None:
    assert generator.stale() == [], "run python -m deploy.helm"


def test_a_changed_comment_makes_the_readme_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chart = tmp_path / "survey"
    for name in ("Chart.yaml", "values.yaml", "README.md", "values.schema.json"):
        chart.mkdir(exist_ok=True)
        (chart / name).write_text((CHARTS / "survey" / name).read_text())
    (chart / "ci").mkdir()
    for file in (CHARTS / "survey" / "ci").iterdir():
        (chart / "ci" / file.name).write_text(file.read_text())
    monkeypatch.setattr(generator, "charts", lambda: [chart])
    assert generator.stale() == []
    values = chart / "values.yaml"
    values.write_text(values.read_text().replace("# Least important level", "# Lowest level"))
    assert generator.stale() == [chart / "values.schema.json", chart / "README.md"]


def test_a_value_without_a_comment_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text("# Said.\nouter:\n  inner: 1\n")
    with pytest.raises(ValueError, match=r"outer\.inner: a value needs a comment"):
        read_values(file)


@pytest.mark.parametrize("service", SERVICES)
def test_what_all_services_have_is_said_the_same_way(service: str) -> None:
    """Shared values are written out in each chart for its reader; they must not drift apart."""
    ours, theirs = _sayings(service), _sayings("catalog")
    differing = {path for path in ours.keys() & theirs.keys() if ours[path] != theirs[path]}
    own = {("settings",), ("api", "resources"), ("jobs", "resources")}
    assert differing - own == set(), "only `settings` names the service, and memory what was measured of it"
    assert theirs.keys() - ours.keys() == set()


def _sayings(service: str) -> dict[tuple[str, ...], tuple[str, str]]:
    values = [leaf for value in read_values(CHARTS / service / "values.yaml") for leaf in value.leaves()]
    return {value.path: _saying(value) for value in values}


def _saying(value: Value) -> tuple[str, str]:
    return value.text, repr(value.schema)
