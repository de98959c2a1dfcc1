"""Each service starts from exactly its own extra and folders, as its image would, without an engine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from uv import find_uv_bin

from tests.deploy.dockerfile import ROOT, Image, copy_into, image
from tests.deploy.rendering import SERVICES

pytestmark = pytest.mark.timeout(600)

READS_ITS_DATA = {
    "catalog": "from services.catalog.app import read_phrasebook as read; read()",
    "dossier": (
        "from services.dossier.store.press import PaperKind, TypstPress;"
        "from services.dossier.store.legal_sets import read_legal_sets;"
        "from services.dossier.store.stamp_press import stamp_templates; stamp_templates();"
        "d = dict.fromkeys('agency one_stop number issued_at dossier_code owner address phone email procedure"
        " officer reason legal_basis look_up secret'.split(), 'Hồ sơ');"
        "forms = read_legal_sets().named('2025');"
        "assert TypstPress().paper(PaperKind.STOP_NOTICE, d, forms).startswith(b'%PDF')"
    ),
    "notify": "from services.notify.store.templates import PackagedTemplates; PackagedTemplates()",
    "survey": "from services.survey.store.questionnaires import PackagedQuestionnaires as P; P()",
    "gateway": "from services.gateway.app import read_documents; assert len(read_documents()) == 4",
}
"""What each service reads from files beside its code, when it starts or later."""

# Imports inside functions count too, so that no library is missed until its moment comes.
UNRESOLVED = """
import ast, importlib.util, pathlib
names = set()
for file in pathlib.Path(".").rglob("*.py"):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {one.name.partition(".")[0] for one in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module.partition(".")[0])
print(*sorted(name for name in names if importlib.util.find_spec(name) is None))
"""


LISTENS = "from sandbox.all_together import listeners; print(len(listeners()))"


def run(*command: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command with nothing of this environment but PATH, HOME and where packages come from."""
    kept = ("PATH", "HOME", "XDG_CACHE_HOME", "SSL_CERT_FILE", "PIP_CERT")
    passed = {name: os.environ[name] for name in os.environ if name in kept or name.startswith("UV_")}
    return subprocess.run(
        command, cwd=folder, env=passed, capture_output=True, text=True, check=False, timeout=300
    )


def install(target: Image, folder: Path) -> Path:
    """Lay out /venv as the image's stages do; return its Python."""
    environment = folder / "venv"
    made = run(find_uv_bin(), "venv", "--python", sys.executable, environment, folder=ROOT)
    assert made.returncode == 0, made.stderr
    python = environment / "bin" / "python"
    installed = run(find_uv_bin(), *target.install_arguments, "--python", python, folder=ROOT)
    assert installed.returncode == 0, installed.stderr
    return python


def build(target: Image, folder: Path) -> Path:
    """Lay out /venv and /app as the image's stages do; return the Python of the environment."""
    copy_into(folder / "app", target)
    return install(target, folder)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_from_its_own_image(service: str, tmp_path: Path) -> None:
    target = image(service)
    python = build(target, tmp_path)
    started = run(python, *target.entrypoint[1:], "--check", folder=tmp_path / "app")
    assert started.returncode == 0, started.stderr
    assert started.stdout.strip(), "the title of its OpenAPI document"
    data = run(python, "-c", READS_ITS_DATA[service], folder=tmp_path / "app")
    assert data.returncode == 0, data.stderr
    unresolved = run(python, "-c", UNRESOLVED, folder=tmp_path / "app")
    assert (unresolved.returncode, unresolved.stdout.strip()) == (0, ""), unresolved.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_holds_every_file_of_its_service_in_the_tree(service: str, tmp_path: Path) -> None:
    copy_into(tmp_path, image(service))
    files = [
        file.relative_to(ROOT)
        for folder in (ROOT / "services" / service, ROOT / "contracts")
        for file in folder.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    ]
    assert {".py", ".json"} < {file.suffix for file in files}
    assert [file for file in files if not (tmp_path / file).exists()] == []


def test_the_sandbox_has_every_library_it_names_and_builds_all_of_them(tmp_path: Path) -> None:
    python = build(image("sandbox"), tmp_path)
    started = run(python, "-c", LISTENS, folder=tmp_path / "app")
    assert (started.returncode, started.stdout.strip()) == (0, "7"), started.stderr
    unresolved = run(python, "-c", UNRESOLVED, folder=tmp_path / "app")
    assert (unresolved.returncode, unresolved.stdout.strip()) == (0, ""), unresolved.stderr


def test_a_library_of_another_service_would_be_missed(tmp_path: Path) -> None:
    """The survey's environment has no typst: drawing papers there would be seen, even inside a function."""
    python = install(image("survey"), tmp_path)
    room = tmp_path / "app" / "services" / "survey" / "domain"
    room.mkdir(parents=True)
    (room / "papers.py").write_text("def draw() -> None:\n    import typst\n")
    assert run(python, "-c", UNRESOLVED, folder=tmp_path / "app").stdout.split() == ["typst"]
