"""`make contracts`: the OpenAPI documents as the code has them; a stale snapshot is red in the tests."""

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from kernel.core.errors import Refusal
from kernel.run import describe
from kernel.web.problems import STATUS
from stack.plan import SERVICES

FOLDER = Path(__file__).parents[1] / "contracts" / "openapi"
PROBLEMS = FOLDER.parent / "problems"
_PLAIN = {
    "method-not-allowed": {"status": 405, "title": "Phương thức không được hỗ trợ"},
    "too-slow": {"status": 408, "title": "Dữ liệu gửi lên quá chậm"},
}
"""What no refusal of the code carries."""


def document_of(name: str) -> dict[str, Any]:
    """Return the OpenAPI document of one service."""
    service = import_module(f"services.{name}.app").service
    return dict(describe(service).openapi())


def as_text(document: dict[str, Any]) -> str:
    """Return a document as it is committed."""
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def problem_codes() -> dict[str, Any]:
    """Return every problem code with its status and title, by the service that answers it.

    Raises `ValueError` when a service gives one code two statuses: a program could not tell them apart.
    """
    for name in SERVICES:
        import_module(f"services.{name}.app")
    found: dict[str, dict[str, Any]] = {"kernel": dict(_PLAIN)}
    for one in sorted(_refusals(Refusal), key=lambda refusal: f"{refusal.__module__}.{refusal.__qualname__}"):
        first, owner = one.__module__.split(".")[:2]
        if first in {"kernel", "services"}:
            codes = found.setdefault(owner if first == "services" else "kernel", {})
            said = {"status": STATUS[one.kind], "title": one.title}
            if codes.setdefault(one.code, said)["status"] != said["status"]:
                raise ValueError(f"{owner} answers {one.code} with two statuses")
    return found


def _refusals(base: type[Refusal]) -> set[type[Refusal]]:
    return {base}.union(*(_refusals(one) for one in base.__subclasses__()))


def main() -> int:
    """Write every document that changed and name it."""
    codes = as_text(problem_codes())
    PROBLEMS.mkdir(parents=True, exist_ok=True)
    if (
        not (PROBLEMS / "codes.json").exists()
        or (PROBLEMS / "codes.json").read_text(encoding="utf-8") != codes
    ):
        (PROBLEMS / "codes.json").write_text(codes, encoding="utf-8")
        print("written: problems/codes.json")
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
