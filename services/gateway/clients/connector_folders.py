"""Folders sources drop CSV files into: whole files only, moved aside in one step.

Who writes should write under another name and rename; who cannot is waited for: a file is taken at the second
look that finds it as it was at the first. Nothing but regular files directly in the folder is touched, so no
link leads out of it.
"""

import asyncio
import os
import stat
from collections.abc import Sequence
from pathlib import Path

import structlog

from services.gateway.domain.connectors.source import Source
from services.gateway.domain.file_names import is_readable, shown
from services.gateway.use_cases.connectors.ports import Dropped

_SUFFIX = ".csv"
_MOST_FILES = 100
_LONGEST_NAME = 180
_log = structlog.get_logger()
Seen = tuple[int, int, int]


class LocalFolders:
    """Remembers what each look saw; after a start every file is looked at twice again."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[str, Seen]] = {}

    async def whole_files(self, source: Source) -> Sequence[str]:
        """Return names of files that are as they were at the last look, oldest first."""
        folder = source.drop.folder if source.drop else ""
        present = await asyncio.to_thread(_look, Path(folder))
        before, self._seen[source.name] = self._seen.get(source.name, {}), present
        whole = [name for name, seen in present.items() if before.get(name) == seen]
        return sorted(whole, key=lambda name: (present[name][1], name))[:_MOST_FILES]

    async def read(self, source: Source, name: str) -> Dropped | None:
        """Return a file; None when it changed or went under our hands. Too long a one comes cut off."""
        if source.drop is None:
            return None
        return await asyncio.to_thread(_read, Path(source.drop.folder) / name, source.drop.most_bytes)

    async def put_aside(self, source: Source, name: str, *, as_name: str, is_refused: bool) -> None:
        """Move a file away in one step; one that is away already is no fault."""
        if source.drop is not None:
            await asyncio.to_thread(_move, Path(source.drop.folder), name, as_name, is_refused)


def _look(folder: Path) -> dict[str, Seen]:
    found: dict[str, Seen] = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if not entry.name.lower().endswith(_SUFFIX) or entry.name.startswith("."):
                    continue
                if entry.is_file(follow_symlinks=False) and len(entry.name) <= _LONGEST_NAME:
                    found[entry.name] = _seen(entry.stat(follow_symlinks=False))
    except FileNotFoundError:
        # Nobody has dropped anything yet, or the share is away: the next look tells.
        return {}
    return found


def _seen(status: os.stat_result) -> Seen:
    return status.st_size, status.st_mtime_ns, status.st_ino


def _read(file: Path, most: int) -> Dropped | None:
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        _log.warning("connector_file_not_opened", error=type(error).__name__)
        return None
    with os.fdopen(handle, "rb") as opened:
        before = os.fstat(opened.fileno())
        if not stat.S_ISREG(before.st_mode):
            return None
        body = opened.read(most + 1)
        if _seen(os.fstat(opened.fileno())) != _seen(before):
            return None
    size, changed, number = _seen(before)
    fault = "tệp quá lớn" if len(body) > most else ""
    fault = fault if is_readable(file.name) else "tên tệp không đọc được"
    name = shown(file.name)
    return Dropped(name, f"{name}:{number}:{changed}:{size}", b"" if fault else body, fault)


def _move(folder: Path, name: str, as_name: str, is_refused: bool) -> None:
    aside = folder / ("refused" if is_refused else "processed")
    aside.mkdir(exist_ok=True)
    try:
        (folder / name).rename(aside / as_name)
    except FileNotFoundError:
        return
    for touched in (aside, folder):
        handle = os.open(touched, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
