"""DOSSIER_* variables."""

import base64
import json
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from kernel.core.assurance import LOWEST
from kernel.settings import KernelSettings, UnsafeSetting
from services.dossier.domain.history import HistoryKeys

# In the tree for everybody to read: good for a first start at home, refused in production by its id.
_DEVELOPMENT_KEY = "development:" + base64.b64encode(b"Mot Cua: everybody knows the key").decode()


class DossierSettings(KernelSettings):
    """What the dossier service is told from outside."""

    model_config = SettingsConfigDict(env_prefix="DOSSIER_", frozen=True)

    files_url: str = Field(
        default=Path("var/dossier-files").absolute().as_uri(),
        description="file:///folder or an S3-compatible address (s3://bucket/prefix)",
    )
    max_attachment_bytes: int = Field(default=20_971_520, ge=1024, le=52_428_800)
    supplement_days: int | None = Field(
        default=None, ge=1, le=365, description="Calendar days to answer a supplement; unset: the law's own"
    )
    public_url: str = Field(default="http://127.0.0.1:8000", description="Printed on papers, in the QR code")
    outside_url: str = Field(
        default="", description="Where requests of outside steps are posted; empty: nowhere"
    )
    outside_key: SecretStr = SecretStr("")
    receipts_url: str = Field(
        default="", description="Provider of e-receipts: https://… or file:///folder; empty: they wait"
    )
    receipts_key: SecretStr = SecretStr("")
    identification_level: int = Field(
        default=LOWEST,
        ge=1,
        le=2,
        description="Level of the account citizens submit with where a procedure names none; as CATALOG_'s",
    )
    receipt_serial: str = Field(default="BL", min_length=1, max_length=20, pattern=r"^[0-9A-Za-z/.-]+$")
    history_key: SecretStr = Field(
        default=SecretStr(_DEVELOPMENT_KEY),
        description="id:key[,older-id:key…], 32 bytes base64 each: the first chains history, all prove it",
    )
    scanner_url: str = Field(
        default="", description="clamd: tcp://host:port or unix:///path; empty: no scanner"
    )
    seals: SecretStr = Field(
        default=SecretStr("{}"),
        description='Seals, JSON by agency ("*": all others): {"file", "passphrase"} of PKCS#12, or'
        ' {"module", "token", "pin", "key", "chain"} of PKCS#11',
    )
    trust_folder: str = Field(
        default="",
        description="Folder with roots/, intermediates/ (PEM or DER) and crls/ for signatures of PDFs",
    )
    tsa_url: str = Field(
        default="",
        description="Time stamping authority (RFC 3161), http(s)://…; empty: no trusted time on signatures",
    )
    archive_url: str = Field(
        default="", description="The archive's folder: file:///folder; empty: batches wait"
    )
    outside_callback_url: str = Field(default="", description="Where the outside system posts its answers")

    retention_file: str = Field(
        default="",
        description="The province's own schedule of retention (as data/retention.yaml); empty: shipped",
    )

    @field_validator("scanner_url")
    @classmethod
    def _is_scanner(cls, value: str) -> str:
        if value and not value.startswith(("tcp://", "unix:///")):
            raise UnsafeSetting("tcp://host:port or unix:///path")
        return value

    @field_validator("tsa_url")
    @classmethod
    def _is_authority(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise UnsafeSetting("http://… or https://…")
        return value

    @field_validator("archive_url")
    @classmethod
    def _is_folder(cls, value: str) -> str:
        if value and not value.startswith("file:///"):
            raise UnsafeSetting("file:///folder")
        return value

    @field_validator("history_key")
    @classmethod
    def _are_keys(cls, value: SecretStr) -> SecretStr:
        try:
            HistoryKeys.of(value.get_secret_value())
        except ValueError as error:
            raise UnsafeSetting(str(error)) from error
        return value

    @field_validator("seals")
    @classmethod
    def _are_seals(cls, value: SecretStr) -> SecretStr:
        try:
            told = json.loads(value.get_secret_value())
        except ValueError as error:
            raise UnsafeSetting("JSON by agency") from error
        device = {"module", "token", "pin", "key", "chain"}
        if not isinstance(told, dict) or not all(
            isinstance(one, dict) and ("file" in one or device <= one.keys()) for one in told.values()
        ):
            raise UnsafeSetting(
                'each seal is {"file", "passphrase"} or {"module", "token", "pin", "key", "chain"}'
            )
        return value

    def agency_seals(self) -> dict[str, dict[str, Any]]:
        """Return the seals by agency."""
        told: dict[str, dict[str, Any]] = json.loads(self.seals.get_secret_value())
        return told

    def unsafe(self) -> list[tuple[str, str]]:
        """Name what production refuses: papers that lead to one's own machine, unnamed files, known keys."""
        found = super().unsafe()
        if "127.0.0.1" in self.public_url or "localhost" in self.public_url:
            found.append(("public_url", "papers would lead to the reader's own machine"))
        if "files_url" not in self.model_fields_set:
            found.append(("files_url", "name where files are kept"))
        # Any of them could have made an entry, so none may be a development key.
        ids = HistoryKeys.of(self.history_key.get_secret_value()).ids
        if any(key_id.startswith("development") for key_id in ids):
            found.append(("history_key", "a development key"))
        return found
