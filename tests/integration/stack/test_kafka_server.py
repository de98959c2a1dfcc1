"""A real Kafka: started, killed, back on the same data and address."""

import shutil
import socket
import subprocess
import sys
from asyncio import wait_for
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from stack.kafka import StackError, attach_kafka, kafka_unavailable_reason, start_kafka
from stack.servers import running, wait_until
from tests.places import new_home

pytestmark = pytest.mark.kafka


@pytest.fixture
def broker_home(kafka_bootstrap: str) -> Iterator[Path]:
    """Give a folder for a broker of the test's own; the shared one has shown that brokers run here."""
    assert kafka_bootstrap
    if kafka_unavailable_reason():
        # KAFKA_BOOTSTRAP_SERVERS names somebody's cluster; with java, as in CI, the test has its own.
        pytest.skip("the cluster given is not ours to kill, and no Kafka can be started here")
    home = new_home("kafka")
    yield home
    shutil.rmtree(home)


def test_the_broker_of_a_killed_foreground_command_ends_by_itself(broker_home: Path) -> None:
    """The system tells it when its launcher dies, so no next start is needed to clear up."""
    with subprocess.Popen(
        [sys.executable, "-m", "stack.kafka", "--data", str(broker_home)], stdout=subprocess.PIPE, text=True
    ) as launcher:
        assert launcher.stdout
        assert "listens on" in launcher.stdout.readline()
        server = attach_kafka(broker_home)
        launcher.kill()
    try:
        assert wait_until(lambda: not running(server.pid), 20)
    finally:
        server.stop()


async def create_topic(bootstrap: str, name: str) -> None:
    """Create a topic of three partitions."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(name, num_partitions=3, replication_factor=1)])
    await admin.close()


async def produce(bootstrap: str, topic: str, count: int) -> None:
    """Send numbered messages, each confirmed by the broker before the next."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True, acks="all")
    await producer.start()
    for number in range(count):
        await producer.send_and_wait(topic, b"%d" % number, key=b"%d" % (number % 7))
    await producer.stop()


async def consume(bootstrap: str, topic: str, group: str, count: int) -> list[int]:
    """Read so many messages as a group, and commit."""
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    found = [int((await wait_for(consumer.getone(), 30)).value) for _ in range(count)]
    await consumer.commit()
    await consumer.stop()
    return sorted(found)


async def test_confirmed_messages_survive_a_kill(broker_home: Path) -> None:
    """After kill -9, a start on the same data and port: every message and the group's offsets are there."""
    server = start_kafka(broker_home)
    await create_topic(server.bootstrap, "dossier")
    await produce(server.bootstrap, "dossier", 50)
    assert len(await consume(server.bootstrap, "dossier", "early", 50)) == 50
    server.kill()
    with start_kafka(broker_home, server.port) as again:
        assert again.bootstrap == server.bootstrap
        assert await consume(again.bootstrap, "dossier", "late", 50) == list(range(50))
        await produce(again.bootstrap, "dossier", 3)
        assert await consume(again.bootstrap, "dossier", "early", 3) == [0, 1, 2]


async def test_no_topic_comes_into_being_by_accident(kafka_bootstrap: str) -> None:
    """A misspelt topic is an error for the producer."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, request_timeout_ms=2000)
    await producer.start()
    with pytest.raises(KafkaError):
        await producer.send_and_wait("misspelt", b"x")
    await producer.stop()


def test_a_second_start_and_a_busy_port_are_refused(broker_home: Path) -> None:
    """Each in one line that names the folder or the port."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(StackError, match=f"127.0.0.1:{port}: the port is taken"):
            start_kafka(broker_home, port)
    with start_kafka(broker_home) as server:
        with pytest.raises(StackError, match="is in use by a running server"):
            start_kafka(broker_home)
        assert server.is_running


def test_the_broker_of_a_killed_launcher_is_replaced(broker_home: Path) -> None:
    """A launcher that dies leaves an orphan; the next start ends it and takes its place."""
    with subprocess.Popen(
        [sys.executable, "-m", "stack.kafka", "--data", str(broker_home)], stdout=subprocess.PIPE, text=True
    ) as launcher:
        assert launcher.stdout
        assert "listens on 127.0.0.1:" in launcher.stdout.readline()
        orphan = attach_kafka(broker_home)
        launcher.kill()
    assert running(orphan.pid)
    with start_kafka(broker_home) as server:
        assert server.pid != orphan.pid
        assert not running(orphan.pid)


def test_without_java_the_reason_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty PATH has neither java nor mvn."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert kafka_unavailable_reason() == "Kafka needs java (17+) and mvn on PATH"
    with pytest.raises(StackError, match=r"^Kafka needs java \(17\+\) and mvn on PATH$"):
        start_kafka(tmp_path / "broker")


def test_without_mvn_only_what_is_cached_can_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Maven is needed for an empty cache and not for a full one."""
    java = shutil.which("java")
    if java is None:
        # Nothing to link to; the other tests of this file fail without java where CI requires Kafka.
        pytest.skip("no java here, which Kafka runs on; CI requires it")
    (tmp_path / "java").symlink_to(java)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "empty"))
    assert kafka_unavailable_reason() == "Kafka needs java (17+) and mvn on PATH"
