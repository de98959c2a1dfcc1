"""What is typed at `python -m stack` and `python -m demo`: wrong input is one line and exit code 2."""

import argparse
import json
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from stack.plan import Ports

BUSES = ("embedded", "kafka")


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong without the usage before it, which hides it."""

    def error(self, message: str) -> NoReturn:
        """End with exit code 2 and one line."""
        self.exit(2, f"{self.prog}: {message}\n")


def bus(text: str) -> str:
    """Return the name of a bus; argparse does not hold a default, which may be BUS, against its choices."""
    if text not in BUSES:
        raise argparse.ArgumentTypeError(f"the bus is one of {', '.join(BUSES)}; not {text!r}")
    return text


def folder(text: str) -> Path:
    """Return a folder that is there or may be made."""
    path = Path(text).resolve()
    for place in (path, *path.parents):
        if place.exists():
            if not place.is_dir():
                raise argparse.ArgumentTypeError(f"{place} is not a folder")
            break
    return path


def ports(text: str) -> Ports:
    """Return the usual ports with those replaced that the JSON object names."""
    try:
        given = json.loads(text)
    except json.JSONDecodeError as error:
        raise argparse.ArgumentTypeError(f"not JSON: {text!r}") from error
    if not isinstance(given, dict):
        raise argparse.ArgumentTypeError(f'an object is needed, as {{"gateway": 8100}}; not {text!r}')
    try:
        return Ports.of(given)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def moment(text: str) -> datetime:
    """Return a moment that says its distance from UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"not a moment: {text!r}") from error
    if found.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} does not say its offset, as +07:00")
    return found
