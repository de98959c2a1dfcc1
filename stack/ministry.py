"""The simulated ministry as the gateway is told of it: its words, and ours for them."""

from pathlib import Path

MINISTRY = "BCA-TTHC"
"""What the connector is called, in addresses and folders."""


def simulated_ministry(address: str, folder: Path) -> dict[str, object]:
    """Return the ministry at an address as a connector, with the folder it drops files in."""
    names = {
        "outside_code": "maHoSo",
        "procedure": "maThuTuc",
        "agency": "donVi",
        "owner_name": "chuHoSo",
        "submitted_at": "ngayNop",
        "accepted_at": "ngayTiepNhan",
        "due_at": "ngayHenTra",
        "status": "trangThai",
        "status_text": "noiDung",
        "at": "thoiDiem",
        "secret": "maTraCuu",
    }
    statuses = {"MOI_NOP": 1, "TIEP_NHAN": 2, "TU_CHOI": 3, "DANG_XU_LY": 4, "BO_SUNG": 5, "DUNG": 8}
    statuses |= {"CO_KET_QUA": 9, "DA_TRA": 10}
    return {
        "name": MINISTRY,
        "title": "Hệ thống giải quyết thủ tục của bộ (mô phỏng)",
        "route": "MINISTRY",
        "fields": names,
        "procedures": {"BCA.THUONG-TRU": "1.004222"},
        "statuses": {word: str(number) for word, number in statuses.items()},
        "agencies": {"P-BEN-LAM": "H99.201"},
        "pull": {
            "url": f"{address}/api/thay-doi",
            "key": "ministry-pull",
            "every_seconds": 2,
            "timeout_seconds": 5,
        },
        "push": {"key": "ministry-push"},
        "drop": {"folder": str(folder)},
    }
