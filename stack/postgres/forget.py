"""Forgetting a server's data for good, wherever its cluster lies."""

import shutil
from pathlib import Path

from stack.postgres.cluster import CLUSTER
from stack.postgres.remains import clear
from stack.servers import FolderLock


def forget(data_dir: Path) -> None:
    """Remove the folder and its cluster, also one kept elsewhere for root; not while its launcher lives."""
    if not data_dir.exists():
        return
    home = data_dir.resolve()
    lock = FolderLock(home)
    cluster = home / CLUSTER
    if cluster.exists():
        clear(cluster.resolve())
        shutil.rmtree(cluster.resolve())
    shutil.rmtree(home)
    lock.release()
