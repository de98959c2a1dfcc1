"""CATCHER_* variables."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class CatcherSettings(BaseSettings):
    """Where the catcher listens and what it asks of an SMS sender."""

    model_config = SettingsConfigDict(env_prefix="CATCHER_", frozen=True, env_parse_none_str="null")

    host: str = "127.0.0.1"
    port: int = Field(8091, ge=0, le=65535)
    smtp_port: int | None = Field(8025, ge=0, le=65535)
    """None: no SMTP listener."""
    database: Path | None = None
    clock_offset_seconds: float = 0.0
    sms_key: str = "khoa-sms-thu-nghiem"
    """Asked for as `Authorization: Bearer`; a sample value for a simulator, not a secret."""
    mail_limit_mb: int = Field(32, ge=1)
