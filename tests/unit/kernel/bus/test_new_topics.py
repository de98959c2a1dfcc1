"""A topic that was just created is there for whoever publishes next."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest

from kernel.bus import kafka
from kernel.bus.kafka import KafkaBus
from kernel.core.bus import BusUnavailable, TopicSettings


class SlowToHear(KafkaBus):
    """A cluster whose controller has created a topic before its brokers list it."""

    def __init__(self, looks_until_known: int) -> None:
        super().__init__("127.0.0.1:9", client_id="test")
        self.looks_left = looks_until_known
        self.created: list[str] = []

    @asynccontextmanager
    async def _asking(self, seconds: float = 1) -> AsyncIterator["SlowToHear"]:  # type: ignore[override]  # the two calls made of it
        assert seconds > 0
        yield self

    async def list_topics(self) -> list[str]:
        if self.created:
            self.looks_left -= 1
        return self.created if self.looks_left < 0 else []

    async def create_topics(self, topics: Sequence[object]) -> SimpleNamespace:
        self.created = [topic.name for topic in topics]  # type: ignore[attr-defined]  # aiokafka's NewTopic
        return SimpleNamespace(topic_errors=[(name, 0) for name in self.created])


async def test_a_created_topic_is_waited_for_until_the_brokers_list_it() -> None:
    bus = SlowToHear(looks_until_known=3)
    await bus.ensure_topics({"dossier.events": TopicSettings()})
    assert bus.looks_left < 0


async def test_a_topic_no_broker_hears_of_is_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka, "ANSWER_SECONDS", 0.2)
    with pytest.raises(BusUnavailable, match=r"not yet known .*dossier\.events"):
        await SlowToHear(looks_until_known=1_000_000).ensure_topics({"dossier.events": TopicSettings()})
