"""Kill any process at any moment: what was promised is there exactly once in effect, everywhere."""

import os
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import psutil
import pytest

from stack.keys import keys_of
from stack.plan import SERVICES, Surroundings, service_env
from tests.e2e.arrivals import Arrivals, compare
from tests.e2e.databases import Databases
from tests.e2e.load import Load
from tests.e2e.running_stack import ROOT, RunningStack, require_kafka, running_stack

SUBMISSIONS = 300
RECOVERY_SECONDS = 90
SETTLE_SECONDS = 180
SETTINGS = {
    "GATEWAY_RATE_LIMITS": '{"person": null, "staff": null, "sign-in": null, "public": null}',
    "GATEWAY_PORTAL_TIMEOUT_SECONDS": "5",
    "NOTIFY_LEASE_SECONDS": "12",
    "NOTIFY_PROVIDER_TIMEOUT_SECONDS": "5",
    # No quiet hours: the telephone rings whenever the test runs.
    "NOTIFY_QUIET_FROM": "00:00",
    "NOTIFY_QUIET_UNTIL": "00:00",
}
VICTIMS = (
    "dossier-relay",
    "notify-consume",
    "notify-jobs",
    "dossier-api",
    "gateway-jobs",
    "kafka",
    "postgres",
)
_OF_DOSSIERS = "template <> 'deadline-warning'"
"""Officers are warned by a job when it comes round, so warnings are no part of what a history leads to."""
BUSES = (
    "embedded",
    pytest.param("kafka", marks=pytest.mark.kafka),
)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("bus", BUSES)
def test_nothing_promised_is_lost_and_nothing_is_done_twice(bus, record_figure):
    """Under load, each victim in turn is killed with SIGKILL; afterwards every count agrees."""
    if bus == "kafka":
        require_kafka()
    victims = [name for name in VICTIMS if bus == "kafka" or name != "kafka"]
    with running_stack("--bus", bus, "--separate-roles", durable=True, **SETTINGS) as stack:
        began = time.monotonic()
        with Load(stack.gateway, SUBMISSIONS) as load:
            for place, name in enumerate(victims, start=1):
                load.await_progress(place * SUBMISSIONS // (len(victims) + 1), RECOVERY_SECONDS)
                seconds = _kill(stack, name)
                record_figure(f"{name} back after", f"{seconds:.1f} s")
            load.finish(RECOVERY_SECONDS)
        record_figure("answered", f"{len(load.promised)} in {time.monotonic() - began:.1f} s")
        record_figure("requests repeated", load.repeats)
        began = time.monotonic()
        aftermath = Aftermath(stack, load)
        aftermath.check()
        arrivals = aftermath.arrivals
        record_figure("mails that came twice", f"{arrivals.mails_twice} of {arrivals.mails}")
        record_figure("SMS asked for twice, sent once", f"{arrivals.sms_asked_twice} of {arrivals.sms}")
        record_figure("settled and counted after", f"{time.monotonic() - began:.1f} s")


def _kill(stack: RunningStack, name: str) -> float:
    """SIGKILL a process and return how many seconds the supervisor took to have another one."""
    killed = stack.pids()[name]
    psutil.Process(killed).kill()
    began = time.monotonic()
    while stack.pids()[name] == killed:
        assert stack.process.poll() is None, f"the supervisor ended:\n{stack.last_words()}"
        assert time.monotonic() < began + RECOVERY_SECONDS, f"{name} was not started again"
        time.sleep(0.02)
    return time.monotonic() - began


class Aftermath:
    """Compares what was promised with what every service and the portal hold."""

    def __init__(self, stack: RunningStack, load: Load) -> None:
        self._stack = stack
        self._databases = Databases(stack)
        self._promised = sorted(load.promised)
        self._accepted = load.accepted
        self.arrivals = Arrivals(0, 0, 0, 0)
        """What arrived at the providers; known after `check`."""

    def check(self) -> None:
        """Wait until everything has come to rest, then count."""
        self._settle()
        assert len(self._promised) == len(set(self._promised)) == SUBMISSIONS
        self._check_dossiers()
        self._check_first_events()
        self._check_tracking()
        self._check_messages()
        self._check_arrivals()
        self._check_ledger()
        self._check_portal()
        self._check_dead_letters()
        self._check_history()

    def _settle(self) -> None:
        for service in SERVICES:
            self._eventually(
                f"{service} published everything",
                [0],
                lambda s=service: self._column(s, "SELECT count(*) FROM outbox WHERE published_at IS NULL"),
            )
        self._eventually(
            "tracking is complete",
            [len(self._promised)],
            lambda: self._column("gateway", "SELECT count(*) FROM tracking"),
        )
        self._eventually(
            "the portal was told everything",
            [2 * len(self._accepted)],
            lambda: self._column("gateway", "SELECT count(*) FROM portal_ledger WHERE state = 'CONFIRMED'"),
        )
        self._eventually(
            "notify has read everything",
            self._events_of_dossiers(),
            lambda: self._column(
                "notify",
                f"SELECT DISTINCT event_id::text FROM messages WHERE {_OF_DOSSIERS} ORDER BY 1",
            ),
        )
        self._eventually(
            "no message waits",
            [],
            lambda: self._column(
                "notify",
                # In flight, waiting or planned: else a lane that stands looks like one that is slow.
                "SELECT concat_ws(' ', count(*), channel, template, state, attempts, reason)"
                " FROM messages WHERE state NOT IN ('SENT', 'FAILED_PERMANENT')"
                " GROUP BY channel, template, state, attempts, reason ORDER BY count(*) DESC",
            ),
        )

    def _events_of_dossiers(self) -> list[Any]:
        return self._column("dossier", "SELECT DISTINCT event_id::text FROM history ORDER BY 1")

    def _check_dossiers(self) -> None:
        rows = self._databases.rows("dossier", "SELECT id::text, version, state, dossier_code FROM dossiers")
        assert sorted(row["id"] for row in rows) == self._promised
        assert {row["id"]: row["dossier_code"] for row in rows if row["dossier_code"]} == self._accepted
        assert len(set(self._accepted.values())) == len(self._accepted)
        states = Counter((row["version"], row["state"]) for row in rows)
        assert states == {
            (1, "SUBMITTED"): len(self._promised) - len(self._accepted),
            (2, "ACCEPTED"): len(self._accepted),
        }

    def _check_first_events(self) -> None:
        query = "SELECT key FROM outbox WHERE type = $1 ORDER BY key"
        assert self._column("dossier", query, "dossier.submitted.v1") == self._promised
        assert self._column("dossier", query, "dossier.accepted.v1") == sorted(self._accepted)

    def _check_tracking(self) -> None:
        rows = self._databases.rows("gateway", "SELECT dossier_id::text AS id, version FROM tracking")
        expected = {one: 2 if one in self._accepted else 1 for one in self._promised}
        assert {row["id"]: row["version"] for row in rows} == expected

    def _check_messages(self) -> None:
        """Dossiers with the same history have the same messages, each of them once."""
        rows = self._databases.rows(
            "notify",
            "SELECT dossier_id::text AS id, template, channel, split_part(recipient_key, ':', 1) AS whom,"
            f" count(*) AS times FROM messages WHERE dossier_id IS NOT NULL AND {_OF_DOSSIERS}"
            " GROUP BY 1, 2, 3, 4",
        )
        of_dossier: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
        for row in rows:
            assert row["times"] == 1, dict(row)
            of_dossier[row["id"]].add((row["template"], row["channel"], row["whom"]))
        assert sorted(of_dossier) == self._promised
        fates: dict[bool, set[frozenset[tuple[str, str, str]]]] = defaultdict(set)
        for one, messages in of_dossier.items():
            fates[one in self._accepted].add(frozenset(messages))
        assert {fate: len(kinds) for fate, kinds in fates.items()} == {False: 1, True: 1}, fates
        (submitted,), (accepted,) = fates[False], fates[True]
        assert submitted < accepted

    def _check_arrivals(self) -> None:
        """Each planned mail and SMS is at the catcher, folded by its id exactly once."""
        rows = self._databases.rows(
            "notify",
            "SELECT id::text AS id, channel, state, attempts FROM messages WHERE channel <> 'IN_APP'",
        )
        assert {row["state"] for row in rows} == {"SENT"}
        with httpx.Client(base_url=self._stack.ports.url("catcher"), timeout=30) as catcher:
            caught = catcher.get("/messages", params={"limit": 10_000}).json()
        self.arrivals = compare(rows, caught)
        assert (self.arrivals.mails, self.arrivals.sms) == (len(self._promised), len(self._accepted))

    def _check_ledger(self) -> None:
        rows = self._databases.rows(
            "gateway",
            "SELECT dossier_id::text AS id, array_agg(portal_status::int ORDER BY version, part) AS told"
            " FROM portal_ledger GROUP BY 1",
        )
        assert {row["id"]: list(row["told"]) for row in rows} == {one: [1, 2] for one in self._accepted}

    def _check_portal(self) -> None:
        with httpx.Client(base_url=self._stack.ports.url("portal"), timeout=30) as portal:
            held = portal.get("/sandbox/dossiers", params={"limit": 10_000}).json()["items"]
            assert sorted(one["code"] for one in held) == sorted(self._accepted.values())
            for code in self._accepted.values():
                statuses = portal.get(f"/sandbox/dossiers/{code}").json()["statuses"]
                assert [one["status"] for one in statuses] == ["1", "2"], (code, statuses)

    def _check_dead_letters(self) -> None:
        for service in SERVICES:
            assert self._databases.rows(service, "SELECT topic, key, reason FROM dead_letters") == []

    def _check_history(self) -> None:
        around = Surroundings(
            data=self._stack.data,
            databases={"dossier": self._databases.dsn("dossier")},
            bus_url="memory://",
            keys=keys_of(self._stack.data),
            ports=self._stack.ports,
            clock_offset_seconds=0,
            sample_users=self._stack.data / "sample-users.json",
        )
        done = subprocess.run(
            [sys.executable, "-m", "services.dossier", "verify-history"],
            cwd=ROOT,
            env={**os.environ, **service_env("dossier", "verify-history", around)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert str(SUBMISSIONS) in done.stdout

    def _column(self, service: str, query: str, *values: Any) -> list[Any]:
        return [row[0] for row in self._databases.rows(service, query, *values)]

    def _eventually(self, what: str, expected: Sequence[Any], look: Callable[[], list[Any]]) -> None:
        until = time.monotonic() + SETTLE_SECONDS
        while (seen := look()) != list(expected):
            assert time.monotonic() < until, (
                f"not within {SETTLE_SECONDS} s: {what}; saw {len(seen)}: {seen[:5]}"
            )
            time.sleep(0.2)
