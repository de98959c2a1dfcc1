"""Reads deploy/Dockerfile as a builder does, so that what is tested cannot drift from what is built."""

import fnmatch
import json
import shlex
import shutil
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
DOCKERIGNORE = ROOT / "deploy" / "Dockerfile.dockerignore"


@dataclass
class Stage:
    """One FROM with its instructions; `base` is another stage's name or an image."""

    name: str
    base: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def said(self, instruction: str) -> list[str]:
        """Return the arguments of every use of an instruction."""
        return [argument for name, argument in self.steps if name == instruction]


@dataclass(frozen=True)
class Image:
    """What one target is made of, its bases first."""

    stages: tuple[Stage, ...]
    all_stages: dict[str, Stage]

    def said(self, instruction: str) -> list[str]:
        """Return the arguments of every use of an instruction, in the order they take effect."""
        return [argument for stage in self.stages for argument in stage.said(instruction)]

    @property
    def entrypoint(self) -> list[str]:
        """The command in exec form; a shell form is a `json.JSONDecodeError`."""
        command: list[str] = json.loads(self.said("ENTRYPOINT")[-1])
        return command

    @property
    def copied(self) -> list[str]:
        """Folders and files taken from the checkout."""
        return [shlex.split(one)[0] for one in self.said("COPY") if not one.startswith("--from=")]

    @property
    def packages(self) -> Stage:
        """The stage whose environment the image takes."""
        (taken,) = [one for one in self.said("COPY") if one.endswith(" /venv /venv")]
        return self.all_stages[taken.split()[0].removeprefix("--from=")]

    @property
    def install_arguments(self) -> list[str]:
        """What follows `uv` in the one command that installs its libraries."""
        (command,) = self.packages.said("RUN")
        program, *arguments = shlex.split(command)
        if program != "uv":
            raise ValueError(f"{self.packages.name}: installs with {program}")
        return arguments


def read_dockerfile(text: str | None = None) -> dict[str, Stage]:
    """Return the stages by name."""
    stages: dict[str, Stage] = {}
    current: Stage | None = None
    for line in (text or DOCKERFILE.read_text(encoding="utf-8")).splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        instruction, _, argument = line.partition(" ")
        if instruction == "FROM":
            base, _, name = argument.partition(" AS ")
            current = stages[name] = Stage(name, base)
        elif current is None:
            raise ValueError(f"before the first FROM: {line}")
        else:
            current.steps.append((instruction, argument.strip()))
    return stages


def image(target: str, stages: dict[str, Stage] | None = None) -> Image:
    """Return a target with its bases."""
    known = read_dockerfile() if stages is None else stages
    chain = [known[target]]
    while chain[0].base in known:
        chain.insert(0, known[chain[0].base])
    return Image(tuple(chain), known)


def copy_into(folder: Path, target: Image) -> None:
    """Copy what the image copies, leaving out what .dockerignore leaves out."""
    for source in target.copied:
        origin, destination = ROOT / source, folder / source
        if origin.is_dir():
            shutil.copytree(origin, destination, ignore=_ignored)
        else:
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(origin, destination)


def reaches_builder(path: str) -> bool:
    """Whether .dockerignore lets a path of the checkout through; the last line that speaks of it decides."""
    parts = path.rstrip("/").split("/")
    prefixes = ["/".join(parts[: count + 1]) for count in range(len(parts))]
    allowed = True
    for line in DOCKERIGNORE.read_text(encoding="utf-8").splitlines():
        pattern = line.strip().removeprefix("!").removeprefix("**/")
        if not pattern or pattern.startswith("#"):
            continue
        names = [*prefixes, *parts] if "**/" in line else prefixes
        if any(fnmatch.fnmatchcase(name, pattern) for name in names):
            allowed = line.startswith("!")
    return allowed


def _ignored(folder: str, names: list[str]) -> list[str]:
    inside = Path(folder).relative_to(ROOT)
    return [name for name in names if not reaches_builder((inside / name).as_posix())]
