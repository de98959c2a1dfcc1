"""What of the one form and its papers each member is given."""

from uuid import UUID

import pytest

from kernel.core.errors import Invalid
from services.dossier.domain.interlinked.carrying import Paper, form_of, given_to, not_needed
from services.dossier.domain.interlinked.groups import Group

SHARED = {"ten": "Bé", "cho_o": "12", "me": "Bình"}


def test_a_member_sees_the_fields_it_is_named_or_its_own_form_asks_for() -> None:
    members = [
        {"procedure": "a", "after": []},
        {"procedure": "b", "after": ["a"], "carries": {"form_fields": ["ten"]}},
        {"procedure": "c", "after": ["a"]},
    ]
    group = Group.of({"code": "LT", "name": "LT", "lead_procedure": "a", "members": members})
    asks = {"properties": {"cho_o": {}, "khac": {}}}
    assert form_of(group, group.member("a"), SHARED, None) == SHARED
    assert form_of(group, group.member("b"), SHARED, asks) == {"ten": "Bé"}
    assert form_of(group, group.member("c"), SHARED, asks) == {"cho_o": "12"}
    assert form_of(group, group.member("c"), SHARED, None) == {}


def test_a_paper_put_together_goes_to_everybody_who_asks_for_it_once() -> None:
    group = Group.of(
        {
            "code": "LT",
            "name": "LT",
            "lead_procedure": "a",
            "members": [
                {"procedure": "a", "after": []},
                {
                    "procedure": "b",
                    "after": ["a"],
                    "carries": {"results": [{"component": "kq", "procedure": "a"}]},
                },
            ],
            "components": {"together": [{"papers": ["a/x", "b/y"]}], "not_asked": ["b/z"]},
        }
    )
    found = given_to(group, [Paper(names=("a/x",), attachment_ids=(UUID(int=7),))])
    assert [(one.component_code, one.attachment_ids) for one in found["b"]] == [("y", (UUID(int=7),))]
    assert not_needed(group, group.member("b")) == {"kq", "z"}
    for wrong in (("c/x",), ("x",)):
        with pytest.raises(Invalid):
            given_to(group, [Paper(names=wrong)])
    with pytest.raises(Invalid):
        given_to(group, [Paper(names=("a/x",)), Paper(names=("b/y",))])
