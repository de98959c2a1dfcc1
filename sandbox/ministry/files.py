"""CSV files of changes as a clerk of the ministry would export them: written aside, then renamed."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class CsvForm(BaseModel):
    """How a file is written."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field("thay-doi.csv", pattern=r"^[\w-]{1,80}\.csv$")
    after: int = Field(0, ge=0)
    delimiter: Literal[";", ",", "\t"] = ";"
    has_mark: bool = True
    """A byte order mark, as a spreadsheet program writes it."""


def drop_csv(folder: Path, form: CsvForm, changes: Sequence[dict[str, Any]]) -> str:
    """Write a file under another name and rename it: nobody ever sees half of it."""
    folder.mkdir(parents=True, exist_ok=True)
    text = io.StringIO(newline="")
    names = ["maHoSo", "maThuTuc", "donVi", "chuHoSo", "ngayNop", "ngayTiepNhan", "ngayHenTra"]
    writer = csv.DictWriter(
        text, [*names, "trangThai", "noiDung", "thoiDiem"], delimiter=form.delimiter, extrasaction="ignore"
    )
    writer.writeheader()
    writer.writerows(changes)
    content = text.getvalue().encode("utf-8-sig" if form.has_mark else "utf-8")
    half = folder / f".{form.name}.part"
    half.write_bytes(content)
    half.rename(folder / form.name)
    return form.name
