"""An event on the wire: CloudEvents in binary mode, attributes in `ce_` headers, data as the value."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from kernel.core.bus import IncomingMessage, OutgoingMessage
from kernel.core.event import ReceivedEvent


class BrokenMessage(ValueError):  # noqa: N818 - the fact is the name.
    """The message is not an event of ours; reading it again will not help."""


def to_message(row: Any, source: str) -> OutgoingMessage:
    """Return the message of an outbox row."""
    headers = {
        "ce_specversion": "1.0",
        "ce_id": str(row["event_id"]),
        "ce_type": row["type"],
        "ce_source": source,
        "ce_subject": row["key"],
        "ce_time": row["occurred_at"].isoformat(),
        "ce_dataschema": f"urn:motcua:event:{row['type']}",
        "ce_sequence": str(row["sequence"]),
        "ce_correlationid": row["correlation_id"],
        "ce_causationid": row["causation_id"],
        "content-type": "application/json",
    }
    return OutgoingMessage(
        topic=row["topic"], key=row["key"], value=orjson.dumps(row["data"]), headers=headers
    )


def to_event(message: IncomingMessage) -> ReceivedEvent:
    """Return the event of a message; raise `BrokenMessage` when an attribute or the JSON is wrong."""
    headers = message.headers
    try:
        data = orjson.loads(message.value)
        if not isinstance(data, dict):
            raise BrokenMessage("the data is not an object")
        return ReceivedEvent(
            id=UUID(headers["ce_id"]),
            type=headers["ce_type"],
            source=headers.get("ce_source", ""),
            topic=message.topic,
            key=message.key,
            sequence=int(headers["ce_sequence"]),
            occurred_at=datetime.fromisoformat(headers["ce_time"]),
            correlation_id=headers.get("ce_correlationid", ""),
            causation_id=headers.get("ce_causationid", ""),
            data=data,
        )
    except (KeyError, ValueError) as error:
        raise BrokenMessage(f"not an event: {type(error).__name__} {error}") from error
