"""IDENTITY_* variables."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class IdentitySettings(BaseSettings):
    """Who may send people here, and where they are told that somebody signed out."""

    model_config = SettingsConfigDict(env_prefix="IDENTITY_", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(8095, ge=0, le=65535)
    public_url: str = ""
    """Where browsers and the province reach it; empty: host and port."""
    clock_offset_seconds: float = 0.0
    client_id: str = "mot-cua"
    client_secret: str = "bi-mat-cua-thu-nghiem"  # noqa: S105 - a sample for a simulator.
    redirect_uris: list[str] = ["http://127.0.0.1:8000/session/callback"]
    audience: str = "mot-cua"
    """Of the access tokens, which apps show to the province."""
    back_channel_url: str = ""
    """Where logout tokens are posted; empty: nowhere."""
    token_seconds: int = Field(600, ge=1)

    @property
    def root(self) -> str:
        """The address both issuers stand under."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")
