"""Starting, ending and finding PostgreSQL again, in good days and bad."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import asyncpg
import psutil
import pytest

from stack.postgres import CLUSTER, PostgresServer, StackError, attach_postgres, forget, start_postgres
from stack.postgres.remains import marker_of, ours
from stack.servers import running, wait_until

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root lends PostgreSQL another account")


def cluster_of(home: Path) -> Path:
    """Say where the cluster really lies."""
    return (home / CLUSTER).resolve()


async def test_a_started_server_answers_over_tcp_with_a_password_only(home: Path) -> None:
    """Trust is for nobody, not even on the loopback interface."""
    with start_postgres(home) as server:
        connection = await asyncpg.connect(server.superuser_dsn)
        assert await connection.fetchval("SELECT current_setting('fsync')") == "on"
        assert await connection.fetchval("SELECT current_setting('listen_addresses')") == "127.0.0.1"
        assert await connection.fetchval("SELECT current_setting('unix_socket_directories')") == ""
        await connection.close()
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(server.dsn("postgres", "postgres", "wrong"))


def test_letters_are_vietnamese_whatever_the_machine_speaks(home: Path) -> None:
    """Case and trigrams know Đ; sorting is that of the built-in provider."""
    with start_postgres(home, durable=False) as server:
        assert server.sql("SELECT datlocprovider, datlocale FROM pg_database LIMIT 1") == "b|C.UTF-8"
        assert server.sql("SELECT lower('ĐƯỜNG PHỐ')") == "đường phố"
        server.sql("CREATE EXTENSION pg_trgm")
        assert server.sql("SELECT similarity('đăng ký', 'Đăng Ký')") == "1"


def test_secrets_are_readable_for_their_owner_only(home: Path) -> None:
    """The superuser's password lies beside the cluster, closed to others."""
    with start_postgres(home, durable=False):
        assert (home / "superuser.password").stat().st_mode & 0o777 == 0o600
        assert cluster_of(home).stat().st_mode & 0o777 == 0o700


def test_two_servers_run_side_by_side(new_home: Callable[[], Path]) -> None:
    """Each has its own port, password and data."""
    with start_postgres(new_home(), durable=False) as one, start_postgres(new_home(), durable=False) as two:
        one.sql("CREATE TABLE here (id int)")
        assert two.sql("SELECT to_regclass('here') IS NULL") == "t"
        assert one.password != two.password


def test_a_second_start_on_the_same_folder_is_refused_and_harms_nothing(home: Path) -> None:
    """The error names the folder; the first server goes on."""
    with start_postgres(home, durable=False) as server:
        with pytest.raises(StackError, match="is in use by a running server"):
            start_postgres(home)
        assert server.sql("SELECT 1") == "1"


def test_a_busy_port_is_named(home: Path) -> None:
    """Another's port is not taken over, and the folder is free afterwards."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(StackError, match=f"127.0.0.1:{port}: the port is taken"):
            start_postgres(home, port)
    start_postgres(home, port, durable=False).stop()


def test_a_stopped_server_keeps_data_and_password(home: Path) -> None:
    """Stop is in order: the next start finds everything, at the port it asks for."""
    with start_postgres(home, durable=False) as first:
        first.sql("CREATE TABLE kept AS SELECT 7 AS n")
    with start_postgres(home, first.port, durable=False) as second:
        assert (second.sql("SELECT n FROM kept"), second.superuser_dsn) == ("7", first.superuser_dsn)


async def write_until_cut(server: PostgresServer, acknowledged: list[int]) -> None:
    """Commit one row after another until the server is gone, noting each commit that was confirmed."""
    connection = await asyncpg.connect(server.superuser_dsn)
    crash = Thread(target=server.kill)
    try:
        for number in range(1_000_000):
            await connection.execute("INSERT INTO rows VALUES ($1)", number)
            acknowledged.append(number)
            if number == 200:
                crash.start()
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
        # The driver has several words for a server that vanished in the middle of a statement.
        crash.join()
        await connection.close(timeout=1)


async def test_committed_rows_survive_a_kill_in_the_middle_of_writing(home: Path) -> None:
    """After kill -9 of the postmaster, a start at once on the same port, and every confirmed row is there."""
    server = start_postgres(home)
    server.sql("CREATE TABLE rows (n int)")
    acknowledged: list[int] = []
    await write_until_cut(server, acknowledged)
    with start_postgres(home, server.port) as again:
        stored = set(map(int, again.sql("SELECT n FROM rows").split()))
    assert len(acknowledged) > 200
    assert set(acknowledged) <= stored


def compute_for_ever(server: PostgresServer) -> None:
    """Keep one session busy until its server is gone."""
    with pytest.raises(StackError):
        server.sql("SELECT count(*) FROM generate_series(1, 1e12::bigint)")


def test_children_of_a_killed_server_do_not_block_the_next_start(home: Path) -> None:
    """A session that is busy computing outlives its postmaster; the next start makes it go."""
    server = start_postgres(home, durable=False)
    busy = Thread(target=compute_for_ever, args=[server])
    busy.start()
    assert wait_until(lambda: any("SELECT" in " ".join(p.cmdline()) for p in ours(cluster_of(home))), 10)
    server.kill()
    with start_postgres(home, server.port, durable=False) as again:
        assert again.sql("SELECT 1") == "1"
    busy.join(10)
    assert not busy.is_alive()


@pytest.mark.parametrize("owner", ["nobody", "another process"])
def test_a_stale_pid_file_is_no_obstacle(home: Path, owner: str) -> None:
    """Neither when its pid is free nor when the system has given it to somebody else."""
    start_postgres(home, durable=False).stop()
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        if owner == "nobody":
            other.kill()
            other.wait()
        lines = [other.pid, cluster_of(home), int(time.time()), 5432, "", "127.0.0.1", "", "ready"]
        (cluster_of(home) / "postmaster.pid").write_text("\n".join(map(str, lines)) + "\n")
        start_postgres(home, durable=False).stop()
        assert owner == "nobody" or other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_the_server_of_a_killed_launcher_is_replaced(home: Path) -> None:
    """A launcher that dies leaves an orphan; the next start ends it in order and takes its place."""
    script = "import sys; from pathlib import Path; from stack.postgres import start_postgres as start;"
    script += "server = start(Path(sys.argv[1])); print('started', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as launcher:
        assert launcher.stdout
        assert launcher.stdout.readline() == "started\n"
        orphan = attach_postgres(home)
        orphan.sql("CREATE TABLE kept AS SELECT 1")
        launcher.kill()
    assert running(orphan.pid)
    with start_postgres(home) as server:
        assert server.sql("SELECT count(*) FROM kept") == "1"
        assert not running(orphan.pid)


def test_in_the_foreground_it_runs_until_told(home: Path) -> None:
    """Ctrl-C stops the server in order and the command ends well."""
    with subprocess.Popen(
        [sys.executable, "-m", "stack.postgres", "--data", str(home)], stdout=subprocess.PIPE, text=True
    ) as launcher:
        assert launcher.stdout
        launcher.stdout.readline()
        server = attach_postgres(home)
        launcher.send_signal(signal.SIGINT)
        assert launcher.wait(30) == 0
    assert not running(server.pid)
    assert (
        "shut down"
        in subprocess.run(
            [server.program("pg_controldata"), cluster_of(home)], capture_output=True, text=True, check=True
        ).stdout
    )


def test_an_older_cluster_is_refused_with_the_way_up(home: Path) -> None:
    """Nothing is touched, and the error says what to type."""
    start_postgres(home, durable=False).stop()
    (cluster_of(home) / "PG_VERSION").write_text("17\n")
    with pytest.raises(StackError, match=r"written by PostgreSQL 17 .*--upgrade-from"):
        start_postgres(home)


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    """A file in the way is told from a full disk."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StackError, match="cannot write to"):
        start_postgres(tmp_path / "file" / "data")


@as_root
def test_a_full_disk_is_one_clear_line(home: Path) -> None:
    """No half cluster is left for the next start to stumble over."""
    disk = home / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m,mode=0711", "tmpfs", disk], check=False)
    if mounted.returncode:
        # Mounting needs root and a kernel that allows it; a full disk cannot be had otherwise.
        pytest.skip("this machine does not let us mount a small disk")
    try:
        with pytest.raises(StackError, match="no space left on the disk"):
            start_postgres(disk / "home")
        assert not (disk / "home" / CLUSTER).exists()
    finally:
        subprocess.run(["umount", disk], check=True)


@as_root
def test_root_lends_an_account_and_opens_no_folder(closed_home: Path) -> None:
    """Under a closed parent the cluster lies elsewhere; the parent stays closed; forgetting forgets all."""
    with start_postgres(closed_home, durable=False) as server:
        assert psutil.Process(server.pid).uids().effective != 0
        assert (closed_home / CLUSTER).is_symlink()
        assert closed_home.parent.parent.stat().st_mode & 0o777 == 0o700
        elsewhere = cluster_of(closed_home)
    with start_postgres(closed_home, durable=False) as server:
        assert server.sql("SELECT 1") == "1"
    forget(closed_home)
    assert not elsewhere.exists()


def test_the_marker_of_a_cluster_fits_its_title() -> None:
    """PostgreSQL cuts cluster_name at 63 bytes; a cut marker would not be found."""
    assert len(marker_of(Path("/" + "very-long/" * 40))) < 64


def test_nobody_runs_where_nobody_was_started(tmp_path: Path) -> None:
    """Attaching to nothing is an error, not a server that never answers."""
    with pytest.raises(StackError, match="no PostgreSQL server runs on"):
        attach_postgres(tmp_path)
