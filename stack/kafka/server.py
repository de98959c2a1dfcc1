"""A real Apache Kafka, one broker and controller in KRaft mode, as a child process."""

import asyncio
import signal
import subprocess
import threading
from pathlib import Path
from uuid import uuid4

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from stack.kafka.jars import ensure_jars
from stack.kafka.layout import (
    DATA,
    LOG4J_FILE,
    LOG_FILE,
    record_process,
    recorded_process,
    write_properties,
)
from stack.launched import Launched, LaunchedServer, launch
from stack.servers import (
    LOOPBACK,
    FolderLock,
    StackError,
    busy_port,
    cannot_write,
    claim_port,
    free_port,
    is_listening,
    make_folder,
    tail,
    wait_until,
)

START_SECONDS = 60.0
STOP_SECONDS = 20.0
# The first-tier compiler and one collector thread: a broker for one machine is up sooner and takes less.
JVM = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Djava.awt.headless=true")


class KafkaServer(LaunchedServer):
    """A running broker; one that was killed comes back by `start_kafka` on the same folder and port."""

    ENDING = ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, 10.0))

    def __init__(
        self,
        home: Path,
        pid: int,
        port: int,
        child: Launched | None = None,
        lock: FolderLock | None = None,
        *,
        ends_with_us: bool = False,
    ) -> None:
        super().__init__(pid, child, lock, ends_with_us=ends_with_us)
        self.home = home
        self.port = port

    @property
    def bootstrap(self) -> str:
        """Return the address clients begin with, `host:port`."""
        return f"{LOOPBACK}:{self.port}"


def start_kafka(
    data_dir: Path,
    port: int = 0,
    *,
    ends_with_us: bool = False,
    heap_mb: int = 384,
    settings: dict[str, str] | None = None,
) -> KafkaServer:
    """Start one broker on `data_dir` and return once it answers a metadata request.

    The folder gets the topics' data, the generated properties, the log and the launcher's lock. Port 0 takes
    a free one; give `server.port` to come back on the same address after a stop or a kill. `settings` are
    server.properties names and win over all others. With `ends_with_us` the system stops the broker when this
    process dies, even by SIGKILL; it cannot be handed over then. `StackError` says in one line
    what is wrong: java or mvn missing, folder in use, port taken, disk full or unwritable.
    """
    home = make_folder(data_dir)
    lock = FolderLock(home)
    try:
        jars = ensure_jars()
        _end_orphan(home)
        chosen = claim_port(port, "Kafka")
        properties = write_properties(home, chosen, free_port(), settings or {})
        if not (home / DATA / "meta.properties").exists():
            _format(home, jars, properties)
        child = _launch(home, jars, properties, heap_mb, ends_with_us=ends_with_us)
        try:
            record_process(home, child.pid, chosen)
            _await_ready(home, child, chosen)
        except BaseException:
            child.kill()
            child.wait()
            raise
    except OSError as error:
        lock.release()
        raise StackError(cannot_write(home, error)) from error
    except BaseException:
        lock.release()
        raise
    return KafkaServer(home, child.pid, chosen, child, lock, ends_with_us=ends_with_us)


def attach_kafka(data_dir: Path) -> KafkaServer:
    """Visit the broker that another process started on `data_dir`."""
    home = data_dir.resolve()
    found = recorded_process(home)
    if found is None:
        raise StackError(f"no Kafka broker runs on {home}")
    process, port = found
    return KafkaServer(home, process.pid, port)


def _java(jars: Path, heap_mb: int, home: Path, *program: str) -> list[str]:
    memory = (f"-Xms{min(heap_mb, 128)}m", f"-Xmx{heap_mb}m")
    logging = f"-Dlog4j2.configurationFile={home / LOG4J_FILE}"
    return ["java", *memory, *JVM, logging, "-cp", f"{jars}/*", *program]


def _end_orphan(home: Path) -> None:
    """End the broker of a launcher that was killed; the caller holds the folder's lock."""
    found = recorded_process(home)
    if found:
        process, port = found
        KafkaServer(home, process.pid, port).stop()


def _format(home: Path, jars: Path, properties: Path) -> None:
    # A name for the cluster in Kafka's own length; any text is one.
    identity = ("--cluster-id", uuid4().hex[:22], "--standalone")
    command = _java(
        jars, 128, home, "kafka.tools.StorageTool", "format", *identity, "--config", str(properties)
    )
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words.
    if done.returncode:
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise StackError(_why(home, said, "Kafka's storage cannot be formatted", 0))


def _launch(home: Path, jars: Path, properties: Path, heap_mb: int, *, ends_with_us: bool) -> Launched:
    with (home / LOG_FILE).open("wb") as output:
        return launch(
            _java(jars, heap_mb, home, "kafka.Kafka", str(properties)),
            output,
            ends_with_us=KafkaServer.ENDING[0][0] if ends_with_us else None,
            cwd=home,
        )


def _await_ready(home: Path, child: Launched, port: int) -> None:
    def has_word() -> bool:
        return child.poll() is not None or (is_listening(port) and _answers(port))

    answered = wait_until(has_word, START_SECONDS, pause=0.1)
    if child.poll() is not None:
        raise StackError(_why(home, tail(home / LOG_FILE, 0), f"Kafka does not start on {home}", port))
    if not answered:
        raise StackError(f"Kafka on {home} is not ready after {START_SECONDS:.0f} s; see {LOG_FILE} there")


def _answers(port: int) -> bool:
    """Ask for metadata; a thread of its own, because the caller may be inside a running loop."""
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(asyncio.run(_has_metadata(port))))
    thread.start()
    thread.join()
    return answers == [True]


async def _has_metadata(port: int) -> bool:
    admin = AIOKafkaAdminClient(bootstrap_servers=f"{LOOPBACK}:{port}", request_timeout_ms=5000)
    try:
        await admin.start()
        cluster = await admin.describe_cluster()
    except KafkaError:
        return False
    finally:
        await admin.close()
    return bool(cluster["brokers"])


def _why(home: Path, said: list[str], what: str, port: int) -> str:
    text = "\n".join(said)
    if "Address already in use" in text:
        return busy_port(port, "Kafka")
    if "No space left on device" in text:
        return f"no space left on the disk of {home}"
    worst = [line for line in said if "Exception" in line or "ERROR" in line] or said or ["no message"]
    return f"{what}: {worst[0].strip()}"
