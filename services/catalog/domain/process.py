"""Internal processes (quy trình nội bộ): read, normalised and judged, ready for an engine to work."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from services.catalog.domain.identifiers import agency_code
from services.catalog.domain.reading import Reader
from services.catalog.domain.registers import WORK_ROLES
from services.catalog.domain.workflows.conditions import BadCondition, key_of, parse, text_of
from services.catalog.domain.workflows.engine import limits
from services.catalog.domain.workflows.facts import read_fact
from services.catalog.domain.workflows.faults import Fault, faults
from services.catalog.domain.workflows.graph import Graph
from services.catalog.domain.workflows.skips import skip_faults, with_skips

KINDS = ("OFFICE", "OUTSIDE", "APPLICANT")
JOINS = ("LAPSE", "ALL")
"""An opinion nobody has given when the step it runs beside is done: it lapses, or it is waited for."""
WAYS = ("CONNECTOR", "DOCUMENT")
"""How an outside step is asked for by itself: by the operator's connector, or a document on the axis."""
_TOLD = re.compile(
    r"owner\.(full_name|identity_number|address|phone|email)|component\.[A-Za-z0-9][A-Za-z0-9_.-]{0,62}"
)
"""What a question may tell: a field of the owner, or the files of a component."""
MOST_STEPS = 200
MOST_WAYS = 20
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")


def read_process(item: Reader) -> None:
    """Read a process and judge it: one start, all reachable, no circle, a result at every end.

    Normalised in place, so that reading it again changes nothing: the default way stands last (engines try
    ways in their order), a condition that is more than one fact stands in `condition` and `when` names the
    one fact under which an engine holds it, a skippable step has its ways around.
    """
    read_parts(item)
    if item.reasons:
        return
    for fault in (*faults(item.data), *skip_faults(item.data), *limits(item.data)):
        item.refuse("steps", str(fault))
    if not item.reasons:
        item.data["critical_hours"] = critical_hours(item.data["first"], item.data["steps"])


def read_parts(item: Reader) -> None:
    """Read the members of a process, as `read_process` does, without judging how they hang together."""
    _read_variant(item)
    item.text("name", longest=500)
    item.inner("approved_by", _read_decision)
    item.code("first", _CODE)
    if "facts" in item.data:
        names = [str(fact.get("name")) for fact in item.items("facts", read_fact)]
        if len(set(names)) < len(names):
            item.refuse("facts", "có hai dữ kiện trùng tên")
    if len(item.items("steps", _read_step, required=True)) > MOST_STEPS:
        item.refuse("steps", f"quá {MOST_STEPS} bước")
    if "version" in item.data:
        item.data["edition"] = item.data.pop("version")
    if not item.reasons:
        with_skips(item.data)


def judged(data: Mapping[str, Any]) -> list[Fault]:
    """Return everything wrong with a process whose parts are read."""
    return [*faults(data), *skip_faults(data), *limits(data)]


def _read_decision(decision: Reader) -> None:
    decision.text("number", longest=200)
    decision.date("signed_on")
    if "signer" in decision.data:
        decision.text("signer", required=False, longest=200)
    if "effective_on" in decision.data:
        decision.date("effective_on")


def _read_variant(item: Reader) -> None:
    """Read whose variant it is: a variant of one agency has the code PROCESS@AGENCY everywhere."""
    code, _, named = str(item.data.get("code") or "").partition("@")
    given = item.data.get("agency") or named
    if not given:
        item.code("code", _CODE)
        item.data.pop("agency", None)
        item.data.pop("variant_of", None)
        return
    agency = agency_code(given) if isinstance(given, str) else None
    if agency is None or (named and agency_code(named) != agency):
        item.refuse("agency", "không phải mã định danh cơ quan")
        return
    item.data["code"] = code
    if item.code("code", _CODE):
        item.data |= {"code": f"{code}@{agency}", "variant_of": code, "agency": agency}


def base_of(code: str) -> str:
    """Return the code procedures name: a variant's without its agency."""
    return code.partition("@")[0]


def _read_step(step: Reader) -> None:
    step.code("code", _CODE)
    step.text("name", longest=500)
    kind = step.choice("kind", KINDS)
    step.choice("role", WORK_ROLES, required=kind == "OFFICE")
    step.code("unit", _CODE, required=kind == "OFFICE")
    step.number("hours", least=0, most=20_000, required=True)
    if len(step.items("next", _read_next)) > MOST_WAYS:
        step.refuse("next", f"quá {MOST_WAYS} nhánh")
    step.texts("can_return_to")
    consulted = step.texts("consultation_of")
    step.flag("issues_result", default=False)
    step.text("agency", required=False, longest=50)
    step.text("system", required=False, longest=100)
    _read_asking(step, kind)
    if step.data.get("may_skip") is not None:
        step.texts("may_skip", WORK_ROLES)
    if step.data.get("join") is not None and step.choice("join", JOINS) and not consulted:
        step.refuse("join", "chỉ bước lấy ý kiến song song mới có")
    if kind == "APPLICANT" and step.data.get("confirms") is not None:
        step.text("confirms", longest=500)
    # The default is what is left when no condition holds: wherever it was written, it is tried last.
    if isinstance(step.data["next"], list):
        step.data["next"] = sorted(step.data["next"], key=lambda way: not way.get("when"))


def _read_asking(step: Reader, kind: str | None) -> None:
    """Read how an outside step is asked for, and which data of the dossier the question tells."""
    if step.data.get("way") is None and step.data.get("tells") is None:
        step.data.pop("way", None)
        step.data.pop("tells", None)
        return
    if kind != "OUTSIDE":
        step.refuse("way", "chỉ bước ở hệ thống khác mới có câu hỏi gửi đi")
    way = step.choice("way", WAYS)
    told = step.texts("tells")
    unknown = [one for one in told if not _TOLD.fullmatch(one)]
    if unknown:
        step.refuse("tells", f"không có dữ liệu {unknown[0]}")
    if told and way != "DOCUMENT":
        step.refuse("tells", "chỉ câu hỏi gửi bằng văn bản mới nêu dữ liệu")


def _read_next(link: Reader) -> None:
    link.code("to", _CODE)
    if link.data.get("label") is not None:
        link.text("label", longest=300)
    when = link.data.setdefault("when", "")
    said = link.data.get("condition", when)
    if when is None:
        said = link.data["when"] = ""
    if not isinstance(when, str | None) or not isinstance(said, str):
        link.refuse("when", "phải là chuỗi ký tự")
    elif said.strip() and not link.data.get("skips"):
        _normalise(link, said)


def _normalise(link: Reader, said: str) -> None:
    try:
        condition = parse(said)
    except BadCondition as error:
        link.refuse("when", str(error))
        return
    text, key = text_of(condition), key_of(condition)
    link.data["when"] = key
    if text == key:
        link.data.pop("condition", None)
    else:
        link.data["condition"] = text


def critical_hours(first: str, steps: Sequence[Mapping[str, Any]]) -> float:
    """Return the working hours of the longest way through, those of outside systems and the applicant too.

    A consultation that lasts longer than the step it runs beside stretches that step.
    """
    return Graph({"first": first, "steps": steps}).longest()[0]
