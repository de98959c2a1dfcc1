"""Imports real procedures of the public catalogue, twice: the second time changes nothing."""

import json
from pathlib import Path

from demo.door import Door
from demo.script import Script, equal, expect

MINIMUM = 40
PUBLIC_FILE = Path(__file__).parents[2] / "shared" / "data" / "procedures-public.jsonl"


def import_real_procedures(script: Script, door: Door) -> None:
    """Import as the catalogue's editor; without the file the shipped province is looked at instead."""
    script.act("Danh mục thủ tục")
    if not PUBLIC_FILE.exists():
        with script.step("danh mục mẫu của tỉnh (không có tệp công khai)") as saw:
            found = door.get("/api/v1/procedures", limit=100)["items"]
            expect(len(found) >= MINIMUM, f"only {len(found)} procedures")
            saw(f"{len(found)} thủ tục")
        return
    records = [json.loads(line) for line in PUBLIC_FILE.read_text(encoding="utf-8").splitlines()]
    editor = door.sign_in("can-bo-danh-muc")
    for title in ("nhập các thủ tục thật từ danh mục công khai", "nhập lại cùng tệp: không đổi gì"):
        with script.step(title) as saw:
            answer = editor.post("/api/v1/imports", {"public_procedures": records})
            counts = answer["counts"]["procedure"]
            saw(", ".join(f"{name} {count}" for name, count in counts.items()))
    equal((counts["new"], counts["changed"]), (0, 0), "the second import")
