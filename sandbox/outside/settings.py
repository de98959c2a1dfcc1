"""OUTSIDE_* variables."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class OutsideSettings(BaseSettings):
    """When the outside system finishes a step and how it tells so."""

    model_config = SettingsConfigDict(env_prefix="OUTSIDE_", frozen=True, env_parse_none_str="null")

    host: str = "127.0.0.1"
    port: int = Field(8092, ge=0, le=65535)
    database: Path | None = None
    clock_offset_seconds: float = 0.0
    delay_seconds: float | None = Field(2.0, ge=0)
    """A request finishes by itself after this long; None: only when somebody says so."""
    outcome: str = "completed"
    book: str = "Sổ hộ tịch điện tử"
    request_key: str | None = None
    """Asked for as `Authorization: Bearer` of a request when it is set."""
    callback_key: str = "khoa-he-thong-ngoai-thu-nghiem"
    """Sent as `Authorization: Bearer` of a callback; a sample value for a simulator, not a secret."""
    callback_timeout_seconds: float = Field(10.0, gt=0)
    first_retry_seconds: float = Field(0.5, gt=0)
    longest_retry_seconds: float = Field(30.0, gt=0)
    concurrency: int = Field(8, ge=1)
