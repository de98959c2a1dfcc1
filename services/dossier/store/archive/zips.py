"""Writes a bag as a ZIP: the same bag gives the same bytes, and no file of it is held in memory."""

import asyncio
import zipfile
from pathlib import Path

from services.dossier.domain.archive.bags import Bag, Stored, Text
from services.dossier.use_cases.ports import Files

# The earliest moment the format knows: when a package was written says nothing of the record.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_MODE = 0o644 << 16


async def write_bag(bag: Bag, path: Path, files: Files) -> None:
    """Write a package to a path; raise `ContentLost` for a file that is not as it was kept.

    Nothing is compressed: pictures and PDFs are already, and bytes then do not hang on a library's version.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for tag in bag.tags():
            await asyncio.to_thread(_write, archive, f"{bag.folder}/{tag.path}", tag.content)
        for one in sorted(bag.payload, key=lambda item: item.path):
            name = f"{bag.folder}/data/{one.path}"
            if isinstance(one, Text):
                await asyncio.to_thread(_write, archive, name, one.content)
            else:
                await _stream(archive, name, one, files)


def _write(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(_entry(name, len(content)), content)


async def _stream(archive: zipfile.ZipFile, name: str, one: Stored, files: Files) -> None:
    with archive.open(_entry(name, one.size), "w", force_zip64=one.size >= zipfile.ZIP64_LIMIT) as entry:
        async for chunk in files.chunks(one.sha256):
            await asyncio.to_thread(entry.write, chunk)


def _entry(name: str, size: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _MOMENT)
    entry.external_attr, entry.file_size, entry.create_system = _MODE, size, 3
    return entry
