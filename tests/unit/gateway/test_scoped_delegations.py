"""What is delegated for some procedures or at another agency widens nobody's token."""

from datetime import date

import pytest

from services.gateway.consumers.catalog import StaffFields


def entry(**given: object) -> StaffFields:
    """Return an entry that holds SIGNER in another's place."""
    one = {"roles": ["SIGNER"], "valid_from": date(2026, 3, 1), "valid_to": date(2026, 3, 9), **given}
    return StaffFields.model_validate(
        {"subject": "pho", "name": "Phó", "agency": "H99.201", "roles": ["TEAM_LEAD"], "delegations": [one]}
    )


@pytest.mark.parametrize(
    ("given", "is_general"),
    [
        ({}, True),
        ({"agency": "H99.201", "procedures": []}, True),
        ({"agency": "H99.202"}, False),
        ({"agency": "H99.201", "procedures": ["1.004873"]}, False),
    ],
)
def test_only_a_general_delegation_is_in_the_token(given: dict[str, object], *, is_general: bool) -> None:
    """The rest is judged by the service that works the dossier."""
    member = entry(**given)
    assert member.delegations[0].is_general(member) is is_general
