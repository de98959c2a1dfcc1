"""How claims become callers, and what the public may see of a name."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kernel.core.errors import Unauthenticated
from services.gateway.api.cookies import session_cookie
from services.gateway.domain.account import tech_id_of
from services.gateway.domain.headers import client_address, forwarded_for
from services.gateway.domain.identity import Period, StaffMember, account_of_claims, caller_of_claims
from services.gateway.domain.sample_user import sample_users
from services.gateway.domain.tracking import (
    HAPPENED,
    INSIDE_THE_OFFICE,
    STATES,
    masked_name,
    normal_code,
    normal_secret,
    what_happened,
)

AN = {
    "sub": "s",
    "TechID": "t-1",
    "LoaiTaiKhoan": 1,
    "HoVaTen": "Nguyễn Văn An",
    "SoDinhDanh": "099088000011",
}
COMPANY = {
    "sub": "s",
    "TechID": "t-2",
    "LoaiTaiKhoan": 2,
    "TenDoanhNghiep": "Công ty Lam",
    "loAs": "LoA2",
    "MaSoThue": "9900000018",
}


def test_a_citizen_of_the_portal_is_known_by_tech_id() -> None:
    caller = caller_of_claims({**AN, "loAs": ["LoA1", "LoA2"]}, {})
    assert (caller.subject, caller.name, caller.identity_number) == ("t-1", "Nguyễn Văn An", "099088000011")
    assert caller.assurance == "LoA1 LoA2"
    assert not caller.roles


def test_an_enterprise_goes_by_its_own_name() -> None:
    caller = caller_of_claims({**COMPANY, "HoVaTen": "Trần Thị Bình"}, {})
    assert (caller.name, caller.identity_number) == ("Công ty Lam", "9900000018")
    with_person = caller_of_claims({**COMPANY, "SoDinhDanh": "099192000022"}, {})
    assert with_person.identity_number == "099192000022"


def test_claims_have_the_names_an_issuer_gives_them() -> None:
    caller = caller_of_claims({"sub": "x", "full_name": "Lò Thị Súa"}, {"name": "full_name"}, "vneid:")
    assert (caller.subject, caller.name) == ("vneid:x", "Lò Thị Súa")


@pytest.mark.parametrize("told", [None, False, {}, [], "", " ", 1.5], ids=repr)
def test_what_is_no_text_names_nobody(told: object) -> None:
    """Written as a text, `null` made two citizens one person."""
    nobody = {"TechID": told, "HoVaTen": told, "SoDinhDanh": told, "IAL": told, "name": told}
    caller = caller_of_claims({**AN, **nobody, "loAs": ["LoA2"]}, {})
    assert (caller.subject, caller.name, caller.identity_number) == ("s", "", "")
    assert caller.assurance == "LoA2"
    account = account_of_claims({**AN, **nobody}, {}, issuer="x", caller=caller)
    assert (account.number, account.issuer_subject, account.subject) == ("", "s", "s")
    with pytest.raises(Unauthenticated):
        caller_of_claims({"sub": told, "TechID": told}, {})


@pytest.mark.parametrize(
    "told",
    [
        "000000000000",
        "null",
        "None",
        "N/A",
        "0",
        "-",
        "Không",
        "X",
        "111111111111",
        "09908800001",
        99088000011,
    ],
    ids=repr,
)
def test_what_is_no_number_is_nobodys(told: object) -> None:
    """Two people with a word for none would be proposed to each other as one."""
    numbers = {"SoDinhDanh": told, "MaSoDoanhNghiep": told}
    person = caller_of_claims({**AN, **numbers, "loAs": "LoA2"}, {})
    assert (person.identity_number, person.told_number) == ("", "")
    assert account_of_claims({**AN, **numbers}, {}, issuer="x", caller=person).number == ""
    assert caller_of_claims({**COMPANY, **numbers}, {}).identity_number == "9900000018"
    unknown = {**COMPANY, **numbers, "MaSoThue": told}
    assert account_of_claims(unknown, {}, issuer="x", caller=person).number == ""


def test_a_number_is_the_same_however_it_is_grouped() -> None:
    for told in ("099 088 000 011", "099.088.000.011", " 099088000011 "):
        person = caller_of_claims({**AN, "SoDinhDanh": told, "loAs": "LoA2"}, {})
        assert person.identity_number == AN["SoDinhDanh"]
    branch = {**COMPANY, "MaSoThue": "9900000018-001", "SoDinhDanh": ""}
    assert caller_of_claims(branch, {}).identity_number == "9900000018001"


@pytest.mark.parametrize(
    "told",
    [
        "00000000-0000-0000-0000-000000000000",
        0,
        "0",
        "null",
        "None",
        "N/A",
        "undefined",
        "-",
        "false",
        "Không có",
    ],
)
def test_a_word_for_no_account_names_nobody(told: object) -> None:
    """Two citizens without an account on the portal were one person."""
    caller = caller_of_claims({**AN, "TechID": told}, {})
    assert caller.subject == "s"
    account = account_of_claims({**AN, "TechID": told}, {}, issuer="x", caller=caller)
    assert (account.issuer_subject, account.subject) == ("s", "s")
    assert tech_id_of(str(told)) == ""
    with pytest.raises(Unauthenticated):
        caller_of_claims({"sub": told, "TechID": told}, {})


@pytest.mark.parametrize("kind", [2, "2", "02", 2.0, "2.0"])
def test_an_enterprise_is_one_however_its_kind_is_written(kind: object) -> None:
    told = {**COMPANY, "LoaiTaiKhoan": kind}
    caller = caller_of_claims(told, {})
    assert (caller.name, caller.identity_number) == ("Công ty Lam", "9900000018")
    assert account_of_claims(told, {}, issuer="x", caller=caller).kind == "2"


def test_an_account_is_one_however_its_identifier_is_written() -> None:
    """The portal's own dossiers name it in small letters."""
    account = "7C0A1A52-0000-4000-8000-00000000000A"
    subjects = {caller_of_claims({**AN, "TechID": told}, {}).subject for told in (account, account.lower())}
    assert subjects == {account.lower()}
    assert caller_of_claims({**AN, "TechID": "Cong-Dan-An"}, {}).subject == "Cong-Dan-An"


@pytest.mark.parametrize(
    ("told", "level"),
    [(2, 2), (2.0, 2), ("2", 2), ([2.0], 2), ("LoA1 LoA2", 2), (None, 0), (False, 0), ({}, 0)],
)
def test_a_level_is_one_however_it_is_written(told: object, level: int) -> None:
    assert caller_of_claims({**AN, "IAL": told}, {}).assurance_level == level


def test_all_lines_of_the_proxies_count_in_their_order() -> None:
    """A proxy that adds a line of its own leaves the asker's before it."""
    lines = [(b"x-forwarded-for", b"198.51.0.1"), (b"host", b"x"), (b"x-forwarded-for", b"203.0.113.7")]
    assert client_address("10.0.0.1", forwarded_for(lines), 1) == "203.0.113.7"
    assert client_address("10.0.0.1", forwarded_for([(b"host", b"x")]), 1) == "10.0.0.1"


def test_roles_in_a_citizens_token_mean_nothing() -> None:
    caller = caller_of_claims({**AN, "roles": ["ADMIN"], "agency": "H99", "kind": "staff"}, {})
    assert not caller.roles
    assert caller.agency == ""


@pytest.mark.parametrize("claims", [{}, {"sub": ""}, {"TechID": " "}])
def test_a_token_without_a_subject_is_nobody(claims: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        caller_of_claims(claims, {})


def an_officer(**changed: Any) -> StaffMember:
    known: dict[str, Any] = {
        "subject": "lan",
        "name": "Bùi Thị Lan",
        "agency": "H99.201",
        "unit": "mot-cua",
        "roles": frozenset({"SPECIALIST"}),
        "employed": Period(date(2026, 1, 1), date(2026, 12, 31)),
        **changed,
    }
    return StaffMember(**known)


@pytest.mark.parametrize(
    ("day", "is_staff"),
    [
        (date(2025, 12, 31), False),
        (date(2026, 1, 1), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
    ],
)
def test_an_officer_is_one_from_the_first_to_the_last_day(day: date, is_staff: bool) -> None:
    assert (an_officer().as_caller(day) is not None) is is_staff


def test_a_delegation_adds_roles_in_its_days_only() -> None:
    stand_in = an_officer(delegations=((Period(date(2026, 3, 2), date(2026, 3, 4)), frozenset({"SIGNER"})),))
    roles = {day: stand_in.as_caller(date(2026, 3, day)).roles for day in (1, 2, 4, 5)}  # type: ignore[union-attr]
    assert roles == {
        1: {"SPECIALIST"},
        2: {"SPECIALIST", "SIGNER"},
        4: {"SPECIALIST", "SIGNER"},
        5: {"SPECIALIST"},
    }


def test_on_leave_an_officers_own_roles_rest() -> None:
    away = an_officer(leaves=(Period(date(2026, 3, 2), None),))
    caller = away.as_caller(date(2026, 3, 3))
    assert caller is not None
    assert caller.roles == frozenset()
    assert caller.agency == "H99.201"


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("Nguyễn Văn An", "Nguyễn V*** A***"),
        ("Nguyễn V*** A***", "Nguyễn V*** A***"),
        ("Súa", "S***"),
        ("S***", "S***"),
        ("", ""),
    ],
)
def test_a_name_is_masked_and_a_masked_name_stays(name: str, masked: str) -> None:
    assert masked_name(name) == masked


def test_every_state_and_event_of_the_contract_has_vietnamese_words() -> None:
    folder = Path(__file__).parents[3] / "contracts" / "events"
    # A destroyed dossier is forgotten: nobody reads words of it any more.
    schemas = [file for file in folder.glob("dossier.*.schema.json") if ".destroyed." not in file.name]
    assert schemas
    for file in schemas:
        # What is destroyed leaves no line: tracking forgets the dossier.
        assert file.name.split(".")[1] in {*HAPPENED, *INSIDE_THE_OFFICE, "destroyed"}
        states = json.loads(file.read_text(encoding="utf-8"))["properties"]["dossier"]["properties"]["state"][
            "enum"
        ]
        assert set(states) <= set(STATES)
    assert what_happened("dossier.work_noted.v1") is None


def test_codes_and_secrets_are_read_as_people_type_them() -> None:
    assert normal_code(" h99.201-261117 -0001 ") == "H99.201-261117-0001"
    assert normal_secret("7kq2 m9-xd") == "7KQ2M9XD"


@pytest.mark.parametrize(
    ("forwarded", "trusted", "address"),
    [
        ("1.1.1.1", 0, "9.9.9.9"),
        ("1.1.1.1", 1, "1.1.1.1"),
        ("6.6.6.6, 1.1.1.1", 1, "1.1.1.1"),
        ("6.6.6.6, 1.1.1.1, 2.2.2.2", 2, "1.1.1.1"),
        ("", 1, "9.9.9.9"),
        ("1.1.1.1", 3, "1.1.1.1"),
    ],
)
def test_only_what_trusted_proxies_saw_is_believed(forwarded: str, trusted: int, address: str) -> None:
    assert client_address("9.9.9.9", forwarded, trusted) == address


@pytest.mark.parametrize(
    ("seen", "one"),
    [
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb:cccc:dddd:2", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:4711", "2001:db8:1:2::/64"),
        ('"[2001:db8:1:3::9]"', "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:4711", "192.0.2.7"),
        ("192.0.2.7", "192.0.2.7"),
        ("unknown", "unknown"),
        ("x" * 100, "x" * 64),
    ],
)
def test_who_has_many_addresses_is_still_one_client(seen: str, one: str) -> None:
    """Whoever is given one line of IPv6 has 2^64 addresses, and would have as many tries."""
    assert client_address(seen, "", 0) == one
    assert client_address("9.9.9.9", f"1.1.1.1, {seen}", 1) == one


@pytest.mark.parametrize(
    "header",
    [
        "motcua_session=so",
        '_ga; motcua_session=so; x={"a": 1}',
        '{"a":1}=b; motcua_session=so',
        "path=/x; motcua_session=so",
    ],
)
def test_another_cookie_of_a_strange_form_does_not_hide_ours(header: str) -> None:
    assert session_cookie({b"cookie": header.encode()}, is_https=False) == "so"


def test_sample_people_have_the_claims_of_vnconnect() -> None:
    document = {
        "people": [{"subject": "an", "name": "An", "identity_number": "099"}],
        "staff": [
            {"subject": "lan", "name": "Lan", "agency": "H99", "roles": ["CLERK"]},
            {"subject": "lan", "name": "Other", "agency": "H98", "roles": ["ADMIN"]},
        ],
    }
    users = sample_users(document)
    assert users["an"].claims["SoDinhDanh"] == "099"
    assert not users["an"].is_staff
    assert users["lan"].name == "Lan"
    assert users["lan"].about == "CLERK · H99"
