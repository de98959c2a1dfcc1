"""The folder of a stack's data is its owner's alone; a folder that is somebody else's is left as it is."""

import os
import stat
from pathlib import Path

import pytest

from stack.keys import keys_of
from stack.postgres.account import ACCOUNTS, account_for
from stack.postgres.cluster import CLUSTER
from stack.private import private_folder


def mode_of(folder: Path) -> int:
    return stat.S_IMODE(folder.stat().st_mode)


def alone() -> int:
    """Root's PostgreSQL is not root and has to pass through."""
    return 0o710 if os.geteuid() == 0 else 0o700


def test_a_new_folder_is_its_owners_alone(tmp_path):
    data = private_folder(tmp_path / "a" / "data")
    assert mode_of(data) == alone()
    assert mode_of(tmp_path / "a") == 0o777 & ~umask()


def test_a_folder_of_an_earlier_start_is_closed_now(tmp_path):
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    keys_of(data)
    assert mode_of(private_folder(data)) == alone()


def test_a_folder_with_something_else_in_it_keeps_its_mode(tmp_path):
    (tmp_path / "letters").mkdir()
    tmp_path.chmod(0o755)
    assert mode_of(private_folder(tmp_path)) == 0o755


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends PostgreSQL another account")
def test_roots_postgres_passes_through_and_reads_nothing(tmp_path):
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(0o711)
    data = private_folder(tmp_path / "data")
    account = account_for(data / "postgres" / CLUSTER)
    assert account
    assert account.name in ACCOUNTS
    assert account.can_enter(data)
    assert not account._shell('ls "$0"', data)


def umask() -> int:
    now = os.umask(0)
    os.umask(now)
    return now
