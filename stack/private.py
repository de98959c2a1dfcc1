"""A stack's data is for its owner alone: sealed keys, papers, mail of the catcher, the clusters' files."""

from pathlib import Path

from stack.keys import KEYS_FILE
from stack.postgres.account import account_for
from stack.postgres.cluster import CLUSTER
from stack.servers import StackError, cannot_write, make_folder

FILES_OF_THE_OWNER = 0o077
"""The umask of a stack and of every process below it."""
_ALONE, _ALONE_BUT_PASSED = 0o700, 0o710


def private_folder(folder: Path) -> Path:
    """Make the folder its owner's alone, with its parents as usual; return its absolute path.

    Where root starts the stack, PostgreSQL's own account passes through, by the folder's group, and reads
    nothing. A folder that is there already and holds no stack's keys is somebody's: its mode stays.
    """
    try:
        is_ours = not folder.exists() or (folder / KEYS_FILE).exists() or not any(folder.iterdir())
    except OSError as error:
        raise StackError(cannot_write(folder, error)) from error
    made = make_folder(folder)
    if is_ours:
        made.chmod(_ALONE)
        let_postgres_pass(made, made / "postgres")
    return made


def let_postgres_pass(folder: Path, home: Path) -> None:
    """Open a folder to the account that runs the server of `home`, when it is not ours."""
    account = account_for(home / CLUSTER)
    if account:
        folder.chmod(_ALONE)
        account.lend(folder)
        folder.chmod(_ALONE_BUT_PASSED)
