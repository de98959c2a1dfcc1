"""Which processes a service needs, asked of its declaration."""

import importlib

from kernel.service import Service


def declared(service: str) -> Service:
    """Return the service as its app.py builds it."""
    found: Service = importlib.import_module(f"services.{service}.app").service
    return found


def roles_of(service: str) -> list[str]:
    """Return the roles with work: no consumer without handlers; jobs always, the kernel has its own."""
    has_work = {"consume": bool(declared(service).handlers), "relay": bool(declared(service).topics)}
    return [role for role in ("api", "consume", "relay", "jobs") if has_work.get(role, True)]
