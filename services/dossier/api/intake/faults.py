"""What a contract refuses, as places and reasons: for content that was not a request when it came in."""

from collections.abc import Mapping
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from kernel.core.errors import Invalid

Model = TypeVar("Model", bound=BaseModel)


def faults_of(model: type[BaseModel], data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return each place and reason; empty where the data fits."""
    try:
        model.model_validate_json(_json(data))
    except ValidationError as error:
        return [
            (".".join(str(part) for part in item["loc"]), "Thiếu hoặc không hợp lệ")
            for item in error.errors()
        ]
    return []


def fitting(model: type[Model], data: Mapping[str, Any], prefix: str = "") -> Model:
    """Return the data as this model; raise `Invalid` with every place."""
    faults = faults_of(model, data)
    if faults:
        raise Invalid(fields=[(f"{prefix}{path}", why) for path, why in faults])
    return model.model_validate_json(_json(data))


def _json(data: Mapping[str, Any]) -> bytes:
    return orjson.dumps(dict(data))
