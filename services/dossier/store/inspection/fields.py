"""Fields of a Word document: texts that are instructions to the program that shows them."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

# A field that starts another program or fetches its object; QUOTE spells what shall not be read as text.
_ACTIVE_FIELD = re.compile(r"^[\s\"'\\]*(DDEAUTO|DDE|LINK)\b|\bDDEAUTO\b|\bQUOTE(\s+\d+){2}", re.IGNORECASE)


def runs_a_field(part: ET.Element) -> bool:
    """Tell whether any field of a part starts a program; an instruction may be cut into many runs."""
    return any(_ACTIVE_FIELD.search(instruction) for instruction in _instructions(part))


def _instructions(part: ET.Element) -> Iterator[str]:
    begun: list[list[str]] = []
    for element in part.iter():
        name = _local(element.tag)
        if name == "fldSimple":
            yield _attribute(element, "instr")
        elif name == "fldChar":
            kind = _attribute(element, "fldCharType")
            if kind == "begin":
                begun.append([])
            elif begun and kind == "end":
                yield "".join(begun.pop())
        elif name == "instrText":
            text = element.text or ""
            if begun:
                begun[-1].append(text)
            else:
                yield text
    yield from ("".join(left) for left in begun)


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def _attribute(element: ET.Element, name: str) -> str:
    return next((value for key, value in element.items() if _local(key) == name), "")
