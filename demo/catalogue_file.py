"""`make import-catalogue FILE=…`: brings files of procedures through the door; accounts for every row."""

import argparse
import gzip
import json
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from clients.python.client import Undocumented
from demo.door import Door, Person
from demo.script import Surprise
from stack.plan import Ports
from stack.servers import StackError
from stack.supervisor import Stack, Wanted

EDITOR = "can-bo-danh-muc"
_OUTCOMES = ("new", "changed", "unchanged", "refused")
_LONGEST_SECONDS = 600
_MOST_SHOWN = 10


def main() -> int:
    """Import every file; 1 when something could not be read, or rows are unaccounted for."""
    parser = argparse.ArgumentParser(prog="import-catalogue", description=__doc__)
    parser.add_argument("files", help="CSV, JSONL, JSON or XLSX files, with commas between")
    parser.add_argument("--data", type=Path, default=Path(".data/import"), help="for a stack of its own")
    parser.add_argument("--bus", choices=("embedded", "kafka"), default="embedded")
    parser.add_argument("--ports", type=json.loads, default={}, help="ports of the stack, when others")
    parser.add_argument("--dry-run", action="store_true", help="only tell what would become of each row")
    given = parser.parse_args()
    ports = Ports.of(given.ports)
    paths = [Path(name) for name in given.files.split(",") if name]
    try:
        contents = {path: path.read_bytes() for path in paths}
        if _is_running(ports):
            return _import_all(contents, ports, dry_run=given.dry_run)
        print("· no stack is running: this starts its own", flush=True)
        wanted = Wanted(data=given.data.resolve(), ports=ports, bus=given.bus)
        with Stack(wanted, lambda text: print(f"· {text}", flush=True)):
            return _import_all(contents, ports, dry_run=given.dry_run)
    except (OSError, Surprise, Undocumented, StackError, httpx.HTTPError, KeyError) as error:
        print(f"cannot import: {type(error).__name__}: {error}", file=sys.stderr)
        return 1


def _import_all(contents: Mapping[Path, bytes], ports: Ports, *, dry_run: bool) -> int:
    door = Door(ports.url("gateway"))
    editor = door.sign_in(EDITOR)
    totals: Counter[str] = Counter()
    is_sound = bool(contents)
    for path, content in contents.items():
        report = _import(editor, path, content, dry_run=dry_run)
        _show(path, report)
        counts = report["counts"]
        totals.update({name: counts.get(name, 0) for name in ("rows", *_OUTCOMES)})
        listed = sum(counts.get(name, 0) for name in _OUTCOMES)
        is_sound &= report["state"] == "DONE" and counts.get("rows") == listed == len(report["rows"])
    door.close()
    print(
        " ".join(f"{name}={totals[name]}" for name in ("rows", *_OUTCOMES))
        + f" unaccounted={totals['rows'] - sum(totals[name] for name in _OUTCOMES)} files={len(contents)}",
        flush=True,
    )
    return 0 if is_sound else 1


def _import(editor: Person, path: Path, content: bytes, *, dry_run: bool) -> dict[str, Any]:
    """Bring one file and wait for its report; refused rows are set aside, the others come in together."""
    query = {"format": path.name, "set_aside": "true", "wait": "false", "dry_run": str(dry_run).lower()}
    answer = editor.send("/api/v1/imports", gzip.compress(content, 3), query)
    began = time.monotonic()
    while answer["state"] in {"WAITING", "RUNNING"}:
        if time.monotonic() - began > _LONGEST_SECONDS:
            raise Surprise(f"{path.name} is still {answer['state']} after {_LONGEST_SECONDS} s")
        time.sleep(0.5)
        answer = editor.get(f"/api/v1/imports/{answer['id']}")
    return dict(answer)


def _show(path: Path, report: Mapping[str, Any]) -> None:
    counts = report["counts"]
    print(f"\n{path.name} ({report['format']}): {report['state']}")
    print(f"  rows read {counts.get('rows', 0)}: " + ", ".join(f"{counts.get(n, 0)} {n}" for n in _OUTCOMES))
    if report["problem"]:
        print(f"  {report['problem']['detail']}")
    if report["dirt"]:
        print("  dirt, rows with it, examples:")
    for kind in report["dirt"]:
        examples = " | ".join(example[:60] for example in kind["examples"])
        print(f"  {kind['count']:>6}  {kind['what']}" + (f": {examples}" if examples else ""))
    refused = [row for row in report["rows"] if row["outcome"] == "refused"]
    reasons = Counter(reason for row in refused for reason in row["reasons"])
    for reason, count in reasons.most_common(_MOST_SHOWN):
        rows = ", ".join(str(row["row"]) for row in refused if reason in row["reasons"])
        print(f"  refused {count}: {reason} (rows {rows[:100]})")


def _is_running(ports: Ports) -> bool:
    try:
        return httpx.get(ports.url("gateway_ops") + "/livez", timeout=2).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


if __name__ == "__main__":
    sys.exit(main())
