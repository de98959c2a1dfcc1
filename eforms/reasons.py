"""Why an answer is not taken, in the words of the counter."""

from collections.abc import Callable
from typing import Any

_KINDS = {
    "string": "chữ",
    "integer": "số nguyên",
    "number": "số",
    "boolean": "có hoặc không",
    "array": "danh sách",
    "object": "nhóm mục",
    "null": "để trống",
}
_FORMATS = {"date": "ngày (NNNN-TT-NN)", "email": "địa chỉ thư điện tử", "time": "giờ (HH:MM)"}

_REASONS: dict[str, Callable[[Any], str]] = {
    "type": lambda kind: f"Phải là {_KINDS.get(kind, 'giá trị đúng kiểu')}",
    "required": lambda _: "Chưa khai mục bắt buộc",
    "dependentRequired": lambda _: "Phải khai thêm mục đi kèm",
    "additionalProperties": lambda _: "Biểu mẫu không có mục này",
    "enum": lambda _: "Phải chọn một trong các giá trị cho sẵn",
    "const": lambda _: "Phải đúng giá trị quy định",
    "minLength": lambda least: "Không được để trống" if least == 1 else f"Phải có ít nhất {least} ký tự",
    "maxLength": lambda most: f"Không được quá {most} ký tự",
    "pattern": lambda _: "Không đúng dạng quy định",
    "format": lambda name: f"Phải là {_FORMATS.get(name, 'đúng định dạng')}",
    "minimum": lambda least: f"Không được nhỏ hơn {least}",
    "exclusiveMinimum": lambda least: f"Phải lớn hơn {least}",
    "maximum": lambda most: f"Không được lớn hơn {most}",
    "exclusiveMaximum": lambda most: f"Phải nhỏ hơn {most}",
    "multipleOf": lambda step: f"Phải là bội số của {step}",
    "minItems": lambda least: f"Phải có ít nhất {least} dòng",
    "maxItems": lambda most: f"Không được quá {most} dòng",
    "uniqueItems": lambda _: "Có hai dòng giống nhau",
}
REQUIRED = "Chưa khai mục bắt buộc"
NOT_ASKED = "Không khai mục này trong trường hợp đã chọn"


def reason_for(keyword: str, value: Any) -> str:
    """Return the reason a keyword of the schema gives."""
    known = _REASONS.get(keyword)
    return known(value) if known else "Không phù hợp với quy định của biểu mẫu"
