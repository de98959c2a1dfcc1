"""What the catalog service is told from outside."""

from pydantic_settings import SettingsConfigDict

from kernel.settings import KernelSettings


class Settings(KernelSettings):
    """The kernel's settings under the prefix `CATALOG_`."""

    model_config = SettingsConfigDict(env_prefix="CATALOG_")
