"""Which forms may be published; each bad one is refused at its place."""

from collections.abc import Callable
from typing import Any

import pytest

from eforms.form import form_faults
from tests.builders.forms import a_form

Change = Callable[[dict[str, Any]], object]


def test_a_sound_form_has_no_fault() -> None:
    assert form_faults(a_form()) == []


def fields(form: dict[str, Any]) -> dict[str, Any]:
    """Return the form's members."""
    found: dict[str, Any] = form["schema"]["properties"]
    return found


def elements(form: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the layout's elements."""
    found: list[dict[str, Any]] = form["layout"]["elements"]
    return found


def deep(form: dict[str, Any]) -> None:
    node: dict[str, Any] = {"type": "string", "maxLength": 5}
    for _ in range(40):
        node = {"type": "object", "additionalProperties": False, "properties": {"a": node}}
    fields(form)["copies"] = node


BAD: dict[str, tuple[str, Change]] = {
    "no schema": ("schema", lambda form: form.pop("schema")),
    "no object": ("schema", lambda form: form["schema"].update(type="array")),
    "another dialect": (
        "schema.$schema",
        lambda form: form["schema"].update({"$schema": "http://json-schema.org/draft-07/schema#"}),
    ),
    "no schema at all": ("schema.required", lambda form: form["schema"].update(required="applicant")),
    "a reference abroad": (
        "schema.$ref",
        lambda form: fields(form).update(copies={"$ref": "https://evil.example/s.json"}),
    ),
    "a reference in a circle": (
        "schema.$defs",
        lambda form: (
            form["schema"].update({"$defs": {"a": {"$ref": "#/$defs/a"}}}),
            fields(form).update(copies={"$ref": "#/$defs/a"}),
        ),
    ),
    "a pattern that backtracks": (
        "schema.properties.purpose.pattern",
        lambda form: fields(form)["purpose"].update(pattern=r"(a)\1"),
    ),
    "a broken pattern": (
        "schema.properties.purpose.pattern",
        lambda form: fields(form)["purpose"].update(pattern="(((a{1000}){1000}){1000})"),
    ),
    "a text without end": (
        "schema.properties.other_purpose",
        lambda form: fields(form)["other_purpose"].pop("maxLength"),
    ),
    "a list without end": (
        "schema.properties.marriages",
        lambda form: fields(form)["marriages"].pop("maxItems"),
    ),
    "an open object": (
        "schema.properties.applicant",
        lambda form: fields(form)["applicant"].pop("additionalProperties"),
    ),
    "an unknown word": (
        "schema.properties.copies.unevaluatedItems",
        lambda form: fields(form)["copies"].update(unevaluatedItems=False),
    ),
    "pattern properties": (
        "schema.patternProperties",
        lambda form: form["schema"].update(patternProperties={"(a+)+$": {}}),
    ),
    "too deep": ("schema", deep),
    "an unknown format": (
        "schema.properties.copies.format",
        lambda form: fields(form)["copies"].update(format="iri"),
    ),
    "no kind": ("schema.properties.copies", lambda form: fields(form).update(copies={"title": "Số bản"})),
    "a name with spaces": (
        "schema.properties.số bản",
        lambda form: fields(form).update({"số bản": {"type": "integer"}}),
    ),
    "required and missing": ("schema.required", lambda form: form["schema"]["required"].append("nothing")),
    "no layout": ("layout", lambda form: form.pop("layout")),
    "a control of nothing": (
        "layout.elements.3.scope",
        lambda form: elements(form)[3].update(scope="#/properties/no"),
    ),
    "a member without a place": ("layout", lambda form: elements(form).pop(3)),
    "a member with two places": ("layout", lambda form: elements(form).append(elements(form)[3])),
    "an unknown element": ("layout.elements.3", lambda form: elements(form)[3].update(type="Script")),
    "a rule about nothing": (
        "layout.elements.2.rule.condition.scope",
        lambda form: elements(form)[2]["rule"]["condition"].update(scope="#/properties/no"),
    ),
    "a rule with a bad schema": (
        "layout.elements.2.rule.condition.schema",
        lambda form: elements(form)[2]["rule"]["condition"].update(schema={"pattern": r"(a)\1"}),
    ),
    "required under a condition": (
        "layout.elements.2.scope",
        lambda form: form["schema"]["required"].append("other_purpose"),
    ),
    "a repeated group without a row": (
        "layout.elements.4.options.detail",
        lambda form: elements(form)[4]["options"].pop("detail"),
    ),
    "prefill from nowhere": ("prefill.0.source", lambda form: form["prefill"][0].update(source="GUESS")),
    "prefill of nothing": ("prefill.0.to", lambda form: form["prefill"][0].update(to="/no")),
    "prefill the source has not": (
        "prefill.0.from",
        lambda form: form["prefill"][0].update({"from": "salary"}),
    ),
    "an earlier dossier of nothing": (
        "prefill.2.procedure",
        lambda form: form["prefill"][2].pop("procedure"),
    ),
    "a fee of text": ("fee.lines.0.amount", lambda form: form["fee"]["lines"][0].update(amount="15.000")),
    "a negative fee": ("fee.lines.0.amount", lambda form: form["fee"]["lines"][0].update(amount=-1)),
    "a fee times a name": (
        "fee.lines.1.times",
        lambda form: form["fee"]["lines"][1].update(times="/purpose"),
    ),
    "an amount and a share": (
        "fee.lines.0",
        lambda form: form["fee"]["lines"][0].update(share="0.1", of="/copies"),
    ),
    "a share above one": (
        "fee.lines.0.share",
        lambda form: form["fee"].update(lines=[{"code": "a", "name": "A", "share": "1.5", "of": "/copies"}]),
    ),
    "two lines of one code": ("fee.lines", lambda form: form["fee"]["lines"][1].update(code="base")),
}


@pytest.mark.parametrize("case", BAD)
def test_a_form_that_cannot_be_worked_is_refused(case: str) -> None:
    path, change = BAD[case]
    form = a_form()
    change(form)
    assert path in [fault.path for fault in form_faults(form)]
