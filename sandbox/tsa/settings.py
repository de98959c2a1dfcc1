"""TSA_* variables."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class TsaSettings(BaseSettings):
    """Where the authority listens and whose key it signs with."""

    model_config = SettingsConfigDict(env_prefix="TSA_", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(8096, ge=0, le=65535)
    clock_offset_seconds: float = 0.0
    key_file: str = ""
    """PKCS#12 with key and certificate; empty: one made for this process, see /certificate."""
    key_passphrase: str = ""
