"""A dossier a ministry works: its mirror moves here, by pages and by a file, and what nobody mapped waits."""

import time
from typing import Any

import httpx

from demo.door import Door
from demo.script import Script, equal, eventually, expect

SOURCE = "BCA-TTHC"
_SECRET = "k7m2qx9a"  # noqa: S105 - printed on the ministry's slip, so that its owner may track it here.


def play(script: Script, door: Door, ministry: httpx.Client, admin: str) -> None:
    """Hand in at the ministry, watch the mirror move, map a code."""
    script.act("Hồ sơ do hệ thống của bộ giải quyết")
    # Another run on the same data must not meet the codes of this one.
    code = f"G01-{int(time.time())}"
    with script.step("công dân nộp ở hệ thống của bộ, tỉnh thấy bản sao") as saw:
        _opened(ministry, code, "BCA.THUONG-TRU")
        saw(eventually(lambda: _state(door, code, "ACCEPTED"), f"the mirror of {code}", 30))
    with script.step("bộ xử lý tiếp, bản sao đi theo, từng trạng thái một lần") as saw:
        for status in ("DANG_XU_LY", "CO_KET_QUA"):
            _changed(ministry, code, status)
        saw(eventually(lambda: _state(door, code, "RESULT_READY"), f"{code} has a result", 30))
        seen = door.get("/api/v1/tracking", code=code, secret=_SECRET)
        equal(len(seen["timeline"]), 3, "entries of the timeline")
    with script.step("mã thủ tục chưa ánh xạ nằm trong danh sách việc, ánh xạ xong thì chạy") as saw:
        strange, outside = f"{code}-L", f"BCA.MOI-{code}"
        _opened(ministry, strange, outside)
        person = door.sign_in(admin)
        base = f"/api/v1/connectors/{SOURCE}"

        def waits() -> list[dict[str, Any]]:
            items = person.get(f"{base}/work-list")["items"]
            return [one for one in items if one["code"] == outside]

        (waiting,) = eventually(waits, f"{outside} on the work list", 30)
        body = {"kind": "procedure", "outside": outside, "ours": "1.004194"}
        person.put(f"{base}/mappings", body, version=0)
        eventually(lambda: _state(door, strange, "ACCEPTED"), f"the mirror of {strange}", 30)
        saw(f"{waiting['rows']} dòng")
    with script.step(
        "gửi đến và lấy về kể cùng một chuyện: mỗi dòng được tính, không dòng nào hai lần"
    ) as saw:
        equal(waits(), [], "what still waits for this code")
        standing = person.get("/api/v1/connectors")["items"]
        (mine,) = [one for one in standing if one["name"] == SOURCE]
        expect(mine["cursor"], "no page was read")
        saw(f"con trỏ {mine['cursor']}")


def _opened(ministry: httpx.Client, code: str, procedure: str) -> None:
    body = {"code": code, "procedure": procedure, "agency": "P-BEN-LAM", "owner": "Trần Thị Bình"}
    ministry.post("/sandbox/dossiers", json={**body, "secret": _SECRET}).raise_for_status()


def _changed(ministry: httpx.Client, code: str, status: str) -> None:
    # The source's own clock tells statuses apart by the second.
    time.sleep(1.1)
    ministry.post(f"/sandbox/dossiers/{code}/changes", json={"status": status}).raise_for_status()


def _state(door: Door, code: str, wanted: str) -> str:
    answer = door.try_get("/api/v1/tracking", code=code, secret=_SECRET)
    if answer.status_code != httpx.codes.OK:
        return ""
    seen: dict[str, Any] = answer.json()
    return f"{seen['owner']}, {seen['state']}" if seen["state"] == wanted else ""
