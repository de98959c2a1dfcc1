"""What two linked accounts handed in is one person's; what is nobody's account of theirs stays unseen."""

from dataclasses import replace
from typing import Any

from kernel.testing.running import a_person
from services.dossier.domain.uploads import MOST_OPEN
from tests.builders.dossier.kin import FATHER, Kin
from tests.builders.dossier.office import PDF, PROCEDURE, Office, a_citizen
from tests.builders.dossier.uploads import Sender

OLD = a_citizen("tai-khoan-cu")
NEW = a_person("tai-khoan-moi", name=OLD.name)
"""Tells no number here, so that the account alone shows whose it is."""
LINKED = replace(NEW, also=frozenset({OLD.subject}))


async def codes_of(office: Office, who: Any) -> list[str]:
    answer = await office.service.get("/v1/dossiers", who)
    assert answer.status_code == 200, answer.text
    return [one["dossier_id"] for one in answer.json()["items"]]


async def test_dossiers_of_both_accounts_are_one_list_in_pages(office: Office) -> None:
    made = [(await office.submitted(OLD))["dossier_id"] for _ in range(3)]
    assert await codes_of(office, NEW) == []
    assert await codes_of(office, LINKED) == made[::-1]
    first = (await office.service.get("/v1/dossiers?limit=2", LINKED)).json()
    assert [one["dossier_id"] for one in first["items"]] == made[:0:-1]
    rest = (await office.service.get(f"/v1/dossiers?limit=2&cursor={first['next_cursor']}", LINKED)).json()
    assert [one["dossier_id"] for one in rest["items"]] == made[:1]


async def test_one_dossier_is_listed_once_whoever_it_names(office: Office) -> None:
    """Owner by account and by number, both accounts asking: one line."""
    made = (await office.submitted(OLD))["dossier_id"]
    both = replace(LINKED, identity_number=OLD.identity_number)
    assert await codes_of(office, both) == [made]


async def test_a_dossier_of_the_linked_account_is_read_and_withdrawn(office: Office) -> None:
    seen = await office.submitted(OLD)
    path = f"/v1/dossiers/{seen['dossier_id']}"
    assert (await office.service.get(path, NEW)).status_code == 404
    assert (await office.service.get(path, LINKED)).status_code == 200
    done = await office.service.post(f"{path}/cancellation", {"note": ""}, LINKED, version=seen["version"])
    assert done.status_code == 200, done.text


async def test_drafts_of_both_accounts_are_one_persons(office: Office) -> None:
    body = {"procedure_code": PROCEDURE, "content": {}}
    draft = (await office.service.post("/v1/drafts", body, OLD)).json()["draft_id"]
    listed = (await office.service.get("/v1/drafts", LINKED)).json()["items"]
    assert [one["draft_id"] for one in listed] == [draft]
    assert (await office.service.get(f"/v1/drafts/{draft}", LINKED)).status_code == 200
    assert (await office.service.get(f"/v1/drafts/{draft}", NEW)).status_code == 404


async def test_a_group_handed_in_by_one_account_is_the_others(empty_office: Office) -> None:
    kin = await Kin(empty_office.service).open_kin()
    seen = await kin.handed_in()
    stranger = a_person("khac", name="Khác")
    linked = replace(stranger, also=frozenset({FATHER.subject}))
    path = f"/v1/interlinked-dossiers/{seen['interlinked_dossier_id']}"
    assert (await kin.service.get(path, stranger)).status_code == 404
    assert (await kin.service.get(path, linked)).status_code == 200
    assert len((await kin.service.get("/v1/interlinked-dossiers", linked)).json()["items"]) == 1


async def test_a_file_brought_by_one_account_goes_into_the_others_dossier(office: Office) -> None:
    """Read, taken by a submission, and then taken: of a stranger it is neither."""
    file = await office.upload(OLD)
    stranger = a_person("khac", name="Khác", identity_number="001099000007")
    assert (await office.service.get(f"/v1/attachments/{file}/content", stranger)).status_code == 404
    assert (await office.service.get(f"/v1/attachments/{file}/content", LINKED)).status_code == 200
    linked = replace(LINKED, identity_number=OLD.identity_number)
    body = await office.submission(linked)
    body["components"] = [{"component_code": "to-khai", "attachment_ids": [file]}]
    refused = await office.service.post("/v1/dossiers", body, replace(linked, also=frozenset()))
    assert refused.status_code == 422
    taken = await office.service.post("/v1/dossiers", body, linked)
    assert taken.status_code == 201, taken.text
    again = await office.service.post("/v1/dossiers", body, linked)
    assert again.status_code == 422


async def test_a_file_half_brought_goes_on_with_the_other_account(office: Office) -> None:
    """Where one account stopped the other continues; to an account that is not linked it is nothing."""
    sender = Sender(office, OLD)
    await sender.begin(len(PDF), "don.pdf")
    await sender.send(PDF[:20], 0)
    sender.by = NEW
    assert (await sender.try_send(PDF[20:], 20)).status_code == 404
    sender.by = LINKED
    assert await sender.offset() == 20
    await sender.send(PDF[20:], 20)
    assert (await sender.finish())["size"] == len(PDF)
    assert (await office.service.get(sender.path, NEW)).status_code == 404


async def test_unfinished_files_of_both_accounts_count_as_one_persons(office: Office) -> None:
    who = a_person("nhieu-tep")
    for _ in range(MOST_OPEN):
        await Sender(office, who).begin(10, "don.pdf")
    linked = a_person("nhieu-tep-moi", also=frozenset({who.subject}))
    refused = await Sender(office, linked).try_begin(10, "don.pdf")
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-uploads")
