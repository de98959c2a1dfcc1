"""Contents under their SHA-256, in a local folder or an S3-compatible store; durable before `put` returns."""

import asyncio
import contextlib
import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlparse
from uuid import UUID

import obstore
from obstore.store import LocalStore, ObjectStore, from_url

from services.dossier.use_cases.ports.materials import ContentLost

_CHUNK = 262_144


class FileLost(ContentLost):
    """A content the database knows is not in the store: an operator must look (restore, wrong folder)."""


class StoredFiles:
    """Contents by digest: the same content is kept once, and a damaged one is noticed when it is read."""

    def __init__(self, url: str) -> None:
        parsed = urlparse(url)
        self._folder: Path | None = None
        self._store: ObjectStore
        if parsed.scheme in {"", "file"}:
            self._folder = Path(parsed.path).absolute()
            self._folder.mkdir(parents=True, exist_ok=True)
            self._store = LocalStore(prefix=self._folder, mkdir=True)
        else:
            self._store = from_url(url)

    async def put(self, content: bytes) -> bytes:
        """Return the digest once the content is durable.

        The local store renames a complete file into place but does not sync it: that is done here.
        """
        digest = hashlib.sha256(content).digest()
        path = _path(digest)
        await obstore.put_async(self._store, path, content)
        if self._folder is not None:
            await asyncio.to_thread(_sync, self._folder, path)
        return digest

    async def put_file(self, file: Path) -> bytes:
        """Keep a file that may be larger than memory; return its digest once it is durable."""
        digest = await asyncio.to_thread(_digest, file)
        path = _path(digest)
        await obstore.put_async(self._store, path, file)
        if self._folder is not None:
            await asyncio.to_thread(_sync, self._folder, path)
        return digest

    async def chunks(self, sha256: bytes) -> AsyncIterator[bytes]:
        """Yield a content piece by piece; raise `FileLost` when it is missing or, at its end, damaged."""
        try:
            answer = await obstore.get_async(self._store, _path(sha256))
        except FileNotFoundError as error:
            raise FileLost(sha256.hex()) from error
        found = hashlib.sha256()
        async for chunk in answer.stream(min_chunk_size=_CHUNK):
            piece = bytes(chunk)
            found.update(piece)
            yield piece
        if found.digest() != sha256:
            raise FileLost(sha256.hex())

    async def get(self, sha256: bytes) -> bytes:
        """Return a content; raise `FileLost` when it is missing or not what was kept."""
        return await self._read(_path(sha256), sha256)

    async def _read(self, path: str, sha256: bytes) -> bytes:
        try:
            answer = await obstore.get_async(self._store, path)
            content = bytes(await answer.bytes_async())
        except FileNotFoundError as error:
            raise FileLost(sha256.hex()) from error
        if hashlib.sha256(content).digest() != sha256:
            raise FileLost(sha256.hex())
        return content

    async def remove(self, sha256: bytes) -> None:
        """Forget a content for good; doing so again is harmless."""
        with contextlib.suppress(FileNotFoundError):
            await obstore.delete_async(self._store, _path(sha256))

    async def put_part(self, owner: UUID, start: int, content: bytes) -> bytes:
        """Return the digest once the part is durable; of two at one place none writes over the other."""
        digest = hashlib.sha256(content).digest()
        path = _part(owner, start, digest)
        await obstore.put_async(self._store, path, content)
        if self._folder is not None:
            await asyncio.to_thread(_sync, self._folder, path)
        return digest

    async def get_part(self, owner: UUID, start: int, sha256: bytes) -> bytes:
        """Return a part; raise `FileLost` when it is missing or not what was kept."""
        return await self._read(_part(owner, start, sha256), sha256)

    async def drop_parts(self, owner: UUID) -> None:
        """Forget all parts of an owner; doing so again is harmless."""
        paths: list[str] = []
        async for batch in obstore.list(self._store, prefix=f"parts/{owner.hex}"):
            paths += [str(item["path"]) for item in batch]
        if paths:
            await obstore.delete_async(self._store, paths)
        if self._folder is not None:
            with contextlib.suppress(FileNotFoundError):
                await asyncio.to_thread((self._folder / "parts" / owner.hex).rmdir)


def _part(owner: UUID, start: int, digest: bytes) -> str:
    return f"parts/{owner.hex}/{start:012d}-{digest.hex()}"


def _digest(file: Path) -> bytes:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").digest()


def _path(digest: bytes) -> str:
    text = digest.hex()
    return f"{text[:2]}/{text}"


def _sync(folder: Path, path: str) -> None:
    """Make the file, its folder and that folder's entry survive a power cut."""
    file = folder / path
    for target in (file, file.parent, folder):
        descriptor = os.open(target, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
