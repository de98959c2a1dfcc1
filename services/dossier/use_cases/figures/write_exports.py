"""Writes the exports that wait, one after another, in bounded memory and with progress people can see."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from kernel.core.apart import Apart
from kernel.core.clock import VIETNAM
from services.dossier.domain.figures.export import Export, ExportState
from services.dossier.use_cases.ports import Work

PROGRESS_ROWS = 20_000
_PREFIX = "motcua-export-"
TITLES = (
    ("dossier_code", "Mã hồ sơ"),
    ("reference", "Mã tra cứu"),
    ("outside_code", "Mã ở hệ thống khác"),
    ("source", "Hệ thống giải quyết"),
    ("procedure_code", "Mã thủ tục"),
    ("procedure_name", "Tên thủ tục"),
    ("sector", "Lĩnh vực"),
    ("competent_agency", "Cơ quan giải quyết"),
    ("receiving_agency", "Cơ quan tiếp nhận"),
    ("helping_agency", "Nơi nộp"),
    ("channel", "Hình thức nộp"),
    ("route", "Nơi xử lý"),
    ("received_at", "Tiếp nhận"),
    ("due_at", "Hẹn trả"),
    ("ended_at", "Kết thúc"),
    ("ending", "Kết quả"),
    ("punctuality", "Thời hạn"),
    ("cause", "Nguyên nhân"),
    ("components", "Số thành phần"),
    ("digitised", "Đã số hóa"),
    ("reused", "Tái sử dụng"),
)
OpenWork = Callable[[], AbstractAsyncContextManager[Work]]


async def write_exports(open_work: OpenWork, now: Callable[[], datetime], apart: Apart) -> None:
    """Write every waiting export. One that was cut off is written anew; one that cannot be is told so."""
    tried: set[UUID] = set()
    while True:
        async with open_work() as work:
            export = await work.exports.next()
            if export is None or export.id in tried:
                return
            tried.add(export.id)
            rows_all = await work.exports.count(export)
            work.exports.move(export.id, ExportState.WRITING, rows_done=0, rows_all=rows_all)
        with apart.each(export.id):
            try:
                await _write(export, rows_all, open_work, now)
            except Exception as error:
                # A full disk, a row that cannot be read: told to who asked, and the next export is tried.
                async with open_work() as work:
                    work.exports.move(
                        export.id,
                        ExportState.FAILED,
                        rows_done=0,
                        rows_all=rows_all,
                        finished_at=now(),
                        failure=type(error).__name__,
                    )
                raise


async def _write(export: Export, rows_all: int, open_work: OpenWork, now: Callable[[], datetime]) -> None:
    await asyncio.to_thread(_clear_after_the_dead)
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-") as folder:
        path = Path(folder) / f"export.{export.format.value}"
        async with open_work() as work:
            done = await _fill(export, path, rows_all, work, open_work)
        async with open_work() as work:
            sha256 = await work.files.put_file(path)
            work.exports.move(
                export.id,
                ExportState.READY,
                rows_done=done,
                rows_all=done,
                finished_at=now(),
                sha256=sha256,
                size=path.stat().st_size,
            )


def _clear_after_the_dead() -> None:
    """Remove what killed processes left half written beside us; whose process lives is being written."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        pid = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if pid.isdigit() and not _lives(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        # Somebody else's, or no number of a process: nothing of ours to remove.
        return True
    return True


async def _fill(export: Export, path: Path, rows_all: int, work: Work, open_work: OpenWork) -> int:
    sheet = work.sheets(export.format, path, [title for _, title in TITLES])
    done = told = 0
    try:
        async for batch in work.exports.rows(export):
            await asyncio.to_thread(sheet.add, [_cells(row) for row in batch])
            done += len(batch)
            if done - told >= PROGRESS_ROWS:
                told = done
                async with open_work() as aside:
                    aside.exports.move(
                        export.id, ExportState.WRITING, rows_done=done, rows_all=max(rows_all, done)
                    )
    finally:
        await asyncio.to_thread(sheet.end)
    return done


def _cells(row: Any) -> list[str]:
    return [_text(row[name]) for name, _ in TITLES]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M")
    return str(value)
