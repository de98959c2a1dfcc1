"""Speaks to the gateway as one of the sample users; every refusal that was not expected is a surprise.

Calls go through the Python client: an address, parameter or answer the document does not name is one too.
"""

import urllib.parse
from typing import Any

import httpx

from clients.python.client import Client
from demo.script import Surprise


class Door:
    """The gateway, as a front end sees it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = Client(url)

    def sign_in(self, subject: str, level: str = "") -> "Person":
        """Sign in as a sample user through the development issuer, at a level of its where one is named."""
        form = {"grant_type": "urn:motcua:development", "subject": subject, "acr_values": level}
        answer = self._client.post("/oidc/token", data=form)
        if answer.status_code != httpx.codes.OK:
            raise Surprise(f"{subject} could not sign in: {answer.status_code} {answer.text[:300]}")
        return Person(self._client, subject, answer.json()["access_token"])

    def sign_in_machine(self, client_id: str, secret: str, scope: str) -> "Person":
        """Sign in as a machine, with what its office gave it."""
        form = {"grant_type": "client_credentials", "scope": scope}
        answer = self._client.post("/oidc/token", data=form, auth=(client_id, secret))
        if answer.status_code != httpx.codes.OK:
            raise Surprise(f"{client_id} could not sign in: {answer.status_code} {answer.text[:300]}")
        return Person(self._client, client_id, answer.json()["access_token"])

    def get(self, path: str, **query: Any) -> Any:
        """GET as the public."""
        return _read(self._client.get(path, params=query))

    def try_get(self, path: str, **query: Any) -> httpx.Response:
        """GET as the public and return whatever comes."""
        return self._client.get(path, params=query)

    def post(self, path: str, body: Any) -> Any:
        """POST as the public."""
        return _read(self._client.post(path, json=body))

    def close(self) -> None:
        """Hang up."""
        self._client.close()


class Person:
    """A signed-in sample user."""

    def __init__(self, client: httpx.Client, subject: str, token: str) -> None:
        self._client = client
        self.subject = subject
        self._auth = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **query: Any) -> Any:
        """GET JSON."""
        return _read(self._client.get(path, params=query, headers=self._auth))

    def try_get(self, path: str, **query: Any) -> httpx.Response:
        """GET and return whatever comes."""
        return self._client.get(path, params=query, headers=self._auth)

    def download(self, path: str) -> httpx.Response:
        """GET bytes."""
        answer = self._client.get(path, headers=self._auth)
        if answer.is_error:
            raise Surprise(f"GET {path}: {answer.status_code} {answer.text[:300]}")
        return answer

    def post(self, path: str, body: Any = None, *, version: int | None = None) -> Any:
        """POST JSON with a fresh idempotency key, telling the version seen."""
        return _read(self.try_post(path, body, version=version))

    def try_post(self, path: str, body: Any = None, *, version: int | None = None) -> httpx.Response:
        """POST and return whatever comes."""
        headers = dict(self._auth)
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return self._client.post(path, json=body if body is not None else {}, headers=headers)

    def put(self, path: str, body: Any, *, version: int) -> Any:
        """PUT JSON with a fresh idempotency key, telling the version seen."""
        headers = {**self._auth, "If-Match": f'"{version}"'}
        return _read(self._client.put(path, json=body, headers=headers))

    def send(self, path: str, content: bytes, query: dict[str, str]) -> Any:
        """POST bytes as they are."""
        return _read(self._client.post(path, content=content, params=query, headers=self._auth))

    def upload(
        self, name: str, content: bytes, media_type: str, procedure: str = "", component: str = ""
    ) -> str:
        """Upload a file and return its id."""
        headers = {
            **self._auth,
            "Content-Type": media_type,
            "X-File-Name": urllib.parse.quote(name),
        }
        query = {"procedure": procedure, "component": component} if component else {}
        answer = _read(
            self._client.post("/api/v1/attachments", content=content, headers=headers, params=query)
        )
        return str(answer["attachment_id"])

    def act(self, dossier_id: str, action: str, body: Any = None) -> Any:
        """Do something to a dossier as it is now; return how it is afterwards."""
        path = f"/api/v1/dossiers/{dossier_id}"
        receipt = self.post(f"{path}/{action}", body, version=int(self.get(path)["version"]))
        # A 2xx promises that the same caller sees it at once; the receipt alone carries the secret.
        return {**self.get(path), "secret": receipt.get("secret"), "receipt": receipt}


def _read(answer: httpx.Response) -> Any:
    if answer.is_error:
        raise Surprise(
            f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text[:500]}"
        )
    return answer.json() if answer.content else None
