"""Finds the pinned Helm, or builds it from its Go module; `python -m deploy.get_helm` prints where it is.

Helm is built rather than downloaded because the Go module proxy verifies what it hands out and is reached
where release pages are not. The binary lives outside the tree, under its version, shared by all checkouts.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

VERSION = "v4.3.1"
MODULE = f"helm.sh/helm/v4/cmd/helm@{VERSION}"
BUILD_SECONDS = 900
_ANSWER_SECONDS = 20


class HelmUnavailable(Exception):  # noqa: N818 - the fact is the name.
    """There is no Helm of the pinned version and none can be built here; the message says why."""


def cached_helm() -> Path:
    """Return where the pinned Helm is kept once it has been built."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "motcua" / "bin" / f"helm-{VERSION}"


def find_helm() -> Path | None:
    """Return the pinned Helm from the cache or from PATH, or None when neither has it."""
    cached = cached_helm()
    if cached.is_file():
        return cached
    on_path = shutil.which("helm")
    return Path(on_path) if on_path and _is_pinned(on_path) else None


def get_helm() -> Path:
    """Return the pinned Helm, building it (minutes, once) when it is not there; else `HelmUnavailable`."""
    found = find_helm()
    if found:
        return found
    target = cached_helm()
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_suffix(".lock").open("a") as lock:
        # Parallel test workers ask at the same moment; the second one takes what the first has built.
        fcntl.flock(lock, fcntl.LOCK_EX)
        return find_helm() or _build(target)


def _is_pinned(command: str) -> bool:
    asked = subprocess.run(  # noqa: S603 - the command is what PATH says helm is.
        [command, "version", "--template", "{{.Version}}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=_ANSWER_SECONDS,
    )
    return asked.returncode == 0 and asked.stdout.strip() == VERSION


def _build(target: Path) -> Path:
    go = shutil.which("go")
    if go is None:
        raise HelmUnavailable(f"helm {VERSION} is not installed and there is no Go to build it with")
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        try:
            built = subprocess.run(  # noqa: S603 - every argument is a constant of this file.
                [go, "install", MODULE],
                env={**os.environ, "GOBIN": folder},
                capture_output=True,
                text=True,
                check=False,
                timeout=BUILD_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise HelmUnavailable(f"go install {MODULE} took more than {BUILD_SECONDS} seconds") from None
        if built.returncode:
            last = built.stderr.strip().splitlines()[-1:] or ["no reason given"]
            raise HelmUnavailable(f"go install {MODULE}: {last[0]}")
        # A rename, so that nobody ever finds half a file.
        (Path(folder) / "helm").replace(target)
    return target


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{get_helm()}\n")
    except HelmUnavailable as reason:
        sys.exit(str(reason))
