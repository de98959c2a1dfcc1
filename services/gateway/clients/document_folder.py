"""The way to the axis through a folder: an e-office's own agent takes files from it and puts files into it.

    out/<message>.edxml     we write whole (a hidden name first, then renamed); the agent takes it away
    receipts/<message>.json the agent writes before it takes the file away: {"taken", "reference", "reason"}
    in/*.edxml, in/*.xml    the agent writes whole (a hidden or .tmp name first); we take it away
    kept/                   what we took, by day, for whoever wants to look; nothing here is read again

A message's file is named by its id and its bytes never change, so writing it again changes nothing. Hidden
names, `.tmp`, `.part`, links and folders are never touched. A file whose name is not UTF-8 is kept for people
under its name as it can be shown; one that cannot be read stays and stops no other.
"""

import asyncio
import os
import stat
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import orjson
import structlog
from prometheus_client import Counter

from services.gateway.domain.documents.ledger import Message
from services.gateway.domain.file_names import is_readable, shown
from services.gateway.use_cases.documents.ports import AxisSilent, Handed, Incoming, Receipt

Given = TypeVar("Given")
Done = TypeVar("Done")
_OUT, _IN, _RECEIPTS, _KEPT = "out", "in", "receipts", "kept"
_FOLDERS = (_OUT, _IN, _RECEIPTS, _KEPT)
_ENDINGS = (".edxml", ".xml")
_MOST_RECEIPT = 65_536
_LONGEST_REASON = 500
_unreadable = Counter("document_files_unreadable_total", "Files the agent brought that cannot be read")
_log = structlog.get_logger()


class FolderAxis:
    """A `DocumentAxis`; whatever the file system refuses is `AxisSilent`."""

    def __init__(self, root: Path, *, most_bytes: int) -> None:
        self._root = root
        self._most_bytes = most_bytes
        self._unreadable: set[Path] = set()

    async def hand_over(self, message: Message) -> Handed:
        """Put the message's file there, unless it or the word on it is there already."""
        return Handed(await _in_thread(self._put, message))

    async def receipts(self, limit: int) -> Sequence[Receipt]:
        """Return the agent's words; one that cannot be read is taken for a refusal."""
        return await _in_thread(self._receipts, limit)

    async def incoming(self, limit: int) -> AsyncIterator[Incoming]:
        """Yield what the agent brought, oldest first."""
        for path in await _in_thread(self._brought, _IN):
            found = await _in_thread(self._read, path)
            if found is None:
                continue
            yield found
            limit -= 1
            del found
            if limit == 0:
                return

    async def let_go(self, handle: str) -> None:
        """Move what was kept out of the way; gone already is as good."""
        await _in_thread(self._move, handle)

    def _put(self, message: Message) -> str:
        name = f"{message.id}.edxml"
        there = self._root / _OUT / name
        if there.exists() or (self._root / _RECEIPTS / f"{message.id}.json").exists():
            return name
        hidden = there.with_name(f".{name}.tmp")
        with hidden.open("wb") as file:
            file.write(message.body)
            file.flush()
            os.fsync(file.fileno())
        hidden.rename(there)
        self._sync(there.parent)
        return name

    def _receipts(self, limit: int) -> list[Receipt]:
        found: list[Receipt] = []
        for path in self._files(_RECEIPTS, (".json",)):
            if len(found) == limit:
                break
            try:
                message = UUID(path.stem)
            except ValueError:
                _log.warning("document_receipt_set_aside", name=shown(path.name))
                self._move(f"{_RECEIPTS}/{path.name}")
                continue
            with self._each_for_itself(path):
                found.append(self._receipt(path, message))
        return found

    def _receipt(self, path: Path, message: UUID) -> Receipt:
        handle = f"{_RECEIPTS}/{path.name}"
        try:
            said = orjson.loads(self._bytes(path, _MOST_RECEIPT) or b"")
        except orjson.JSONDecodeError:
            said = None
        if not isinstance(said, dict) or not isinstance(said.get("taken"), bool):
            return Receipt(handle, message, is_taken=False, reason="phiếu báo của trục không đọc được")
        reference, reason = (str(said.get(name) or "")[:_LONGEST_REASON] for name in ("reference", "reason"))
        return Receipt(handle, message, is_taken=said["taken"], reference=reference, reason=reason)

    def _brought(self, folder: str) -> list[Path]:
        return self._files(folder, _ENDINGS)

    def _read(self, path: Path) -> Incoming | None:
        """Return one of them; None where it cannot be read now."""
        with self._each_for_itself(path):
            fault = "" if is_readable(path.name) else "Tên tệp không đọc được"
            content = self._bytes(path, self._most_bytes)
            return Incoming(f"{_IN}/{path.name}", path.stat().st_size, content, fault)
        return None

    @contextmanager
    def _each_for_itself(self, path: Path) -> Iterator[None]:
        """Leave a file that cannot be read now where it is: told once, it takes nobody's place."""
        try:
            yield
            self._unreadable.discard(path)
        except FileNotFoundError:
            return
        except OSError as error:
            if path not in self._unreadable:
                _log.warning("document_file_not_read", name=shown(path.name), error=type(error).__name__)
                _unreadable.inc()
            self._unreadable.add(path)

    def _files(self, folder: str, endings: tuple[str, ...]) -> list[Path]:
        """Return whole, plain files, oldest first."""
        found = []
        with os.scandir(self._root / folder) as entries:
            for entry in entries:
                is_whole = entry.name.endswith(endings) and not entry.name.startswith(".")
                if is_whole and entry.is_file(follow_symlinks=False):
                    found.append((entry.stat(follow_symlinks=False).st_mtime_ns, entry.name))
        return [self._root / folder / name for _, name in sorted(found)]

    def _bytes(self, path: Path, most: int) -> bytes | None:
        """Return a file's content, None when it is larger than may be; a link is never followed."""
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(number, "rb") as file:
            if not stat.S_ISREG(os.fstat(number).st_mode):
                return None
            content = file.read(most + 1)
        return content if len(content) <= most else None

    def _move(self, handle: str) -> None:
        folder, _, name = handle.partition("/")
        there = self._root / folder / name
        kept = self._root / _KEPT / folder
        kept.mkdir(parents=True, exist_ok=True)
        try:
            there.replace(kept / shown(name))
        except FileNotFoundError:
            return
        self._sync(there.parent)

    def _sync(self, folder: Path) -> None:
        number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


async def _in_thread(act: Callable[[Given], Done], given: Given) -> Done:
    try:
        return await asyncio.to_thread(act, given)
    except OSError as error:
        raise AxisSilent(f"thư mục của trục: {type(error).__name__}") from error


def made(root: Path, *, most_bytes: int) -> FolderAxis:
    """Return the way through a folder, its parts there."""
    for name in _FOLDERS:
        (root / name).mkdir(parents=True, exist_ok=True)
    return FolderAxis(root, most_bytes=most_bytes)
