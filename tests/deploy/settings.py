"""Which variables a service truly reads, asked of its settings class."""

import importlib

from kernel.settings import KernelSettings
from tests.deploy.dockerfile import ROOT
from tests.deploy.rendering import SERVICES

PRESENT = [service for service in SERVICES if (ROOT / "services" / service / "settings.py").exists()]


def kernel_names(service: str) -> set[str]:
    """Return the variables that every service reads."""
    return {f"{service.upper()}_{name.upper()}" for name in KernelSettings.model_fields}


def known_names(service: str) -> set[str]:
    """Return every variable of the service's own settings class."""
    return {f"{service.upper()}_{name.upper()}" for name in _settings(service).model_fields}


def required_names(service: str) -> set[str]:
    """Return the variables without which the service does not start."""
    return {
        f"{service.upper()}_{name.upper()}"
        for name, field in _settings(service).model_fields.items()
        if field.is_required()
    }


def _settings(service: str) -> type[KernelSettings]:
    found: type[KernelSettings] = importlib.import_module(f"services.{service}.settings").Settings
    return found
