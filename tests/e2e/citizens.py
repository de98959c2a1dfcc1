"""Citizens and officers at the gateway; patient ones repeat a request under its key until it is answered."""

import time
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import quote
from uuid import uuid4

import httpx

from kernel.tls import authorities
from province.read import read
from tests.builders.dossier.files import a_pdf

PROCEDURE = "2.000908"
COMPONENTS = ("yeu-cau", "giay-to-tuy-than")
MINISTRY_PROCEDURE = "1.010803"
AGENCY = "H99.201"
OFFICER = "can-bo-mai"
A_PDF = a_pdf()
TRY_AGAIN = frozenset({429, 500, 502, 503, 504})
_document = read()
PEOPLE: dict[str, dict[str, Any]] = {person["subject"]: person for person in _document["people"]}


class Gateway:
    """The only door, and whether its callers wait out an outage."""

    def __init__(self, url: str, patience_seconds: float = 0) -> None:
        self.url = url
        self.patience_seconds = patience_seconds
        self.repeats = 0
        self._client = httpx.Client(base_url=url, timeout=15, verify=authorities())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def token(self, subject: str) -> str:
        """Sign a sample user in."""
        form = {"grant_type": "urn:motcua:development", "subject": subject}
        answer = self.send("POST", "/oidc/token", data=form)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send until there is a definite answer: a 2xx, or a 4xx that repeating cannot change."""
        until = time.monotonic() + self.patience_seconds
        while True:
            try:
                answer = self._client.request(method, path, **options)
                if answer.status_code not in TRY_AGAIN or time.monotonic() > until:
                    return answer
                wait = float(answer.headers.get("Retry-After", "0.2"))
            except httpx.TransportError:
                if time.monotonic() > until:
                    raise
                wait = 0.2
            self.repeats += 1
            time.sleep(min(wait, 1.0))


class SignedIn:
    """A sample user with a token."""

    def __init__(self, door: Gateway, subject: str) -> None:
        self.door = door
        self.subject = subject
        self.token = door.token(subject)

    def get(self, path: str, **query: Any) -> httpx.Response:
        """GET as this user."""
        return self.door.send("GET", path, params=query, headers=self.headers())

    def post(
        self,
        path: str,
        body: Any = None,
        *,
        key: str = "",
        version: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """POST JSON, or bytes as they are, under one key for all repetitions."""
        sent = {**self.headers(), "Idempotency-Key": key or uuid4().hex, **(headers or {})}
        if version is not None:
            sent["If-Match"] = f'"{version}"'
        if isinstance(body, bytes):
            return self.door.send("POST", path, content=body, headers=sent)
        return self.door.send("POST", path, json={} if body is None else body, headers=sent)

    def headers(self) -> dict[str, str]:
        """Return who asks."""
        return {"Authorization": f"Bearer {self.token}"}

    def dossier(self, dossier_id: str) -> dict[str, Any]:
        """Return a dossier as this user sees it."""
        answer = self.get(f"/api/v1/dossiers/{dossier_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


class Citizen(SignedIn):
    """Somebody who hands a dossier in."""

    def __init__(self, door: Gateway, subject: str = "cong-dan-an") -> None:
        super().__init__(door, subject)
        self.person = PEOPLE[subject]

    def upload(self, component: str, content: bytes = A_PDF, *, name: str = "") -> httpx.Response:
        """Upload a file for a component."""
        return self.post(
            f"/api/v1/attachments?procedure={PROCEDURE}&component={component}",
            content,
            headers={
                "Content-Type": "application/pdf",
                "X-File-Name": quote(name or f"{component}.pdf"),
            },
        )

    def a_submission(self, **other: Any) -> dict[str, Any]:
        """Return the body of a whole submission, its files uploaded."""
        files = {code: str(_read(self.upload(code))["attachment_id"]) for code in COMPONENTS}
        return {**self.a_body(files), **other}

    def a_body(self, files: Mapping[str, str], procedure: str = PROCEDURE) -> dict[str, Any]:
        """Return the body of a submission with these files."""
        return {
            "procedure_code": procedure,
            "channel": "ONLINE",
            "owner": {
                "full_name": self.person["name"],
                "identity_type": "CITIZEN_ID",
                "identity_number": self.person["identity_number"],
                "phone": self.person["phone"],
                "email": self.person["email"],
                "address": self.person["address"],
            },
            "receiving_agency": AGENCY,
            "components": [
                {"component_code": code, "attachment_ids": [file], "form": "electronic"}
                for code, file in files.items()
            ],
            "form_data": {"giay_to": "Bằng tốt nghiệp", "so_ban": 2},
            "result_delivery": "COUNTER",
        }

    def submit(self) -> str:
        """Hand a dossier in; return its id once the gateway has promised to keep it."""
        answer = self.post("/api/v1/dossiers", self.a_submission())
        assert answer.status_code in {201, 202}, answer.text
        return str(answer.json()["dossier_id"])


class Officer(SignedIn):
    """Somebody at the one-stop unit."""

    def __init__(self, door: Gateway, subject: str = OFFICER) -> None:
        super().__init__(door, subject)

    def accept(self, dossier_id: str, *, seen: int = 1) -> dict[str, Any]:
        """Accept a dossier as it was when it came."""
        return _read(self.post(f"/api/v1/dossiers/{dossier_id}/acceptance", version=seen))


def _read(answer: httpx.Response) -> dict[str, Any]:
    assert answer.is_success, f"{answer.request.url.path}: {answer.status_code} {answer.text}"
    return dict(answer.json())
