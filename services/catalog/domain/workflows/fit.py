"""Whether a process fits where it is used: its procedures' published times, their agencies' people."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.catalog.domain.durations import UNITS, office_hours_of
from services.catalog.domain.procedure import ALL_COMMUNES
from services.catalog.domain.workflows.faults import Fault, is_drafting, is_signing, undrafted
from services.catalog.domain.workflows.graph import Graph

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Office:
    """An agency as far as it works processes: who sits in which unit with which roles, and when it closes."""

    code: str
    level: str
    closing: float
    staff: tuple[tuple[str, str, frozenset[str]], ...] = ()
    """(subject, unit, roles); delegations are left out: what only a delegate could do stands on sand."""

    def able(self, role: str, unit: str) -> frozenset[str]:
        """Return who holds the role in the unit."""
        return frozenset(subject for subject, place, roles in self.staff if place == unit and role in roles)


@dataclass(frozen=True, slots=True)
class Use:
    """A procedure version that names the process, and its terms by (channel, case)."""

    code: str
    performing: tuple[str, ...]
    terms: tuple[tuple[str, str, Mapping[str, Any]], ...]


def use_of(procedure: Mapping[str, Any], offices: Mapping[str, Office]) -> Use:
    """Return how a procedure uses its process; ALL_COMMUNES are the communes among the offices."""
    named = procedure.get("performing_agencies") or ()
    communes = sorted(office.code for office in offices.values() if office.level == "COMMUNE")
    performing = communes if named == ALL_COMMUNES else [code for code in named if code in offices]
    return Use(procedure["code"], tuple(performing), tuple(terms_of(procedure)))


def terms_of(procedure: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield each term as (channel, case, time): the one the province has committed itself to.

    `processing_time` is the committed time, `statutory_time` beside it the law's, which is never shorter.
    """
    for channel in procedure.get("channels") or ():
        name = str(channel.get("channel"))
        whole = channel.get("processing_time")
        if whole:
            yield name, "", whole
        for case in channel.get("cases") or ():
            time = case.get("processing_time")
            if time:
                yield name, str(case.get("case") or case.get("code") or ""), time


def time_faults(
    process: Mapping[str, Any], uses: Iterable[Use], offices: Mapping[str, Office]
) -> Iterator[Fault]:
    """Yield each procedure, channel and case whose time the longest way outlasts, counted at its tightest."""
    hours, way = Graph(process).longest()
    for use in uses:
        closing = min((offices[code].closing for code in use.performing), default=17.0)
        for channel, case, time in use.terms:
            if time.get("unit") not in UNITS:
                continue
            limit = office_hours_of(dict(time), closing)
            if hours > limit + _ROUNDING:
                place = tuple(filter(None, (use.code, channel, case)))
                words = f"đường dài nhất {' → '.join(way)} mất {hours:g} giờ, thời hạn chỉ có {limit:g} giờ"
                yield Fault("too-long", place, words)


def staff_faults(
    process: Mapping[str, Any], performing: Sequence[str], offices: Mapping[str, Office]
) -> Iterator[Fault]:
    """Yield the steps nobody can take in an agency, and agencies where who drafts would have to sign."""
    for agency in performing:
        hands = {
            step["code"]: offices[place].able(step["role"], step["unit"])
            if (place := step.get("agency") or agency) in offices
            else frozenset()
            for step in process["steps"]
            if step["kind"] == "OFFICE"
        }
        for step in process["steps"]:
            if step["kind"] == "OFFICE" and not hands[step["code"]]:
                place = step.get("agency") or agency
                words = f"không ai ở {place}/{step['unit']} giữ vai trò {step['role']}"
                yield Fault("role-unfilled", (agency, step["code"]), words)
        for signing in _signed_by_drafter(process, hands):
            words = "không đủ hai người để người soạn không phải là người ký"
            yield Fault("drafter-signs", (agency, signing), words)


def _signed_by_drafter(process: Mapping[str, Any], hands: Mapping[str, frozenset[str]]) -> list[str]:
    """Return signing steps no two people can work: each signer is some draft's only hand."""
    graph = Graph(process)
    drafting = [code for code, step in graph.steps.items() if is_drafting(step) and code not in graph.beside]
    found = []
    for code, step in graph.steps.items():
        if not is_signing(step) or code in graph.beside or not hands[code]:
            continue
        before = [other for other in drafting if code in graph.after(other) and hands[other]]
        free = [one for one in hands[code] if all(hands[other] != frozenset({one}) for other in before)]
        if not free:
            found.append(code)
    return found


def drafting_faults(process: Mapping[str, Any]) -> list[Fault]:
    """Return signing steps the dossier could not keep apart from the draft: no specialist worked before."""
    words = (
        "bước soạn trước khi ký phải do chuyên viên (SPECIALIST): hệ thống hồ sơ giữ hai người theo vai này"
    )
    return [Fault("draft-unguarded", (code,), words) for code in undrafted(Graph(process))]


def fit_faults(process: Mapping[str, Any], uses: Sequence[Use], offices: Mapping[str, Office]) -> list[Fault]:
    """Return everything that keeps a sound process from being worked where its procedures are performed.

    A variant is judged for its own agency alone.
    """
    own = process.get("agency")
    if own and own not in offices:
        return [Fault("agency-unknown", (own,), "cơ quan của quy trình riêng không có hoặc đã kết thúc")]
    if own and uses and not any(own in use.performing for use in uses):
        return [
            Fault("agency-not-performing", (own,), "cơ quan này không thực hiện thủ tục nào dùng quy trình")
        ]
    taken = [use for use in uses if not own or own in use.performing]
    performing = [own] if own else sorted({code for use in taken for code in use.performing})
    return [
        *drafting_faults(process),
        *time_faults(process, taken, offices),
        *staff_faults(process, performing, offices),
    ]
