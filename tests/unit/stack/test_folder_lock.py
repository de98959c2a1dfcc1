"""A server's folder belongs to one launcher, as long as that one lives and not a moment longer."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from stack.servers import FolderInUse, FolderLock

# Takes the folder, forks as the supervisor does, and waits to be killed. The child says who it is: by then it
# has let go of its copy, which it may not have had the time for when the fork comes back to the owner.
OWNER = """
import os, sys, time
from pathlib import Path
from stack.servers import FolderLock
lock = FolderLock(Path(sys.argv[1]))
if not os.fork():
    print(os.getpid(), flush=True)
time.sleep(60)
"""


def _owner_with_a_child(folder: Path) -> tuple[subprocess.Popen[str], psutil.Process]:
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(folder)], stdout=subprocess.PIPE, text=True)
    assert owner.stdout
    return owner, psutil.Process(int(owner.stdout.readline()))


def test_a_folder_is_not_taken_twice_and_is_free_after_its_release(tmp_path: Path) -> None:
    """The second is told which folder; after the release it may have it."""
    first = FolderLock(tmp_path)
    with pytest.raises(FolderInUse, match=f"{tmp_path} is in use"):
        FolderLock(tmp_path)
    first.release()
    FolderLock(tmp_path).release()


def test_a_killed_owner_holds_nothing_though_a_child_of_it_still_lives(tmp_path: Path) -> None:
    """The child had a copy of the lock's file; while the owner lives, the folder stays the owner's."""
    owner, child = _owner_with_a_child(tmp_path)
    try:
        with pytest.raises(FolderInUse):
            FolderLock(tmp_path)
        owner.kill()
        owner.wait(10)
        assert child.is_running()
        FolderLock(tmp_path).release()
    finally:
        child.kill()
        owner.kill()
        owner.wait(10)
        if owner.stdout:
            owner.stdout.close()
