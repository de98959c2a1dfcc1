"""What only the memory bus promises: a log that tests can look at."""

import pytest

from kernel.bus.memory import MemoryBus, MemoryLog
from kernel.core.bus import BusUnavailable, OutgoingMessage, TopicSettings


async def test_a_test_sees_what_was_published() -> None:
    log = MemoryLog()
    bus = MemoryBus(log)
    await bus.start()
    await bus.ensure_topics({"dossier": TopicSettings(partitions=1)})
    await bus.publish([OutgoingMessage("dossier", "a", b"1"), OutgoingMessage("dossier", "b", b"2")])
    assert [(message.key, message.offset) for message in log.messages("dossier")] == [("a", 0), ("b", 1)]
    assert log.messages("other") == []


async def test_a_batch_with_an_unknown_topic_publishes_nothing() -> None:
    bus = MemoryBus()
    await bus.start()
    await bus.ensure_topics({"dossier": TopicSettings(partitions=1)})
    with pytest.raises(BusUnavailable):
        await bus.publish([OutgoingMessage("dossier", "a", b"1"), OutgoingMessage("other", "a", b"2")])
    assert bus.log.messages("dossier") == []


async def test_changing_headers_after_publishing_changes_nothing() -> None:
    bus = MemoryBus()
    await bus.start()
    await bus.ensure_topics({"dossier": TopicSettings()})
    headers = {"ce_type": "dossier.accepted.v1"}
    await bus.publish([OutgoingMessage("dossier", "a", b"1", headers)])
    headers["ce_type"] = "changed"
    assert bus.log.messages("dossier")[0].headers == {"ce_type": "dossier.accepted.v1"}
