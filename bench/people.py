"""Who acts in the bench: the sample province's citizens before each commune's officers, and their files."""

import json
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from bench.generator import Step
from bench.subject import Subject
from kernel.core.caller import Caller, CallerKind
from kernel.web.auth import TokenSigner

SUBMITTED = "1.001266"
"""One mandatory file, no fee, every commune: what the bench submits."""
LIFECYCLE = "2.000908"
"""Copies from the register: one step in the office, worked by the clerk who issues the result."""
_ATTACHMENT = (
    "id", "uploader", "component_code", "file_name", "media_type", "size", "sha256", "created_at", "purpose",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Actor:
    """A citizen at a commune, with the officers who serve there."""

    citizen: Mapping[str, Any]
    agency: str
    officer: Mapping[str, Any]
    clerk: Mapping[str, Any]


class People:
    """The actors, in turn: iteration i belongs to actor i modulo their number."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        document = subject.stack.document
        self._procedures = {one["code"]: one for one in document["procedures"]}
        citizens = [one for one in document["people"] if one["account_type"] == "CITIZEN"]
        communes = [one["code"] for one in document["agencies"] if one["kind"] == "COMMUNE"]
        staff = document["staff"]
        self.actors = [
            Actor(
                citizen,
                commune,
                _member(staff, commune, "ONE_STOP_OFFICER"),
                _member(staff, commune, "CLERK"),
            )
            for citizen in citizens
            for commune in communes
        ]

    def at_gateway(self) -> list[dict[str, str]]:
        """Return the actors' variables with tokens of the development issuer."""
        tokens: dict[str, str] = {}

        def token(who: Mapping[str, Any]) -> str:
            if who["subject"] not in tokens:
                tokens[who["subject"]] = self.sign_in(who["subject"])
            return tokens[who["subject"]]

        return [_variables(actor, token) for actor in self.actors]

    def sign_in(self, name: str) -> str:
        """Return a token of the development issuer."""
        form = urllib.parse.urlencode({"grant_type": "urn:motcua:development", "subject": name}).encode()
        with urllib.request.urlopen(self._subject.url("gateway", "/oidc/token"), form, timeout=10) as answer:  # noqa: S310 - our own stack.
            return str(json.load(answer)["access_token"])

    def at_service(self) -> list[dict[str, str]]:
        """Return the actors' variables with internal tokens, good for two minutes."""
        stack = self._subject.stack
        signer = TokenSigner(stack.keys.internal_private_jwk, stack.clock)
        tokens: dict[str, str] = {}

        def token(who: Mapping[str, Any]) -> str:
            if who["subject"] not in tokens:
                tokens[who["subject"]] = signer.sign(_caller(who))[0]
            return tokens[who["subject"]]

        return [_variables(actor, token) for actor in self.actors]

    def files(self, count: int, procedure: str, *, with_result: bool = False) -> Path:
        """Lay down the records of uploaded files for so many dossiers; return the file of the rows.

        Only the records are written, as if the uploads had been done before: uploading is not measured.
        """
        codes = self.mandatory(procedure)
        now = self._subject.stack.clock.now()
        records: list[tuple[Any, ...]] = []
        path = self._subject.folder / f"rows-{uuid.uuid4().hex}.jsonl"
        with path.open("w") as out:
            for actor in islice(cycle(self.actors), count):
                row: dict[str, str] = {}
                wanted = [(f"file_{place}", code, actor.citizen) for place, code in _lettered(codes)]
                if with_result:
                    wanted.append(("result_file", "", actor.clerk))
                for name, code, uploader in wanted:
                    made = uuid.uuid4()
                    row[name] = str(made)
                    subject = uploader["subject"]
                    records.append(
                        (
                            made,
                            subject,
                            code,
                            f"{name}.pdf",
                            "application/pdf",
                            51_200,
                            made.bytes * 2,
                            now,
                            "",
                        )
                    )
                out.write(json.dumps(row) + "\n")
        self._subject.copy_in("dossier", "attachments", _ATTACHMENT, records)
        return path

    def mandatory(self, procedure: str) -> list[str]:
        """Return the codes of the mandatory components."""
        return [one["code"] for one in self._procedures[procedure]["components"] if one["mandatory"]]

    def submission(self, url: str, procedure: str) -> Step:
        """Return the step that submits a dossier of the actor with the row's files."""
        body = {
            "procedure_code": procedure,
            "channel": "ONLINE",
            "owner": {
                "full_name": "{name}",
                "identity_type": "CITIZEN_ID",
                "identity_number": "{identity}",
                "phone": "{phone}",
                "email": "{email}",
                "address": "{address}",
            },
            "receiving_agency": "{agency}",
            "components": [
                {"component_code": code, "attachment_ids": [f"{{file_{place}}}"], "form": "electronic"}
                for place, code in _lettered(self.mandatory(procedure))
            ],
            "form_data": {"noi_dung": "Đề nghị số {n}"},
            "result_delivery": "COUNTER",
        }
        return Step(
            name="submit",
            method="POST",
            url=url,
            expect=201,
            headers=writing("citizen_token"),
            body=json.dumps(body, ensure_ascii=False),
            keep={"dossier_id": "dossier_id", "version": "version"},
        )


def writing(token: str, *, version: str = "") -> dict[str, str]:
    """Return the headers of a write: a fresh idempotency key, and the version seen."""
    given = {
        "Authorization": f"Bearer {{{token}}}",
        "Idempotency-Key": "{uuid}",
        "Content-Type": "application/json",
    }
    return {**given, "If-Match": f'"{{{version}}}"'} if version else given


def _lettered(codes: Sequence[str]) -> list[tuple[str, str]]:
    """Name the places by letters: names of variables have no digits."""
    return [("abcdefgh"[place], code) for place, code in enumerate(codes)]


def _member(staff: Sequence[Mapping[str, Any]], agency: str, role: str) -> Mapping[str, Any]:
    return next(one for one in staff if one["agency"] == agency and role in one["roles"])


def _caller(who: Mapping[str, Any]) -> Caller:
    if "identity_number" in who:
        return Caller(
            subject=who["subject"],
            kind=CallerKind.PERSON,
            name=who["name"],
            identity_number=who["identity_number"],
            assurance_level=2,
        )
    return Caller(
        subject=who["subject"],
        kind=CallerKind.STAFF,
        name=who["name"],
        roles=frozenset(who["roles"]),
        agency=who["agency"],
        unit=who["unit"],
    )


def _variables(actor: Actor, token: Callable[[Mapping[str, Any]], str]) -> dict[str, str]:
    citizen = actor.citizen
    return {
        "citizen_token": token(citizen),
        "officer_token": token(actor.officer),
        "clerk_token": token(actor.clerk),
        "agency": actor.agency,
        "name": citizen["name"],
        "identity": citizen["identity_number"],
        "phone": citizen["phone"],
        "email": citizen["email"],
        "address": citizen["address"],
    }
