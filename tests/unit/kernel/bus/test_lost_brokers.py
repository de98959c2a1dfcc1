"""A broker that goes in the very moment of a write is an outage, not the end of the reader."""

from typing import Any

from kernel.bus.kafka_group import KafkaSubscription


class GoneConsumer:
    """What aiokafka gives after its background task died of uvloop's error."""

    stopped = False

    async def getmany(self, **_: Any) -> dict[Any, Any]:
        raise RuntimeError("unable to perform operation on <TCPTransport closed=True>; the handler is closed")

    async def stop(self) -> None:
        self.stopped = True


async def test_a_reader_whose_client_died_gives_nothing_and_connects_anew() -> None:
    async def topics_are_there(_: Any) -> bool:
        return False

    subscription = KafkaSubscription("readers", ["t"], {}, topics_are_there)
    gone = GoneConsumer()
    subscription._consumer = gone  # type: ignore[assignment]
    assert await subscription.fetch(max_messages=1, timeout_seconds=0.1) == []
    assert gone.stopped
    assert subscription._consumer is None
