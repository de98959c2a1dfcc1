"""What a broker's folder holds: its properties, its log settings and a record of its process."""

import json
from pathlib import Path

import psutil

from stack.servers import LOOPBACK, running

PROPERTIES_FILE = "server.properties"
LOG4J_FILE = "log4j2.properties"
PROCESS_FILE = "process.json"
LOG_FILE = "server.log"
DATA = "data"

# Small, quick and strict: one copy of everything on one node, no topic by accident, groups ready at once.
FIXED = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "auto.create.topics.enable": "false",
    "num.partitions": "1",
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "2",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "group.initial.rebalance.delay.ms": "0",
    "num.network.threads": "2",
    "num.io.threads": "2",
    "num.recovery.threads.per.data.dir": "1",
    "background.threads": "2",
    # The cleaner's buffer is heap; the default takes 128 MB for one node's few compacted topics.
    "log.cleaner.dedupe.buffer.size": "8388608",
    # Index files are preallocated at 10 MB each and there are two to a partition.
    "log.index.size.max.bytes": "1048576",
    # A killed broker may register again only when its old session has run out: 9 s unless told otherwise.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
}

LOG4J = """\
rootLogger.level = WARN
rootLogger.appenderRef.out.ref = out
appender.out.type = Console
appender.out.name = out
appender.out.target = SYSTEM_ERR
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = [%d] %p %m (%c)%n
"""


def write_properties(home: Path, port: int, controller_port: int, settings: dict[str, str]) -> Path:
    """Write the broker's properties and its log settings; return the file of the former."""
    addresses = {
        "listeners": f"PLAINTEXT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller_port}",
        "controller.quorum.bootstrap.servers": f"{LOOPBACK}:{controller_port}",
        "log.dirs": str(home / DATA),
    }
    file = home / PROPERTIES_FILE
    lines = [f"{name}={value}" for name, value in {**FIXED, **addresses, **settings}.items()]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (home / LOG4J_FILE).write_text(LOG4J, encoding="utf-8")
    return file


def record_process(home: Path, pid: int, port: int) -> None:
    """Remember the process by pid and start instant, so that a pid used again is not mistaken for it."""
    entry = {"pid": pid, "started": psutil.Process(pid).create_time(), "port": port}
    (home / PROCESS_FILE).write_text(json.dumps(entry))


def recorded_process(home: Path) -> tuple[psutil.Process, int] | None:
    """Return the live process last started on this folder and its port, `None` when it is gone."""
    try:
        entry = json.loads((home / PROCESS_FILE).read_text())
    except (FileNotFoundError, ValueError):
        return None
    process = running(entry["pid"])
    if process is None or process.create_time() != entry["started"]:
        return None
    return process, entry["port"]
