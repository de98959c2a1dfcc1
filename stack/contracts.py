"""`make contracts`: the OpenAPI documents as the code has them; a stale snapshot is red in the tests."""

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from kernel.run import describe
from stack.plan import SERVICES

FOLDER = Path(__file__).parents[1] / "contracts" / "openapi"


def document_of(name: str) -> dict[str, Any]:
    """Return the OpenAPI document of one service."""
    service = import_module(f"services.{name}.app").service
    return dict(describe(service).openapi())


def as_text(document: dict[str, Any]) -> str:
    """Return a document as it is committed."""
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> int:
    """Write every document that changed and name it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    # The gateway's own document is composed from the others, so it comes last.
    for name in (*(service for service in SERVICES if service != "gateway"), "gateway"):
        file = FOLDER / f"{name}.json"
        fresh = as_text(document_of(name))
        if not file.exists() or file.read_text(encoding="utf-8") != fresh:
            file.write_text(fresh, encoding="utf-8")
            print(f"written: {file.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
