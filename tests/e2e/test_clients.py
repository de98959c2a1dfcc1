"""Clients built from the document: type-checked, and really run against the shared stack."""

import base64
import os
import subprocess
from pathlib import Path

import pytest

from stack.typescript import build, node_unavailable_reason
from tests.builders.dossier.files import a_pdf
from tests.e2e.running_stack import RunningStack

pytestmark = [pytest.mark.node, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the TypeScript client; skipped where node is missing, failing where REQUIRE=node forbids that."""
    reason = node_unavailable_reason()
    if reason and "node" in os.environ.get("REQUIRE", "").split(","):
        pytest.fail(f"REQUIRE=node: {reason}", pytrace=False)
    if reason:
        pytest.skip(reason)  # The reason says what node lacks here; CI requires it.
    folder = tmp_path_factory.mktemp("typescript")
    build(folder)
    return folder


def test_a_citizens_day_runs_with_node_against_the_door(client: Path, stack: RunningStack) -> None:
    """Search, upload, hand in twice as once, read, page through, a refusal with its code."""
    done = subprocess.run(
        ["node", "dist/examples/a-citizens-day.js"],
        cwd=client,
        env={
            "PATH": os.environ["PATH"],
            "MOTCUA_URL": stack.gateway,
            "MOTCUA_PDF": base64.b64encode(a_pdf()).decode(),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout.splitlines()
    assert "1.004859" in said[0]
    assert said[1].endswith("SUBMITTED")
    assert said[-1] == "bị từ chối 403 forbidden"


def test_a_name_the_document_does_not_have_is_a_type_error(client: Path, tmp_path: Path) -> None:
    """The check bites: a field misspelt does not compile, nor one of a list that was not asked for it."""
    source = client / "examples" / "a-citizens-day.ts"
    right = source.read_text(encoding="utf-8")
    misspelt = right.replace("procedure_code: procedure,", "procedure_kode: procedure,")
    source.write_text(misspelt.replace("item.code", "item.sector"), encoding="utf-8")
    try:
        wrong = subprocess.run(
            ["node_modules/.bin/tsc", "--project", "tsconfig.json", "--noEmit"],
            cwd=client,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    finally:
        source.write_text(right, encoding="utf-8")
    assert wrong.returncode != 0
    assert "procedure_" in wrong.stdout
    assert "Property 'sector' does not exist" in wrong.stdout


def test_the_lock_records_no_download_address() -> None:
    lock = (Path(__file__).parents[2] / "clients" / "typescript" / "package-lock.json").read_text(
        encoding="utf-8"
    )
    assert "resolved" not in lock
    assert "integrity" in lock
