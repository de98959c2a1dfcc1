"""What the figures were measured on."""

import platform
import shutil
import subprocess
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import psutil

PACKAGES = ("fastapi", "starlette", "uvicorn", "uvloop", "pydantic", "asyncpg", "aiohttp", "aiokafka")


def cpu_model() -> str:
    """Return the processor's name as the kernel tells it."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def machine() -> Mapping[str, str]:
    """Return processor, cores, memory, kernel and what else was running."""
    memory = psutil.virtual_memory().total / 2**30
    load = " ".join(f"{value:.1f}" for value in psutil.getloadavg())
    return {
        "Processor": f"{cpu_model()}, {psutil.cpu_count()} cores",
        "Memory": f"{memory:.0f} GB",
        "System": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "Load before the run (1, 5, 15 min)": load,
    }


def versions(postgres: str) -> str:
    """Return the versions that matter to speed, in one line."""
    parts = [f"PostgreSQL {postgres}", *(f"{name} {version(name)}" for name in PACKAGES)]
    return ", ".join([*parts, _go()])


def commit() -> str:
    """Return the commit measured, and whether the tree differs from it."""
    root = Path(__file__).parent.parent
    head = _git(root, "rev-parse", "--short=12", "HEAD")
    if not head:
        return "not a git checkout"
    return head + (" with uncommitted changes" if _git(root, "status", "--porcelain") else "")


def _git(root: Path, *arguments: str) -> str:
    git = shutil.which("git")
    if git is None:
        return ""
    done = subprocess.run([git, *arguments], cwd=root, capture_output=True, text=True, check=False)  # noqa: S603 - git, as found on PATH.
    return done.stdout.strip()


def _go() -> str:
    go = shutil.which("go")
    if go is None:
        return "no Go"
    said = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, check=False)  # noqa: S603 - go, as found on PATH.
    return said.stdout.strip()
