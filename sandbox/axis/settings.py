"""AXIS_* variables."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class AxisSettings(BaseSettings):
    """Whose e-office stands on the axis, where the folder shared with the province is, how fast it works."""

    model_config = SettingsConfigDict(env_prefix="AXIS_", frozen=True, env_parse_none_str="null")

    host: str = "127.0.0.1"
    port: int = Field(8094, ge=0, le=65535)
    database: Path | None = None
    folder: Path | None = None
    """The province's folder; None: nothing is exchanged."""
    clock_offset_seconds: float = 0.0
    every_seconds: float = Field(0.5, gt=0)
    system_id: str = "tinh-mau"
    """Who calls the national door, with this secret; None: the door is shut."""
    secret: str | None = "bi-mat-truc-thu-nghiem"  # noqa: S105 - a sample everybody knows.
    organ: str = "000.00.15.H99"
    """As an e-office of before QĐ 20/2020 writes itself."""
    name: str = "Sở Tư pháp tỉnh Mẫu"
    receive_seconds: float | None = Field(2.0, ge=0)
    """A document is received (03) by itself after this long; None: only when somebody says so."""
    zips_files: bool = True
    """Each file inside a zip of its own, as the axis' first client library does."""
