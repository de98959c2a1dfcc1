"""Systems of ministries and sectors whose dossiers are mirrored."""

from pydantic import Field, SecretStr, field_validator

from kernel.settings import KernelSettings
from services.gateway.domain.connectors.source import FileWay, PullWay, PushWay, Source
from services.gateway.setting_groups import ConnectorSettings

SAMPLE_KEYS = frozenset({"khoa-lay-thu-nghiem", "khoa-gui-thu-nghiem"})


class ConnectorsPart(KernelSettings):
    """The systems and their keys."""

    connectors: list[ConnectorSettings] = Field(
        default=[], description="systems of ministries and sectors (docs/connectors.md)"
    )
    connector_keys: dict[str, SecretStr] = Field(
        default={}, description="keys of those systems by the name connectors refer to them with"
    )
    connector_keep_days: int = Field(
        default=30, ge=1, le=3650, description="what a system said is kept after it was told on"
    )

    @field_validator("connectors")
    @classmethod
    def _named_once(cls, value: list[ConnectorSettings]) -> list[ConnectorSettings]:
        if len({one.name for one in value}) < len(value):
            raise ValueError("two connectors with one name")
        return value

    def sources(self) -> dict[str, Source]:
        """Return the configured systems by name, their keys in place; a key nobody gave is an error."""
        return {one.name: self._source(one) for one in self.connectors}

    def _source(self, given: ConnectorSettings) -> Source:
        def key(name: str) -> str:
            if name and name not in self.connector_keys:
                raise ValueError(f"connector {given.name}: no key {name} in connector_keys")
            return self.connector_keys[name].get_secret_value() if name else ""

        pull, push, drop = given.pull, given.push, given.drop
        return Source(
            name=given.name,
            title=given.title,
            route=given.route,
            agency=given.agency,
            fields=given.fields,
            procedures=given.procedures,
            statuses=given.statuses,
            agencies=given.agencies,
            pull=PullWay(**{**pull.model_dump(), "key": key(pull.key)}) if pull else None,
            push=PushWay(**{**push.model_dump(), "key": key(push.key)}) if push else None,
            drop=FileWay(**drop.model_dump()) if drop else None,
        )

    def unsafe(self) -> list[tuple[str, str]]:
        """Add plain HTTP and keys everybody knows."""
        found = super().unsafe()
        found += [
            ("connectors", f"{one.name}: not https")
            for one in self.connectors
            if one.pull and not one.pull.url.startswith("https://")
        ]
        found += [
            ("connector_keys", "a sample everybody knows")
            for key in self.connector_keys.values()
            if key.get_secret_value() in SAMPLE_KEYS
        ]
        return found
