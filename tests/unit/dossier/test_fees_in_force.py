"""Fees told by one version and then by another: what is owed is the last one's, whatever was paid before."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kernel.core.ids import new_id
from services.dossier.domain.payments.account import Account, Entry, EntryKind, Method
from services.dossier.domain.payments.fees import Due, less
from services.dossier.domain.payments.refeeing import BY_ROWS, Difference, differences
from tests.builders.dossier.figures import at

DOSSIER = new_id()
ROWS = st.lists(
    st.builds(
        Due,
        kind=st.sampled_from(["FEE", "CHARGE"]),
        code=st.sampled_from(["LP", "PHI", "X"]),
        name=st.just("Phí"),
        amount=st.integers(1, 200).map(lambda one: one * 500),
        base=st.just(0),
        is_before=st.booleans(),
    ),
    max_size=4,
)


def entry(account: Account, kind: EntryKind, amount: int, **known: Any) -> Account:
    """Return the account with a line more."""
    data, item = known.pop("data", {}), known.pop("item", None)
    line = Entry(
        id=new_id(),
        dossier_id=DOSSIER,
        sequence=account.version + 1,
        kind=kind,
        amount=amount,
        at=at("2026-03-02 08:00"),
        item=item,
        data=data,
        **known,
    )
    return account.with_entries([line])


def told(rows: list[Due], by: str = BY_ROWS) -> Account:
    """Return what the first version told."""
    account = Account(DOSSIER)
    for one in rows:
        account = entry(account, EntryKind.OWED, one.amount, data={**one.data(1, "ONLINE"), "by": by})
    return account


def applied(account: Account, found: list[Difference], version: int) -> Account:
    """Return the account with these differences, as the use case writes them."""
    for one in found:
        if one.item is None and one.due is not None:
            data = {**one.due.data(version, "ONLINE"), "by": BY_ROWS}
            account = entry(account, EntryKind.OWED, one.amount, data=data)
        else:
            gross = (one.due.amount if one.due else 0) - one.gross
            data = {"procedure_version": version, "gross": gross}
            account = entry(account, EntryKind.CORRECTED, one.amount, item=one.item, data=data)
    return account


@given(
    ROWS, st.lists(ROWS, min_size=1, max_size=3), st.integers(0, 400_000), st.sampled_from([None, 0, 50, 100])
)
def test_what_is_owed_is_what_the_last_version_says_and_no_dong_is_lost(
    first: list[Due], later: list[list[Due]], paid: int, percent: int | None
) -> None:
    """Told again and again, paid before or not, exempt or not; told twice by one version changes nothing."""
    account = told(first)
    for one in account.items if percent is not None else []:
        exemption = {"exemption": {"percent": percent}}
        account = entry(
            account, EntryKind.CORRECTED, -less(one.owed, percent or 0), item=one.id, data=exemption
        )
    if paid:
        account = entry(account, EntryKind.PAID, paid, method=Method.CASH)
    exempt = {one.item for one in account.entries if one.data.get("exemption")}
    for version, rows in enumerate(later, 2):
        found = differences(account, rows, told_by=1, version=version)
        assert sum(one.amount for one in found) == applied(account, found, version).owed - account.owed
        account = applied(account, found, version)
        assert applied(account, differences(account, rows, told_by=1, version=version), version) == account
        wanted = {}
        for item in account.items:
            gross = sum(
                line.amount if line.id == item.id else int(line.data.get("gross", 0))
                for line in account.entries
                if item.id in {line.id, line.item}
            )
            wanted[item.id] = gross - less(gross, percent or 0) if item.id in exempt else gross
        assert {one.id: one.owed for one in account.items} == wanted
        # Of what is wholly exempt nothing is written, and nothing is owed.
        if percent != 100:
            assert sum(_gross(account, one.id) for one in account.items) == sum(one.amount for one in rows)
        assert account.outstanding - account.credit == account.owed - paid
        assert account.paid == paid


def _gross(account: Account, item: Any) -> int:
    lines = [one for one in account.entries if item in {one.id, one.item}]
    return sum(one.amount if one.id == item else int(one.data.get("gross", 0)) for one in lines)


def test_what_a_form_computed_and_what_was_told_before_items_said_by_what_stays() -> None:
    """Neither is told by fee rows, so no fee row changes it; nor does the same version tell anew."""
    row = Due(kind="FEE", code="LP", name="x", amount=50_000, base=50_000, is_before=True)
    dearer = Due(kind="FEE", code="LP", name="x", amount=80_000, base=80_000, is_before=True)
    for by in ("FORM", ""):
        assert differences(told([row], by), [dearer], told_by=1, version=2) == []
    assert differences(told([row]), [dearer], told_by=1, version=1) == []
    [new] = differences(Account(DOSSIER), [row], told_by=1, version=2)
    assert (new.item, new.amount) == (None, 50_000)
