"""MINISTRY_* variables."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class MinistrySettings(BaseSettings):
    """How the ministry works its dossiers and tells of them."""

    model_config = SettingsConfigDict(env_prefix="MINISTRY_", frozen=True, env_parse_none_str="null")

    host: str = "127.0.0.1"
    port: int = Field(8093, ge=0, le=65535)
    database: Path | None = None
    clock_offset_seconds: float = 0.0
    step_seconds: float | None = Field(None, gt=0)
    """A dossier goes one status further after this long; None: only when somebody says so."""
    pull_key: str = "khoa-lay-thu-nghiem"
    """Asked for as `Authorization: Bearer` of a page; a sample value for a simulator, not a secret."""
    push_url: str = ""
    """Where statuses are posted; empty: nowhere."""
    push_key: str = "khoa-gui-thu-nghiem"
    push_timeout_seconds: float = Field(10.0, gt=0)
    first_retry_seconds: float = Field(0.5, gt=0)
    longest_retry_seconds: float = Field(30.0, gt=0)
    files_folder: Path | None = None
    """Where CSV files are dropped; None: nowhere."""
    database_key: str = "khoa-csdl-thu-nghiem"
    """Asked for as `Authorization: Bearer` by the population database and the business register."""
    papers_username: str = "tinh-mau"
    papers_password: str = "mat-khau-thu-nghiem"  # noqa: S105 - the simulator's sample.
    papers_session_minutes: float = Field(10.0, gt=0)
