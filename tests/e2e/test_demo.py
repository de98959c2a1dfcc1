"""`make demo`: a citizen's and an officer's day, twice in a row on the same stack, on both buses."""

import json
import subprocess
import sys

import pytest

from tests.e2e.running_stack import ROOT, RunningStack, require_kafka, running_stack

PLAY_SECONDS = 150


@pytest.mark.timeout(400)
def test_the_day_is_played_twice_on_the_embedded_bus(stack, record_figure):
    """The second day meets what the first left behind and is no different."""
    record_figure("first day", _play(stack))
    record_figure("second day", _play(stack))


@pytest.mark.kafka
@pytest.mark.timeout(400)
def test_the_day_is_played_twice_on_kafka(record_figure):
    """What holds on the embedded bus holds on Kafka."""
    require_kafka()
    with running_stack("--bus", "kafka") as stack:
        record_figure("first day", _play(stack))
        record_figure("second day", _play(stack))


def _play(stack: RunningStack) -> str:
    """Play on a stack that runs; return the play's last line, which counts its steps."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "demo", "--stack-data", str(stack.data)),
            *("--ports", json.dumps(stack.ports.named())),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PLAY_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "starts its own" not in done.stdout
    last = done.stdout.strip().splitlines()[-1]
    assert "no surprise" in last
    return last
