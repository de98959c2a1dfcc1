"""DOSSIER_* variables."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from kernel.settings import KernelSettings


class DossierSettings(KernelSettings):
    """What the dossier service is told from outside."""

    model_config = SettingsConfigDict(env_prefix="DOSSIER_", frozen=True)

    files_url: str = Field(
        default=Path("var/dossier-files").absolute().as_uri(),
        description="file:///folder or an S3-compatible address (s3://bucket/prefix)",
    )
    max_attachment_bytes: int = Field(default=20_971_520, ge=1024, le=52_428_800)
    supplement_days: int = Field(default=30, ge=1, le=365, description="Calendar days to answer a supplement")
    public_url: str = Field(default="http://127.0.0.1:8000", description="Printed on papers, in the QR code")
    outside_url: str = Field(
        default="", description="Where requests of outside steps are posted; empty: nowhere"
    )
    outside_key: SecretStr = SecretStr("")
    outside_callback_url: str = Field(default="", description="Where the outside system posts its answers")

    def unsafe(self) -> list[tuple[str, str]]:
        """Name what production refuses: papers that lead to one's own machine, files in the work folder."""
        found = super().unsafe()
        if "127.0.0.1" in self.public_url or "localhost" in self.public_url:
            found.append(("public_url", "papers would lead to the reader's own machine"))
        if "files_url" not in self.model_fields_set:
            found.append(("files_url", "name where files are kept"))
        return found
