"""import-linter guards the rooms; here each contract is seen to fail on a planted import."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("kernel", "worktime", "eforms", "services", "contracts", "sandbox", "stack", "province")

PLANTED = {
    "services-are-independent": ("services/survey/domain/planted.py", "import services.notify\n"),
    "kernel-knows-no-service": ("kernel/planted.py", "import services.dossier\n"),
    "services-know-no-stack": ("services/survey/domain/planted.py", "import stack.plan\n"),
    "worktime-is-pure": ("worktime/planted.py", "import kernel.core.clock\n"),
    "eforms-is-pure": ("eforms/planted.py", "import kernel.core.clock\n"),
    "domain-and-use-cases-are-pure": ("services/dossier/domain/planted.py", "import fastapi\n"),
    "rooms": ("services/dossier/api/planted.py", "import services.dossier.store\n"),
    "rooms: a stray room": ("services/dossier/helpers/__init__.py", "VALUE = 1\n"),
    "rooms: a room reads settings": (
        "services/dossier/use_cases/planted.py",
        "import services.dossier.settings\n",
    ),
}


def lint(folder: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    program = (
        "import sys; sys.path.insert(0, '');from importlinter.cli import lint_imports_command as run; run()"
    )
    chosen = [word for contract in contracts for word in ("--contract", contract)]
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache", *chosen],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A copy of the tree that tests may plant things in."""
    copy = tmp_path_factory.mktemp("house")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", copy)
    return copy


def test_every_contract_is_kept(house):
    answer = lint(house)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize("case", PLANTED)
def test_a_planted_import_breaks_its_contract(house, case):
    path, source = PLANTED[case]
    planted = house / path
    is_folder_new = not planted.parent.exists()
    planted.parent.mkdir(parents=True, exist_ok=True)
    planted.write_text(source)
    try:
        answer = lint(house, case.partition(":")[0])
    finally:
        planted.unlink()
        if is_folder_new:
            shutil.rmtree(planted.parent)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert "BROKEN" in answer.stdout or "planted" in answer.stdout or "helpers" in answer.stdout
