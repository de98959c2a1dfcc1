"""`make demo`: plays the day on a running stack, or on one of its own; non-zero on the first surprise."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx

from clients.python.client import Undocumented
from demo import (
    afterwards,
    counter_road,
    desk_road,
    ministry_road,
    online_road,
    portal_road,
    together_road,
)
from demo.door import Door
from demo.import_road import import_real_procedures
from demo.script import Script, Surprise
from demo.world import World
from stack.arguments import OneLineParser, bus, folder, ports
from stack.plan import Ports
from stack.province import KIOSKS_FILE
from stack.servers import StackError
from stack.supervisor import Stack, Wanted


def main() -> int:
    """Choose the stage and play."""
    parser = OneLineParser(prog="demo", description=__doc__)
    parser.add_argument("--data", type=folder, default=".data/demo", help="for a stack of its own")
    parser.add_argument("--stack-data", type=folder, default=".data", help="of the stack that runs")
    parser.add_argument("--bus", type=bus, default="embedded", help="embedded or kafka")
    parser.add_argument("--ports", type=ports, default=Ports(), help="ports of the stack, when others")
    given = parser.parse_args()
    try:
        if _is_running(given.ports):
            play(given.ports, _kiosks(given.stack_data))
        else:
            print("· no stack is running: the demonstration starts its own")
            wanted = Wanted(data=given.data, ports=given.ports, bus=given.bus)
            with Stack(wanted, lambda text: print(f"· {text}", flush=True)):
                play(given.ports, _kiosks(given.data))
    except (Surprise, Undocumented, StackError, httpx.HTTPError, KeyError) as error:
        print(f"\nsurprise: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


def play(where: Ports, kiosks: Mapping[str, str]) -> None:
    """Play every road; raise at the first surprise. Kiosks are known by name, with their secrets."""
    script, world, door = Script(), World(), Door(where.url("gateway"))
    with (
        httpx.Client(base_url=where.url("portal"), timeout=30) as portal,
        httpx.Client(base_url=where.url("catcher"), timeout=30) as catcher,
        httpx.Client(base_url=where.url("ministry"), timeout=30) as ministry,
    ):
        import_real_procedures(script, door)
        played = [
            online_road.play(script, door, world),
            portal_road.play(script, door, world, portal),
            counter_road.play(script, door, world),
        ]
        desk_road.play(script, door, world, kiosks)
        together_road.play(script, door, world, catcher)
        ministry_road.play(script, door, ministry, world.staff_with("ADMIN"))
        afterwards.play(script, door, portal, catcher, played)
    script.close()
    door.close()


def _kiosks(data: Path) -> dict[str, str]:
    file = data / KIOSKS_FILE
    if not file.exists():
        raise StackError(f"{file} is missing: --stack-data names where the running stack keeps its data")
    found: dict[str, str] = json.loads(file.read_text())
    return found


def _is_running(where: Ports) -> bool:
    try:
        return httpx.get(where.url("gateway_ops") + "/livez", timeout=2).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


if __name__ == "__main__":
    sys.exit(main())
