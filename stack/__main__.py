"""`make run`: the whole system on this machine, until Ctrl-C."""

import json
import os
import signal
import sys
import time
from contextlib import suppress
from typing import Any

from stack.arguments import OneLineParser, bus, folder, moment, ports
from stack.plan import Ports
from stack.servers import StackError
from stack.supervisor import Stack, Wanted


def main() -> int:
    """Run a stack in the foreground; one clear line when it cannot."""
    parser = OneLineParser(prog="stack", description=__doc__)
    parser.add_argument("--data", type=folder, default=os.environ.get("DATA", ".data"))
    parser.add_argument(
        "--bus", type=bus, default=os.environ.get("BUS", "embedded"), help="embedded or kafka"
    )
    parser.add_argument(
        "--separate-roles", action="store_true", help="api, consume, relay, jobs as processes"
    )
    parser.add_argument("--start-at", type=moment, default=None, help="2026-03-03T08:00:00+07:00")
    parser.add_argument("--ports", type=ports, default=Ports(), help='other ports, as {"gateway": 8100}')
    parser.add_argument(
        "--not-durable", action="store_true", help="trade a power cut's safety for speed: tests"
    )
    parser.add_argument(
        "--identification-level",
        type=int,
        choices=(1, 2),
        default=1,
        help="of the account citizens hand in with, where a procedure names none",
    )
    given = parser.parse_args()
    wanted = Wanted(
        data=given.data,
        ports=given.ports,
        bus=given.bus,
        separate_roles=given.separate_roles,
        start_at=given.start_at,
        durable=not given.not_durable,
        identification_level=given.identification_level,
        machines=json.loads(os.environ.get("GATEWAY_SERVICE_CLIENTS", "[]")),
    )
    # Also where a shell started us in the background, which leaves SIGINT ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    began = time.monotonic()
    try:
        with Stack(wanted, _say) as stack:
            print(welcome(stack, time.monotonic() - began), flush=True)
            _watch(stack)
    except StackError as error:
        print(f"cannot run: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("· stopped while starting", file=sys.stderr)
        return 130
    return 0


def _say(text: str) -> None:
    # Where our output goes may be full too, and nobody else is there to be told.
    with suppress(OSError):
        print(f"· {text}", flush=True)


def _watch(stack: Stack) -> None:
    """Look after the processes until Ctrl-C, then let the second Ctrl-C change nothing."""
    try:
        while True:
            time.sleep(1.0)
            stack.watch()
    except KeyboardInterrupt:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        print("· stopping", flush=True)


def welcome(stack: Stack, seconds: float) -> str:
    """Return what a newcomer needs: where things are and whom to sign in as."""
    ports = stack.ports
    rows = [
        ("API and web", ports.url("gateway") + "/api/v1", "the only door; /openapi.json describes it"),
        ("Public tracking", ports.url("gateway") + "/tra-cuu", "dossier code and the secret on form 01"),
        (
            "National portal (sandbox)",
            ports.url("portal"),
            "what the portal holds; submit as a citizen there",
        ),
        ("Mail and SMS (catcher)", ports.url("catcher"), "every message the system sent"),
        ("Sign in", ports.url("gateway") + "/dang-nhap", "VNeID or VNConnect as played, or a sample officer"),
        ("VNConnect, VNeID (sandbox)", ports.url("identity"), "accounts to sign in with"),
        ("Document axis (sandbox)", ports.url("axis"), "another agency's e-office"),
        (
            "Time stamps (sandbox)",
            ports.url("tsa"),
            "an authority for DOSSIER_TSA_URL",
        ),
        ("Outside system (sandbox)", ports.url("outside"), "the civil-status software of birth registration"),
    ]
    lines = [
        f"\nMột Cửa is ready after {seconds:.1f} s; its clock says {stack.clock.now():%H:%M %d/%m/%Y}.\n"
    ]
    lines += [f"  {name:<28}{where:<34}{what}" for name, where, what in rows]
    lines.append("\nSample sign-ins (development issuer, no password):")
    for person in stack.document["people"][:3]:
        lines.append(f"  {person['subject']:<28}{person['name']} (người dân)")
    for member in _one_office(stack.document["staff"]):
        lines.append(
            f"  {member['subject']:<28}{member['name']}: {', '.join(member['roles'])}, {member['agency']}"
        )
    lines.append(
        "\nCtrl-C stops everything; the data stays in " + str(stack.wanted.data) + " (make clean-data)."
    )
    return "\n".join(lines)


def _one_office(staff: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the officers of one ward: enough to work a dossier from counter to signature."""
    return [member for member in staff if member["agency"] == "H99.201"]


if __name__ == "__main__":
    sys.exit(main())
