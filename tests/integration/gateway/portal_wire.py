"""What goes over the wire between the gateway and the portal, as bytes, held against the contract."""

import csv
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

FOLDER = Path(__file__).parents[3] / "contracts" / "national-portal"
ENVELOPE = ("session", "madonvi", "service")


@dataclass(frozen=True)
class Field:
    """One row of `shapes.csv`."""

    name: str
    type: str
    required: str
    most: int | None
    codes: frozenset[str]
    since: str


@dataclass(frozen=True)
class Service:
    """One row of `services.csv`."""

    name: str
    section: str
    way: str
    request: str
    answer: str


@cache
def shapes() -> Mapping[str, Mapping[str, Field]]:
    found: dict[str, dict[str, Field]] = defaultdict(dict)
    found["Nothing"] = {}
    for row in _rows("shapes.csv"):
        found[row["shape"]][row["name"]] = Field(
            row["name"],
            row["type"],
            row["required"],
            int(row["most"]) if row["most"] else None,
            frozenset(filter(None, row["codes"].split("|"))),
            row["since"],
        )
    return dict(found)


@cache
def services() -> Mapping[str, Service]:
    listed = (
        Service(row["service"], row["section"], row["way"], row["request"], row["answer"])
        for row in _rows("services.csv")
    )
    return {one.name: one for one in listed}


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def faults_of(shape: str, value: Any, mode: str, where: str = "") -> list[str]:
    """Return everything in which a value is not of a shape of the contract."""
    if not isinstance(value, Mapping):
        return [f"{where or shape}: no object"]
    known = {name: one for name, one in shapes()[shape].items() if one.since <= mode}
    found = [f"{where}{name}: not in the contract of {mode}" for name in value.keys() - known.keys()]
    for name, one in known.items():
        place = f"{where}{name}"
        if name not in value:
            found += [f"{place}: missing"] if one.required != "no" else []
        elif value[name] in ("", None):
            found += [f"{place}: says nothing"] if one.required == "yes" else []
        else:
            found += _faults(one, value[name], mode, place)
    return found


def _faults(one: Field, value: Any, mode: str, place: str) -> list[str]:
    kind, _, inner = one.type.partition(":")
    if kind == "object":
        return faults_of(inner, value, mode, f"{place}.")
    if kind == "list":
        if not isinstance(value, list):
            return [f"{place}: no list"]
        return [
            fault for n, item in enumerate(value) for fault in faults_of(inner, item, mode, f"{place}[{n}].")
        ]
    if kind == "any":
        return []
    wanted = int if kind == "count" else (str, int) if kind == "code" else str
    if not isinstance(value, wanted) or isinstance(value, bool):
        return [f"{place}: {type(value).__name__} and not {kind}"]
    found = [] if _FORMS[kind](str(value)) else [f"{place}: {value!r} is no {kind}"]
    if one.most is not None and len(str(value)) > one.most:
        found.append(f"{place}: {len(str(value))} letters, {one.most} at most")
    if one.codes and str(value) not in one.codes:
        found.append(f"{place}: {value!r} is no code")
    return found


def _is_moment(form: str) -> Any:
    def check(text: str) -> bool:
        try:
            return datetime.strptime(text, form).strftime(form) == text  # noqa: DTZ007 - the wire has no zone.
        except ValueError:
            return False

    return check


def _matches(pattern: str) -> Any:
    return lambda text: re.fullmatch(pattern, text) is not None


_FORMS: Mapping[str, Any] = {
    "text": lambda text: text.isprintable() or "\n" in text,
    "code": lambda _: True,
    "count": lambda _: True,
    "number": _matches(r"\d+"),
    "stamp": _is_moment("%Y%m%d%H%M%S"),
    "day": _is_moment("%d/%m/%Y"),
    "birth": _is_moment("%Y%m%d"),
    "month": _matches(r"([1-9]|1[0-2])-\d{4}"),
    "percent": _matches(r"(100|\d{1,2})%"),
    "boolean": _matches(r"True|False"),
    "address": _matches(r"https?://[^\s]+"),
    "base64": _matches(r"[A-Za-z0-9+/]+={0,2}"),
}


@dataclass
class Call:
    """One call as it went over the wire."""

    method: str
    path: str
    query: str
    asked: bytes
    answered: bytes = b""
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def service(self) -> str:
        """The portal's name of what was called."""
        if self.path.endswith("/mapi/login"):
            return "login"
        if "/KetNoiMotCuaQuocGia/" in self.path:
            name = self.path.rpartition("/")[2]
            return "DongBoTrangThaiHoSo" if name == "DongBoTrangThaiHoSoKM" else name
        return str(self.body["service"])

    @property
    def body(self) -> Any:
        """What was said, from the very bytes."""
        return json.loads(self.asked) if self.asked else None


class Recorder:
    """Stands around an application and keeps the bytes of every call and answer."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.calls: list[Call] = []
        self.speaks: Callable[[Call, Any], Any] | None = None
        """What is answered instead, after the portal applied the call: a JSON value, or a status alone."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        call = Call(scope["method"], scope["path"], scope["query_string"].decode(), b"")
        call.headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}

        async def heard() -> Any:
            message = await receive()
            call.asked += message.get("body", b"")
            return message

        async def said(message: Any) -> None:
            call.status = message.get("status", call.status)
            call.answered += message.get("body", b"")
            await send(message)

        is_sandbox = scope["path"].startswith("/sandbox")
        await self._app(scope, heard, self._kept(call) if self.speaks and not is_sandbox else said)
        if not is_sandbox:
            self.calls.append(call)
            if self.speaks:
                is_told = call.status == 200
                value = self.speaks(call, json.loads(call.answered)) if is_told else call.status
                await self._spoken(call, value, send)

    @staticmethod
    def _kept(call: Call) -> Any:
        async def kept(message: Any) -> None:
            call.status = message.get("status", call.status)
            call.answered += message.get("body", b"")

        return kept

    @staticmethod
    async def _spoken(call: Call, value: Any, send: Any) -> None:
        call.status, call.answered = (
            (value, b"") if isinstance(value, int) else (200, json.dumps(value).encode())
        )
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": call.status, "headers": headers})
        await send({"type": "http.response.body", "body": call.answered})


def faults_of_call(call: Call, mode: str) -> tuple[str, list[str]]:
    """Return the service of a call to the portal and what in it is not the contract's, both ways."""
    service = services()[call.service]
    if "/KetNoiMotCuaQuocGia/" in call.path:
        return service.name, [
            *_asked_by_gateway(service, call, mode),
            *_answered_by_gateway(service, call, mode),
        ]
    if call.method != "POST" or not call.headers["content-type"].startswith("application/json"):
        return service.name, [f"{call.method} {call.headers.get('content-type')}"]
    if service.name == "login":
        return "login", [
            *faults_of("Login", call.body, mode),
            *faults_of("LoggedIn", json.loads(call.answered), mode),
        ]
    envelope = {name: call.body.get(name) for name in ENVELOPE}
    fields = {name: value for name, value in call.body.items() if name not in ENVELOPE}
    return service.name, [
        *faults_of("Envelope", envelope, mode),
        *faults_of(service.request, fields, mode),
        *_answered(service, json.loads(call.answered), mode),
    ]


def _asked_by_gateway(service: Service, call: Call, mode: str) -> list[str]:
    """A read is a query, a write a bare body: the agency and the mode stand in the query (3.2)."""
    query = dict(parse_qsl(call.query))
    if call.method == "GET":
        query.pop("maDonVi" if service.request != "OfAgency" else "", None)
        return faults_of(service.request, query, mode)
    query.pop("MaDinhDanhDV")
    fields = {"data": call.body, **query}
    if service.request == "PortalBornStatus":
        fields["type"] = "2"
    return faults_of(service.request, fields, mode)


def _answered_by_gateway(service: Service, call: Call, mode: str) -> list[str]:
    outer = json.loads(call.answered)
    return _answered(service, json.loads(outer["message"]), mode)


def _answered(service: Service, answer: Any, mode: str) -> list[str]:
    found = faults_of("Answered", answer, mode)
    kind, _, shape = service.answer.partition(":")
    result = answer.get("result")
    if kind == "list" and result is not None:
        return found + [one for item in result for one in faults_of(shape, item, mode, "result.")]
    if kind == "object" and result is not None:
        return found + faults_of(shape, result, mode, "result.")
    return found


def coverage(seen: Iterable[tuple[str, str, str, str]]) -> str:
    """Return a table of service, road and mode with what was held against the contract of each way."""
    lines = [f"{service:32} {road:8} {mode:5} {way}" for service, road, mode, way in sorted(set(seen))]
    return "\n".join(lines)
