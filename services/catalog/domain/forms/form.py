"""The form of a procedure: its members read; what they mean together `eforms` judges."""

from services.catalog.domain.identifiers import national_code
from services.catalog.domain.reading import Reader

_MEMBERS = ("code", "title", "note", "schema", "layout", "prefill", "fee", "approved_by")


def read_form(item: Reader) -> None:
    """Read a form; it is known by the national code of the procedure it is for."""
    for name in item.data.keys() - {*_MEMBERS, "version", "valid_from"}:
        item.refuse(str(name)[:100], "biểu mẫu không có mục này")
    item.data = {name: item.data.get(name) for name in _MEMBERS}
    given = item.text("code", longest=60)
    code = national_code(given) if given else None
    if given and code is None:
        item.refuse("code", "không phải mã thủ tục hành chính")
    item.data["code"] = code or ""
    item.text("title", longest=500)
    item.text("note", required=False)
    for name, kinds in (("schema", dict), ("layout", dict), ("prefill", list | None), ("fee", dict | None)):
        if not isinstance(item.data[name], kinds):
            item.refuse(name, "thiếu hoặc không đúng kiểu")
