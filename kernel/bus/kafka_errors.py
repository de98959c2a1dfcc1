"""What the Kafka client raises when a broker goes."""

from aiokafka.errors import KafkaError

LOST = (
    KafkaError,
    OSError,
    TimeoutError,
    # uvloop's word for writing to a connection that was closed in that moment ("the handler is closed");
    # the client's background task dies of it and hands it to whoever asks next.
    RuntimeError,
)
"""The connection is lost: connect anew."""
