"""An operator's way to fill the catalogue: a document through the door, as a machine with its own secret."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from province.read import read
from tests.e2e.running_stack import ROOT, RunningStack, running_stack

pytestmark = pytest.mark.timeout(300)

SECRET = "only-for-this-test"


@pytest.fixture(scope="module")
def stack() -> Iterator[RunningStack]:
    digest = hashlib.sha256(SECRET.encode()).hexdigest()
    clients = [
        {"client_id": "loader", "secret_sha256": digest, "scopes": ["catalog.import"]},
        {"client_id": "reader", "secret_sha256": digest, "scopes": ["catalog.read"]},
    ]
    with running_stack(GATEWAY_SERVICE_CLIENTS=json.dumps(clients)) as started:
        yield started


def load(
    door: str,
    folder: Path,
    secret: str = SECRET,
    client: str = "loader",
    *,
    patience: float = 60,
    sector: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run the program as compose.yaml does: the one file, away from the checkout's packages."""
    (folder / "key").write_text(secret + "\n")
    document = read()
    document["agencies"][0]["name"] += " (đổi tên)"
    document["procedures"][0]["sector"] = sector or document["procedures"][0]["sector"]
    (folder / "province.json").write_text(json.dumps(document, ensure_ascii=False))
    options = [
        *("--door", door, "--client", client, "--secret-file", str(folder / "key")),
        *("--document", str(folder / "province.json"), "--patience", str(patience)),
    ]
    program = [sys.executable, "-I", str(ROOT / "deploy" / "load_province.py")]
    return subprocess.run(
        [*program, *options], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )


def test_a_document_gets_in_and_the_same_again_changes_nothing(stack, tmp_path):
    first = load(stack.gateway, tmp_path)
    assert (first.returncode, first.stderr) == (0, "")
    assert "1 changed" in first.stdout
    again = load(stack.gateway, tmp_path)
    assert again.returncode == 0
    assert " 0 changed, 0 new, 0 refused, " in again.stdout


@pytest.mark.parametrize(("secret", "client", "status"), [("wrong", "loader", 401), (SECRET, "reader", 403)])
def test_a_machine_that_may_not_is_told_so_in_one_line(stack, tmp_path, secret, client, status):
    done = load(stack.gateway, tmp_path, secret, client)
    assert done.returncode == 1
    assert done.stderr.startswith(f"the province is not loaded: {stack.gateway} answered {status}")
    assert len(done.stderr.splitlines()) == 1


def test_a_document_that_is_refused_names_the_entry_and_the_reason(stack, tmp_path):
    done = load(stack.gateway, tmp_path, sector="khong-co")
    assert done.returncode == 1
    assert "import-refused" in done.stderr
    assert read()["procedures"][0]["code"] in done.stderr


def test_a_door_that_never_opens_is_not_waited_for_without_end(tmp_path):
    done = load("http://127.0.0.1:9", tmp_path, patience=1.5)
    assert done.returncode == 1
    assert "ConnectionRefusedError" in done.stderr
