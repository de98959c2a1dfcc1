"""One operation as the door shows it: what the door adds to what the service says of itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kernel.core.caller import CallerKind
from services.gateway.domain.openapi_headers import with_headers
from services.gateway.domain.policy import Policy
from services.gateway.domain.routes import Route

_KEYLESS = "x-key-is-optional"
_JSON = "application/json"
_PROBLEM_JSON = "application/problem+json"
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_CLIENT_ERROR = 400
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Khóa chống gửi trùng: gửi lại cùng khóa và nội dung nhận lại câu trả lời đầu tiên",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "example": "0193f5c2-7d41-7c30-9a56-2f1f8a3c9e10",
}
_VERSION = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "Phiên bản đã xem, như trong ETag",
    "schema": {"type": "string"},
    "example": '"3"',
}
_SEEN = {
    "name": "If-None-Match",
    "in": "header",
    "description": "ETag đã giữ, loại yếu (W/…): không đổi thì trả lời 304; phiên bản không phải dấu như thế",
    "schema": {"type": "string"},
}
_FIELDS = {
    "name": "fields",
    "in": "query",
    "description": "Chỉ lấy các trường này của mỗi dòng, cách nhau bằng dấu phẩy; khi đó mỗi dòng chỉ có các"
    " trường ấy, kể cả khi lược đồ ghi trường khác là bắt buộc",
    "style": "form",
    "explode": False,
}


_OTHER_REFUSALS = {
    "400": "Không đọc được",
    "401": "Chưa đăng nhập hoặc phiên đã hết hạn",
    "403": "Không có quyền thực hiện",
    "404": "Không tìm thấy, hoặc không được biết",
    "408": "Dữ liệu gửi lên quá chậm",
    "409": "Trạng thái không cho phép",
    "410": "Địa chỉ đã ngừng phục vụ",
    "412": "Dữ liệu đã thay đổi",
    "413": "Dữ liệu gửi lên quá lớn",
    "415": "Loại tệp không được chấp nhận",
    "422": "Dữ liệu chưa hợp lệ",
    "428": "Thiếu If-Match",
    "429": "Quá nhiều lần",
    "503": "Tạm thời chưa phục vụ được",
}


@dataclass(frozen=True)
class Told:
    """What is known of operations besides their shape, by service and operationId."""

    examples: Mapping[str, Mapping[str, Any]]
    """`{service: {operationId: {"request"?, "answer"?: {"status", "body"}}}}`."""
    codes: Mapping[str, Mapping[str, Iterable[str]]]
    """The problem codes an operation may answer besides those any of its kind may."""
    problems: Mapping[str, Mapping[str, Mapping[str, Any]]]
    """`{service or "kernel": {code: {"status", "title"}}}` of every code there is."""

    def owner_of(self, service: str, code: str) -> str | None:
        """Return under whose name a code stands; the gateway passes on what a service refused it."""
        owners = (service, "kernel", "gateway", *sorted(self.problems))
        return next((one for one in owners if code in self.problems.get(one, {})), None)

    def problem_examples(self) -> dict[str, Any]:
        """Return an example of every problem there is, by `owner.code`, as components of the document."""
        return {
            f"{owner}.{code}": {
                "summary": problem["title"],
                "value": {"type": f"urn:motcua:problem:{code}", **problem, "code": code},
            }
            for owner, problems in self.problems.items()
            for code, problem in problems.items()
        }


def public_operation(
    operation: Mapping[str, Any], route: Route, task: str, told: Told, schemas: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the operation with its task, who may use it, headers, problem codes and examples."""
    name = operation.get("operationId", route.method.lower())
    found: dict[str, Any] = {
        **operation,
        "operationId": f"{route.service}_{name}",
        "tags": [task],
        "x-service": route.service,
        "security": _security(route.policy),
        "parameters": _parameters(operation, route, schemas),
        "responses": with_headers(_responses(operation, route, told, name), route),
    }
    who = _who(route.policy)
    if who:
        found["x-allowed"] = who
    if route.deprecated_on is not None:
        found["deprecated"] = True
        found["x-deprecated-on"] = route.deprecated_on.isoformat()
        found["x-sunset-on"] = route.sunset_on.isoformat() if route.sunset_on else None
        found["x-successor"] = route.successor
    example = told.examples.get(route.service, {}).get(name, {})
    if "request" in example and "requestBody" in found:
        found["requestBody"] = _with_example(found["requestBody"], example["request"])
    if "answer" in example:
        status = str(example["answer"]["status"])
        found["responses"][status] = _with_example(found["responses"][status], example["answer"]["body"])
    return {key: value for key, value in found.items() if value is not None}


def listed_fields(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> list[str]:
    """Return the names of the items of a list that pages; none where there is no such list."""
    page = _resolved(_answer_schema(operation), schemas)
    members = page.get("properties", {})
    if not {"items", "next_cursor"} <= members.keys():
        return []
    item = _resolved(members["items"].get("items", {}), schemas)
    return sorted(item.get("properties", {}))


def asked_names(operation: Mapping[str, Any]) -> list[str]:
    """Return the names an operation's query may have."""
    return [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]


def _answer_schema(operation: Mapping[str, Any]) -> Mapping[str, Any]:
    content = operation["responses"].get("200", {}).get("content", {})
    return dict(content.get(_JSON, {}).get("schema", {}))


def _resolved(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        schema = schemas[str(schema["$ref"]).rpartition("/")[2]]
    return schema


def _security(policy: Policy) -> list[dict[str, list[str]]]:
    """Return the ways to show who one is: machines by their own secret, people by token or session."""
    if policy.is_public:
        return []
    names = ["bearer"]
    if policy.scopes or CallerKind.SERVICE in policy.kinds:
        names.append("machine")
    if policy.roles or policy.kinds - {CallerKind.SERVICE}:
        names.append("session")
    return [{name: []} for name in names]


def _who(policy: Policy) -> list[str]:
    kinds = [f"kind:{kind.value}" for kind in policy.kinds]
    roles = [f"role:{role}" for role in policy.roles]
    return sorted([*kinds, *roles, *(f"scope:{scope}" for scope in policy.scopes)])


def _parameters(
    operation: Mapping[str, Any], route: Route, schemas: Mapping[str, Any]
) -> list[Mapping[str, Any]] | None:
    found: list[Mapping[str, Any]] = [
        _VERSION if one["in"] == "header" and one["name"].lower() == "if-match" else one
        for one in operation.get("parameters", ())
    ]
    names = {one["name"].lower() for one in found}
    if route.method in _UNSAFE:
        found.append({**_KEY, "required": not operation.get(_KEYLESS)})
    elif _is_tagged(operation, route) and "if-none-match" not in names:
        found.append(_SEEN)
    fields = listed_fields(operation, schemas) if route.method == "GET" else []
    if fields:
        item = {"type": "string", "enum": fields}
        found.append({**_FIELDS, "schema": {"type": "array", "items": item}, "example": fields[:3]})
    return found or None


def _is_tagged(operation: Mapping[str, Any], route: Route) -> bool:
    return route.method == "GET" and not route.is_stream and bool(_answer_schema(operation))


def _responses(operation: Mapping[str, Any], route: Route, told: Told, name: str) -> dict[str, Any]:
    """Return the answers with the codes of each refusal; a refusal nobody can get is left out.

    A service may name statuses for all its operations at once. Only a write's 404 and 409 stay without a
    known code: what it writes to may refuse it.
    """
    described = operation["responses"]
    found = {status: answer for status, answer in described.items() if not _is_refusal(status)}
    if _is_tagged(operation, route):
        found.setdefault("304", {"description": "Không đổi so với ETag đã giữ"})
    if route.method in _UNSAFE:
        found |= {status: described[status] for status in ("404", "409") if status in described}
    usual, own = _usual_codes(operation, route), told.codes.get(route.service, {}).get(name, ())
    for code in sorted({*usual, *own}):
        owner = told.owner_of(route.service, code)
        if owner is not None:
            status = str(told.problems[owner][code]["status"])
            known = found.get(status) or described.get(status) or {"description": _OTHER_REFUSALS[status]}
            found[status] = _with_code(known, code, owner)
    return dict(sorted(found.items()))


def _is_refusal(status: str) -> bool:
    return status.isdecimal() and int(status) >= _CLIENT_ERROR


def _usual_codes(operation: Mapping[str, Any], route: Route) -> list[str]:
    """Return the codes any operation of this kind may answer, whoever owns it."""
    found = ["unreadable", "repeated-header", "invalid", "unavailable", "overloaded", "too-many-requests"]
    if not route.policy.is_public:
        found += ["unauthenticated", "forbidden", "second-factor-missing"]
    if "{" in route.path:
        found.append("not-found")
    if route.sunset_on is not None:
        found.append("address-retired")
    if route.method in _UNSAFE:
        found += ["idempotency-key-reused", "too-large", "too-slow", "packed-body", "repeated-name"]
        found += [] if operation.get(_KEYLESS) else ["idempotency-key-required"]
        found += [] if route.policy.is_public else ["cross-site"]
    if any(one["name"].lower() == "if-match" for one in operation.get("parameters", ())):
        found += ["version-required", "stale-version", "weak-etag"]
    return found


def _problem_content() -> dict[str, Any]:
    return {_PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def _with_code(response: Mapping[str, Any], code: str, owner: str) -> dict[str, Any]:
    """Return the response with one more code: a named example, and listed under `x-codes`."""
    content = dict(response.get("content") or _problem_content())
    said = dict(content.get(_PROBLEM_JSON) or _problem_content()[_PROBLEM_JSON])
    said["examples"] = {**said.get("examples", {}), code: {"$ref": f"#/components/examples/{owner}.{code}"}}
    codes = sorted({*response.get("x-codes", ()), code})
    return {**response, "content": {**content, _PROBLEM_JSON: said}, "x-codes": codes}


def _with_example(holder: Mapping[str, Any], example: Any) -> dict[str, Any]:
    """Return a request body or response whose JSON has this example."""
    content = dict(holder["content"])
    content[_JSON] = {**content[_JSON], "example": example}
    return {**holder, "content": content}
