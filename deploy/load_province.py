"""Hands a province's document to the catalogue through the door; the same again changes nothing.

`python -m deploy.load_province --door URL --client ID --secret-file FILE [--document FILE]`: the document is
JSON as `python -m province.read` prints it, from standard input unless a file is named. The client is a
machine with the scope `catalog.import`. No library and no import of ours: a container runs this one file.
"""

import argparse
import base64
import http.client
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

ANSWER_SECONDS = 150
_PAUSE_SECONDS = 1.0
_OK, _UNAVAILABLE = 200, 503
_MOST_SAID = 4000  # Enough for the entries that were refused, with their reasons.


class NotLoaded(Exception):  # noqa: N818 - the fact is the name.
    """The document did not get in; the message is one line an operator can act on."""


def load(door: str, client: str, secret: str, document: bytes, *, patience: float) -> dict[str, Any]:
    """Return the catalogue's report; what is not up yet is waited for, `patience` seconds.

    One idempotency key for all attempts: an answer that was lost on its way is not a second import.
    """
    headers = {
        "Authorization": "Basic " + base64.b64encode(f"{client}:{secret}".encode()).decode(),
        "Content-Type": "application/json",
        "Idempotency-Key": f"province-{uuid4().hex}",
    }
    until = time.monotonic() + patience
    while True:
        try:
            status, said = _post(door, headers, document)
        except (OSError, http.client.HTTPException) as error:
            status, said = _UNAVAILABLE, repr(error).encode()
        if status == _OK:
            report: dict[str, Any] = json.loads(said)
            return report
        if status != _UNAVAILABLE or time.monotonic() > until:
            raise NotLoaded(f"{door} answered {status}: {said.decode(errors='replace')[:_MOST_SAID]}")
        time.sleep(_PAUSE_SECONDS)


def _post(door: str, headers: dict[str, str], document: bytes) -> tuple[int, bytes]:
    parts = urlsplit(door)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=ANSWER_SECONDS)
    try:
        connection.request("POST", parts.path.rstrip("/") + "/api/v1/imports", document, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def summary(report: dict[str, Any]) -> str:
    """Return how many records became what, in one line."""
    total: Counter[str] = Counter()
    for counts in report["counts"].values():
        total.update(counts)
    return ", ".join(f"{number} {what}" for what, number in sorted(total.items()))


def main() -> int:
    """Load once; one clear line when it cannot."""
    parser = argparse.ArgumentParser(prog="load_province", description=__doc__.partition("\n")[0])
    parser.add_argument("--door", required=True, help="address of the gateway, http(s)://host[:port]")
    parser.add_argument("--client", required=True, help="client_id of one of GATEWAY_SERVICE_CLIENTS")
    parser.add_argument("--secret-file", type=Path, required=True, help="file that holds its secret")
    parser.add_argument("--document", type=Path, help="the document; standard input without it")
    parser.add_argument("--patience", type=float, default=60, help="seconds to wait for the door")
    given = parser.parse_args()
    try:
        secret = given.secret_file.read_text(encoding="utf-8").strip()
        document = given.document.read_bytes() if given.document else sys.stdin.buffer.read()
        report = load(given.door, given.client, secret, document, patience=given.patience)
    except (OSError, NotLoaded) as error:
        sys.stderr.write(f"the province is not loaded: {error}\n")
        return 1
    sys.stdout.write(f"the province is loaded: {summary(report)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
