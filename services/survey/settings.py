"""SURVEY_* variables; read by app.py only."""

from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from kernel.settings import KernelSettings


class Settings(KernelSettings):
    """What survey is told from outside."""

    model_config = SettingsConfigDict(env_prefix="SURVEY_")

    public_url: str = Field(default="http://127.0.0.1:8000", max_length=48, description="the public door")
    invitation_path: str = Field(
        default="/khao-sat/",
        max_length=30,
        pattern=r"^/[A-Za-z0-9/_-]*$",
        description="what stands before the token in the link: the gateway's page, or a front end's own",
    )
    invitation_days: int = Field(default=30, ge=1, le=365, description="how long a link may be used")
    petitions_a_day: int = Field(
        default=5, ge=1, le=1000, description="petitions of one account or telephone number in 24 hours"
    )
    petition_keep_days: int = Field(
        default=1825,
        ge=30,
        le=36500,
        description="after its end words and sender of a petition are forgotten",
    )

    @field_validator("public_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
            message = "must be an http(s) address"
            raise ValueError(message)
        return value.rstrip("/")

    def unsafe(self) -> list[tuple[str, str]]:
        """Add a link that would carry its token in the clear."""
        found = super().unsafe()
        if not self.public_url.startswith("https://"):
            found.append(("public_url", "links carry a token: https only"))
        return found
