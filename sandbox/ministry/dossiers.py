"""Dossiers the ministry works, and every change in the order it was written down."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sandbox.journal import Journal

SCHEMA = """
CREATE TABLE IF NOT EXISTS dossiers (
    code TEXT PRIMARY KEY,
    procedure TEXT NOT NULL,
    agency TEXT NOT NULL,
    owner TEXT NOT NULL,
    submitted_at TEXT NOT NULL,
    accepted_at TEXT,
    due_at TEXT,
    secret TEXT,
    status TEXT NOT NULL,
    next_step REAL
);
CREATE TABLE IF NOT EXISTS changes (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    code TEXT NOT NULL,
    status TEXT NOT NULL,
    at TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    is_pushed INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt REAL NOT NULL DEFAULT 0,
    failure TEXT
);
CREATE INDEX IF NOT EXISTS changes_to_push ON changes (next_attempt) WHERE is_pushed = 0;
"""
COURSE = ("TIEP_NHAN", "DANG_XU_LY", "CO_KET_QUA", "DA_TRA")
"""A dossier's usual statuses, in the ministry's own words."""
STATUSES = {
    "MOI_NOP": "Hồ sơ mới nộp",
    "TIEP_NHAN": "Đã tiếp nhận",
    "TU_CHOI": "Từ chối tiếp nhận",
    "DANG_XU_LY": "Đang thẩm định",
    "BO_SUNG": "Yêu cầu bổ sung",
    "CO_KET_QUA": "Đã có kết quả",
    "DA_TRA": "Đã trả kết quả",
    "DUNG": "Dừng xử lý",
}
_DAYS = timedelta(days=7)


class AlreadyThere(Exception):  # noqa: N818  Errors are named for the fact.
    """The code is taken."""


class Dossiers:
    """What the ministry keeps; every change is told later by whatever way is asked."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def open(self, dossier: Mapping[str, Any], *, now: datetime, next_step: float | None) -> None:
        """Receive a dossier: its first change is that it was accepted."""
        with self._journal.together():
            if self.one(dossier["code"]) is not None:
                raise AlreadyThere
            self._journal.write(
                "INSERT INTO dossiers (code, procedure, agency, owner, submitted_at, accepted_at, due_at,"
                " secret, status, next_step) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                dossier["code"],
                dossier["procedure"],
                dossier["agency"],
                dossier["owner"],
                (now - timedelta(minutes=10)).isoformat(timespec="seconds"),
                now.isoformat(timespec="seconds"),
                (now + _DAYS).isoformat(timespec="seconds"),
                dossier.get("secret"),
                COURSE[0],
                next_step,
            )
            self._add(dossier["code"], COURSE[0], now, "")

    def change(
        self, code: str, status: str, *, at: datetime, note: str = "", next_step: float | None = None
    ) -> None:
        """Write a change down; one that is earlier than the last does not become the present status."""
        with self._journal.together():
            last = self._journal.row("SELECT max(at) AS at FROM changes WHERE code = ?", code)
            self._add(code, status, at, note)
            if last is None or last["at"] is None or last["at"] <= at.isoformat(timespec="seconds"):
                self._journal.write(
                    "UPDATE dossiers SET status = ?, next_step = ? WHERE code = ?", status, next_step, code
                )

    def one(self, code: str) -> dict[str, Any] | None:
        """Return a dossier."""
        row = self._journal.row("SELECT * FROM dossiers WHERE code = ?", code)
        return dict(row) if row else None

    def all(self, limit: int) -> list[dict[str, Any]]:
        """Return dossiers, newest first."""
        rows = self._journal.rows("SELECT * FROM dossiers ORDER BY rowid DESC LIMIT ?", limit)
        return [dict(row) for row in rows]

    def to_step(self, now: float) -> list[dict[str, Any]]:
        """Return dossiers whose next status is due."""
        rows = self._journal.rows("SELECT * FROM dossiers WHERE next_step <= ? ORDER BY next_step", now)
        return [dict(row) for row in rows]

    def changes_after(self, number: int, limit: int) -> list[dict[str, Any]]:
        """Return changes after a number, each as the ministry's systems write it."""
        rows = self._journal.rows(
            "SELECT c.number, c.status, c.at, c.note, d.code, d.procedure, d.agency, d.owner, d.submitted_at,"
            " d.accepted_at, d.due_at, d.secret FROM changes c JOIN dossiers d USING (code)"
            " WHERE c.number > ? ORDER BY c.number LIMIT ?",
            number,
            limit,
        )
        return [as_told(dict(row)) for row in rows]

    def last_number(self) -> int:
        """Return the number of the last change."""
        row = self._journal.row("SELECT coalesce(max(number), 0) AS number FROM changes")
        return int(row["number"]) if row else 0

    def to_push(self, now: float, limit: int) -> list[dict[str, Any]]:
        """Return changes nobody confirmed yet."""
        rows = self._journal.rows(
            "SELECT number, attempts FROM changes WHERE is_pushed = 0 AND next_attempt <= ?"
            " ORDER BY number LIMIT ?",
            now,
            limit,
        )
        return [dict(row) for row in rows]

    def pushed(self, number: int) -> None:
        """Remember that a change was confirmed."""
        self._journal.write("UPDATE changes SET is_pushed = 1, failure = NULL WHERE number = ?", number)

    def not_pushed(self, number: int, failure: str, *, next_attempt: float) -> None:
        """Remember why a change was not confirmed and when it is sent again."""
        self._journal.write(
            "UPDATE changes SET attempts = attempts + 1, failure = ?, next_attempt = ? WHERE number = ?",
            failure,
            next_attempt,
            number,
        )

    def forget(self) -> None:
        """Forget every dossier; numbers go on."""
        with self._journal.together():
            self._journal.write("DELETE FROM changes")
            self._journal.write("DELETE FROM dossiers")

    def _add(self, code: str, status: str, at: datetime, note: str) -> None:
        self._journal.write(
            "INSERT INTO changes (code, status, at, note) VALUES (?, ?, ?, ?)",
            code,
            status,
            at.isoformat(timespec="seconds"),
            note,
        )


def as_told(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a change in the words of the ministry's interface."""
    return {
        "soThuTu": row["number"],
        "maHoSo": row["code"],
        "maThuTuc": row["procedure"],
        "donVi": row["agency"],
        "chuHoSo": row["owner"],
        "ngayNop": row["submitted_at"],
        "ngayTiepNhan": row["accepted_at"],
        "ngayHenTra": row["due_at"],
        "trangThai": row["status"],
        "noiDung": row["note"] or STATUSES.get(row["status"], ""),
        "thoiDiem": row["at"],
        "maTraCuu": row["secret"],
    }
