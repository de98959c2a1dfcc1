"""What tests of questions, catalogues and satisfaction share."""

from typing import Any

from fastapi import FastAPI, Request

from services.gateway.jobs.portal.exchange import PORTAL_EXCHANGE
from tests.integration.gateway.portal_dossier_service import scopes_of
from tests.integration.gateway.portal_world import World

QUESTIONS = "/api/v1/portal-questions"


SYNC = "/api/v1/portal-sync"


JOBS = {job.name: job for job in PORTAL_EXCHANGE}


ROADS = {
    "direct": {},
    "exchange": {"portal_prefix": "/VXPAdapter/RestService/forward"},
    "gateway": {"portal_driver": "gateway"},
}


class Surveys:
    """A survey service with one page an agency."""

    def __init__(self) -> None:
        self.scores: dict[str, dict[int, int]] = {"H99": {5: 6, 4: 3, 2: 1}, "H99.201": {5: 2}}
        self.asked: list[str] = []
        self.is_down = False

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/v1/satisfaction-summaries")
        async def page(request: Request, month: str, cursor: str = "") -> Any:
            if self.is_down:
                raise RuntimeError
            assert scopes_of(request) == ["survey.summaries"]
            self.asked.append(month)
            agencies = sorted(self.scores)
            place = int(cursor or 0)
            item = {
                "agency": agencies[place],
                "procedure": "1.004873",
                "questionnaire": "dossier-rating",
                "version": 1,
                "questions": [
                    {"code": "TIME", "text": "Thời gian?", "scores": self.scores[agencies[place]]},
                    {"code": "ONLINE_QUALITY", "text": "Trực tuyến?", "scores": {"5": 5}},
                ],
            }
            return {
                "items": [item],
                "next_cursor": str(place + 1) if place + 1 < len(agencies) else None,
            }

        return app


def exchange_of(world: World) -> Any:
    return world.gateway.runtime.resources.portal.exchange


async def asked_on_portal(world: World, agency: str = "H99", text: str = "Nộp hồ sơ ở đâu?") -> int:
    body = {
        "agency": agency,
        "text": text,
        "sector_code": "G15-TP07",
        "name": "Nguyễn Văn An",
        "email": "an@example.vn",
    }
    answer = await world.portal.post("/sandbox/questions", json=body)
    return int(answer.json()["HOIDAPID"])


async def bearer(world: World, who: str) -> dict[str, str]:
    form = {"grant_type": "urn:motcua:development", "subject": who}
    token = (await world.gateway.client.post("/oidc/token", data=form)).json()["access_token"]
    return {"Authorization": f"Bearer {token}"}
