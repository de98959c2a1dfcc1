"""A process that is a member of a group: it prints what it takes and commits nothing, until it is killed."""

import asyncio
import json
import sys

from kernel.bus.open_bus import open_bus


async def main(url: str, group: str, topic: str) -> None:
    """Read until the end."""
    bus = open_bus(url, client_id="victim")
    await bus.start()
    subscription = await bus.subscribe(group, [topic])
    while True:
        for message in await subscription.fetch(max_messages=10, timeout_seconds=1):
            sys.stdout.write(json.dumps([message.topic, message.partition, message.offset]) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.stdin.readline().strip(), *sys.argv[1:]))
