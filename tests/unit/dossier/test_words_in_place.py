"""The dated rules say what they mean: no half of a name became a word of its own that nobody reads."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

FILES = sorted([*Path("services").rglob("data/**/*.yaml"), *Path("province").rglob("*.yaml")])


@pytest.mark.parametrize("file", FILES, ids=str)
def test_a_comma_outside_quotes_cuts_no_name_in_two(file: Path) -> None:
    """In `{name: Thái độ, tác phong}` the name is `Thái độ`, and `tác phong` a word without a value."""
    assert [*_stray(yaml.safe_load(file.read_text("utf-8")))] == []


def _stray(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            if item is None and " " in str(name):
                yield name
            yield from _stray(item)
    elif isinstance(value, list):
        for item in value:
            yield from _stray(item)
