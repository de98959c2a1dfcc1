"""`make client`: the TypeScript client, built from the door's document and type-checked."""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from kernel.run import describe
from services.gateway.api.openapi import own_document
from services.gateway.clients.documents import read_documents, read_told
from services.gateway.domain.openapi import compose
from services.gateway.domain.routes import ROUTES
from stack.servers import StackError

SOURCE = Path(__file__).parents[1] / "clients" / "typescript"
NODE = 20
NEEDS = f"the TypeScript client needs node ({NODE}+) and npm on PATH"
_NPM_SECONDS = 300
_BUILD_SECONDS = 180
_SOURCES = ("package.json", "package-lock.json", "tsconfig.json", "src/index.ts", "examples")


def node_unavailable_reason() -> str:
    """Say why the client cannot be built here; nothing when it can."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return NEEDS
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 - found on PATH.
    major = said.strip().removeprefix("v").partition(".")[0]
    return "" if major.isdigit() and int(major) >= NODE else NEEDS


def packages_folder() -> Path:
    """Return where the packages of this lock are kept, whether they are there or not."""
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    lock = hashlib.sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()[:16]
    return Path(cache).expanduser() / "motcua" / f"node-{lock}"


def ensure_packages() -> Path:
    """Return the folder of the packages, fetched on first use; it appears only when it is whole.

    Raises `StackError` when they cannot be had.
    """
    reason = node_unavailable_reason()
    if reason:
        raise StackError(reason)
    target = packages_folder()
    if not (target / "node_modules").exists():
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target) as folder:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(SOURCE / name, folder)
            _run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], Path(folder), _NPM_SECONDS)
            try:
                # The folder keeps its name: packages find each other by it.
                Path(folder, "node_modules").rename(target / "node_modules")
            except OSError:
                # Somebody else was faster; theirs is the same.
                if not (target / "node_modules").exists():
                    raise
    return target / "node_modules"


def write_document(file: Path) -> None:
    """Write the door's document, as `/openapi.json` answers it."""
    own = own_document(describe(import_module("services.gateway.app").service))
    documents = {**read_documents(), "gateway": own}
    document = compose(documents, ROUTES, told=read_told(), is_strict=True)
    file.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def build(folder: Path) -> Path:
    """Build the client in a folder and return where its JavaScript is; `StackError` for a type error."""
    packages = ensure_packages()
    if folder != SOURCE:
        for name in _SOURCES:
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if (SOURCE / name).is_dir() else shutil.copy
            copy(SOURCE / name, place)
    modules = folder / "node_modules"
    if not modules.exists():
        modules.symlink_to(packages, target_is_directory=True)
    write_document(folder / "openapi.json")
    for script in ("generate", "build"):
        _run(["npm", "run", "--silent", script], folder, _BUILD_SECONDS)
    return folder / "dist"


def _run(command: list[str], folder: Path, seconds: int) -> None:
    done = subprocess.run(  # noqa: S603 - npm, with words of ours.
        command, cwd=folder, capture_output=True, text=True, timeout=seconds, check=False
    )
    if done.returncode:
        raise StackError(f"{' '.join(command)}: {(done.stdout + done.stderr)[-3000:]}")


def main() -> int:
    """Build in the checkout, or where asked."""
    parser = argparse.ArgumentParser(prog="client", description=__doc__)
    parser.add_argument("--folder", type=Path, default=SOURCE)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    try:
        print(f"built: {build(folder)}")
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
