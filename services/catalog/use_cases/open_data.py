"""What of the catalogue is given away whole: the public part, with where it comes from."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from services.catalog.domain.procedure import ALL_COMMUNES

LICENCE = {
    "name": "Dữ liệu mở của cơ quan nhà nước",
    "basis": "Nghị định 47/2020/NĐ-CP",
    "terms": "Được tự do sao chép, chia sẻ, sử dụng; phải ghi nguồn và ngày lấy dữ liệu.",
}
SOURCE = "Danh mục thủ tục hành chính của tỉnh, hợp nhất từ Cơ sở dữ liệu quốc gia về thủ tục hành chính"
_FIELDS = (
    "name", "sector", "sector_name", "levels", "applicant_types", "route", "submit_here", "online_level",
    "channels", "components", "results", "legal_bases", "steps_text", "requirements", "keywords", "decision",
    "performing_agencies", "performing_agency_names", "issuing_agency_name", "competent_agency_name",
    "receiving_address", "portal_url",
)  # fmt: skip
COLUMNS = (
    "code", "name", "sector", "sector_name", "levels", "applicant_types", "route", "submit_here",
    "online_level", "performing_agencies", "issuing_agency", "processing_times", "fees", "results",
    "legal_bases",
    "decision_number", "publishing_agency", "version", "valid_from", "valid_to", "source", "licence",
)  # fmt: skip


class OpenData(Protocol):
    """The public catalogue, page by page."""

    async def state(self, today: date) -> Mapping[str, Any]:
        """Return {procedures, written_at, begun_on, digest} of what is public that day."""

    async def page(self, today: date, after: tuple[str, int], limit: int) -> Sequence[Mapping[str, Any]]:
        """Return versions in force with their records, those after one."""


def open_record(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a version as open data: nothing of who works it inside, everything of where it comes from."""
    data = row["data"]
    found_at = data.get("found_at") or (data.get("national") or {}).get("found_at")
    return {
        "code": row["code"],
        **{name: data.get(name) for name in _FIELDS},
        "publishing_agency": row["agency"],
        "version": row["version"],
        "valid_from": row["valid_from"].isoformat(),
        "valid_to": row["valid_to"].isoformat() if row["valid_to"] else None,
        "source": found_at,
    }


def open_cells(row: Mapping[str, Any]) -> list[str]:
    """Return a version as one line of a table, in the order of `COLUMNS`."""
    record = open_record(row)
    channels = record["channels"] or []
    agencies = record["performing_agencies"]
    times = [f"{one.get('channel')}: {_time(one.get('processing_time') or {})}" for one in channels]
    fees = [
        f"{one.get('channel')}: {fee.get('amount')} đồng" for one in channels for fee in one.get("fees") or []
    ]
    cells = {
        **record,
        "performing_agencies": [agencies] if agencies == ALL_COMMUNES else agencies,
        "issuing_agency": record["issuing_agency_name"],
        "processing_times": times,
        "fees": fees,
        "results": [one.get("name") for one in record["results"] or []],
        "legal_bases": [one.get("number") for one in record["legal_bases"] or []],
        "decision_number": (record["decision"] or {}).get("number"),
        "source": (record["source"] or {}).get("source"),
        "licence": LICENCE["basis"],
    }
    return [_cell(cells.get(name)) for name in COLUMNS]


def _time(time: Mapping[str, Any]) -> str:
    return (
        f"{time['value']} {time.get('unit')}"
        if time.get("value") is not None
        else str(time.get("unit") or "")
    )


def _cell(value: object) -> str:
    if isinstance(value, list | tuple):
        return "; ".join(str(part) for part in value if part not in {None, ""})
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
