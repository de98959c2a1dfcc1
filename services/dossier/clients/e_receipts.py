"""Providers of electronic receipts: a folder of one's own, or a provider over HTTP."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
import orjson

from kernel.core.clock import VIETNAM
from kernel.tls import authorities
from services.dossier.clients.asking import NoAnswer, posted
from services.dossier.domain.payments.counter import MoneyReceipt
from services.dossier.use_cases.payments.ports import Issued, ReceiptProvider

_TIMEOUT_SECONDS = 10.0
_ANSWER_SECONDS = 20.0
_LONGEST_NUMBER = 50


def document_of(receipt: MoneyReceipt, payer: Mapping[str, Any]) -> dict[str, Any]:
    """Return a receipt as a provider is told it."""
    return {
        "receipt_id": str(receipt.id),
        "replaces": str(receipt.replaces) if receipt.replaces else None,
        "agency": receipt.agency,
        "serial": receipt.serial,
        "year": receipt.year,
        "number": receipt.written_number,
        "issued_at": receipt.issued_at.astimezone(VIETNAM).isoformat(),
        "amount": receipt.amount,
        "method": receipt.method.value,
        "cashier": receipt.cashier_name,
        "payer": dict(payer),
        "lines": [
            {name: line[name] for name in ("kind", "code", "name", "amount", "dossier") if name in line}
            for line in receipt.lines
        ],
    }


class FolderReceipts:
    """Keeps each receipt as a file under its number; numbers run without gaps, a file is never changed.

    For an office without a provider, and for tests. One process writes at a time (the job's lock).
    """

    def __init__(self, folder: Path, serial: str) -> None:
        self._folder = folder
        self._serial = serial

    async def issue(self, receipt: MoneyReceipt, payer: Mapping[str, Any]) -> Issued:
        """Keep the receipt under the next number; one that is kept already has its number."""
        return await asyncio.to_thread(self._keep, document_of(receipt, payer))

    async def cancel(self, receipt: MoneyReceipt) -> Issued:
        """Keep that a receipt is cancelled, beside it."""
        told = {"receipt_id": str(receipt.id), "reason": receipt.ended_reason}
        return await asyncio.to_thread(self._mark, receipt.e_number, told)

    def _keep(self, document: dict[str, Any]) -> Issued:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            known = self._numbers()
            found = known.get(document["receipt_id"])
            number = found or f"{len(known) + 1:07d}"
            if found is None:
                name = f"{number}.{document['receipt_id']}.phat-hanh.json"
                _write(self._folder / name, orjson.dumps(document))
        except OSError as error:
            return Issued(failure=type(error).__name__)
        return Issued(self._serial, number)

    def _numbers(self) -> dict[str, str]:
        """Return the number of every receipt kept, by its id; both stand in the file's name."""
        kept = self._folder.glob("*.phat-hanh.json")
        names = [file.name.split(".") for file in kept]
        return {receipt_id: number for number, receipt_id, *_ in names}

    def _mark(self, number: str, document: dict[str, Any]) -> Issued:
        try:
            _write(self._folder / f"{number}.huy.json", orjson.dumps(document))
        except OSError as error:
            return Issued(failure=type(error).__name__)
        return Issued(self._serial, number)


def _write(file: Path, content: bytes) -> None:
    """Write a file that is whole or not there, also after a power cut."""
    part = file.with_suffix(".part")
    with part.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class HttpReceipts:
    """A provider's own service; the receipt's id is the key of each call, so a repeat changes nothing."""

    def __init__(
        self, client: httpx.AsyncClient, url: str, key: str, *, seconds: float = _ANSWER_SECONDS
    ) -> None:
        self._client = client
        self._url = url.rstrip("/")
        self._key = key
        self._seconds = seconds

    async def issue(self, receipt: MoneyReceipt, payer: Mapping[str, Any]) -> Issued:
        """Have it issued, or issued in place of another."""
        return await self._post(f"{self._url}/receipts", document_of(receipt, payer), str(receipt.id))

    async def cancel(self, receipt: MoneyReceipt) -> Issued:
        """Have it cancelled."""
        path = f"{self._url}/receipts/{receipt.id}/cancellation"
        return await self._post(path, {"reason": receipt.ended_reason}, f"{receipt.id}:cancel")

    async def _post(self, url: str, body: dict[str, Any], key: str) -> Issued:
        headers = {"Idempotency-Key": key}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        try:
            said = await posted(self._client, url, headers=headers, seconds=self._seconds, json=body)
        except NoAnswer as why:
            return Issued(failure=str(why))
        return _issued(said)


def _issued(said: bytes) -> Issued:
    """Return the serial and number an answer names; a provider that has yet to number names none."""
    try:
        told = orjson.loads(said)
        serial, number = _written(told["serial"]), _written(told["number"])
    except (ValueError, KeyError, TypeError):
        return Issued(failure="the answer names no serial and number")
    return Issued(serial, number) if serial and number else Issued(failure="the answer has no number")


def _written(told: object) -> str:
    """Return a name as it can be printed on paper, a whole number too; raise `ValueError` for all else."""
    if isinstance(told, bool) or not isinstance(told, str | int):
        raise ValueError("neither text nor a number")  # noqa: TRY004 - one error for whatever cannot be read.
    written = str(told).strip()
    if len(written) > _LONGEST_NUMBER or not written.isprintable():
        raise ValueError("no number of a receipt")
    return written


@asynccontextmanager
async def open_receipts(url: str, key: str, serial: str) -> AsyncIterator[ReceiptProvider | None]:
    """Open the provider; None without an address: receipts then wait until there is one."""
    parts = urlsplit(url)
    if not url:
        yield None
    elif parts.scheme == "file":
        yield FolderReceipts(Path(unquote(parts.path)), serial)
    else:
        trusted = authorities(trust_env=False)
        async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False, verify=trusted) as client:
            yield HttpReceipts(client, url, key)
