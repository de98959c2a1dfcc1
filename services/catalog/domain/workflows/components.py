"""The papers of a whole group: each handed in once, with what was put together shown and why."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.catalog.domain.interlinked import before, member_order
from services.catalog.domain.text import fold

_COPIES = ("originals", "certified_copies", "photocopies")
_COPY_WORDS = re.compile(r"^(?:ban (?:sao|chinh|chup|dien tu)(?: chung thuc)?(?: cua)?|01|giay to gom) ")
_ALTERNATIVES = re.compile(r"\s*(?:,|;|/|\(|\)|\bhoac\b|\bva/hoac\b)\s*")
_ALIKE = 0.6


@dataclass(slots=True)
class Paper:
    """One paper a citizen hands in, standing for one or more components of members."""

    parts: list[tuple[str, Mapping[str, Any]]]
    merged_by: str = "ALONE"
    name: str = ""
    is_asked: bool = True
    from_result: tuple[str, str] | None = None
    reason: str = ""


@dataclass(slots=True)
class Merged:
    """All papers of a group, and pairs that look alike but were left apart for a person to judge."""

    papers: list[Paper] = field(default_factory=list)
    look_again: list[tuple[str, str, str]] = field(default_factory=list)


def paper_key(procedure: str, component: Mapping[str, Any]) -> str:
    """Return how a paper is named in a group: procedure/component."""
    return f"{procedure}/{component.get('code') or fold(str(component.get('name')))}"


def of_case(procedure: Mapping[str, Any], case: str) -> Mapping[str, Any]:
    """Return a procedure with the papers of one case and those of every case; without a case, all of them."""
    if not case:
        return procedure
    papers = [one for one in procedure.get("components") or () if not one.get("case") or one["case"] == case]
    return {**procedure, "components": papers}


def merge(group: Mapping[str, Any], procedures: Mapping[str, Mapping[str, Any]]) -> Merged:
    """Return the papers of the group; what people decided in the group's `components` overrules the rules."""
    chosen = group.get("components") or {}
    merged = Merged()
    together = {
        paper: index for index, one in enumerate(chosen.get("together") or ()) for paper in one["papers"]
    }
    by_choice: dict[int, Paper] = {}
    for code in member_order(group["members"]) or [member["procedure"] for member in group["members"]]:
        for component in procedures.get(code, {}).get("components") or ():
            key = paper_key(code, component)
            if key in together:
                _together(merged, by_choice, together[key], chosen, (code, component))
            else:
                _place(merged, code, component, may_merge=key not in (chosen.get("apart") or ()))
    for paper in merged.papers:
        _ask(paper, group, procedures, chosen)
    return merged


def _together(
    merged: Merged,
    by_choice: dict[int, Paper],
    index: int,
    chosen: Mapping[str, Any],
    part: tuple[str, Mapping[str, Any]],
) -> None:
    if index in by_choice:
        by_choice[index].parts.append(part)
        return
    name = chosen["together"][index].get("name") or str(part[1].get("name") or "")
    by_choice[index] = Paper([part], "CHOICE", name)
    merged.papers.append(by_choice[index])


def _place(merged: Merged, code: str, component: Mapping[str, Any], *, may_merge: bool) -> None:
    for paper in merged.papers if may_merge else ():
        other_code, other = paper.parts[0]
        if paper.merged_by in {"CHOICE", "APART"} or any(part_code == code for part_code, _ in paper.parts):
            continue
        rule, is_doubtful = _same(other, component)
        if is_doubtful:
            merged.look_again.append((paper_key(other_code, other), paper_key(code, component), rule))
        elif rule:
            paper.parts.append((code, component))
            paper.merged_by = rule
            return
    name = str(component.get("name") or "")
    merged.papers.append(Paper([(code, component)], "ALONE" if may_merge else "APART", name))


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[str, bool]:
    """Return the rule by which two components are one paper ('' for none), and whether a person should look.

    Codes such as `to-khai` are often a procedure's own, so the same code counts only with a like name; and
    two declarations on different forms are two papers whatever they are called.
    """
    forms = {fold(str(part.get("form"))) for part in (one, other) if part.get("form")}
    names = _plain(one), _plain(other)
    sources = [_source(one), _source(other)]
    if sources[0] and sources[0] == sources[1]:
        return "REUSE_SOURCE", False
    if len(forms) > 1:
        return "NAME" if names[0] == names[1] else "", names[0] == names[1]
    if names[0] and names[0] == names[1]:
        return ("CODE" if one.get("code") and one.get("code") == other.get("code") else "NAME"), False
    if one.get("code") and one.get("code") == other.get("code"):
        return "CODE", _likeness(*names) < _ALIKE
    return "", False


def _source(component: Mapping[str, Any]) -> str:
    """Return the database record a component can be read from, as one text; '' where there is none."""
    source = component.get("reuse_source")
    if isinstance(source, Mapping):
        parts = [str(source.get(name) or "") for name in ("database", "source", "code", "document")]
        return "|".join(parts).strip("|")
    return fold(str(source)) if source else ""


def _plain(component: Mapping[str, Any]) -> str:
    name = re.sub(r"\s+", " ", fold(str(component.get("name") or ""))).strip(" .")
    return _COPY_WORDS.sub("", name)


def _likeness(one: str, other: str) -> float:
    words = set(one.split()), set(other.split())
    return len(words[0] & words[1]) / max(len(words[0] | words[1]), 1)


def _ask(
    paper: Paper,
    group: Mapping[str, Any],
    procedures: Mapping[str, Mapping[str, Any]],
    chosen: Mapping[str, Any],
) -> None:
    """Decide whether the citizen is asked: not for what an earlier member of the group gives itself."""
    keys = {paper_key(code, component) for code, component in paper.parts}
    if keys & set(chosen.get("asked") or ()):
        paper.reason = "Người lập nhóm yêu cầu nộp"
        return
    if keys & set(chosen.get("not_asked") or ()):
        paper.is_asked, paper.reason = False, "Người lập nhóm quyết định không yêu cầu nộp"
        return
    results = [_result_for(part, group["members"], procedures) for part in paper.parts]
    # One member that needs the paper before its result exists is enough to ask for it.
    if all(results):
        paper.is_asked, paper.from_result = False, results[0]
        paper.reason = "Là kết quả của thủ tục trước trong nhóm"


def _result_for(
    part: tuple[str, Mapping[str, Any]],
    members: Sequence[Mapping[str, Any]],
    procedures: Mapping[str, Mapping[str, Any]],
) -> tuple[str, str] | None:
    code, component = part
    named = component.get("earlier_result")
    wanted = set(filter(None, _ALTERNATIVES.split(_plain(component))))
    wanted |= {_COPY_WORDS.sub("", one) for one in wanted}
    for earlier in (
        member["procedure"] for member in members if member["procedure"] in before(members, code)
    ):
        for result in procedures.get(earlier, {}).get("results") or ():
            said = isinstance(named, Mapping) and named.get("procedure") == earlier
            fits = said and named.get("result", result.get("code")) == result.get("code")  # type: ignore[union-attr]  # said
            if fits or fold(str(result.get("name") or "")).strip() in wanted:
                return earlier, str(result.get("code") or "")
    return None


def copies_of(paper: Paper) -> dict[str, int]:
    """Return how many of each copy are handed in: once, so the most any member asks for."""
    return {name: max(int(part.get(name) or 0) for _, part in paper.parts) for name in _COPIES}


def is_mandatory(paper: Paper) -> bool:
    """Tell whether any member needs the paper in every case."""
    return any(bool(part.get("mandatory", True)) for _, part in paper.parts)
