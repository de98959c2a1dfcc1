"""What the catalog service is told from outside."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from kernel.core.assurance import LOWEST
from kernel.settings import KernelSettings


class Settings(KernelSettings):
    """The kernel's settings under the prefix `CATALOG_`."""

    model_config = SettingsConfigDict(env_prefix="CATALOG_")

    public_url: str = Field(
        default="http://127.0.0.1:8000",
        pattern=r"^https?://[^\s?#]+$",
        description="where people reach the province; stands in QR codes, feeds and the links of mails",
    )

    identification_level: int = Field(
        default=LOWEST,
        ge=1,
        le=2,
        description="level of the account citizens submit with where a procedure names none; as DOSSIER_'s",
    )

    def unsafe(self) -> list[tuple[str, str]]:
        """Add what people must not be sent to."""
        found = super().unsafe()
        if not self.public_url.startswith("https://"):
            found.append(("public_url", "people are sent to https only"))
        return found
