"""A process as a picture that stands alone: SVG with its text alternative, or Mermaid for documents."""

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
_BOX_WIDTH, _BOX_HEIGHT, _GAP_X, _GAP_Y, _MARGIN, _LINE = 230, 84, 40, 56, 24, 16
_FILLS = {"OFFICE": "#eef4ff", "OUTSIDE": "#fff4e0", "APPLICANT": "#e9f8ec"}
_SIGNS_IN_LINE = 30
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


def way_words(way: Mapping[str, Any]) -> str:
    """Return when a way is taken, in words; nothing for the way taken otherwise."""
    if way.get("skips"):
        return str(way.get("label") or "bỏ qua bước")
    return str(way.get("label") or way.get("condition") or way["when"])


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
    for step in process["steps"]:
        for way in step["next"]:
            words = way_words(way)
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
    width = 2 * _MARGIN + columns * _BOX_WIDTH + (columns - 1) * _GAP_X + 60
    height = 2 * _MARGIN + layers * _BOX_HEIGHT + (layers - 1) * _GAP_Y
    spots = {code: _spot(place, columns) for code, place in places.items()}
    body = [*_arrows(graph, spots), *(_box(step, spots[step["code"]]) for step in process["steps"])]
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


def _spot(place: Place, columns: int) -> tuple[int, int]:
    free = (columns - place.width) * (_BOX_WIDTH + _GAP_X) // 2
    return (
        _MARGIN + 60 + free + place.place * (_BOX_WIDTH + _GAP_X),
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


def _arrows(graph: Graph, spots: Mapping[str, tuple[int, int]]) -> Iterator[str]:
    middle = _BOX_WIDTH // 2
    for code, step in graph.steps.items():
        x, y = spots[code]
        for way in step["next"]:
            to_x, to_y = spots[way["to"]]
            below = y + _BOX_HEIGHT
            here, there = x + middle, to_x + middle
            yield _line(f"M{here} {below}C{here} {below + 30} {there} {to_y - 30} {there} {to_y}", "")
            if words := way_words(way):
                at_x, at_y = (x + to_x) // 2 + middle + 6, (below + to_y) // 2
                label = escape(_two(words)[0])
                yield f'<text x="{at_x}" y="{at_y}" fill="#345" font-size="11">{label}</text>'
        for target in step["can_return_to"]:
            to_x, to_y = spots[target]
            side = min(x, to_x) - 40
            low = to_y + _BOX_HEIGHT
            path = f"M{x} {y + 20}C{side} {y + 10} {side} {low - 10} {to_x} {low - 20}"
            yield _line(path, ' stroke-dasharray="3 4"')
        for main in step["consultation_of"]:
            main_x, main_y = spots[main]
            yield _line(f"M{main_x + _BOX_WIDTH} {main_y + 42}L{x} {y + 42}", ' stroke-dasharray="1 4"')


def _line(path: str, more: str) -> str:
    return f'<path d="{path}" fill="none" stroke="#334"{more} marker-end="url(#a)"/>'


def sentence(step: Step) -> str:
    """Return a step in one sentence."""
    product = f", kết quả: {step['product']}" if step.get("product") else ""
    return f"{step['name']}: {who_of(step)}, {hours_of(step)}{product}."


def sentences(process: Mapping[str, Any]) -> list[str]:
    """Return the process told step by step: what a reader who sees no picture reads."""
    by_code = {step["code"]: step for step in process["steps"]}
    told = []
    for row in sheet(process):
        step = by_code[row["code"]]
        ways = [(way_words(way), by_code[way["to"]]["name"]) for way in step["next"]]
        on = "; ".join(f"nếu {words} thì sang {name}" if words else f"sang {name}" for words, name in ways)
        told.append(f"{row['number']}. {sentence(step)}" + (f" Tiếp theo: {on}." if on else ""))
    return told


def sheet(process: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of the process sheet in the order of work: 1, 2, 2.1 (an opinion beside 2), 3."""
    graph = Graph(process)
    rows: list[dict[str, Any]] = []
    told: set[str] = set()
    main = graph.order() or [code for code in graph.steps if code not in graph.beside]
    for number, code in enumerate(main, start=1):
        rows.append(_row(str(number), graph.steps[code]))
        opinions = [one for one in graph.opinions_on(code) if one["code"] not in told]
        rows += [_row(f"{number}.{at}", one) for at, one in enumerate(opinions, start=1)]
        told |= {one["code"] for one in opinions}
    return rows


def _row(number: str, step: Step) -> dict[str, Any]:
    return {
        "number": number,
        "code": step["code"],
        "name": step["name"],
        "who": who_of(step),
        "hours": float(step["hours"]),
        "product": step.get("product"),
        "next": [{"to": way["to"], "when": way_words(way)} for way in step["next"]],
        "returns_to": list(step["can_return_to"]),
        "beside": list(step["consultation_of"]),
        "may_skip": list(step.get("may_skip") or ()),
    }
