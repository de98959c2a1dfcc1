"""A process as a picture that stands alone: SVG with its text alternative, or Mermaid for documents."""

import re
from collections.abc import Iterator, Mapping
from html import escape
from textwrap import wrap
from typing import Any

from services.catalog.domain.workflows.graph import Graph, Step
from services.catalog.domain.workflows.layout import Place, layers_of

ROLE_NAMES = {
    "SPECIALIST": "Chuyên viên",
    "TEAM_LEAD": "Lãnh đạo phòng",
    "SIGNER": "Lãnh đạo ký",
    "CLERK": "Văn thư",
    "ONE_STOP_OFFICER": "Cán bộ một cửa",
    "ONE_STOP_MANAGER": "Phụ trách một cửa",
    "CASHIER": "Thu phí",
}
_BOX_WIDTH, _BOX_HEIGHT, _GAP_X, _GAP_Y, _MARGIN, _LINE, _LEFT = 230, 84, 70, 56, 24, 16, 60
_FILLS = {"OFFICE": "#eef4ff", "OUTSIDE": "#fff4e0", "APPLICANT": "#e9f8ec"}
_SIGNS_IN_LINE = 30
_NAME = re.compile(r"'[^']*'|[A-Za-z_][A-Za-z0-9_]*")
_SPOKEN = {"and": "và", "or": "hoặc", "not": "không", "in": "thuộc", "true": "có", "false": "không"}
_BOLD = ' font-weight="bold"'


def who_of(step: Step) -> str:
    """Return who does a step, in words."""
    if step["kind"] == "APPLICANT":
        return "Người nộp hồ sơ"
    if step["kind"] == "OUTSIDE":
        return f"Hệ thống {step.get('system') or 'bên ngoài'}"
    place = f"{step.get('agency')}/{step['unit']}" if step.get("agency") else str(step["unit"])
    return f"{ROLE_NAMES.get(step['role'], step['role'])}, {place}"


def hours_of(step: Step) -> str:
    """Return a step's time in words, Vietnamese decimals."""
    return f"{float(step['hours']):g}".replace(".", ",") + " giờ"


def labels_of(process: Mapping[str, Any]) -> dict[str, str]:
    """Return what people call the facts of a process."""
    return {fact["name"]: fact["label"] for fact in process.get("facts") or () if fact.get("label")}


def way_words(way: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """Return when a way is taken, in words; nothing for the way taken otherwise."""
    if way.get("label"):
        return str(way["label"])
    if way.get("skips"):
        return "bỏ qua bước"
    said = str(way.get("condition") or way["when"])
    return _NAME.sub(lambda found: _SPOKEN.get(found[0]) or labels.get(found[0]) or found[0], said)


def mermaid(process: Mapping[str, Any]) -> str:
    """Return the process as a Mermaid flowchart; names are numbered, so no code of ours can be its syntax."""
    names = {step["code"]: f"s{number}" for number, step in enumerate(process["steps"], start=1)}
    lines = ["flowchart TD", f"    accTitle: {_mermaid_text(process['name'])}"]
    for step in process["steps"]:
        text = "<br/>".join(_mermaid_text(part) for part in (step["name"], who_of(step), hours_of(step)))
        left, right = (
            ("([", "])")
            if step["issues_result"]
            else ("[/", "/]")
            if step["kind"] != "OFFICE"
            else ("[", "]")
        )
        lines.append(f'    {names[step["code"]]}{left}"{text}"{right}')
    labels = labels_of(process)
    for step in process["steps"]:
        for way in step["next"]:
            words = way_words(way, labels)
            arrow = f'-->|"{_mermaid_text(words)}"|' if words else "-->"
            lines.append(f"    {names[step['code']]} {arrow} {names[way['to']]}")
        lines += [f'    {names[step["code"]]} -. "trả lại" .-> {names[to]}' for to in step["can_return_to"]]
        lines += [
            f'    {names[main]} <-. "lấy ý kiến" .-> {names[step["code"]]}'
            for main in step["consultation_of"]
        ]
    return "\n".join(lines) + "\n"


def _shape(step: Step) -> tuple[str, str]:
    if step["issues_result"]:
        return "([", "])"
    return ("[", "]") if step["kind"] == "OFFICE" else ("[/", "/]")


def _mermaid_text(text: str) -> str:
    return "".join(f"#{ord(sign)};" if sign in '"#&<>;|`{}[]\\' else sign for sign in text)


def svg(process: Mapping[str, Any]) -> str:
    """Return the process as one SVG document: nothing fetched, every box and the whole told in words too."""
    graph = Graph(process)
    places = layers_of(graph)
    columns = max((place.width for place in places.values()), default=1)
    layers = max((place.layer for place in places.values()), default=0) + 1
    width = 2 * _MARGIN + columns * (_BOX_WIDTH + _GAP_X) + _LEFT + 60
    height = 2 * _MARGIN + layers * _BOX_HEIGHT + (layers - 1) * _GAP_Y
    spots = {code: _spot(place) for code, place in places.items()}
    body = [
        *_arrows(graph, spots, labels_of(process)),
        *(_box(step, spots[step["code"]]) for step in process["steps"]),
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="t d" width="{width}"'
            f' height="{height}" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">',
            f'<title id="t">Sơ đồ quy trình: {escape(process["name"])}</title>',
            f'<desc id="d">{escape(" ".join(sentences(process)))}</desc>',
            '<defs><marker id="a" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8"'
            ' orient="auto"><path d="M0 0L8 4L0 8z" fill="#334"/></marker></defs>',
            f'<rect width="{width}" height="{height}" fill="#fff"/>',
            *body,
            "</svg>",
        ]
    )


def _spot(place: Place) -> tuple[int, int]:
    return (
        _MARGIN + _LEFT + place.place * (_BOX_WIDTH + _GAP_X),
        _MARGIN + place.layer * (_BOX_HEIGHT + _GAP_Y),
    )


def _box(step: Step, spot: tuple[int, int]) -> str:
    x, y = spot
    lines = [*_two(step["name"]), who_of(step), hours_of(step)]
    radius = 26 if step["issues_result"] else 6
    dash = ' stroke-dasharray="5 4"' if step["consultation_of"] else ""
    first = y + (_BOX_HEIGHT - len(lines) * _LINE) // 2 + 13
    texts = "".join(
        f'<text x="{x + _BOX_WIDTH // 2}" y="{first + at * _LINE}" text-anchor="middle"'
        f' fill="#112"{_BOLD if at < len(lines) - 2 else ""}>{escape(line)}</text>'
        for at, line in enumerate(lines)
    )
    return (
        f'<g role="group" aria-label="{escape(sentence(step))}"><rect x="{x}" y="{y}" width="{_BOX_WIDTH}"'
        f' height="{_BOX_HEIGHT}" rx="{radius}" fill="{_FILLS[step["kind"]]}" stroke="#334"{dash}/>'
        f"{texts}</g>"
    )


def _two(text: str) -> list[str]:
    lines = wrap(text, _SIGNS_IN_LINE) or [""]
    return lines if len(lines) == 1 else [lines[0], lines[1] + ("…" if lines[2:] else "")]


def _arrows(graph: Graph, spots: Mapping[str, tuple[int, int]], labels: Mapping[str, str]) -> Iterator[str]:
    for code, step in graph.steps.items():
        x, y = spots[code]
        for way in step["next"]:
            yield from _way((x, y), spots[way["to"]], way_words(way, labels))
        for target in step["can_return_to"]:
            to_x, to_y = spots[target]
            side = min(x, to_x) - 40
            low = to_y + _BOX_HEIGHT
            path = f"M{x} {y + 20}C{side} {y + 10} {side} {low - 10} {to_x} {low - 20}"
            yield _line(path, ' stroke-dasharray="3 4"')
        for main in step["consultation_of"]:
            yield _line(_beside(spots[main], (x, y)), ' stroke-dasharray="1 4"')


def _way(here: tuple[int, int], there: tuple[int, int], words: str) -> Iterator[str]:
    """Draw a way on: to the next layer straight down, past other boxes in the gap on their right."""
    (x, y), (to_x, to_y) = here, there
    low = y + _BOX_HEIGHT
    if to_y - low <= _GAP_Y:
        start, end = x + _BOX_WIDTH // 2, to_x + _BOX_WIDTH // 2
        path = f"M{start} {low}C{start} {low + 30} {end} {to_y - 30} {end} {to_y}"
        at_x, at_y = (start + end) // 2 + 6, (low + to_y) // 2
    else:
        gap = max(x, to_x) + _BOX_WIDTH + _GAP_X - 10
        start, end = x + _BOX_WIDTH, to_x + _BOX_WIDTH
        path = (
            f"M{start} {low - 14}C{gap} {low - 14} {gap} {low} {gap} {low + 24}"
            f"L{gap} {to_y - 10}C{gap} {to_y + 14} {gap} {to_y + 14} {end} {to_y + 14}"
        )
        at_x, at_y = gap + 4, low + 30
    yield _line(path, "")
    if words:
        yield f'<text x="{at_x}" y="{at_y}" fill="#345" font-size="11">{escape(_two(words)[0])}</text>'


def _beside(main: tuple[int, int], opinion: tuple[int, int]) -> str:
    """Return the line to an opinion: straight to the first beside a step, below it to those further on."""
    (x, y), (to_x, to_y) = main, opinion
    right = x + _BOX_WIDTH
    if to_x - right <= _GAP_X:
        return f"M{right} {y + 42}L{to_x} {to_y + 42}"
    low = y + _BOX_HEIGHT + 12
    return f"M{right} {y + 66}L{right + 14} {low}L{to_x - 14} {low}L{to_x} {to_y + 66}"


def _line(path: str, more: str) -> str:
    return f'<path d="{path}" fill="none" stroke="#334"{more} marker-end="url(#a)"/>'


def sentence(step: Step) -> str:
    """Return a step in one sentence."""
    product = f", kết quả: {step['product']}" if step.get("product") else ""
    return f"{step['name']}: {who_of(step)}, {hours_of(step)}{product}."


def sentences(process: Mapping[str, Any]) -> list[str]:
    """Return the process told step by step: what a reader who sees no picture reads."""
    by_code = {step["code"]: step for step in process["steps"]}
    labels = labels_of(process)
    told = []
    for row in sheet(process):
        step = by_code[row["code"]]
        ways = [(way_words(way, labels), by_code[way["to"]]["name"]) for way in step["next"]]
        on = "; ".join(f"nếu {words} thì sang {name}" if words else f"sang {name}" for words, name in ways)
        told.append(f"{row['number']}. {sentence(step)}" + (f" Tiếp theo: {on}." if on else ""))
    return told


def sheet(process: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of the process sheet in the order of work: 1, 2, 2.1 (an opinion beside 2), 3."""
    graph = Graph(process)
    rows: list[dict[str, Any]] = []
    labels = labels_of(process)
    told: set[str] = set()
    main = graph.order() or [code for code in graph.steps if code not in graph.beside]
    for number, code in enumerate(main, start=1):
        rows.append(_row(str(number), graph.steps[code], labels))
        opinions = [one for one in graph.opinions_on(code) if one["code"] not in told]
        rows += [_row(f"{number}.{at}", one, labels) for at, one in enumerate(opinions, start=1)]
        told |= {one["code"] for one in opinions}
    return rows


def _row(number: str, step: Step, labels: Mapping[str, str]) -> dict[str, Any]:
    return {
        "number": number,
        "code": step["code"],
        "name": step["name"],
        "who": who_of(step),
        "hours": float(step["hours"]),
        "product": step.get("product"),
        "next": [{"to": way["to"], "when": way_words(way, labels)} for way in step["next"]],
        "returns_to": list(step["can_return_to"]),
        "beside": list(step["consultation_of"]),
        "may_skip": list(step.get("may_skip") or ()),
    }
