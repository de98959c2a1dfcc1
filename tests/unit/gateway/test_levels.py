"""What issuers say of how surely somebody is identified, as one level; and whose two accounts are."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.core.errors import Refusal
from services.gateway.domain.account import Account, KindsDiffer, TwoPeople, require_one_person
from services.gateway.domain.assurance import WORDS, level_of, told_level

OWN = ("IAL", "loAs")


@pytest.mark.parametrize(
    ("claims", "level"),
    [
        ({}, 0),
        ({"acr": ""}, 0),
        ({"IAL": 1}, 1),
        ({"IAL": 2}, 2),
        ({"IAL": 3}, 2),
        ({"IAL": 0}, 0),
        ({"IAL": True}, 0),
        ({"loAs": ["LoA1", "LoA2"]}, 2),
        ({"loAs": "LoA1 LoA2"}, 2),
        ({"loAs": ["LoA1"]}, 1),
        ({"loAs": []}, 0),
        ({"IAL": 1, "loAs": ["LoA2"]}, 1),
        ({"acr": "LoA2"}, 2),
        ({"acr": "0", "IAL": 2}, 0),
        ({"acr": "LoA1", "IAL": 2}, 1),
        ({"acr": "LoA2", "IAL": 1}, 1),
        ({"acr": "LoA2", "loAs": ["LoA1", "LoA2"]}, 2),
        ({"acr": "urn:example:gold", "IAL": 2}, 0),
        ({"acr": "loa2"}, 0),
        ({"acr": {"LoA2": 1}}, 0),
        ({"IAL": None, "loAs": "LoA1"}, 1),
    ],
)
def test_a_sign_in_shows_at_most_what_the_account_is(claims: dict[str, Any], level: int) -> None:
    assert level_of(claims, account=OWN, words={}) == level


def test_an_issuers_own_words_replace_ours() -> None:
    words = {"urn:example:gold": 2, "LoA2": 1}
    assert level_of({"acr": "urn:example:gold", "IAL": 2}, account=OWN, words=words) == 2
    assert level_of({"acr": "LoA2"}, account=OWN, words=words) == 1


@given(
    acr=st.one_of(st.none(), st.sampled_from(sorted(WORDS)), st.text(max_size=8)),
    own=st.one_of(st.none(), st.integers(-3, 9), st.text(max_size=8), st.lists(st.text(max_size=5))),
)
def test_whatever_is_told_no_sign_in_is_above_either(acr: str | None, own: Any) -> None:
    claims = {name: value for name, value in (("acr", acr), ("IAL", own)) if value is not None}
    level = level_of(claims, account=OWN, words={})
    assert level in {0, 1, 2}
    for told in (told_level(acr, {}), told_level(own, {})):
        assert told is None or level <= told


AN = Account(issuer="a", issuer_subject="1", subject="t-1", number="099088000011", level=2)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({}, None),
        ({"number": ""}, None),
        ({"number": "099195000033"}, TwoPeople),
        ({"kind": "2"}, KindsDiffer),
        ({"kind": "2", "number": "9900000018"}, KindsDiffer),
        ({"kind": "3", "number": ""}, KindsDiffer),
    ],
)
def test_two_accounts_are_one_persons_unless_something_speaks_against_it(
    changed: dict[str, str], refusal: type[Refusal] | None
) -> None:
    other = replace(AN, issuer="b", issuer_subject="2", subject="t-2", **changed)
    for one, two in ((AN, other), (other, AN)):
        if refusal is None:
            require_one_person(one, two)
        else:
            with pytest.raises(refusal):
                require_one_person(one, two)
