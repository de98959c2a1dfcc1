"""Results by post as tests send them: an agent of the directory, an issued dossier, a list on its way."""

from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.event import Event
from services.dossier.domain.desk.post import ItemState, PostItem
from services.dossier.domain.dossier import Dossier
from tests.builders.dossier.colleagues import in_the_directory
from tests.builders.dossier.office import RECEIVER, Office, an_officer

OPERATOR = "buu-chinh"
AGENT = an_officer("POSTAL_AGENT", agency="H99", unit=OPERATOR, subject="buu-ta")


def a_postal_agent(subject: str = "buu-ta", agency: str = "H99", operator: str = OPERATOR) -> Event:
    """Return an agent as the catalogue tells of one."""
    return in_the_directory(subject, "POSTAL_AGENT", unit=operator, agency=agency)


async def by_post(office: Office, **changed: Any) -> dict[str, Any]:
    """Return a dossier whose result waits to be sent; asked for by post unless said otherwise."""
    accepted = await office.accepted(**{"result_delivery": "POST", **changed})
    return await office.issued(await office.at_issue(accepted), number="1/XN")


def a_letter(dossier: Dossier) -> PostItem:
    """Return a letter with the dossier's present result, which the post has signed for."""
    return PostItem(
        id=UUID(int=1),
        version=1,
        list_id=UUID(int=2),
        place=0,
        operator=OPERATOR,
        agency="H99.201",
        dossier_id=dossier.id,
        dossier_code=dossier.dossier_code or "",
        state=ItemState.SENT,
        tracking_number="RA1",
        receiver_sealed="",
        contact_sealed="",
        owner_subject=None,
        result_version=dossier.result_version,
    )


class PostDesk:
    """What the office and the post do with lists, in one line each."""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def tried_list(self, *dossiers: dict[str, Any], by: Caller = RECEIVER, **changed: Any) -> Any:
        """Try to list these."""
        ids = [seen["dossier_id"] for seen in dossiers]
        body = {"operator": OPERATOR, "dossier_ids": ids, **changed}
        return await self.office.service.post("/v1/post-lists", body, by)

    async def listed(self, *dossiers: dict[str, Any], numbers: str = "RA", **changed: Any) -> dict[str, Any]:
        """List these, each with a number of the operator; return the list."""
        made = await self.tried_list(*dossiers, **changed)
        assert made.status_code == 201, made.text
        path = f"/v1/post-lists/{made.json()['list_id']}"
        for place, item in enumerate(made.json()["items"]):
            named = await self.office.service.post(
                f"{path}/items/{item['item_id']}/tracking",
                {"tracking_number": f"{numbers}{place:09d}VN"},
                RECEIVER,
                version=item["version"],
            )
            assert named.status_code == 200, named.text
        return await self.shown(made.json())

    async def shown(self, found: dict[str, Any], by: Caller = RECEIVER) -> dict[str, Any]:
        """Return the list as it is now."""
        answer = await self.office.service.get(f"/v1/post-lists/{found['list_id']}", by)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def sign(self, found: dict[str, Any], by: Caller) -> Any:
        """Try to sign the list as it is now."""
        now = await self.shown(found)
        path = f"/v1/post-lists/{found['list_id']}/signature"
        return await self.office.service.post(path, {}, by, version=now["version"])

    async def sent(self, *dossiers: dict[str, Any], **changed: Any) -> dict[str, Any]:
        """Return the list of these, signed by both."""
        found = await self.listed(*dossiers, **changed)
        for by in (RECEIVER, AGENT):
            signed = await self.sign(found, by)
            assert signed.status_code == 200, signed.text
        return await self.shown(found)

    async def take_off(
        self, found: dict[str, Any], place: int, by: Caller = RECEIVER, reason: str = "ghi nhầm"
    ) -> Any:
        """Try to take one line off."""
        item = (await self.shown(found))["items"][place]
        path = f"/v1/post-lists/{found['list_id']}/items/{item['item_id']}/removal"
        return await self.office.service.post(path, {"reason": reason}, by, version=item["version"])

    async def withdraw(self, found: dict[str, Any], by: Caller = RECEIVER) -> Any:
        """Try to withdraw a list."""
        now = await self.shown(found)
        path = f"/v1/post-lists/{found['list_id']}/withdrawal"
        return await self.office.service.post(path, {"reason": "lập nhầm"}, by, version=now["version"])
