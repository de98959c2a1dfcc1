"""Real Apache Kafka in KRaft mode, for tests, benches and a look at the cluster's way on one machine."""

from stack.kafka.jars import KAFKA, kafka_unavailable_reason
from stack.kafka.server import KafkaServer, attach_kafka, start_kafka
from stack.servers import StackError

__all__ = ["KAFKA", "KafkaServer", "StackError", "attach_kafka", "kafka_unavailable_reason", "start_kafka"]
