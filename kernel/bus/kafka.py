"""The bus on Kafka: what a province's cluster runs."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import NoError, TopicAlreadyExistsError, for_code

from kernel.bus.kafka_errors import LOST
from kernel.bus.kafka_group import KafkaSubscription
from kernel.bus.kafka_producer import BoundedProducer
from kernel.bus.kafka_security import KafkaSecurity
from kernel.bus.partitions import check_weight
from kernel.core.bus import BusUnavailable, OutgoingMessage, TopicSettings

ANSWER_SECONDS = 10.0
_DAY_MILLISECONDS = 86_400_000
_CLUSTER_DEFAULT = -1
_LOOK_AGAIN_SECONDS = 0.05


class KafkaBus:
    """A bus on a Kafka cluster, addressed by `host:port[,host:port]`."""

    def __init__(
        self,
        bootstrap: str,
        *,
        client_id: str,
        security: KafkaSecurity | None = None,
        publish_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._bootstrap = bootstrap
        self._client_id = client_id
        self._security = security or KafkaSecurity()
        self._publish_seconds = publish_seconds
        self._options: dict[str, Any] = {}
        self._producer: BoundedProducer | None = None
        self._admin: AIOKafkaAdminClient | None = None
        self._admin_lock = asyncio.Lock()
        self._topics: set[str] = set()

    async def start(self) -> None:
        """Reach the cluster once; the producer and the consumers connect when they are needed."""
        self._options = {
            "bootstrap_servers": self._bootstrap.split(","),
            "client_id": self._client_id,
            "retry_backoff_ms": 250,
            **self._security.options(),
        }
        await self._read_topics()
        self._producer = BoundedProducer(self._options, self._publish_seconds)

    async def close(self) -> None:
        """Disconnect; subscriptions are closed by their holders."""
        producer, self._producer = self._producer, None
        self._options = {}
        if producer is not None:
            await producer.close()
        await self._drop_admin()

    async def ensure_topics(self, topics: Mapping[str, TopicSettings]) -> None:
        """Create the missing topics, with the cluster's own replication factor, and see them there."""
        await self._read_topics()
        missing = {topic: settings for topic, settings in topics.items() if topic not in self._topics}
        if not missing:
            return
        async with self._asking() as admin:
            answer = await admin.create_topics([_new_topic(*item) for item in sorted(missing.items())])
        for topic, code, *_ in answer.topic_errors:
            error = for_code(code)
            if error not in {NoError, TopicAlreadyExistsError}:
                raise BusUnavailable(f"topic {topic} is not created: {error.__name__}")
        await self._wait_until_known(missing.keys())

    async def publish(self, batch: Sequence[OutgoingMessage]) -> None:
        """Send the batch through the idempotent producer and wait for all in-sync replicas."""
        check_weight(batch)
        if not batch:
            return
        if self._producer is None:
            raise BusUnavailable("the bus is closed")
        if not await self._has_topics([message.topic for message in batch]):
            raise BusUnavailable("a topic of the batch does not exist")
        await self._producer.send(batch)

    async def subscribe(self, group: str, topics: Sequence[str]) -> KafkaSubscription:
        """Join a group; while the cluster or a topic is not there, the member waits for it."""
        if self._producer is None:
            raise BusUnavailable("the bus is closed")
        subscription = KafkaSubscription(group, topics, self._options, self._has_topics)
        await subscription.join(ANSWER_SECONDS)
        return subscription

    async def is_ready(self) -> bool:
        """Tell whether a broker answers."""
        try:
            async with self._asking(2) as admin:
                return bool((await admin.describe_cluster())["brokers"])
        except BusUnavailable:
            return False

    async def prune(self, now: datetime) -> int:  # noqa: ARG002 - the port's signature.
        """Return 0: the brokers delete by each topic's own settings."""
        return 0

    async def _has_topics(self, topics: Sequence[str]) -> bool:
        """Look before a client names a topic: a cluster may create what it hears of, with one partition."""
        if not self._topics.issuperset(topics):
            await self._read_topics()
        return self._topics.issuperset(topics)

    async def _wait_until_known(self, topics: AbstractSet[str]) -> None:
        """Wait for the brokers to hear of new topics: the controller answers before they have."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                while True:
                    if await self._has_topics(list(topics)):
                        return
                    await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        except TimeoutError as error:
            raise BusUnavailable(f"created, and not yet known to the brokers: {sorted(topics)}") from error

    async def _read_topics(self) -> None:
        async with self._asking() as admin:
            self._topics = set(await admin.list_topics())

    @asynccontextmanager
    async def _asking(self, seconds: float = ANSWER_SECONDS) -> AsyncIterator[AIOKafkaAdminClient]:
        """Lend the admin client for a bounded time; one that failed is not used again."""
        if not self._options:
            raise BusUnavailable("the bus is closed")
        try:
            async with asyncio.timeout(seconds), self._admin_lock:
                try:
                    yield await self._started_admin()
                except BaseException:
                    await self._drop_admin()
                    raise
        except LOST as error:
            raise BusUnavailable(repr(error)) from error

    async def _started_admin(self) -> AIOKafkaAdminClient:
        if self._admin is None:
            limit = int(ANSWER_SECONDS * 1000)
            self._admin = AIOKafkaAdminClient(**self._options, request_timeout_ms=limit)
            await self._admin.start()
        return self._admin

    async def _drop_admin(self) -> None:
        admin, self._admin = self._admin, None
        if admin is not None:
            await admin.close()


def _new_topic(topic: str, settings: TopicSettings) -> NewTopic:
    kept = (
        {"cleanup.policy": "compact"}
        if settings.is_compacted
        else {"cleanup.policy": "delete", "retention.ms": str(settings.retention_days * _DAY_MILLISECONDS)}
    )
    # The empty assignment is what lets the client send "the cluster's default" as the replication factor.
    return NewTopic(topic, settings.partitions, _CLUSTER_DEFAULT, replica_assignments={}, topic_configs=kept)
