"""Somebody who sends a file in parts, in the words of tus."""

import base64
import hashlib
from typing import Any
from uuid import UUID

import httpx

from kernel.core.caller import Caller
from kernel.core.ids import new_id
from tests.builders.dossier.office import Office


class Sender:
    """One file on its way."""

    def __init__(self, office: Office, by: Caller) -> None:
        self.office = office
        self.by = by
        self.id: UUID = new_id()

    @property
    def path(self) -> str:
        """The upload's address."""
        return f"/v1/uploads/{self.id}"

    async def say(self, method: str, path: str, content: bytes = b"", **headers: str) -> httpx.Response:
        """Say something without an idempotency key, as clients of tus do."""
        told = {
            "Authorization": f"Bearer {self.office.service.token(self.by)}",
            "Tus-Resumable": "1.0.0",
            **headers,
        }
        return await self.office.service.client.request(method, path, content=content, headers=told)

    async def try_begin(self, length: int, name: str, **more: str) -> httpx.Response:
        """Try to begin."""
        pairs = {"filename": name, **more}
        told = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())
        headers = {"Upload-Length": str(length), "Upload-Metadata": told}
        return await self.say("POST", "/v1/uploads", **headers)

    async def begin(self, length: int, name: str, **more: str) -> None:
        """Begin; it must succeed."""
        answer = await self.try_begin(length, name, **more)
        assert answer.status_code == 201, answer.text
        assert answer.headers["tus-resumable"] == "1.0.0"
        self.id = UUID(answer.headers["location"].removeprefix("/v1/uploads/"))

    async def try_send(self, part: bytes, offset: int, **more: str) -> httpx.Response:
        """Try to send a part."""
        headers = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset), **more}
        return await self.say("PATCH", self.path, part, **headers)

    async def send(self, part: bytes, offset: int) -> None:
        """Send a part with its checksum; it must be taken."""
        digest = base64.b64encode(hashlib.sha256(part).digest()).decode()
        answer = await self.try_send(part, offset, **{"Upload-Checksum": f"sha256 {digest}"})
        assert answer.status_code == 204, answer.text
        assert answer.headers["upload-offset"] == str(offset + len(part))
        assert answer.headers["upload-expires"].endswith("GMT")

    async def offset(self) -> int:
        """Ask how far it has come, as tus does."""
        answer = await self.say("HEAD", self.path)
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["cache-control"] == "no-store"
        return int(answer.headers["upload-offset"])

    async def shown(self) -> dict[str, Any]:
        """Ask how far it has come, as a page does."""
        answer = await self.office.service.get(self.path, self.by)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def try_finish(self, key: str = "") -> httpx.Response:
        """Try to make an attachment of it."""
        return await self.office.service.post(f"{self.path}/attachment", {}, self.by, key=key)

    async def finish(self, key: str = "") -> dict[str, Any]:
        """Make an attachment of it; it must succeed."""
        answer = await self.try_finish(key)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())
