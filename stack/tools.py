"""`make tools`: what only the tests need, fetched first, so that no test waits for a download."""

import os
import sys

from deploy.get_helm import HelmUnavailable, get_helm
from stack.kafka import kafka_unavailable_reason
from stack.kafka.jars import ensure_jars
from stack.servers import StackError
from stack.typescript import ensure_packages


def main() -> int:
    """Fetch each tool; one that cannot be had is named, and fails only when REQUIRE names it."""
    required = os.environ.get("REQUIRE", "").split(",")
    tools = (("kafka", _kafka()), ("helm", _helm()), ("node", _node()))
    missing = {name: reason for name, reason in tools if reason}
    for name, reason in missing.items():
        print(f"· {name} is not to be had, its tests are skipped: {reason}")
    return 1 if any(name in required for name in missing) else 0


def _kafka() -> str:
    reason = kafka_unavailable_reason()
    if reason:
        return reason
    try:
        ensure_jars()
    except StackError as error:
        return str(error)
    return ""


def _helm() -> str:
    try:
        get_helm()
    except HelmUnavailable as error:
        return str(error)
    return ""


def _node() -> str:
    try:
        ensure_packages()
    except StackError as error:
        return str(error)
    return ""


if __name__ == "__main__":
    sys.exit(main())
