"""Where tests keep the data of the servers they start."""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 - the folders in it are made by mkdtemp.
MEMORY_BYTES = 4_000_000_000


def new_home(name: str) -> Path:
    """Return a fresh folder that root's PostgreSQL, which is not root, can enter but not read.

    In memory where that is roomy: a test's database is a thousand small files, made and removed each time.
    """
    home = Path(tempfile.mkdtemp(prefix=f"motcua-{name}-", dir=_quick_folder()))
    home.chmod(0o711)
    return home


def _quick_folder() -> Path | None:
    with suppress(OSError):  # Not every system has one.
        if shutil.disk_usage(MEMORY_FOLDER).free >= MEMORY_BYTES and os.access(MEMORY_FOLDER, os.W_OK):
            return MEMORY_FOLDER
    return None
