"""What a form says is kept as it was said: a number comes back as it was sent, or is refused."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kernel.core.errors import Refusal
from kernel.sealing import Sealer
from kernel.testing.running import TEST_PII_KEY
from kernel.web.request import EdgeRequest
from services.dossier.api.schemas.requests import SubmissionIn

SEALS = Sealer(TEST_PII_KEY)


async def kept(form: str) -> Any:
    """Return a form, sent as this JSON text, as it is read back from where it is kept."""
    body = (
        '{"procedure_code": "1.004873", "owner": {"full_name": "Nguyễn Văn An"},'
        f' "receiving_agency": "H99.201", "form_data": {form}}}'
    )

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body.encode(), "more_body": False}

    request = EdgeRequest({"type": "http", "method": "POST", "headers": []}, receive)
    read = SubmissionIn.model_validate(await request.json())
    return SEALS.open(SEALS.seal(read.form_data, purpose="form"), purpose="form")


@pytest.mark.parametrize(
    "number",
    [
        "18446744073709551616",
        "-9223372036854775809",
        "123456789012345678901234567890",
        "1e999",
        "-1e999",
        "9007199254740993.0",
        "0.10000000000000000555",
        "1e-400",
        "1e-99999999999999999999",
        "NaN",
        "Infinity",
        "-Infinity",
    ],
)
async def test_a_number_that_would_change_is_refused(number: str) -> None:
    """Not rounded, not turned to infinity, not to nothing."""
    for form in (f'{{"so": {number}}}', f'{{"bang": [{{"so": [{number}]}}]}}'):
        with pytest.raises((Refusal, ValidationError, json.JSONDecodeError)):
            await kept(form)


numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.decimals(allow_nan=False)
values = st.recursive(
    st.none() | st.booleans() | numbers.map(str).map(Decimal) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def as_json(value: Any) -> str:
    """Return JSON with every number as it is written."""
    if isinstance(value, Decimal):
        return str(value).replace("Infinity", "1e999")
    if isinstance(value, list):
        return f"[{','.join(map(as_json, value))}]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(name)}:{as_json(part)}" for name, part in value.items()) + "}"
    return json.dumps(value)


@given(st.dictionaries(st.text(max_size=8), values, max_size=4))
async def test_a_form_is_kept_exactly_or_refused(form: dict[str, Any]) -> None:
    """Whatever numbers it holds."""
    text = as_json(form)
    try:
        found = await kept(text)
    except (Refusal, ValidationError, json.JSONDecodeError):
        return
    assert json.loads(json.dumps(found), parse_float=Decimal, parse_int=Decimal) == json.loads(
        text, parse_float=Decimal, parse_int=Decimal
    )


async def test_ordinary_numbers_are_taken() -> None:
    """Amounts, measures and codes as people fill them in."""
    form = {"a": 5000, "b": -3, "c": 12.5, "d": 0.1, "e": 9007199254740991, "f": 0, "g": 1.0, "h": 1e21}
    assert await kept(json.dumps(form)) == form
