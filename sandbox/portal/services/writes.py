"""What every writing service asks of its `data` before it looks inside."""

from sandbox.portal.fields import Shape
from sandbox.portal.state import PortalState
from sandbox.portal.wire import Call, Json, PortalRefusal, as_text


def elements_of(state: PortalState, call: Call) -> list[Json]:
    """Return the elements of `data`, which must be a list with something in it."""
    data = call.data
    if not isinstance(data, list) or not data:
        raise PortalRefusal(
            state.settings.code_invalid, "Trường data phải là danh sách có ít nhất một phần tử"
        )
    limit = state.settings.batch_limit
    if limit and len(data) > limit:
        raise PortalRefusal(state.settings.code_invalid, f"Danh sách data vượt quá {limit} phần tử")
    return data


def require_shape(state: PortalState, shape: Shape, element: Json) -> None:
    """Refuse an element with the first thing wrong with it."""
    fault = shape.fault_of(element)
    if fault is not None:
        code = as_text(element.get("MaHoSo")) if isinstance(element, dict) else ""
        raise PortalRefusal(state.settings.code_invalid, fault, dossier=code)
